//! The association's duty roster of a year, as a calendar: from the turn that the story ends in, whose
//! holder is the first, round in the order in which the doctors joined.

use chrono::TimeDelta;
use kaban_app::{AppError, RosterPlanInput, plan_roster};
use kaban_model::duty::{HolidayAlignment, jst_date};
use kaban_model::people::Role;

use super::story::{Story, start};

/// The calendar file.
pub fn calendar(story: &Story<'_>) -> Result<String, AppError> {
    let mut doctors = story.world.of_role(&Role::Doctor);
    let holder = doctors.iter().position(|doctor| *doctor == story.holder);
    doctors.rotate_left(holder.unwrap_or(0));
    let plan = plan_roster(&RosterPlanInput {
        members: doctors
            .into_iter()
            .map(|doctor| story.name(doctor))
            .collect(),
        from: jst_date(&start()) + TimeDelta::weeks(i64::from(story.options.weeks)),
        years: 1,
        alignment: HolidayAlignment::ExactDates,
        absences: Vec::new(),
    })?;
    Ok(plan.calendar())
}
