//! What the writer begins with: every workspace that reads, and a word for each that does not.

use super::workspace::Workspace;
use crate::board::{Board, SetAside};
use crate::store::{self, WorkspaceRow};
use kaban_proto::WorkspaceId;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Loads all workspaces and posts what became of each. A row that says it is another workspace than
/// its genesis says comes after the others, so that it cannot take the place of the one it took the
/// genesis of.
pub(super) fn load_all(
    db: &Connection,
    board: &Board,
) -> Result<BTreeMap<WorkspaceId, Workspace>, rusqlite::Error> {
    let mut workspaces = BTreeMap::new();
    let mut renamed = Vec::new();
    for row in store::workspaces(db, None)? {
        match Workspace::load(db, &row) {
            Ok(workspace) if row.ws == Some(workspace.ws()) => {
                take_in(db, board, &mut workspaces, &row, workspace);
            }
            Ok(workspace) => renamed.push((row, workspace)),
            Err(damage) => set_aside(board, &row, damage),
        }
    }
    for (row, workspace) in renamed {
        if workspaces.contains_key(&workspace.ws()) {
            set_aside(board, &row, "its genesis is another workspace's".to_owned());
        } else {
            take_in(db, board, &mut workspaces, &row, workspace);
        }
    }
    Ok(workspaces)
}

/// The workspace with that id as it lies on disk; `None` if there is none, or none that reads,
/// which is set aside.
pub(super) fn load_one(db: &Connection, board: &Board, ws: &WorkspaceId) -> Option<Workspace> {
    let row = store::workspaces(db, Some(ws)).ok()?.into_iter().next()?;
    match Workspace::load(db, &row) {
        Ok(workspace) => Some(workspace),
        Err(damage) => {
            set_aside(board, &row, damage);
            None
        }
    }
}

fn take_in(
    db: &Connection,
    board: &Board,
    workspaces: &mut BTreeMap<WorkspaceId, Workspace>,
    row: &WorkspaceRow,
    workspace: Workspace,
) {
    let ws = workspace.ws();
    match store::mend_workspace(db, row, &ws, workspace.position) {
        Ok(()) => {
            board.post(ws, workspace.posted());
            workspaces.insert(ws, workspace);
        }
        Err(_) => set_aside(board, row, "its row cannot be mended".to_owned()),
    }
}

fn set_aside(board: &Board, row: &WorkspaceRow, what: String) {
    board.set_aside(SetAside {
        row: row.row,
        ws: row.ws,
        what,
    });
}
