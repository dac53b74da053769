//! Patients: list, search, pages, writing a field, deciding, registering.

use std::sync::Arc;

use kaban_app::{AppError, Bag as AppBag, RegisterForm, SetInput, SharedBag, input};

use crate::error::{KabanError, Result};
use crate::ids::{FieldId, PatientId, ValueId};
use crate::phone::{Location, Position};
use crate::views::{ConflictView, PageView, PatientRow, RegisterRequest, SearchView};
use crate::watch::{PageListener, PatientListListener, Subscription, watch};

/// Widest uncertainty at which a position is taken for a house, metres.
const HOUSE_ACCURACY_M_MAX: f64 = 50.0;

/// The patients that this device can read.
#[derive(uniffi::Object)]
pub struct Patients {
    pub(crate) bag: SharedBag,
    pub(crate) location: Option<Arc<dyn Location>>,
}

#[uniffi::export]
impl Patients {
    /// Everybody, by former municipality and reading. One audit row.
    ///
    /// # Errors
    /// [`KabanError::Locked`], [`KabanError::Tampered`] naming the row.
    pub fn list(&self) -> Result<Vec<PatientRow>> {
        Ok(self.bag.with(list)?)
    }

    /// Watches the list.
    ///
    /// # Errors
    /// [`KabanError::Internal`] when the system gives no thread.
    pub fn watch_list(&self, listener: Arc<dyn PatientListListener>) -> Result<Arc<Subscription>> {
        watch(&self.bag, |bag| bag.with(list), listener)
    }

    /// Finds by whatever is typed: kanji, kana, romaji, street, phone; width and spaces do not matter.
    ///
    /// # Errors
    /// [`KabanError::Invalid`] for a text of more than 100 characters, [`KabanError::Locked`].
    pub fn search(&self, text: String) -> Result<SearchView> {
        input::search(&text)?;
        Ok(self.bag.with(|bag| Ok(bag.search(&text)?.into()))?)
    }

    /// Opens one patient. One audit row, written before anything is handed out.
    ///
    /// # Errors
    /// [`KabanError::NotFound`], [`KabanError::LeaseExpired`], [`KabanError::Tampered`].
    pub fn page(&self, patient: PatientId) -> Result<PageView> {
        let patient = patient.read()?;
        Ok(self.bag.with(|bag| page(bag, patient))?)
    }

    /// Watches the pages of one patient; each time they are read there is an audit row.
    ///
    /// # Errors
    /// [`KabanError::Invalid`] for what is no id.
    pub fn watch_page(
        &self,
        patient: PatientId,
        listener: Arc<dyn PageListener>,
    ) -> Result<Arc<Subscription>> {
        let patient = patient.read()?;
        let look = move |bag: &SharedBag| bag.with(|bag| page(bag, patient));
        watch(&self.bag, look, listener)
    }

    /// Writes a field, or with no value that somebody asked and it is not known. Gives where it was
    /// written: `medication/+` makes a new entry.
    ///
    /// # Errors
    /// [`KabanError::Invalid`] naming the field, [`KabanError::Conflict`] when several values are
    /// open, [`KabanError::Rule`] when this person may not.
    pub fn set_field(
        &self,
        patient: PatientId,
        field: FieldId,
        value: Option<String>,
    ) -> Result<FieldId> {
        let patient = patient.read()?;
        if let Some(value) = &value {
            input::text(&field.0, value)?;
        }
        let input = SetInput {
            field: input::text("field", &field.0)?.to_owned(),
            value,
            source: None,
        };
        let written = self.bag.with(|bag| bag.set_field(patient, &input))?;
        Ok((&written).into())
    }

    /// "I am at the house now": writes where the phone is as the patient's pin.
    ///
    /// # Errors
    /// [`KabanError::Invalid`] naming `location` when the phone does not know where it is, or only
    /// to more than 50 m.
    pub fn set_pin_here(&self, patient: PatientId) -> Result<FieldId> {
        let unknown = || KabanError::invalid("location", "the phone does not know where it is");
        let location = self.location.as_ref().ok_or_else(unknown)?;
        let here = location.here().ok().flatten().ok_or_else(unknown)?;
        let Position {
            lon,
            lat,
            accuracy_m,
        } = here;
        // A phone says by a negative accuracy that the position is none; no number is not exact either.
        if !(0.0..=HOUSE_ACCURACY_M_MAX).contains(&accuracy_m) {
            return Err(KabanError::invalid("location", "not exact to 50 m yet"));
        }
        let point = format!("{{\"lon\": {lon}, \"lat\": {lat}}}");
        self.set_field(patient, FieldId("pin".to_owned()), Some(point))
    }

