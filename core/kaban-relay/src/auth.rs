//! Nonces and tokens that the relay need not remember: each carries a MAC under a key that only the relay has.
//!
//! A token is bound to the device's transport key, so it ends when that key is replaced. That a device was suspended
//! or removed is asked of the record log at every request, never of the token.

use hmac::{Hmac, KeyInit, Mac};
use kaban_proto::relay_api::{ApiCode, Challenge, ChallengeRequest, Token};
use kaban_proto::{DeviceId, Random, Reader, VerifyKey, Wire, WorkspaceId, Writer, random};
use sha2::Sha256;
use zeroize::Zeroizing;

const NONCE_DOMAIN: &[u8] = b"kaban/relay-nonce/1";
const TOKEN_DOMAIN: &[u8] = b"kaban/relay-token/1";

/// Makes and checks nonces and tokens.
pub(crate) struct Gate {
    key: Zeroizing<[u8; 32]>,
    challenge_ms: u64,
    token_ms: u64,
}

/// Whom a token speaks for; it still has to be checked against the device's transport key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bearer {
    pub(crate) ws: WorkspaceId,
    pub(crate) device: DeviceId,
    until_ms: u64,
}

impl Gate {
    pub(crate) fn new(key: Zeroizing<[u8; 32]>, challenge_ms: u64, token_ms: u64) -> Self {
        Self {
            key,
            challenge_ms,
            token_ms,
        }
    }

    /// `time ‖ 16 random bytes ‖ MAC(time, random, ws, device)`.
    pub(crate) fn challenge(
        &self,
        asked: ChallengeRequest,
        now_ms: u64,
        rng: &mut dyn Random,
    ) -> Challenge {
        let mut w = Writer::new();
        now_ms.put(&mut w);
        random::bytes::<16>(rng).put(&mut w);
        let head = w.finish();
        let mac = self.nonce_mac(asked, &head).finalize().into_bytes();
        Challenge {
            nonce: [head.as_slice(), &mac].concat(),
        }
    }

    /// Whether the nonce is ours, for this device, and still fresh.
    pub(crate) fn check_nonce(
        &self,
        asked: ChallengeRequest,
        nonce: &[u8],
        now_ms: u64,
    ) -> Result<(), ApiCode> {
        let (head, mac) = nonce.split_at_checked(24).ok_or(ApiCode::BadProof)?;
        self.nonce_mac(asked, head)
            .verify_slice(mac)
            .map_err(|_| ApiCode::BadProof)?;
        let made_ms = u64::take(&mut Reader::new(head)).map_err(|_| ApiCode::BadProof)?;
        let fresh = now_ms
            .checked_sub(made_ms)
            .is_some_and(|age| age < self.challenge_ms);
        if fresh {
            Ok(())
        } else {
            Err(ApiCode::BadProof)
        }
    }

    /// `ws ‖ device ‖ end ‖ MAC(ws, device, end, transport key)`.
    pub(crate) fn token(
        &self,
        ws: WorkspaceId,
        device: DeviceId,
        transport: &VerifyKey,
        now_ms: u64,
    ) -> Token {
        let until_ms = now_ms.saturating_add(self.token_ms);
        let bearer = Bearer {
            ws,
            device,
            until_ms,
        };
        let mac = self.token_mac(&bearer, transport).finalize().into_bytes();
        Token {
            secret: [bearer.bytes().as_slice(), &mac].concat(),
            until_ms,
        }
    }

    /// Whom a token claims to speak for.
    pub(crate) fn read_token(secret: &[u8]) -> Result<(Bearer, &[u8]), ApiCode> {
        let mut r = Reader::new(secret);
        let mut read = || {
            Ok(Bearer {
                ws: Wire::take(&mut r)?,
                device: Wire::take(&mut r)?,
                until_ms: Wire::take(&mut r)?,
            })
        };
        let bearer: Result<Bearer, kaban_proto::DecodeError> = read();
        let bearer = bearer.map_err(|_| ApiCode::BadToken)?;
        Ok((bearer, &secret[r.at()..]))
    }

