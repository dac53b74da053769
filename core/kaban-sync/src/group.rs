//! Who reads what: the groups, the documents, and the groups each document is sealed to
//! (security-sync.md §4.5 as data).

use std::collections::BTreeSet;

use hmac::{Hmac, KeyInit, Mac};
use kaban_model::duty::ConsentState;
use kaban_model::ids::PatientId;
use kaban_model::people::{DocKind, Role};
use kaban_proto::ids::{DocTag, MemberId};
use sha2::Sha256;

use crate::association::Association;

/// Most people who are in an association at once: so many a group key is sealed to, 96 bytes
/// each, within the bounds of one envelope.
pub const MEMBERS_MAX: usize = 1_000;

/// A set of people (or, for Duty, one device) that holds one private key per epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Everybody in the association; records are sealed to it.
    Members,
    /// Every doctor.
    Doctors,
    /// The association's office.
    Office,
    /// Exactly the accepting (member, device).
    Duty,
    /// Everybody of a patient's team whom consent allows.
    TeamAll(PatientId),
    /// The clinicians of a patient's team.
    TeamClinical(PatientId),
}

/// One document: what is encrypted together and has one set of readers and one of writers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DocKey {
    /// Whose, if it is about one patient.
    pub patient: Option<PatientId>,
    /// Which kind.
    pub kind: DocKind,
}

/// Documents are opened in chapters; every document is in its first one.
const CHAPTER: u16 = 1;

/// The documents kept about every patient.
pub const PATIENT_DOCS: [DocKind; 6] = [
    DocKind::Front,
    DocKind::Chart,
    DocKind::Log,
    DocKind::Liaison,
    DocKind::Admin,
    DocKind::Source,
];

impl DocKey {
    /// A patient's document.
    pub fn of(patient: PatientId, kind: DocKind) -> Self {
        Self {
            patient: Some(patient),
            kind,
        }
    }

    /// The notebook between the doctors.
    pub fn notebook() -> Self {
        Self {
            patient: None,
            kind: DocKind::Notebook,
        }
    }

    /// The closed roads, which every member reads.
    pub fn closures() -> Self {
        Self {
            patient: None,
            kind: DocKind::Closures,
        }
    }

    /// The documents of the association that are not one patient's.
    pub fn shared() -> [Self; 2] {
        [Self::notebook(), Self::closures()]
    }

    /// Whether the document is merged by Automerge; otherwise it is a set of signed items.
    pub fn is_merged(&self) -> bool {
        matches!(self.kind, DocKind::Front | DocKind::Chart | DocKind::Admin)
    }

    /// The pseudonym of the document on the wire: the first 16 bytes of
    /// HMAC-SHA256(tag key, "doc" ‖ patient ‖ kind ‖ chapter).
    pub fn tag(&self, tag_key: &[u8]) -> DocTag {
        let patient = self.patient.map_or([0; 16], |patient| *patient.as_bytes());
        tag(
            tag_key,
            &[
                b"doc",
                &patient,
                kind_name(self.kind).as_bytes(),
                &CHAPTER.to_be_bytes(),
            ],
        )
    }

    /// The groups that may read it. Duty reads a patient's documents only while the patient is
    /// on the duty list, and never reads what is kept verbatim or for the office.
    pub fn readers(&self, association: &Association) -> Vec<Group> {
        let Some(patient) = self.patient else {
            return match self.kind {
                DocKind::Notebook | DocKind::Audit => vec![Group::Doctors, Group::Office],
                DocKind::Phone => vec![Group::Duty, Group::Office],
                _ => vec![Group::Members],
            };
        };
        let all = Group::TeamAll(patient);
        let clinical = Group::TeamClinical(patient);
        let mut groups = match self.kind {
            DocKind::Front => vec![all, Group::Office, Group::Duty],
            DocKind::Chart | DocKind::Log => vec![clinical, Group::Duty],
            DocKind::Liaison => vec![all, Group::Duty],
            DocKind::Admin => vec![clinical, Group::Office],
            _ => vec![clinical],
        };
        if !association.on_duty_list(patient) || association.duty().holder().is_none() {
            groups.retain(|group| *group != Group::Duty);
        }
        groups.retain(|group| *group == Group::Duty || !association.members_of(*group).is_empty());
        groups
    }
}

