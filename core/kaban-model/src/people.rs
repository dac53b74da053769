//! Who a person is in the association, and what they may read and write.
//!
//! The access table is data, so that the documents' checks, the screens and the tests read the same
//! lines. A writer is always a reader too; a test over the whole table holds that.

use std::{convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::patient::Doc;

/// What a member does. The office runs the association and reads no chart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 医師.
    Doctor,
    /// 訪問看護師.
    Nurse,
    /// 薬剤師.
    Pharmacist,
    /// ケアマネジャー.
    CareManager,
    /// 歯科医師.
    Dentist,
    /// ヘルパー.
    Helper,
    /// 後方支援病院.
    Hospital,
    /// 医師会事務局.
    Office,
    /// A role of a newer version: it reads what every member reads and writes nothing.
    Unknown(String),
}

impl Role {
    /// Every role that this version knows.
    pub const KNOWN: [Self; 8] = [
        Self::Doctor,
        Self::Nurse,
        Self::Pharmacist,
        Self::CareManager,
        Self::Dentist,
        Self::Helper,
        Self::Hospital,
        Self::Office,
    ];

    /// The stored code.
    #[must_use]
    pub fn code(&self) -> &str {
        self.words().0
    }

    /// The label in Japanese (`true`) or English.
    #[must_use]
    pub fn label(&self, japanese: bool) -> &str {
        let (_, ja, en) = self.words();
        if japanese { ja } else { en }
    }

    fn words(&self) -> (&str, &str, &str) {
        match self {
            Self::Doctor => ("doctor", "医師", "doctor"),
            Self::Nurse => ("nurse", "訪問看護師", "visiting nurse"),
            Self::Pharmacist => ("pharmacist", "薬剤師", "pharmacist"),
            Self::CareManager => ("care_manager", "ケアマネジャー", "care manager"),
            Self::Dentist => ("dentist", "歯科医師", "dentist"),
            Self::Helper => ("helper", "ヘルパー", "helper"),
            Self::Hospital => ("hospital", "後方支援病院", "backup hospital"),
            Self::Office => ("office", "医師会事務局", "office"),
            Self::Unknown(code) => (code, code, code),
        }
    }

    /// Belongs to TeamAll once in the team of a patient.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// Belongs to TeamClinical once in the team of a patient.
    #[must_use]
    pub fn is_clinical(&self) -> bool {
        matches!(
            self,
            Self::Doctor | Self::Nurse | Self::Pharmacist | Self::Hospital
        )
    }
}

impl FromStr for Role {
    type Err = Infallible;
    fn from_str(code: &str) -> Result<Self, Infallible> {
        Ok(Self::KNOWN
            .into_iter()
            .find(|r| r.code() == code)
            .unwrap_or_else(|| Self::Unknown(code.to_owned())))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        if code.len() > 64 {
            return Err(serde::de::Error::custom("role longer than 64 bytes"));
        }
        Ok(code.parse().unwrap_or(Self::Unknown(code)))
    }
}

/// What a document is; each has one set of readers and one of writers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocKind {
    /// Page 1 less the places of key and opioids.
    Front,
    /// Problems, course, plan, key and opioid place, page 2, laboratory values.
    Chart,
    /// Visit notes, vitals, drug events, calls about the patient, death facts.
    Log,
    /// The patient's pages of the liaison notebook, sheets, proposals.
    Liaison,
    /// Insurance and identifiers.
    Admin,
    /// Received resources, word by word.
    Source,
    /// The notebook between doctors.
    Notebook,
    /// Members, stations, hospitals and their numbers.
    Directory,
    /// Closed roads.
    Closures,
    /// Who read and wrote what, one per device.
    Audit,
    /// Callers of one duty turn.
    Phone,
}

impl From<Doc> for DocKind {
    fn from(doc: Doc) -> Self {
        match doc {
            Doc::Front => Self::Front,
            Doc::Chart => Self::Chart,
            Doc::Admin => Self::Admin,
        }
    }
}

