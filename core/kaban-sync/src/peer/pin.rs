//! Which relay is meant: the one whose key the association has pinned; before that the first this
//! device met.
//!
//! The first admin who meets a relay pins it for everybody. When another answers, nothing is
//! exchanged: either somebody stands in between, or the relay was set up anew. Which of the two,
//! only a person can find out; who did says so with [`Workspace::trust_relay`]. An admin pins the
//! new key with it; on another device it opens the way to the new relay, where the admin's record
//! lies, and counts as long as the pin it disagrees with is the present one.

use kaban_proto::codec::{Reader, Wire, Writer};
use kaban_proto::relay_api::Token;
use kaban_proto::sign::VerifyKey;
use kaban_vault::store::Scope;

use crate::acts::Act;
use crate::error::Error;
use crate::workspace::{Cx, Session, Workspace};

const RELAY_ROWS: &str = "relay";
/// How long a kept token has to be good for still, milliseconds.
const TOKEN_LEFT_MS: u64 = 60_000;

/// What this device knows of the relay before it meets it.
#[derive(Default)]
pub(super) struct Known {
    /// The key that it has to have, if one is known.
    pub(super) key: Option<VerifyKey>,
    /// A token of that relay that is still good.
    pub(super) token: Option<Token>,
}

impl Known {
    /// Whether a relay with that key is the one meant.
    pub(super) fn check(&self, met: &VerifyKey) -> Result<(), Error> {
        match self.key {
            Some(key) if key != *met => {
                let what = format!("OtherRelay: key {met} answers, key {key} is known");
                Err(Error::Peer { what })
            }
            _ => Ok(()),
        }
    }
}

impl Workspace {
    /// Takes up the key of a relay that was set up anew, as a person has it from whoever runs the
    /// relay. An admin pins it for everybody.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn trust_relay(&mut self, key: &VerifyKey, cx: &mut Cx<'_>) -> Result<(), Error> {
        self.write(|session| session.trust_relay(key, cx))
    }

    /// Pins the relay that was met, if none is and this is an admin's device; whether it did.
    pub(super) fn pin_relay(&mut self, met: &VerifyKey, cx: &mut Cx<'_>) -> Result<bool, Error> {
        let association = self.association();
        if association.relay().is_some() || !association.is_admin(self.member()) {
            return Ok(false);
        }
        self.write(|session| session.trust_relay(met, cx))?;
        Ok(true)
    }
}

impl Session<'_, '_> {
    /// As [`Workspace::trust_relay`], within a transaction.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn trust_relay(&mut self, key: &VerifyKey, cx: &mut Cx<'_>) -> Result<(), Error> {
        let pinned = self.state.association.relay();
        if pinned == Some(*key) {
            return Ok(());
        }
        if self.state.association.is_admin(self.state.me.member) {
            let act = Act::RelayKey {
                key: *key,
                replaces: pinned,
            };
            return self.declare(cx, vec![act]).map(drop);
        }
        let mut row = Writer::new();
        pinned.put(&mut row);
        key.put(&mut row);
        let row = row.finish();
        self.tx
            .put_row(&Scope::Device, RELAY_ROWS, b"", b"trusted", &row)
            .map_err(Error::from)
    }

    /// The relay this device is to meet, and a token that is still good for a minute.
    pub(super) fn known_relay(&mut self, cx: &Cx<'_>) -> Result<Known, Error> {
        let met = self.tx.get_row(RELAY_ROWS, b"", b"key")?;
        let met = met.map(|key| VerifyKey::decode(&key)).transpose();
        let met = met.map_err(|_| Error::Internal("the relay row does not read"))?;
        let pinned = self.state.association.relay();
        let key = self.trusted_relay(pinned)?.or(pinned).or(met);
        if key != met {
            return Ok(Known { key, token: None });
        }
        let token = self.tx.get_row(RELAY_ROWS, b"", b"token")?;
        let token = token.and_then(|bytes| Token::decode(&bytes).ok());
        let now = u64::try_from(cx.now.timestamp_millis()).unwrap_or(0);
        let token = token.filter(|token| token.until_ms > now + TOKEN_LEFT_MS);
        Ok(Known { key, token })
    }

    /// What a person said on this device, if it was about the pin that stands.
    fn trusted_relay(&mut self, pinned: Option<VerifyKey>) -> Result<Option<VerifyKey>, Error> {
        let Some(row) = self.tx.get_row(RELAY_ROWS, b"", b"trusted")? else {
            return Ok(None);
        };
        let read = || {
            let mut reader = Reader::new(&row);
            let about: Option<VerifyKey> = Wire::take(&mut reader)?;
            Ok((about, VerifyKey::take(&mut reader)?))
        };
        let read: Result<_, kaban_proto::DecodeError> = read();
        let (about, key) =
            read.map_err(|_| Error::Internal("the row of a trusted relay does not read"))?;
        Ok((about == pinned).then_some(key))
    }

    pub(super) fn keep_relay_session(
        &mut self,
        key: &VerifyKey,
        token: &Token,
    ) -> Result<(), Error> {
        self.tx
            .put_row(&Scope::Device, RELAY_ROWS, b"", b"key", &key.encode())?;
        self.tx
            .put_row(&Scope::Device, RELAY_ROWS, b"", b"token", &token.encode())?;
        Ok(())
    }
}
