//! Runs to compare with.

use std::path::PathBuf;
use std::sync::Arc;

use crate::train::history::History;

/// How many earlier runs look different.
pub const LOOKS: usize = 8;

/// A run to compare with.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// Its name; folders of runs have telling ones.
    pub name: String,
    /// Where it is, if that is known.
    pub folder: Option<PathBuf>,
    /// What it reported.
    pub history: Arc<History>,
    /// Whether it is drawn.
    pub shown: bool,
    /// Which of some colours and dashes it has; see [`Earlier::among`].
    pub look: usize,
}

impl Earlier {
    /// A run that looks different from `others`, as far as there are looks.
    pub fn among(others: &[Self], name: String, history: Arc<History>) -> Self {
        let uses = |look: usize| others.iter().filter(|run| run.look == look).count();
        let look = (0..LOOKS).min_by_key(|look| uses(*look));
        Self {
            name,
            folder: None,
            history,
            shown: true,
            look: look.unwrap_or_default(),
        }
    }
}