/// How a person stands to the patient, the duty and the device at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relation {
    /// In the care team of the patient: chosen by consent, or entrusted with the patient.
    pub team: bool,
    /// The primary physician of the patient.
    pub primary: bool,
    /// The accepting member of the duty chain.
    pub duty_holder: bool,
    /// The person whose device keeps the document.
    pub own_device: bool,
}

/// A group of the access table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody in the team of the patient.
    TeamAll,
    /// Doctors, nurses, pharmacists and the hospital of the team.
    TeamClinical,
    /// Doctors of the team.
    TeamDoctor,
    /// Nurses and pharmacists of the team.
    TeamNurseOrPharmacist,
    /// The primary physician.
    Primary,
    /// The holder of the duty.
    Duty,
    /// The holder of the duty, being a doctor.
    DutyDoctor,
    /// Every doctor of the association.
    Doctors,
    /// The office.
    Office,
    /// Every member.
    Members,
    /// The person whose device keeps the document.
    OwnDevice,
}

/// One line of the access table.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// Which document.
    pub doc: DocKind,
    /// Who reads it.
    pub read: &'static [Who],
    /// Who writes it.
    pub write: &'static [Who],
}

/// Who may read and write what.
pub const ACCESS: &[Access] = {
    use Who::{
        Doctors, Duty, DutyDoctor, Members, Office, OwnDevice, Primary, TeamAll, TeamClinical,
        TeamDoctor, TeamNurseOrPharmacist,
    };
    &[
        Access {
            doc: DocKind::Front,
            read: &[TeamAll, Duty, Office],
            write: &[TeamDoctor, DutyDoctor, Office],
        },
        Access {
            doc: DocKind::Chart,
            read: &[TeamClinical, Duty],
            write: &[TeamDoctor, DutyDoctor],
        },
        Access {
            doc: DocKind::Log,
            read: &[TeamClinical, Duty],
            write: &[TeamDoctor, DutyDoctor, TeamNurseOrPharmacist],
        },
        Access {
            doc: DocKind::Liaison,
            read: &[TeamAll, Duty],
            write: &[TeamAll, DutyDoctor],
        },
        Access {
            doc: DocKind::Admin,
            read: &[Office, TeamClinical],
            write: &[Office, Primary],
        },
        Access {
            doc: DocKind::Source,
            read: &[TeamClinical],
            write: &[TeamDoctor],
        },
        Access {
            doc: DocKind::Notebook,
            read: &[Doctors, Office],
            write: &[Doctors, Office],
        },
        Access {
            doc: DocKind::Directory,
            read: &[Members],
            write: &[Office],
        },
        Access {
            doc: DocKind::Closures,
            read: &[Members],
            write: &[Doctors, Office],
        },
        Access {
            doc: DocKind::Audit,
            read: &[Office, OwnDevice],
            write: &[OwnDevice],
        },
        Access {
            doc: DocKind::Phone,
            read: &[Duty, Office],
            write: &[DutyDoctor, Office],
        },
    ]
};

/// Whether a person of this role and relation may read the document.
#[must_use]
pub fn may_read(role: &Role, relation: Relation, doc: DocKind) -> bool {
    line(doc).is_some_and(|l| l.read.iter().any(|who| is(*who, role, relation)))
}

/// Whether a person of this role and relation may write to the document.
#[must_use]
pub fn may_write(role: &Role, relation: Relation, doc: DocKind) -> bool {
    line(doc).is_some_and(|l| l.write.iter().any(|who| is(*who, role, relation)))
}

fn line(doc: DocKind) -> Option<&'static Access> {
    ACCESS.iter().find(|l| l.doc == doc)
}

