//! Pairing: how an admin and a newcomer make sure that the files they hold are each other's.
//!
//! Files travel by any way, so whoever carries them may swap them. Each side first *fixes* what it
//! was given, then makes a challenge by chance and speaks it; the other side answers with six
//! digits over what it has itself. What was swapped before the challenge existed could not be made
//! to fit it: one chance in a million, however long an attacker has calculated (ADR 15).
//! Where one device's camera sees the other's screen, the whole hash is compared instead.

use std::fmt;

use kaban_proto::ids::{DeviceId, Hash32, MemberId, WorkspaceId};
use kaban_proto::random::{Random, bytes};
use kaban_proto::sign::VerifyKey;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Digits of a challenge.
pub const CHALLENGE_DIGITS: usize = 8;
/// Digits of an answer.
pub const ANSWER_DIGITS: usize = 6;
/// Wrong answers after which a fresh challenge is needed.
pub const WRONG_ANSWERS_MAX: u8 = 3;
/// Longest text that is read as digits or as a fingerprint, bytes.
const TYPED_BYTES_MAX: usize = 256;

const CHALLENGES: u32 = 100_000_000;
const ANSWERS: u64 = 1_000_000;
const NEWCOMER_DOMAIN: &[u8] = b"kaban/pair/newcomer/1";
const ADMIN_DOMAIN: &[u8] = b"kaban/pair/admin/1";
const ANSWER_DOMAIN: &[u8] = b"kaban/pair/answer/1";
const FINGERPRINT: &str = "KABAN:PAIR:1:";

/// Whether the keys of a device were compared before it was let in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    /// Nobody compared anything.
    #[default]
    Not,
    /// By digits that two people spoke.
    Spoken,
    /// By a camera, the whole hash.
    Scanned,
}

impl Compared {
    /// Whether nothing was compared.
    pub fn is_not(&self) -> bool {
        *self == Self::Not
    }

    /// The name in views.
    pub fn code(self) -> &'static str {
        match self {
            Self::Not => "not",
            Self::Spoken => "spoken",
            Self::Scanned => "scanned",
        }
    }
}

/// What a person has in hand to show that a file is the other side's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing: the file is believed as it is, and that is written down.
    Nothing,
    /// The six digits that the other side answered, as typed.
    Answer(String),
    /// What the camera read from the other side's screen.
    Scanned(String),
}

/// Eight digits made by chance, after what they challenge is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge(u32);

/// What one side is to the other: a hash over all that has to be the same on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject(Hash32);

/// The admin's side, as the newcomer has to see it.
#[derive(Clone, Copy, Debug)]
pub struct AdminSide {
    /// The association.
    pub ws: WorkspaceId,
    /// Identity key of the admin's device.
    pub id: VerifyKey,
    /// Key exchange key of the admin's device.
    pub kx: [u8; 32],
    /// The admin.
    pub member: MemberId,
    /// The admin's signing key.
    pub sign: VerifyKey,
    /// The device that is let in.
    pub newcomer: DeviceId,
    /// Its person.
    pub person: MemberId,
}

impl Proof {
    /// Whether it has the shape of what it should be; if it is right is asked where the file is.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn check(&self) -> Result<(), Error> {
        match self {
            Self::Nothing => Ok(()),
            Self::Answer(typed) => read_answer(typed).map(drop),
            Self::Scanned(read) => read_fingerprint(read).map(drop),
        }
    }
}

impl Challenge {
    /// A fresh one, each of the hundred million as likely as the other.
    pub fn make(rng: &mut dyn Random) -> Self {
        // The largest multiple below 2^32: what lies above would make some likelier.
        const FAIR: u32 = u32::MAX - u32::MAX % CHALLENGES;
        loop {
            let drawn = u32::from_be_bytes(bytes(rng));
            if drawn < FAIR {
                return Self(drawn % CHALLENGES);
            }
        }
    }

    /// As a person types it; spaces, hyphens and full-width digits are all right.
    ///
    /// # Errors
    /// [`Error::Malformed`] for anything but eight digits.
    pub fn read(typed: &str) -> Result<Self, Error> {
        digits(typed, CHALLENGE_DIGITS)
            .and_then(|text| text.parse().ok())
            .map(Self)
            .ok_or_else(|| wrong("a challenge has eight digits"))
    }

    pub(crate) fn number(self) -> u32 {
        self.0
    }