    /// Fields that wait for a decision, of one patient or of all; each patient opened leaves an audit row.
    ///
    /// # Errors
    /// [`KabanError::NotFound`], [`KabanError::LeaseExpired`], [`KabanError::Locked`].
    pub fn conflicts(&self, patient: Option<PatientId>) -> Result<Vec<ConflictView>> {
        let patient = patient.map(|patient| patient.read()).transpose()?;
        let of_all = |bag: &mut AppBag| {
            let patients = match patient {
                Some(patient) => vec![patient],
                None => bag.patients_in_conflict()?,
            };
            let mut open = Vec::new();
            for patient in patients {
                open.extend(ConflictView::of(&bag.patient(patient)?));
            }
            Ok(open)
        };
        Ok(self.bag.with(of_all)?)
    }

    /// Decides for one of the open values. `of` names the values that were read; if others came
    /// meanwhile, they stay open.
    ///
    /// # Errors
    /// [`KabanError::Rule`] when one of them is not open, [`KabanError::NotFound`], [`KabanError::Invalid`].
    pub fn resolve_take(
        &self,
        patient: PatientId,
        field: FieldId,
        of: Vec<ValueId>,
        take: ValueId,
    ) -> Result<()> {
        self.resolve(&patient, &field, &of, Some(&take.0), None)
    }

    /// Decides for a new value instead of the open ones.
    ///
    /// # Errors
    /// As [`Patients::resolve_take`].
    pub fn resolve_with(
        &self,
        patient: PatientId,
        field: FieldId,
        of: Vec<ValueId>,
        value: String,
    ) -> Result<()> {
        self.resolve(
            &patient,
            &field,
            &of,
            None,
            Some(input::text(&field.0, &value)?),
        )
    }

    /// Registers a patient who cannot attend and wants care at home.
    ///
    /// # Errors
    /// [`KabanError::Rule`] when this person may not, [`KabanError::Invalid`] for the first value
    /// that will not do; then nothing is written.
    pub fn register(&self, request: RegisterRequest) -> Result<PatientId> {
        let RegisterRequest {
            primary,
            deputy,
            team,
            consent_paper_date,
            values,
        } = request;
        let mut typed = Vec::new();
        for value in values {
            input::text(&value.field.0, &value.value)?;
            typed.push((value.field.0, value.value));
        }
        let form = RegisterForm {
            primary: primary.map(|member| member.read()).transpose()?,
            deputy: deputy.map(|member| member.read()).transpose()?,
            team: team
                .iter()
                .map(|member| member.read())
                .collect::<Result<_>>()?,
            consent_paper_date,
            values: typed,
        };
        Ok(self.bag.with(|bag| bag.register_typed(form))?.into())
    }
}

impl Patients {
    fn resolve(
        &self,
        patient: &PatientId,
        field: &FieldId,
        of: &[ValueId],
        take: Option<&str>,
        value: Option<&str>,
    ) -> Result<()> {
        let patient = patient.read()?;
        input::text("field", &field.0)?;
        for vid in of {
            input::text("of", &vid.0)?;
        }
        let of: Vec<String> = of.iter().map(|vid| vid.0.clone()).collect();
        Ok(self
            .bag
            .with(|bag| bag.resolve(patient, &field.0, &of, take, value))?)
    }
}

fn list(bag: &mut AppBag) -> std::result::Result<Vec<PatientRow>, AppError> {
    Ok(bag.patients()?.into_iter().map(PatientRow::from).collect())
}

fn page(
    bag: &mut AppBag,
    patient: kaban_model::ids::PatientId,
) -> std::result::Result<PageView, AppError> {
    let today = bag.now().date_naive();
    Ok(PageView::new(&bag.patient(patient)?, today))
}
