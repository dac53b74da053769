//! Stores and values the tests share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kaban_proto::{
    DeviceId, DocTag, EpochId, Hash32, Kind, MemberId, OsRandom, SealedEnvelope, SigningKey,
    WorkspaceId,
};
use kaban_vault::audit::{AuditEntry, AuditEvent, AuditOutcome};
use kaban_vault::store::{DATABASE_FILE, Durability, Store, Tx};
use kaban_vault::{Error, FileKeyVault, KdfCost, KeyVault, SlotSecrets};

pub const PASSPHRASE: &[u8] = b"seven wet mountain roads";
pub const MEMBER: MemberId = MemberId::from_bytes([1; 16]);
pub const COLLEAGUE: MemberId = MemberId::from_bytes([2; 16]);
pub const DOC: DocTag = DocTag::from_bytes([7; 16]);
pub const PATIENT: [u8; 16] = [0x50; 16];
pub const LEASE: [u8; 16] = [0x1e; 16];

/// A folder with a store and the keystore beside it.
pub struct Desk {
    pub dir: tempfile::TempDir,
    pub keys: Arc<dyn KeyVault>,
}

impl Desk {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let keys = Arc::new(FileKeyVault::open(&dir.path().join("keys")).unwrap());
        Self { dir, keys }
    }

    pub fn folder(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    pub fn database(&self) -> PathBuf {
        self.folder().join(DATABASE_FILE)
    }

    /// A new store with one slot, unlocked.
    pub fn create(&self) -> Store {
        let mut store =
            Store::create(&self.folder(), Arc::clone(&self.keys), &mut OsRandom).unwrap();
        let secrets = SlotSecrets::make(MEMBER, &mut OsRandom);
        store
            .add_slot(&secrets, PASSPHRASE, KdfCost::FLOOR, &mut OsRandom)
            .unwrap();
        store.unlock(None, PASSPHRASE).unwrap();
        store
    }

    pub fn open(&self) -> Result<Store, Error> {
        Store::open(&self.folder(), Arc::clone(&self.keys))
    }

    pub fn unlocked(&self) -> Store {
        let mut store = self.open().unwrap();
        store.unlock(None, PASSPHRASE).unwrap();
        store
    }

    /// Runs statements on the file itself, as someone would who holds the phone's memory.
    pub fn meddle(&self, sql: &str) -> usize {
        let conn = rusqlite::Connection::open(self.database()).unwrap();
        conn.execute(sql, []).unwrap()
    }
}

pub fn write<T>(
    store: &mut Store,
    body: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    store.transact(Durability::Full, body)
}

pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// One envelope of a chain.
pub fn envelope(author: u8, seq: u64, prev: Hash32, body: &[u8]) -> SealedEnvelope {
    let header = kaban_proto::Header {
        kind: Kind::Data,
        ws: WorkspaceId::from_bytes([6; 16]),
        doc: DOC,
        author: DeviceId::from_bytes([author; 16]),
        seq,
        prev,
        epoch: EpochId::from_bytes([5; 16]),
        members_head: Hash32::ZERO,
    };
    SealedEnvelope::sign(header, body.to_vec(), &SigningKey::from_seed([author; 32])).unwrap()
}

/// A chain of envelopes by one author, from 1.
pub fn chain(author: u8, len: u64) -> Vec<SealedEnvelope> {
    let mut out: Vec<SealedEnvelope> = Vec::new();
    for seq in 1..=len {
        let prev = out.last().map_or(Hash32::ZERO, SealedEnvelope::hash);
        out.push(envelope(author, seq, prev, &[author, seq as u8, 0x5e]));
    }
    out
}

pub fn act(event: AuditEvent, patient: Option<[u8; 16]>) -> AuditEntry {
    AuditEntry {
        wall_ms: 1_790_000_000_000,
        offset_minutes: 540,
        member: MEMBER,
        device: DeviceId::from_bytes([3; 16]),
        event,
        patient,
        documents: vec![DOC],
        count: 1,
        outcome: AuditOutcome::Done,
    }
}

/// SQL for a blob column with one byte changed, counted from 1.
pub fn changed(column: &str, at: usize) -> String {
    format!(
        "CAST(substr({column}, 1, {at} - 1) \
         || CASE WHEN substr({column}, {at}, 1) = x'00' THEN x'01' ELSE x'00' END \
         || substr({column}, {at} + 1) AS BLOB)"
    )
}