    /// Whether the token is ours, for that transport key, and has not ended.
    pub(crate) fn check_token(
        &self,
        bearer: &Bearer,
        mac: &[u8],
        transport: &VerifyKey,
        now_ms: u64,
    ) -> Result<(), ApiCode> {
        self.token_mac(bearer, transport)
            .verify_slice(mac)
            .map_err(|_| ApiCode::BadToken)?;
        if now_ms < bearer.until_ms {
            Ok(())
        } else {
            Err(ApiCode::BadToken)
        }
    }

    fn nonce_mac(&self, asked: ChallengeRequest, head: &[u8]) -> Hmac<Sha256> {
        self.mac(&[
            NONCE_DOMAIN,
            asked.ws.as_bytes(),
            asked.device.as_bytes(),
            head,
        ])
    }

    fn token_mac(&self, bearer: &Bearer, transport: &VerifyKey) -> Hmac<Sha256> {
        self.mac(&[TOKEN_DOMAIN, &bearer.bytes(), transport.as_bytes()])
    }

    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_slice())
            .expect("HMAC takes a key of any length");
        parts.iter().for_each(|part| mac.update(part));
        mac
    }
}

impl Bearer {
    fn bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        self.ws.put(&mut w);
        self.device.put(&mut w);
        self.until_ms.put(&mut w);
        w.finish()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use kaban_proto::OsRandom;

    fn gate() -> Gate {
        Gate::new(Zeroizing::new([7; 32]), 60_000, 600_000)
    }

    fn asked(device: u8) -> ChallengeRequest {
        ChallengeRequest {
            ws: WorkspaceId::from_bytes([1; 16]),
            device: DeviceId::from_bytes([device; 16]),
        }
    }

    #[test]
    fn a_nonce_is_fresh_for_a_minute_and_for_its_device() {
        let nonce = gate().challenge(asked(1), 1_000, &mut OsRandom).nonce;
        assert_eq!(gate().check_nonce(asked(1), &nonce, 60_999), Ok(()));
        assert_eq!(
            gate().check_nonce(asked(1), &nonce, 61_000),
            Err(ApiCode::BadProof)
        );
        assert_eq!(
            gate().check_nonce(asked(1), &nonce, 999),
            Err(ApiCode::BadProof)
        );
        assert_eq!(
            gate().check_nonce(asked(2), &nonce, 1_000),
            Err(ApiCode::BadProof)
        );
    }

    #[test]
    fn a_flipped_or_cut_nonce_is_refused() {
        let nonce = gate().challenge(asked(1), 1_000, &mut OsRandom).nonce;
        for at in 0..nonce.len() {
            let mut flipped = nonce.clone();
            flipped[at] ^= 1;
            assert!(gate().check_nonce(asked(1), &flipped, 1_000).is_err());
            assert!(gate().check_nonce(asked(1), &nonce[..at], 1_000).is_err());
        }
    }

    #[test]
    fn a_token_ends_and_is_bound_to_the_transport_key() {
        let transport = VerifyKey::from_bytes([3; 32]);
        let token = gate().token(asked(1).ws, asked(1).device, &transport, 1_000);
        assert_eq!(
            (token.secret.len(), token.until_ms),
            (16 + 16 + 8 + 32, 601_000)
        );
        let (bearer, mac) = Gate::read_token(&token.secret).unwrap();
        assert_eq!((bearer.ws, bearer.device), (asked(1).ws, asked(1).device));
        assert_eq!(
            gate().check_token(&bearer, mac, &transport, 600_999),
            Ok(())
        );
        assert_eq!(
            gate().check_token(&bearer, mac, &transport, 601_000),
            Err(ApiCode::BadToken)
        );
        assert!(
            gate()
                .check_token(&bearer, mac, &VerifyKey::from_bytes([4; 32]), 1_000)
                .is_err()
        );
        let longer = Bearer {
            until_ms: u64::MAX,
            ..bearer
        };
        assert!(gate().check_token(&longer, mac, &transport, 1_000).is_err());
        assert!(
            gate()
                .check_token(&bearer, &mac[1..], &transport, 1_000)
                .is_err()
        );
        assert!(Gate::read_token(&token.secret[..39]).is_err());
    }
}