fn is(who: Who, role: &Role, relation: Relation) -> bool {
    let doctor = *role == Role::Doctor;
    // A primary physician belongs to the team by being one.
    let team = relation.team || (relation.primary && doctor);
    let known = role.is_known();
    match who {
        Who::TeamAll => team && known,
        Who::TeamClinical => team && role.is_clinical(),
        Who::TeamDoctor => team && doctor,
        Who::TeamNurseOrPharmacist => team && matches!(role, Role::Nurse | Role::Pharmacist),
        Who::Primary => relation.primary && doctor,
        Who::Duty => relation.duty_holder && known,
        Who::DutyDoctor => relation.duty_holder && doctor,
        Who::Doctors => doctor,
        Who::Office => *role == Role::Office,
        Who::Members => true,
        Who::OwnDevice => relation.own_device,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const NONE: Relation = Relation {
        team: false,
        primary: false,
        duty_holder: false,
        own_device: false,
    };

    fn relations() -> impl Iterator<Item = Relation> {
        (0..16u8).map(|bits| Relation {
            team: bits & 1 != 0,
            primary: bits & 2 != 0,
            duty_holder: bits & 4 != 0,
            own_device: bits & 8 != 0,
        })
    }

    fn roles() -> impl Iterator<Item = Role> {
        Role::KNOWN
            .into_iter()
            .chain([Role::Unknown("healer".into())])
    }

    /// One letter per document in the order of the table: `-` nothing, `r` reads, `w` reads and writes.
    fn row(role: &Role, relation: Relation) -> String {
        let letter = |a: &Access| match (
            may_read(role, relation, a.doc),
            may_write(role, relation, a.doc),
        ) {
            (_, true) => 'w',
            (true, false) => 'r',
            (false, false) => '-',
        };
        ACCESS.iter().map(letter).collect()
    }

    #[test]
    fn a_writer_is_always_a_reader() {
        for role in roles() {
            for relation in relations() {
                for access in ACCESS {
                    let (read, write) = (
                        may_read(&role, relation, access.doc),
                        may_write(&role, relation, access.doc),
                    );
                    assert!(read || !write, "{role} {relation:?} {:?}", access.doc);
                }
            }
        }
    }

    /// Columns: front chart log liaison admin source notebook directory closures audit phone.
    #[test]
    fn the_role_matrix_is_the_one_of_the_design() {
        let team = Relation { team: true, ..NONE };
        let expected = [
            (Role::Doctor, "------wrw--", "wwwwrwwrw--"),
            (Role::Nurse, "-------rr--", "rrwwrr-rr--"),
            (Role::Pharmacist, "-------rr--", "rrwwrr-rr--"),
            (Role::CareManager, "-------rr--", "r--w---rr--"),
            (Role::Dentist, "-------rr--", "r--w---rr--"),
            (Role::Helper, "-------rr--", "r--w---rr--"),
            (Role::Hospital, "-------rr--", "rrrwrr-rr--"),
            (Role::Office, "w---w-wwwrw", "w--ww-wwwrw"),
            (Role::Unknown("healer".into()), "-------rr--", "-------rr--"),
        ];
        for (role, stranger, member) in expected {
            assert_eq!(
                (row(&role, NONE).as_str(), row(&role, team).as_str()),
                (stranger, member),
                "{role}"
            );
        }
        let duty = Relation {
            duty_holder: true,
            ..NONE
        };
        assert_eq!(row(&Role::Doctor, duty), "wwww--wrw-w");
        let primary = Relation {
            primary: true,
            ..NONE
        };
        assert_eq!(row(&Role::Doctor, primary), "wwwwwwwrw--");
    }

    #[test]
    fn everybody_reads_the_audit_of_their_own_device() {
        let own = Relation {
            own_device: true,
            ..NONE
        };
        for role in roles() {
            assert!(may_read(&role, own, DocKind::Audit) && may_write(&role, own, DocKind::Audit));
            assert!(!may_write(&role, NONE, DocKind::Audit));
        }
    }

    #[test]
    fn a_role_of_a_newer_version_survives() {
        let role: Role = serde_json::from_str("\"healer\"").unwrap();
        assert_eq!(serde_json::to_string(&role).unwrap(), "\"healer\"");
        assert_eq!(
            serde_json::from_str::<Role>("\"nurse\"").unwrap(),
            Role::Nurse
        );
    }
}
