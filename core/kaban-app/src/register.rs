//! Registering a patient from what a person typed.

use kaban_model::duty::Eligibility;
use kaban_model::ids::PatientId;
use kaban_model::patient::FieldPath;
use kaban_proto::ids::MemberId;
use serde_json::{Value, json};

use crate::bag::Bag;
use crate::consent::ConsentInput;
use crate::error::Result;
use crate::patients::RegisterInput;

/// A patient to register, as typed.
#[derive(Clone, Debug, Default)]
pub struct RegisterForm {
    /// Primary physician; whoever registers, if not given.
    pub primary: Option<MemberId>,
    /// Deputy physician.
    pub deputy: Option<MemberId>,
    /// Others of the team.
    pub team: Vec<MemberId>,
    /// Date of the consent on paper, `YYYY-MM-DD`; without one the patient is on no duty list.
    pub consent_paper_date: Option<String>,
    /// First values of the pages: path and text, or JSON for an object.
    pub values: Vec<(String, String)>,
}

impl Bag {
    /// Registers a patient who cannot attend and wants care at home, and writes the first values.
    ///
    /// # Errors
    /// The first value or date that will not do; then nothing is written.
    pub fn register_typed(&mut self, form: RegisterForm) -> Result<PatientId> {
        let RegisterForm {
            primary,
            deputy,
            team,
            consent_paper_date,
            values,
        } = form;
        let primary = primary.unwrap_or_else(|| self.workspace.member());
        let consent = consent_paper_date
            .map(|paper_date| ConsentInput::dated(paper_date).read())
            .transpose()?;
        let mut values = values
            .iter()
            .map(|(field, text)| self.typed_value(field, text))
            .collect::<Result<Vec<(FieldPath, Value)>>>()?;
        for (field, member) in [
            ("primary_physician", Some(primary)),
            ("deputy_physician", deputy),
        ] {
            let said = values.iter().any(|(path, _)| path.spec().path == field);
            if let (false, Some(member)) = (said, member) {
                values.push(self.physician(field, member)?);
            }
        }
        self.register(RegisterInput {
            id: None,
            primary,
            deputy,
            team,
            eligibility: Eligibility {
                cannot_attend: true,
                wants_home_care: true,
            },
            consent,
            values,
        })
    }

    /// The physician as page 1 names them, so that the number to call stands there from the first day.
    fn physician(&mut self, field: &str, member: MemberId) -> Result<(FieldPath, Value)> {
        let mut value = json!({ "name": self.name_of(member), "member": member.to_string() });
        let info = self.workspace.association().member(member);
        let phone = info.map(|info| info.phone.clone()).unwrap_or_default();
        if let (Some(map), false) = (value.as_object_mut(), phone.is_empty()) {
            map.insert("phone".to_owned(), phone.into());
        }
        self.typed_value(field, &value.to_string())
    }
}
