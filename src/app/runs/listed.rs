//! What is known of earlier runs, and what the reader wants done with them: the shell reads the ones and does
//! the others.

use std::path::{Path, PathBuf};

use crate::train::runs::{Listing, RunSummary, names};

/// Runs elsewhere that are remembered.
const OPENED_KEPT: usize = 12;

/// What is to be done with a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Show it, ready to go on.
    Open(PathBuf),
    /// Go on with it.
    GoOn(PathBuf),
    /// Lay it behind the curves and into the table, or take it out.
    Compare(PathBuf, bool),
    /// Give it another name.
    Rename(PathBuf, String),
    /// Move it to the bin.
    Delete(PathBuf),
    /// Remove it for good.
    Remove(PathBuf),
    /// Do this, though the run under way is stopped for it.
    Instead(Box<Wish>),
    /// Look for runs again.
    Refresh,
}

/// Something that is asked before it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// What the run is to be called.
    Name(PathBuf, String),
    /// Whether it is to be deleted.
    Delete(PathBuf),
    /// Whether the run under way is to be stopped for this.
    Instead(Box<Wish>),
    /// Whether it is to be removed for good, as it cannot be moved to the bin for this reason.
    Remove(PathBuf, String),
}

/// What is known of earlier runs.
#[derive(Debug, Default)]
pub struct Runs {
    listing: Listing,
    names: Vec<String>,
    /// Whether runs were looked for.
    pub is_read: bool,
    /// The folder that runs go to.
    pub folder: PathBuf,
    /// Folders of runs that were opened, the last first.
    pub opened: Vec<PathBuf>,
    /// Runs whose curves are being read.
    pub being_read: Vec<PathBuf>,
    /// What is asked just now.
    pub question: Option<Question>,
    wishes: Vec<Wish>,
}

impl Runs {
    /// Takes in what was found.
    pub fn set(&mut self, listing: Listing) {
        let runs: Vec<&RunSummary> = listing.runs.iter().collect();
        self.names = names(&runs);
        (self.listing, self.is_read) = (listing, true);
    }

    /// What was found.
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    /// The runs with their names among all of them, the one that was written to last first.
    pub fn named(&self) -> impl Iterator<Item = (&RunSummary, &str)> {
        let names = self.names.iter().map(String::as_str);
        self.listing.runs.iter().zip(names)
    }

    /// The run in a folder.
    pub fn find(&self, folder: &Path) -> Option<&RunSummary> {
        self.listing
            .runs
            .iter()
            .find(|run| is_same(&run.folder, folder))
    }

    /// The name of the run in a folder, among all.
    pub fn name(&self, folder: &Path) -> String {
        let found = self.named().find(|(run, _)| is_same(&run.folder, folder));
        found.map_or_else(|| folder.display().to_string(), |(_, name)| name.to_owned())
    }

    /// Remembers a run that was opened.
    pub fn remember(&mut self, folder: &Path) {
        self.opened.retain(|other| !is_same(other, folder));
        self.opened.insert(0, folder.to_owned());
        self.opened.truncate(OPENED_KEPT);
    }

    /// Asks for something.
    pub fn wish(&mut self, wish: Wish) {
        self.wishes.push(wish);
    }

    /// What was asked for since this was asked last.
    pub fn take_wishes(&mut self) -> Vec<Wish> {
        std::mem::take(&mut self.wishes)
    }
}

/// Whether two paths name one folder: a run is opened by a whole path, and listed by that of the form.
pub fn is_same(one: &Path, other: &Path) -> bool {
    // Most paths differ at their end.
    if one.file_name() != other.file_name() {
        return false;
    }
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    one == other || whole(one) == whole(other)
}