    pub(crate) fn of_number(number: u32) -> Option<Self> {
        (number < CHALLENGES).then_some(Self(number))
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0CHALLENGE_DIGITS$}", self.0)
    }
}

impl Subject {
    /// A newcomer, by the hash of their request.
    pub fn derive_newcomer(request: Hash32) -> Self {
        Self(hash(&[NEWCOMER_DOMAIN, request.as_bytes()]))
    }

    /// An admin, to one newcomer. Every part has a fixed length.
    pub fn derive_admin(side: &AdminSide) -> Self {
        let AdminSide {
            ws,
            id,
            kx,
            member,
            sign,
            newcomer,
            person,
        } = side;
        Self(hash(&[
            ADMIN_DOMAIN,
            ws.as_bytes(),
            id.as_bytes(),
            kx,
            member.as_bytes(),
            sign.as_bytes(),
            newcomer.as_bytes(),
            person.as_bytes(),
        ]))
    }

    /// The six digits that answer a challenge.
    pub fn derive_answer(&self, challenge: Challenge) -> String {
        let whole = hash(&[ANSWER_DOMAIN, self.0.as_bytes(), &challenge.0.to_be_bytes()]);
        let head: [u8; 8] = whole.as_bytes()[..8]
            .try_into()
            .expect("a hash has eight bytes");
        format!("{:0ANSWER_DIGITS$}", u64::from_be_bytes(head) % ANSWERS)
    }

    /// Whether these digits, as typed, answer the challenge.
    ///
    /// # Errors
    /// [`Error::Malformed`] for anything but six digits.
    pub fn is_answered(&self, challenge: Challenge, typed: &str) -> Result<bool, Error> {
        Ok(read_answer(typed)? == self.derive_answer(challenge))
    }

    /// What a screen shows to the other side's camera: 256 bits in the characters of a QR code.
    pub fn fingerprint(&self) -> String {
        format!("{FINGERPRINT}{}", self.0.to_string().to_ascii_uppercase())
    }

    /// Whether the camera read this side's fingerprint.
    ///
    /// # Errors
    /// [`Error::Malformed`] for what is no fingerprint.
    pub fn is_scanned(&self, read: &str) -> Result<bool, Error> {
        Ok(read_fingerprint(read)? == self.fingerprint())
    }
}

fn hash(parts: &[&[u8]]) -> Hash32 {
    Hash32::of(&parts.concat())
}

fn read_answer(typed: &str) -> Result<String, Error> {
    digits(typed, ANSWER_DIGITS).ok_or_else(|| wrong("an answer has six digits"))
}

fn read_fingerprint(read: &str) -> Result<&str, Error> {
    let is_hash = |body: &str| {
        body.len() == 64 && body.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'))
    };
    let read = read.trim();
    let whole = read.strip_prefix(FINGERPRINT).is_some_and(is_hash);
    whole
        .then_some(read)
        .ok_or_else(|| wrong("what was scanned is no fingerprint of Kaban"))
}

fn wrong(what: &str) -> Error {
    Error::Malformed {
        what: what.to_owned(),
    }
}

