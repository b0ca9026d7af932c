//! What an experiment leaves for people: a table for programs, and a report to read, to print and to cite.
//!
//! `table` writes `results.csv`. `content` is what the report says, in `blocks`, `again` how to repeat it, `figures` what it shows; `html` and `markdown` lay it
//! out, `words` writes numbers. All of it follows from plan, results and day alone, so that it is the same each time.

mod again;
mod blocks;
mod content;
pub mod figures;
mod html;
mod markdown;
mod table;
pub mod words;

use std::io;
use std::path::{Path, PathBuf};

use super::definition::Scale;
use super::plan::{Plan, PlannedArm, RunName};
use super::results::{Measure, RunResult};
use super::verdict::judge;
use crate::platform::fs;
use crate::train::atomic_file::write_atomically;
use crate::train::plot::{CAN_DRAW, PlotError};
use content::Content;

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The operating system refused.
    #[error("{} could not be written: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The drawing library gave up.
    #[error("the figure {name} could not be drawn: {source}")]
    Figure {
        /// The figure.
        name: String,
        /// Why.
        source: PlotError,
    },
}

/// A run that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Which.
    pub run: RunName,
    /// Why, as a sentence; `None` for one that has not been made yet.
    pub why: Option<String>,
}

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What was asked, and how.
    pub plan: &'a Plan,
    /// What came of it, in the order of [`Plan::runs`].
    pub results: &'a [RunResult],
    /// Runs that are not among them.
    pub missing: &'a [Missing],
    /// The day it was made, as `2026-11-29`; empty where it is not known.
    pub day: &'a str,
}

impl<'a> Report<'a> {
    /// Writes all of it into a folder.
    ///
    /// # Errors
    /// If the operating system refuses, or a figure cannot be drawn.
    pub fn write(&self, folder: &Path) -> Result<(), ReportError> {
        let failed = |path: &Path, source| ReportError::Write {
            path: path.to_owned(),
            source,
        };
        for (name, bytes) in self.files()? {
            let path = folder.join(name);
            let within = path.parent().unwrap_or(folder);
            fs::create_dir_all(within).map_err(|source| failed(within, source))?;
            write_atomically(&path, |out| out.write_all(&bytes))
                .map_err(|source| failed(&path, source))?;
        }
        Ok(())
    }

    /// All of its files, by name; in a page without pixels, for which it has no fonts.
    ///
    /// # Errors
    /// If a figure cannot be drawn.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
        let texts = self.texts()?.into_iter();
        let mut files: Vec<_> = texts
            .map(|(name, text)| (name, text.into_bytes()))
            .collect();
        if CAN_DRAW {
            for (name, png) in figures::pixels(self)? {
                files.push((format!("figures/{name}.png"), png));
            }
        }
        Ok(files)
    }

    /// Those of its files that are text: all but the figures' pixels.
    ///
    /// # Errors
    /// If a figure cannot be drawn.
    pub fn texts(&self) -> Result<Vec<(String, String)>, ReportError> {
        let figures = figures::draw_all(self)?;
        let mut texts = vec![("results.csv".to_owned(), table::csv(self))];
        for figure in &figures {
            texts.push((format!("figures/{}.svg", figure.name), figure.svg.clone()));
        }
        let content = Content::of(self, figures);
        texts.push(("report.md".to_owned(), markdown::markdown(&content)));
        texts.push(("report.html".to_owned(), html::html(&content)));
        Ok(texts)
    }

    /// What the verdict stands on: each claim with its effect and interval, a sentence each, and what is missing.
    pub fn because(&self) -> Vec<String> {
        let (judged, _) = judge(self.plan, self.results);
        content::because(self, &judged)
    }

    /// The runs of a planned arm.
    fn runs_of<'b>(
        &self,
        arm: &'b str,
    ) -> impl Iterator<Item = &'a RunResult> + Clone + use<'a, 'b> {
        self.results.iter().filter(move |run| run.arm == arm)
    }

    /// A measure of a planned arm's runs, of those that have it.
    fn values(&self, arm: &str, measure: Measure) -> Vec<f64> {
        let values = self.runs_of(arm);
        let values = values.filter_map(|run| run.measures.get(&measure).copied());
        values.filter(|value| value.is_finite()).collect()
    }

    /// The paper's test accuracy in percent; none at the scale that is not to be compared with it.
    fn paper(&self, arm: &PlannedArm) -> Option<f64> {
        arm.paper.filter(|_| self.plan.scale != Scale::Glance)
    }
}
