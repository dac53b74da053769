//! What the sealed part of a record says: people, roles, patients, teams, consent, absence and
//! the chain of duty. Everything here is signed by a device and a person, sealed to the group
//! *Members*, and folded by [`crate::association`].
//!
//! Encoding: one JSON array of acts. An act this version does not know is kept in the record and
//! ignored by the fold, so an older device never breaks on a newer one.

use chrono::{DateTime, FixedOffset, NaiveDate};
use kaban_model::duty::{ConsentGiven, Eligibility};
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_proto::ids::{DeviceId, DocTag, Hash32, MemberId};
use kaban_proto::sign::VerifyKey;
use serde::{Deserialize, Serialize};

use crate::hex::{Bytes32, HexBytes};
use crate::pairing::Compared;

/// Most bytes of one record's acts.
pub const ACTS_BYTES_MAX: usize = 256 * 1024;
/// Most acts in one record.
pub const ACTS_MAX: usize = 64;

/// A person of the association, as everybody in it sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberInfo {
    /// Random id, the same on every device.
    pub id: MemberId,
    /// Name as written.
    pub name: String,
    /// Reading in kana; empty when not given.
    #[serde(default)]
    pub kana: String,
    /// What this person is.
    pub role: Role,
    /// Number to call; empty when not given.
    #[serde(default)]
    pub phone: String,
    /// The person's own signing key (Ed25519), opened by their slot.
    pub sign: VerifyKey,
    /// The person's key exchange key (X25519); groups are sealed to it.
    pub kx: Bytes32,
}

