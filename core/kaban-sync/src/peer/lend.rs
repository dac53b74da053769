//! How a synchronisation comes by the workspace: lent for one step, given back before the next
//! answer is waited for, so that a screen is never kept waiting by a network.

use crate::error::Error;
use crate::workspace::{Cx, Workspace};

/// Lends the workspace, and what it needs from outside, for one step.
pub trait Lend: Send {
    /// What a step, or the lending itself, can fail with: a bag may have been locked meanwhile.
    type Error: From<Error>;

    /// Runs one step.
    ///
    /// # Errors
    /// Those of the step, and that there is no workspace to lend any more.
    fn lend<T>(
        &mut self,
        step: impl FnOnce(&mut Workspace, &mut Cx<'_>) -> Result<T, Error>,
    ) -> Result<T, Self::Error>;
}
