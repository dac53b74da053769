//! Why a record does not enter the log, now or ever.

use crate::codec::DecodeError;
use crate::ids::{DeviceId, WorkspaceId};

/// Why a record was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The envelope is of another kind.
    #[error("not a record")]
    NotARecord,
    /// The envelope belongs to another workspace.
    #[error("record of workspace {0}")]
    OtherWorkspace(WorkspaceId),
    /// The body is not a record body.
    #[error("record body")]
    Body(#[from] DecodeError),
    /// A record without parents that does not found this workspace.
    #[error("not the genesis of this workspace: {0}")]
    Genesis(&'static str),
    /// `members_head` of a record is its first parent.
    #[error("members head is not the first parent")]
    MembersHead,
    /// `seq` and `prev` do not continue the author's chain within the record's ancestors.
    #[error("does not continue the author's chain")]
    Chain,
    /// The ancestors do not know the author.
    #[error("unknown author {0}")]
    UnknownAuthor(DeviceId),
    /// The ancestors already removed the author.
    #[error("removed author {0}")]
    RemovedAuthor(DeviceId),
    /// The ancestors have suspended the author, and the record lets in, gives rights, or lifts a
    /// suspension.
    #[error("suspended author {0}")]
    SuspendedAuthor(DeviceId),
    /// The author's identity key did not sign it.
    #[error("signature does not verify")]
    Signature,
    /// The author lacks the right for what the clear part does.
    #[error("author {0} has no right to do this")]
    Right(DeviceId),
    /// The clear part names a device that the ancestors do not know.
    #[error("unknown device {0}")]
    UnknownDevice(DeviceId),
    /// A removed device is added again: it needs new keys.
    #[error("device {0} was removed")]
    RemovedDevice(DeviceId),
    /// Too many records wait for parents that never came.
    #[error("too many records wait for their parents")]
    ParkingFull,
    /// The author has used up its share of the log, or has too many branches.
    #[error("author {0} has used up its share")]
    AuthorFull(DeviceId),
    /// There are as many device acts of this kind, or bytes, as the log takes.
    #[error("the log is full")]
    LogFull,
}