/// One thing a record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Act {
    /// The association begins; written once, in the first record.
    Found {
        /// Name of the association.
        name: String,
        /// Key of the document tags (HMAC-SHA256), never rotated.
        tag_key: HexBytes,
        /// The first person, who may admit others.
        founder: MemberInfo,
        /// The first device.
        device: DeviceId,
    },
    /// A person and their device come in.
    Enrol {
        /// The person.
        member: MemberInfo,
        /// Their device, whose keys are in the clear part of the same record.
        device: DeviceId,
        /// The device's first lease prekey.
        lease: Bytes32,
        /// Name of that lease.
        lease_id: DocTag,
        /// Whether its keys were compared; records of before this was asked say nothing.
        #[serde(default, skip_serializing_if = "Compared::is_not")]
        compared: Compared,
    },
    /// A device says which lease prekey an offer of duty is to be sealed to.
    Prekey {
        /// The device.
        device: DeviceId,
        /// X25519 public key; its private half lies under the alias of the next lease.
        lease: Bytes32,
        /// Name of that lease.
        lease_id: DocTag,
    },
    /// A person's role changes.
    SetRole {
        /// Who.
        member: MemberId,
        /// The new role.
        role: Role,
    },
    /// A person may no longer write or read what is written from now on.
    SuspendMember {
        /// Who.
        member: MemberId,
        /// Why, in a few words.
        reason: String,
    },
    /// A second person says that a suspension is right. One signature alone is provisional.
    ConfirmSuspension {
        /// The record that suspends.
        suspension: Hash32,
        /// Whom it suspends.
        member: MemberId,
    },
    /// A suspension is lifted: by an admin, or by two doctors.
    LiftSuspension {
        /// The record that suspends.
        suspension: Hash32,
        /// Whom it suspends.
        member: MemberId,
    },
    /// A patient is registered, with consent.
    Register {
        /// The patient.
        patient: PatientId,
        /// Primary physician.
        primary: MemberId,
        /// Deputy physician.
        deputy: Option<MemberId>,
        /// Others of the care team.
        team: Vec<MemberId>,
        /// Whether the patient needs care at home (product.md §3 rule 6).
        eligibility: Eligibility,
        /// Consent on paper, if given already.
        consent: Option<ConsentGiven>,
    },
    /// A patient leaves the duty list.
    Unregister {
        /// The patient.
        patient: PatientId,
        /// Why, in a few words.
        reason: String,
    },
    /// Consent is given.
    ConsentGiven {
        /// The patient.
        patient: PatientId,
        /// What was consented to, and the date on the paper.
        given: ConsentGiven,
    },
    /// Consent is withdrawn: deny wins until a new signed consent.
    ConsentWithdrawn {
        /// The patient.
        patient: PatientId,
        /// The date it was withdrawn.
        on: NaiveDate,
    },
    /// Somebody joins the care team of a patient.
    TeamAdd {
        /// The patient.
        patient: PatientId,
        /// Who.
        member: MemberId,
    },
    /// Somebody leaves the care team of a patient.
    TeamRemove {
        /// The patient.
        patient: PatientId,
        /// Who.
        member: MemberId,
    },
    /// A doctor is away.
    Absence {
        /// Who.
        member: MemberId,
        /// From.
        from: DateTime<FixedOffset>,
        /// To.
        to: DateTime<FixedOffset>,
    },
    /// A doctor was not reached.
    Unreached {
        /// Who was called.
        member: MemberId,
        /// About whom.
        patient: Option<PatientId>,
        /// When the last try was made.
        at: DateTime<FixedOffset>,
        /// How often it was tried.
        tries: u32,
    },
    /// Duty is taken with one signature: the first holder, or in an emergency.
    Take(Take),
    /// The bag is offered to the next doctor.
    Offer(Offer),
    /// The bag is accepted: from here on the taker is on duty.
    Accept(Accept),
    /// The giver has let go.
    Release {
        /// The acceptance it answers.
        accept: Hash32,
        /// Root over the late envelopes that travel with it; zero when there are none.
        late_root: Hash32,
        /// How many they are.
        late: u64,
        /// Up to where in which chains of this device they go: see [`crate::manifest::LateHeads`].
        late_heads: HexBytes,
    },
    /// The taker holds the late envelopes of a release.
    Ack {
        /// The release it answers.
        release: Hash32,
        /// Root over what arrived.
        late_root: Hash32,
    },
    /// An offer is taken back.
    Withdraw {
        /// The offer.
        offer: Hash32,
    },
    /// Which relay the association means: whoever answers under its address has to sign with this
    /// key.
    RelayKey {
        /// The relay's key.
        key: VerifyKey,
        /// The key it takes the place of, as its writer knew it; of two that replace the same, one
        /// counts.
        replaces: Option<VerifyKey>,
    },
    /// How far the writer had read a device's chains when it heard that it was removed: what is
    /// named here, and what comes before it in its chain, was written before.
    SeenOf {
        /// The removed device.
        device: DeviceId,
        /// The last envelope read of each of its chains: see [`crate::seen::SeenHeads`].
        heads: HexBytes,
    },
    /// An act of a newer version.
    Unknown,
}

/// Duty taken with one signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Take {
    /// The chain link before, zero when the chain begins.
    pub prev: Hash32,
    /// This link's number, one more than the one before.
    pub n: u64,
    /// Who is on duty from here on.
    pub member: MemberId,
    /// On which device.
    pub device: DeviceId,
    /// Public half of the Duty group's new epoch.
    pub duty: Bytes32,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// End of the turn it is for.
    pub turn_to: DateTime<FixedOffset>,
}

/// An offer of duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The chain link of the giver (an acceptance or a take).
    pub prev: Hash32,
    /// The number the acceptance will have.
    pub n: u64,
    /// To whom.
    pub to_member: MemberId,
    /// On which device.
    pub to_device: DeviceId,
    /// The lease prekey of that device everything is sealed to.
    pub lease: Bytes32,
    /// Private half of the Duty group's present epoch, sealed to the lease prekey (80 bytes).
    pub duty_sealed: HexBytes,
    /// Which envelopes are in the bag: see [`crate::manifest`].
    pub manifest: HexBytes,
    /// Merkle root over (chain, author, seq, hash) of every chain of the bag.
    pub root: Hash32,
    /// How many envelopes that is.
    pub envelopes: u64,
    /// How many patients are on the list.
    pub patients: u64,
    /// When the offer ends by itself.
    pub expires: DateTime<FixedOffset>,
    /// Start of the turn it is for.
    pub turn_from: DateTime<FixedOffset>,
    /// End of the turn it is for.
    pub turn_to: DateTime<FixedOffset>,
}

