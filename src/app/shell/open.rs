//! Showing a run of earlier: at once by a glance at its folder, whole when that is read, ready to go on when
//! the session has opened it.

use std::path::Path;
use std::sync::mpsc;

use egui::Context;

use super::Shell;
use crate::app::notice::Weight;
use crate::app::run_view::RunView;
use crate::app::shared::News;
use crate::app::wording::InTheApp;
use crate::platform;
use crate::train::read_run::{ReadRun, Reading, read_run};

/// The run that is being read.
#[derive(Debug)]
pub(super) struct Opening {
    /// Which of those that were opened: what is told of others comes too late.
    number: u64,
    /// The part of it that is read, while it is.
    pub share: Option<f32>,
    told: (mpsc::Sender<Told>, mpsc::Receiver<Told>),
}

impl Default for Opening {
    fn default() -> Self {
        Self {
            number: 0,
            share: None,
            told: mpsc::channel(),
        }
    }
}

/// What is told of a run that is being read.
#[derive(Debug)]
struct Told {
    number: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    Reading(Reading),
    Read(Box<ReadRun>),
    Failed,
}

impl Shell {
    /// Reads a run's folder beside everything else, and shows what it tells.
    pub(super) fn read_run(&mut self, ctx: &Context, run: &Path) {
        self.opening.number += 1;
        self.opening.share = Some(0.0);
        let number = self.opening.number;
        let (done, wake, run) = (self.opening.told.0.clone(), ctx.clone(), run.to_owned());
        let work = move || async move {
            let tell = |what| {
                // The window may be closed by now.
                let _ = done.send(Told { number, what });
                wake.request_repaint();
            };
            let read = read_run(&run, &mut |reading| tell(What::Reading(reading))).await;
            tell(match read {
                Ok(read) => What::Read(Box::new(read)),
                // The session opens the same folder, and tells what is wrong with it.
                Err(_) => What::Failed,
            });
        };
        // Without a thread the session tells of the run when it has opened it.
        let _ = platform::spawn("reading a run", work);
    }

    /// Takes in what was read since the last frame.
    pub(super) fn take_opening(&mut self) {
        while let Ok(told) = self.opening.told.1.try_recv() {
            self.take_told(told);
        }
    }

    fn take_told(&mut self, told: Told) {
        if told.number != self.opening.number {
            return;
        }
        match told.what {
            What::Reading(Reading::Share(share)) => self.opening.share = Some(share),
            What::Reading(Reading::Glance(run)) => self.show_read(*run),
            What::Read(run) => {
                self.opening.share = None;
                for note in &run.notes {
                    let note = note.say(&InTheApp);
                    // The session may have told it already.
                    if !self.notices.texts().any(|told| told.contains(&note)) {
                        self.notices.add(Weight::Note, note, None);
                    }
                }
                self.show_read(*run);
            }
            What::Failed => self.opening.share = None,
        }
    }

    /// Shows what a folder tells, unless the session has opened the run by now and knows more.
    fn show_read(&mut self, run: ReadRun) {
        if let Some(shown) = &mut self.shared.run
            && shown.folder == run.folder
        {
            if shown.opened.is_none() {
                shown.take_read(run);
            }
            return;
        }
        let threshold = self.shared.chosen.choice.threshold;
        if self.shared.show_run(RunView::read(run, threshold)) {
            self.tell(&News::AnotherRun);
        }
    }
}
