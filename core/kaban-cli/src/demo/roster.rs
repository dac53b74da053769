//! The association's duty roster of the year after the story begins, as a calendar.

use kaban_app::{AppError, RosterPlanInput, plan_roster};
use kaban_model::duty::{HolidayAlignment, jst_date};
use kaban_model::people::Role;

use super::story::{Story, start};

/// The calendar file: the doctors in the order in which they joined.
pub fn calendar(story: &Story<'_>) -> Result<String, AppError> {
    let doctors = story.world.of_role(&Role::Doctor);
    let plan = plan_roster(&RosterPlanInput {
        members: doctors
            .into_iter()
            .map(|doctor| story.name(doctor))
            .collect(),
        from: jst_date(&start()),
        years: 1,
        alignment: HolidayAlignment::ExactDates,
        absences: Vec::new(),
    })?;
    Ok(plan.calendar())
}