/// An acceptance of duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accept {
    /// The offer it answers.
    pub offer: Hash32,
    /// Root of what the taker verified: every document opened and loaded.
    pub root: Hash32,
    /// Public half of the Duty group's new epoch.
    pub duty: Bytes32,
    /// Private half of the epoch before, boxed under the new one.
    pub duty_before: HexBytes,
    /// Who accepts.
    pub member: MemberId,
    /// On which device.
    pub device: DeviceId,
    /// When.
    pub at: DateTime<FixedOffset>,
}

impl Act {
    /// Whether it gives somebody something: a place, a right, a patient, the duty. Such an act of
    /// somebody who is suspended is void where the suspension had not seen it (see
    /// [`crate::association`]); what says that something is so, or ends something, is not.
    pub fn grants(&self) -> bool {
        match self {
            Self::Enrol { .. }
            | Self::SetRole { .. }
            | Self::LiftSuspension { .. }
            | Self::Register { .. }
            | Self::ConsentGiven { .. }
            | Self::TeamAdd { .. }
            | Self::RelayKey { .. }
            | Self::Take(_) => true,
            // An offer counts with the link it is made from, an acceptance with its offer.
            Self::Found { .. }
            | Self::Prekey { .. }
            | Self::SuspendMember { .. }
            | Self::ConfirmSuspension { .. }
            | Self::Unregister { .. }
            | Self::ConsentWithdrawn { .. }
            | Self::TeamRemove { .. }
            | Self::Absence { .. }
            | Self::Unreached { .. }
            | Self::SeenOf { .. }
            | Self::Offer(_)
            | Self::Accept(_)
            | Self::Release { .. }
            | Self::Ack { .. }
            | Self::Withdraw { .. }
            | Self::Unknown => false,
        }
    }
}

/// The sealed part of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// When it was written, by the writer's clock.
    pub at: DateTime<FixedOffset>,
    /// What it says.
    pub acts: Vec<Act>,
}

impl Default for Statement {
    fn default() -> Self {
        Self::nothing()
    }
}

impl Statement {
    /// A record that says nothing.
    pub fn nothing() -> Self {
        Self {
            at: DateTime::UNIX_EPOCH.fixed_offset(),
            acts: Vec::new(),
        }
    }

    /// The bytes that are sealed.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("acts have string keys only, so they always encode")
    }

    /// Reads the sealed part; an act that is not known becomes [`Act::Unknown`].
    pub fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        #[derive(Deserialize)]
        struct Raw {
            at: DateTime<FixedOffset>,
            acts: Vec<serde_json::Value>,
        }
        if bytes.len() > ACTS_BYTES_MAX {
            return Err("the record is too large");
        }
        let raw: Raw =
            serde_json::from_slice(bytes).map_err(|_| "the record is not a statement")?;
        if raw.acts.len() > ACTS_MAX {
            return Err("the record holds too many acts");
        }
        let acts = raw
            .acts
            .into_iter()
            .map(read_act)
            .collect::<Result<_, _>>()?;
        Ok(Self { at: raw.at, acts })
    }
}

const KNOWN: &[&str] = &[
    "found",
    "enrol",
    "prekey",
    "set_role",
    "suspend_member",
    "confirm_suspension",
    "lift_suspension",
    "register",
    "unregister",
    "consent_given",
    "consent_withdrawn",
    "team_add",
    "team_remove",
    "absence",
    "unreached",
    "take",
    "offer",
    "accept",
    "release",
    "ack",
    "withdraw",
    "relay_key",
    "seen_of",
];

fn read_act(value: serde_json::Value) -> Result<Act, &'static str> {
    let name = match &value {
        serde_json::Value::Object(map) => map.keys().next().cloned(),
        serde_json::Value::String(name) => Some(name.clone()),
        _ => None,
    };
    let name = name.ok_or("an act has no name")?;
    if !KNOWN.contains(&name.as_str()) {
        return Ok(Act::Unknown);
    }
    // An act of a newer version under a known name is as unknown as one under a new name.
    Ok(serde_json::from_value(value).unwrap_or(Act::Unknown))
}