/// Exactly `count` digits, as a person types them.
fn digits(typed: &str, count: usize) -> Option<String> {
    if typed.len() > TYPED_BYTES_MAX {
        return None;
    }
    let mut found = String::new();
    for c in typed.chars() {
        match c {
            '0'..='9' => found.push(c),
            '０'..='９' => {
                found.push(char::from_digit(u32::from(c) - u32::from('０'), 10)?);
            }
            ' ' | '\u{3000}' | '-' | '\r' | '\n' | '\t' => {}
            _ => return None,
        }
    }
    (found.len() == count).then_some(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Counts up: as good as chance where only the spread matters.
    struct Counting(u32);

    impl Random for Counting {
        fn fill(&mut self, dest: &mut [u8]) {
            for chunk in dest.chunks_mut(4) {
                let hash = Hash32::of(&self.0.to_be_bytes());
                chunk.copy_from_slice(&hash.as_bytes()[..chunk.len()]);
                self.0 += 1;
            }
        }
    }

    fn request(number: u32) -> Subject {
        Subject::derive_newcomer(Hash32::of(&number.to_be_bytes()))
    }

    /// Two digits in the place of six, so that a test can grind them.
    fn two_digits(subject: &Subject, challenge: Challenge) -> u64 {
        subject.derive_answer(challenge).parse::<u64>().unwrap() % 100
    }

    #[test]
    fn digits_of_the_request_alone_can_be_ground_and_those_of_a_later_challenge_cannot() {
        let honest = request(0);
        // As it was: everybody knows the digits before the swapped request is made.
        let known = Challenge(0);
        let same = |n: &u32| two_digits(&request(*n), known) == two_digits(&honest, known);
        let ground = (1..100_000).find(same).unwrap();
        assert!(ground < 2000, "about a hundred tries: {ground}");
        // As it is: the swapped request is fixed, then the challenge is drawn.
        let (swapped, mut rng) = (request(ground), Counting(7));
        let drawn = (0..10_000).map(|_| Challenge::make(&mut rng));
        let fits = drawn.filter(|c| two_digits(&swapped, *c) == two_digits(&honest, *c));
        let fits = fits.count();
        assert!(
            (50..200).contains(&fits),
            "one in a hundred: {fits} of 10000"
        );
    }

    #[test]
    fn the_best_of_many_ground_requests_fits_hardly_more_challenges_than_any() {
        // Two hundred candidates against a thousand challenges, two digits: ten fit on average, and
        // the best of them stays far from a certain one.
        let honest = request(0);
        let best = (1..200).map(|n| {
            let swapped = request(n);
            let challenges = (0..1000).map(Challenge);
            challenges
                .filter(|c| two_digits(&swapped, *c) == two_digits(&honest, *c))
                .count()
        });
        let best = best.max().unwrap();
        assert!(best < 40, "{best} of 1000");
    }

    #[test]
    fn every_challenge_is_as_likely_as_the_other() {
        let mut rng = Counting(0);
        let mut tens = [0_u32; 10];
        for _ in 0..10_000 {
            let drawn = Challenge::make(&mut rng).to_string();
            assert_eq!(drawn.len(), CHALLENGE_DIGITS);
            tens[usize::from(drawn.as_bytes()[0] - b'0')] += 1;
        }
        assert!(tens.iter().all(|n| (850..1150).contains(n)), "{tens:?}");
    }

    #[test]
    fn the_answers_and_fingerprints_are_frozen() {
        let subject = Subject::derive_newcomer(Hash32::of(b"request"));
        let challenge = Challenge::read("0012 3456").unwrap();
        assert_eq!(subject.derive_answer(challenge), "078730");
        let hash = "FEE64BE1CF40CA18A5D33E5A7BCB17F9\
            5F102055B21C943C3F6278BC2550610C";
        assert_eq!(subject.fingerprint(), format!("{FINGERPRINT}{hash}"));
        let admin = Subject::derive_admin(&AdminSide {
            ws: WorkspaceId::from_bytes([1; 16]),
            id: VerifyKey::from_bytes([2; 32]),
            kx: [3; 32],
            member: MemberId::from_bytes([4; 16]),
            sign: VerifyKey::from_bytes([5; 32]),
            newcomer: DeviceId::from_bytes([6; 16]),
            person: MemberId::from_bytes([7; 16]),
        });
        assert_eq!(admin.derive_answer(challenge), "356237");
    }

    #[test]
    fn digits_are_read_as_people_type_them_and_nothing_else_is() {
        for typed in ["00123456", "0012 3456", "0012-3456\n", "００１２　３４５６"] {
            assert_eq!(
                Challenge::read(typed).unwrap(),
                Challenge(123_456),
                "{typed}"
            );
        }
        let long = "0".repeat(1 << 20);
        for typed in [
            "",
            "1234567",
            "123456789",
            "1234567a",
            "-1",
            "一二三",
            &long,
        ] {
            assert!(Challenge::read(typed).is_err());
            assert!(request(1).is_answered(Challenge(1), typed).is_err());
        }
    }

    #[test]
    fn a_fingerprint_is_read_whole_or_not_at_all() {
        let (subject, other) = (request(1), request(2));
        let shown = subject.fingerprint();
        assert!(subject.is_scanned(&format!(" {shown}\n")).unwrap());
        assert!(!other.is_scanned(&shown).unwrap());
        let long = format!("{shown}{}", "0".repeat(1 << 20));
        for read in [
            "",
            "123456",
            &shown[..shown.len() - 1],
            &shown.to_lowercase(),
            &long,
        ] {
            assert!(subject.is_scanned(read).is_err());
        }
    }
}
