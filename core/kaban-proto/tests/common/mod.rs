//! Devices with seeded keys and the records they sign.
#![allow(clippy::unwrap_used, dead_code)]

use kaban_proto::{
    Clear, DeviceId, DeviceKeys, DocTag, EpochId, Hash32, Header, Inserted, Kind, MemberId,
    RecordBody, RecordLog, Rights, SealedEnvelope, SigningKey, WorkspaceId, record,
};

#[derive(Clone)]
pub struct Dev {
    pub key: SigningKey,
    pub keys: DeviceKeys,
}

impl Dev {
    pub fn new(seed: u8, rights: Rights) -> Self {
        let key = SigningKey::from_seed([seed; 32]);
        let transport = SigningKey::from_seed([seed ^ 0x80; 32]).verify_key();
        let keys = DeviceKeys {
            id: key.verify_key(),
            kx: [seed; 32],
            transport,
            rights,
        };
        Self { key, keys }
    }

    pub fn id(&self) -> DeviceId {
        self.keys.device_id()
    }
}

pub fn log_of(all: &[SealedEnvelope]) -> RecordLog {
    let mut log = RecordLog::found(all[0].clone()).unwrap();
    for envelope in &all[1..] {
        assert_eq!(log.insert(envelope.clone()), Ok(Inserted::New));
    }
    log
}

pub fn genesis(founder: &Dev) -> SealedEnvelope {
    let clear = Clear::Found {
        device: founder.keys,
        relay: None,
    };
    let member = MemberId::from_bytes([1; 16]);
    let ws = record::genesis_workspace(&clear, b"", &member);
    sign(
        Header {
            ws,
            ..first_header(founder)
        },
        founder,
        vec![],
        clear,
    )
}

/// A record by `author` that continues its newest record in `all`.
pub fn record(
    all: &[SealedEnvelope],
    author: &Dev,
    parents: &[Hash32],
    clear: Clear,
) -> SealedEnvelope {
    let last = all
        .iter()
        .filter(|e| e.header().author == author.id())
        .max_by_key(|e| e.header().seq);
    record_after(all[0].header().ws, last, author, parents, clear)
}

/// A record by `author` that continues `last`.
pub fn record_after(
    ws: WorkspaceId,
    last: Option<&SealedEnvelope>,
    author: &Dev,
    parents: &[Hash32],
    clear: Clear,
) -> SealedEnvelope {
    record_at_epoch(ws, last, author, parents, clear, 0)
}

/// The same with a number in it, so that two of one content are two.
pub fn record_at_epoch(
    ws: WorkspaceId,
    last: Option<&SealedEnvelope>,
    author: &Dev,
    parents: &[Hash32],
    clear: Clear,
    epoch: u64,
) -> SealedEnvelope {
    let mut parents = parents.to_vec();
    parents.sort_unstable();
    let mut number = [0; 16];
    number[8..].copy_from_slice(&epoch.to_be_bytes());
    let header = Header {
        ws,
        seq: last.map_or(1, |e| e.header().seq + 1),
        prev: last.map_or(Hash32::ZERO, SealedEnvelope::hash),
        members_head: parents[0],
        epoch: EpochId::from_bytes(number),
        ..first_header(author)
    };
    sign(header, author, parents, clear)
}

fn first_header(author: &Dev) -> Header {
    Header {
        kind: Kind::Record,
        ws: WorkspaceId::from_bytes([0; 16]),
        doc: DocTag::RECORDS,
        author: author.id(),
        seq: 1,
        prev: Hash32::ZERO,
        epoch: EpochId::from_bytes([0; 16]),
        members_head: Hash32::ZERO,
    }
}

fn sign(header: Header, author: &Dev, parents: Vec<Hash32>, clear: Clear) -> SealedEnvelope {
    let member = MemberId::from_bytes([1; 16]);
    let body = RecordBody::sign(&header, parents, clear, vec![], member, &author.key).unwrap();
    SealedEnvelope::sign(header, kaban_proto::Wire::encode(&body), &author.key).unwrap()
}