impl Group {
    /// The pseudonym of the group's own chain of epochs on the wire.
    pub fn tag(&self, tag_key: &[u8]) -> DocTag {
        let patient = match self {
            Self::TeamAll(patient) | Self::TeamClinical(patient) => *patient.as_bytes(),
            _ => [0; 16],
        };
        tag(tag_key, &[b"group", &patient, self.name().as_bytes()])
    }

    /// The documents that a member of the group reads through it.
    pub fn reads(self, association: &Association) -> Vec<DocKey> {
        match self {
            Self::Members => vec![DocKey::closures()],
            Self::Duty => Vec::new(),
            Self::Doctors => vec![DocKey::notebook()],
            Self::Office => {
                let patients = association.patients().map(|(patient, _)| patient);
                let both = |p| [DocKind::Front, DocKind::Admin].map(|kind| DocKey::of(p, kind));
                patients
                    .flat_map(both)
                    .chain([DocKey::notebook()])
                    .collect()
            }
            Self::TeamAll(patient) | Self::TeamClinical(patient) => {
                PATIENT_DOCS.map(|kind| DocKey::of(patient, kind)).to_vec()
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Doctors => "doctors",
            Self::Office => "office",
            Self::Duty => "duty",
            Self::TeamAll(_) => "team-all",
            Self::TeamClinical(_) => "team-clinical",
        }
    }
}

impl Association {
    /// The care team; after consent was withdrawn, the primary physician alone.
    fn team_of(&self, patient: PatientId) -> impl Iterator<Item = MemberId> {
        let registration = self.registration(patient);
        let withdrawn = registration.is_some_and(|r| *r.consent() == ConsentState::Withdrawn);
        let team: Vec<MemberId> = registration
            .into_iter()
            .flat_map(|r| r.team_members())
            .collect();
        let primary = registration.map(|r| r.primary);
        team.into_iter()
            .filter(move |member| !withdrawn || Some(*member) == primary)
    }

    /// The active people of the care team whose role is of a kind.
    fn team_with(&self, patient: PatientId, of: impl Fn(&Role) -> bool) -> BTreeSet<MemberId> {
        let is = |id: &MemberId| self.role_of(*id).is_some_and(&of);
        self.team_of(patient).filter(is).collect()
    }

    /// The people whom a group's private key is sealed to. Duty is sealed to nobody this way:
    /// its key passes from lease to lease (see [`crate::duty_chain`]).
    pub fn members_of(&self, group: Group) -> BTreeSet<MemberId> {
        match group {
            Group::Members => self.active_members().map(|info| info.id).collect(),
            Group::Doctors => self.with_role(&Role::Doctor),
            Group::Office => self.with_role(&Role::Office),
            Group::Duty => BTreeSet::new(),
            Group::TeamAll(patient) => self.team_with(patient, Role::is_known),
            Group::TeamClinical(patient) => self.team_with(patient, Role::is_clinical),
        }
    }
}

fn kind_name(kind: DocKind) -> &'static str {
    match kind {
        DocKind::Front => "front",
        DocKind::Chart => "chart",
        DocKind::Log => "log",
        DocKind::Liaison => "liaison",
        DocKind::Admin => "admin",
        DocKind::Source => "source",
        DocKind::Notebook => "notebook",
        DocKind::Directory => "directory",
        DocKind::Closures => "closures",
        DocKind::Audit => "audit",
        DocKind::Phone => "phone",
    }
}

fn tag(tag_key: &[u8], parts: &[&[u8]]) -> DocTag {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(tag_key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        mac.update(part);
    }
    let out = mac.finalize().into_bytes();
    let mut tag = [0; 16];
    tag.copy_from_slice(&out[..16]);
    DocTag::from_bytes(tag)
}
