//! Consent on paper: given, withdrawn, shown. Withdrawal wins until a new paper is signed.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kaban_model::duty::{ConsentGiven, ConsentState};
use kaban_model::ids::PatientId;
use kaban_model::patient::PartialDate;
use kaban_model::people::Role;
use kaban_sync::Act;
use serde::Serialize;

use crate::bag::Bag;
use crate::error::{AppError, Result};

/// A paper.
#[derive(Clone, Debug)]
pub struct ConsentInput {
    /// The date on it, `YYYY-MM-DD`.
    pub paper_date: String,
    /// Which roles may be in the team; empty for doctors and nurses.
    pub roles: Vec<Role>,
}

/// What is known of a patient's consent.
#[derive(Clone, Debug, Serialize)]
pub struct ConsentView {
    /// Patient.
    pub patient: String,
    /// `given`, `withdrawn` or `never`.
    pub state: &'static str,
    /// Date of the paper that stands.
    pub paper_date: Option<String>,
    /// Roles that may be in the team.
    pub roles: Vec<String>,
    /// On the duty list.
    pub on_duty_list: bool,
    /// Why not, if not, in Japanese.
    pub why_not: Option<&'static str>,
    /// Why not, if not, in English.
    pub why_not_en: Option<&'static str>,
}

impl ConsentInput {
    /// A paper of this date, for doctors and nurses.
    pub fn dated(paper_date: String) -> Self {
        Self {
            paper_date,
            roles: Vec::new(),
        }
    }

    /// The paper as the record keeps it.
    pub fn read(&self) -> Result<ConsentGiven> {
        let paper_date = PartialDate::parse(&self.paper_date).map_err(|_| {
            AppError::input(format!("{} is not a date: use YYYY-MM-DD", self.paper_date))
        })?;
        let roles: BTreeSet<Role> = if self.roles.is_empty() {
            [Role::Doctor, Role::Nurse].into_iter().collect()
        } else {
            self.roles.iter().cloned().collect()
        };
        Ok(ConsentGiven {
            registration: true,
            primary_agreed: true,
            roles,
            paper_date,
        })
    }
}

impl Bag {
    /// Records a paper.
    pub fn give_consent(&mut self, patient: PatientId, input: &ConsentInput) -> Result<()> {
        let act = Act::ConsentGiven {
            patient,
            given: input.read()?,
        };
        self.with_workspace(|workspace, cx| workspace.declare(vec![act], cx))?;
        Ok(())
    }

    /// Records a withdrawal: the patient leaves every bag.
    pub fn withdraw_consent(&mut self, patient: PatientId, on: NaiveDate) -> Result<()> {
        let act = Act::ConsentWithdrawn { patient, on };
        self.with_workspace(|workspace, cx| workspace.declare(vec![act], cx))?;
        Ok(())
    }

    /// What is known.
    pub fn consent(&mut self, patient: PatientId) -> Result<ConsentView> {
        let association = self.workspace.association();
        let registration = association
            .registration(patient)
            .ok_or(AppError::not_found("patient"))?;
        let (state, given) = match registration.consent() {
            ConsentState::Never => ("never", None),
            ConsentState::Withdrawn => ("withdrawn", None),
            ConsentState::Given(given) => ("given", Some(given)),
        };
        let listed = registration.on_duty_list();
        Ok(ConsentView {
            patient: patient.to_string(),
            state,
            paper_date: given.map(|given| given.paper_date.to_string()),
            roles: given
                .into_iter()
                .flat_map(|g| &g.roles)
                .map(|role| role.code().to_owned())
                .collect(),
            on_duty_list: listed.is_ok(),
            why_not: listed.err().map(|why| why.text(true)),
            why_not_en: listed.err().map(|why| why.text(false)),
        })
    }
}
