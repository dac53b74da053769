//! The rows that say which epochs there are and how they hang together, so that a write looks at
//! the few that matter and not at all that ever were.
//!
//! `epoch` has one row for each epoch that was judged right. `epoch_child` says who follows whom
//! and carries whose key. `epoch_loose` names those that somebody still has to follow or to carry: the
//! ones no epoch follows, and those whose key is held here and carried by none.

use kaban_proto::codec::Wire;
use kaban_proto::ids::{DocTag, EpochId};
use kaban_vault::store::Scope;

use super::Session;
use super::epoch_info::EpochInfo;
use super::epochs::{EPOCHS, key_row};
use crate::error::Error;

pub(super) const CHILDREN: &str = "epoch_child";
pub(super) const LOOSE: &str = "epoch_loose";

/// An epoch that somebody still has to follow or to carry.
#[derive(Clone, Debug)]
pub(super) struct Loose {
    pub info: EpochInfo,
    /// Whether an epoch follows it, without its key.
    pub followed: bool,
    /// Whether its key is held here.
    pub held: bool,
}

impl Session<'_, '_> {
    /// An epoch that was judged right.
    pub(super) fn info(&mut self, tag: DocTag, epoch: EpochId) -> Result<Option<EpochInfo>, Error> {
        let row = self.tx.get_row(EPOCHS, tag.as_bytes(), epoch.as_bytes())?;
        row.map(|bytes| read_info(&bytes)).transpose()
    }

    /// Every epoch of a document or group: for what happens seldom.
    pub(super) fn all_epochs(&mut self, tag: DocTag) -> Result<Vec<EpochInfo>, Error> {
        let rows = self.tx.list_rows(EPOCHS, tag.as_bytes())?;
        rows.into_iter()
            .map(|(_, bytes)| read_info(&bytes))
            .collect()
    }

    pub(super) fn put_info(&mut self, tag: DocTag, info: &EpochInfo) -> Result<(), Error> {
        self.tx.put_row(
            &Scope::Device,
            EPOCHS,
            tag.as_bytes(),
            info.id.as_bytes(),
            &info.encode(),
        )?;
        Ok(())
    }

    /// Those that somebody still has to follow or to carry.
    pub(super) fn loose(&mut self, tag: DocTag) -> Result<Vec<Loose>, Error> {
        let mut all = Vec::new();
        for (id, followed) in self.tx.list_rows(LOOSE, tag.as_bytes())? {
            let epoch = read_id(&id)?;
            let info = self
                .info(tag, epoch)?
                .ok_or(Error::Internal("a loose epoch is not there"))?;
            let held = self.holds(tag, epoch)?;
            all.push(Loose {
                info,
                followed: followed.first() == Some(&1),
                held,
            });
        }
        Ok(all)
    }

    /// Notes a new epoch, its place among the others, and that it follows its parents.
    pub(super) fn note_epoch(&mut self, tag: DocTag, info: &EpochInfo) -> Result<(), Error> {
        self.put_info(tag, info)?;
        for (parent, carries) in &info.parents {
            self.tx.put_row(
                &Scope::Device,
                CHILDREN,
                &children_of(tag, *parent),
                info.id.as_bytes(),
                &[u8::from(*carries)],
            )?;
            let still = !*carries && self.holds(tag, *parent)?;
            let row = (tag.as_bytes(), parent.as_bytes());
            if still && self.tx.get_row(LOOSE, row.0, row.1)?.is_some() {
                self.set_loose(tag, *parent, true)?;
            } else if !still {
                self.tx.delete_row(LOOSE, row.0, row.1)?;
            }
        }
        self.place(tag, info.id)
    }

    /// A child does not carry the key that it says it carries: somebody else has to.
    pub(super) fn not_carried(
        &mut self,
        tag: DocTag,
        parent: EpochId,
        child: EpochId,
    ) -> Result<(), Error> {
        let children = children_of(tag, parent);
        self.tx
            .put_row(&Scope::Device, CHILDREN, &children, child.as_bytes(), &[0])?;
        if self.info(tag, parent)?.is_some() && self.holds(tag, parent)? {
            self.set_loose(tag, parent, true)?;
        }
        Ok(())
    }

    /// The epochs that follow one, and whether they carry its key.
    pub(super) fn children(
        &mut self,
        tag: DocTag,
        parent: EpochId,
    ) -> Result<Vec<(EpochId, bool)>, Error> {
        let rows = self.tx.list_rows(CHILDREN, &children_of(tag, parent))?;
        rows.into_iter()
            .map(|(id, carries)| Ok((read_id(&id)?, carries.first() == Some(&1))))
            .collect()
    }

    /// Puts an epoch among the loose ones, or takes it from there: when it or its key comes.
    pub(super) fn place(&mut self, tag: DocTag, epoch: EpochId) -> Result<(), Error> {
        if self.info(tag, epoch)?.is_none() {
            return Ok(());
        }
        let children = self.children(tag, epoch)?;
        let followed = !children.is_empty();
        let carried = children.iter().any(|(_, carries)| *carries);
        if carried || (followed && !self.holds(tag, epoch)?) {
            self.tx
                .delete_row(LOOSE, tag.as_bytes(), epoch.as_bytes())?;
            return Ok(());
        }
        self.set_loose(tag, epoch, followed)
    }

    fn set_loose(&mut self, tag: DocTag, epoch: EpochId, followed: bool) -> Result<(), Error> {
        let (tag, epoch) = (tag.as_bytes(), epoch.as_bytes());
        self.tx
            .put_row(&Scope::Device, LOOSE, tag, epoch, &[u8::from(followed)])?;
        Ok(())
    }

    fn holds(&mut self, tag: DocTag, epoch: EpochId) -> Result<bool, Error> {
        let collection = self.keys_of(tag);
        Ok(key_row(self.tx, collection, tag, epoch)?.is_some())
    }
}

fn children_of(tag: DocTag, parent: EpochId) -> Vec<u8> {
    [tag.as_bytes().as_slice(), parent.as_bytes()].concat()
}

fn read_info(bytes: &[u8]) -> Result<EpochInfo, Error> {
    EpochInfo::decode(bytes).map_err(|_| Error::Internal("an epoch row does not read"))
}

fn read_id(bytes: &[u8]) -> Result<EpochId, Error> {
    let id = bytes
        .try_into()
        .map_err(|_| Error::Internal("the name of an epoch has a wrong size"))?;
    Ok(EpochId::from_bytes(id))
}
