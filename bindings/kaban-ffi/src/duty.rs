//! Who answers, absences, not reached, taking the duty, the lease.

use kaban_app::{SharedBag, WhoInput};

use crate::error::Result;
use crate::ids::{MemberId, PatientId, Timestamp};
use crate::views::{AbsenceView, AnswersView, LeaseView};

/// The duty as this device knows it.
#[derive(uniffi::Object)]
pub struct Duty(pub(crate) SharedBag);

#[uniffi::export]
impl Duty {
    /// Who answers for a patient at an instant, in order, each with why; without a patient the duty only.
    ///
    /// # Errors
    /// [`crate::KabanError::NotFound`] for a patient who is not registered, [`crate::KabanError::Invalid`].
    pub fn who_answers(
        &self,
        patient: Option<PatientId>,
        at: Option<Timestamp>,
    ) -> Result<AnswersView> {
        let input = WhoInput {
            patient: patient.map(|patient| patient.read()).transpose()?,
            at: at.map(|at| at.read("at")).transpose()?,
        };
        Ok(self.0.with(|bag| bag.who(input))?.into())
    }

    /// Absences that are not over, of everybody.
    ///
    /// # Errors
    /// [`crate::KabanError::Locked`].
    pub fn absences(&self) -> Result<Vec<AbsenceView>> {
        let absences = self.0.with(|bag| Ok(bag.absences()))?;
        Ok(absences.into_iter().map(AbsenceView::from).collect())
    }

    /// Declares one's own absence, or the office somebody's.
    ///
    /// # Errors
    /// [`crate::KabanError::Invalid`] when it ends before it begins, [`crate::KabanError::Rule`].
    pub fn declare_absence(&self, member: MemberId, from: Timestamp, to: Timestamp) -> Result<()> {
        let (member, from, to) = (member.read()?, from.read("from")?, to.read("to")?);
        Ok(self.0.with(|bag| bag.add_absence(member, from, to))?)
    }

    /// Records that a doctor was not reached, how often it was tried, and for whom.
    ///
    /// # Errors
    /// [`crate::KabanError::Invalid`] unless `tries` is 1 to 100, [`crate::KabanError::Rule`].
    pub fn not_reached(
        &self,
        member: MemberId,
        patient: Option<PatientId>,
        tries: u32,
    ) -> Result<()> {
        let member = member.read()?;
        let patient = patient.map(|patient| patient.read()).transpose()?;
        Ok(self
            .0
            .with(|bag| bag.add_unreached(member, patient, tries))?)
    }

    /// Takes the duty with one signature: the first holder, or in an emergency. Everybody sees it.
    ///
    /// # Errors
    /// [`crate::KabanError::Rule`] for anybody but a doctor.
    pub fn take_over(&self) -> Result<()> {
        self.0.with(|bag| bag.take_over())?;
        Ok(())
    }

    /// Where the lease of this device stands.
    ///
    /// # Errors
    /// [`crate::KabanError::Locked`].
    pub fn lease(&self) -> Result<LeaseView> {
        Ok(self.0.with(|bag| bag.lease())?.into())
    }
}
