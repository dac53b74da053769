//! How a device shows the relay that it is one: it signs a nonce with its transport key and gets a token.

use crate::codec::{DecodeError, Reader, Wire, Writer};
use crate::ids::{DeviceId, WorkspaceId};
use crate::sign::{BadSignature, Signature, SigningKey, VerifyKey};
use std::fmt::Write as _;

/// Longest nonce or token, in bytes.
pub const NONCE_BYTES_MAX: usize = 128;
const DOMAIN: &str = "kaban/relay-auth/1";

/// Asks for a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChallengeRequest {
    /// The workspace.
    pub ws: WorkspaceId,
    /// The device that will sign.
    pub device: DeviceId,
}

impl Wire for ChallengeRequest {
    fn put(&self, w: &mut Writer) {
        let Self { ws, device } = self;
        ws.put(w);
        device.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            ws: Wire::take(r)?,
            device: Wire::take(r)?,
        })
    }
}

/// A nonce for one workspace and device; the relay remembers nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What to sign; opaque to the device, at most [`NONCE_BYTES_MAX`].
    pub nonce: Vec<u8>,
}

impl Wire for Challenge {
    fn put(&self, w: &mut Writer) {
        w.bytes(&self.nonce);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            nonce: r.bytes(NONCE_BYTES_MAX, "nonce")?.to_vec(),
        })
    }
}

/// The signed nonce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// The workspace the challenge was for.
    pub ws: WorkspaceId,
    /// The device the challenge was for.
    pub device: DeviceId,
    /// The nonce as it came.
    pub nonce: Vec<u8>,
    /// By the device's transport key, `"kaban/relay-auth/1"` over relay key ‖ nonce.
    pub signature: Signature,
}

impl TokenRequest {
    /// Signs a challenge of the relay that has this key. A nonce passed on by another relay is worth nothing here.
    #[must_use]
    pub fn sign(
        asked: ChallengeRequest,
        challenge: Challenge,
        relay: &VerifyKey,
        transport: &SigningKey,
    ) -> Self {
        let signature = transport.sign(DOMAIN, &[relay.as_bytes(), &challenge.nonce]);
        Self {
            ws: asked.ws,
            device: asked.device,
            nonce: challenge.nonce,
            signature,
        }
    }

    /// Checks the signature; whether the nonce is the relay's own is the relay's to check.
    ///
    /// # Errors
    /// When it is not by `transport` for `relay`.
    pub fn verify(&self, relay: &VerifyKey, transport: &VerifyKey) -> Result<(), BadSignature> {
        transport.verify(DOMAIN, &[relay.as_bytes(), &self.nonce], &self.signature)
    }
}

impl Wire for TokenRequest {
    fn put(&self, w: &mut Writer) {
        let Self {
            ws,
            device,
            nonce,
            signature,
        } = self;
        ws.put(w);
        device.put(w);
        w.bytes(nonce);
        signature.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            ws: Wire::take(r)?,
            device: Wire::take(r)?,
            nonce: r.bytes(NONCE_BYTES_MAX, "nonce")?.to_vec(),
            signature: Wire::take(r)?,
        })
    }
}

/// Lets its bearer speak for a device until it ends, or until the device is suspended or removed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The secret, at most [`NONCE_BYTES_MAX`] bytes.
    pub secret: Vec<u8>,
    /// When it ends by the relay's clock, in milliseconds since 1970-01-01 UTC.
    pub until_ms: u64,
}

impl Token {
    /// The secret as hexadecimal digits, for the `Authorization` header behind `Bearer `.
    #[must_use]
    pub fn bearer(&self) -> String {
        self.secret.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// Reads what [`Token::bearer`] wrote.
#[must_use]
pub fn parse_bearer(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || text.len() > 2 * NONCE_BYTES_MAX {
        return None;
    }
    let mut secret = vec![0; text.len() / 2];
    crate::ids::parse_hex(text, &mut secret)
        .ok()
        .map(|()| secret)
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token(until {})", self.until_ms)
    }
}

impl Wire for Token {
    fn put(&self, w: &mut Writer) {
        w.bytes(&self.secret);
        self.until_ms.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            secret: r.bytes(NONCE_BYTES_MAX, "token")?.to_vec(),
            until_ms: Wire::take(r)?,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_token_request_is_for_one_relay_and_nonce() {
        let (relay, other) = (
            SigningKey::from_seed([1; 32]).verify_key(),
            SigningKey::from_seed([2; 32]).verify_key(),
        );
        let transport = SigningKey::from_seed([3; 32]);
        let asked = ChallengeRequest {
            ws: WorkspaceId::from_bytes([4; 16]),
            device: DeviceId::from_bytes([5; 16]),
        };
        let request =
            TokenRequest::sign(asked, Challenge { nonce: vec![6; 56] }, &relay, &transport);
        assert_eq!(request.verify(&relay, &transport.verify_key()), Ok(()));
        assert_eq!(
            request.verify(&other, &transport.verify_key()),
            Err(BadSignature)
        );
        assert_eq!(TokenRequest::decode(&request.encode()).unwrap(), request);
        let renonced = TokenRequest {
            nonce: vec![7; 56],
            ..request
        };
        assert_eq!(
            renonced.verify(&relay, &transport.verify_key()),
            Err(BadSignature)
        );
    }

    #[test]
    fn a_bearer_text_reads_back_and_hides_in_debug() {
        let token = Token {
            secret: vec![0, 255, 16],
            until_ms: 7,
        };
        assert_eq!(token.bearer(), "00ff10");
        assert_eq!(parse_bearer("00ff10"), Some(token.secret.clone()));
        assert_eq!(format!("{token:?}"), "Token(until 7)");
        for bad in ["0", "zz", "00FF", &"0".repeat(258)] {
            assert_eq!(parse_bearer(bad), None);
        }
    }
}
