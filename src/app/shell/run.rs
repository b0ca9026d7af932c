//! Runs: beginning them, taking in what they tell, asking about them.

use std::path::Path;
use std::sync::Arc;

use egui::Context;

use super::Shell;
use crate::app::notice::{Offer, Weight};
use crate::app::run_view::RunView;
use crate::app::shared::News;
use crate::app::wording::{InTheApp, sentence};
use crate::session::{
    Command, Event, NewFolder, Opened, Origin, Request, RequestId, Session, SessionError, Stage,
};
use crate::train::metric::Metric;
use crate::train::run::Ending;
use crate::train::run_folder::{RunFolderError, run_of};
use crate::train::settings::Settings;

/// How long a run goes on, in all; what is not given is as before.
#[derive(Default)]
struct Length {
    epochs: Option<u32>,
    max_steps: Option<u64>,
    schedule_epochs: Option<f64>,
}

impl Shell {
    /// Shows a run of earlier, ready to be continued.
    pub fn open_run(&mut self, ctx: &Context, run: &Path) {
        // Both know it by one path.
        let run = run_of(run).unwrap_or_else(|| run.to_owned());
        self.read_run(ctx, &run);
        self.resume(ctx, &run, true);
    }

    /// Goes on with a run from its last checkpoint, at once or when told to.
    pub(super) fn resume(&mut self, ctx: &Context, run: &Path, paused: bool) {
        self.go_on(ctx, run, paused, Length::default());
    }

    /// Goes on with the run that is shown, for as long again as the form says.
    pub(super) fn train_longer(&mut self, ctx: &Context) {
        let Some(run) = &self.shared.run else {
            return;
        };
        let (before, folder) = (&run.settings, run.folder.clone());
        let more = self.setup.settings();
        let mut length = Length {
            schedule_epochs: more.schedule_epochs,
            ..Length::default()
        };
        match (before.max_steps, more.max_steps) {
            (None, None) => length.epochs = Some(before.epochs.saturating_add(more.epochs)),
            _ => {
                let steps = more.total_steps(run.steps_per_epoch);
                length.max_steps = Some(run.total_steps.saturating_add(steps));
            }
        }
        self.go_on(ctx, &folder, false, length);
    }

    /// Goes on with a run.
    fn go_on(&mut self, ctx: &Context, run: &Path, paused: bool, length: Length) {
        let request = Request {
            origin: Origin::Resumed {
                run: run.to_owned(),
                data: None,
                epochs: length.epochs,
                max_steps: length.max_steps,
                schedule_epochs: length.schedule_epochs,
            },
            adapter: self.setup.adapter().clone(),
            paused,
            watched: true,
        };
        self.begin(ctx, request);
    }

    pub(super) fn take_event(&mut self, ctx: &Context, event: Event) {
        // Before a run has opened, its end is not that of the one shown.
        if self.preparing.is_none()
            && let Some(run) = &mut self.shared.run
        {
            run.take(&event);
        }
        self.take_of_experiment(&event);
        match &event {
            Event::Preparing(stage) => {
                (self.is_asked, self.preparing) = (false, Some(*stage));
                let shown = self.shared.run.as_ref();
                let goes_on = shown.is_some_and(|run| self.resumes.as_ref() == Some(&run.folder));
                if *stage == Stage::Data && !goes_on && self.shared.put_aside() {
                    self.tell(&News::AnotherRun);
                }
            }
            Event::Opened(opened) => {
                self.preparing = None;
                self.is_idle = false;
                self.outcome.clear();
                let data = &opened.settings.data;
                self.setup.set_shape(data, opened.data.shape());
                // One notice, as only a few are kept.
                let notes: Vec<_> = opened
                    .notes
                    .iter()
                    .map(|note| note.say(&InTheApp))
                    // The reading of its folder may have told it already.
                    .filter(|note| self.notices.texts().all(|told| told != note))
                    .collect();
                if !notes.is_empty() {
                    self.notices.add(Weight::Note, notes.join("\n"), None);
                }
                if !self.is_conducting() {
                    self.shared.runs.remember(&opened.folder);
                }
                self.look_for_runs();
                self.show_run(opened.clone());
            }
            Event::Ended(ended) => self.ended(ctx, ended),
            Event::ProbeFailed(error) => {
                let sentence = sentence(&**error);
                let text = format!("Looking into the network failed: {sentence}");
                self.notices.add(Weight::Problem, text, None);
            }
            Event::Saved { .. } => {
                if let Some((export, path)) = self.awaiting_save.take() {
                    self.write_out(ctx, export, path);
                }
            }
            Event::Gone { folder, problem } => self.folder_is_gone(folder, problem.as_ref()),
            Event::Moved { from, to } => self.folder_has_moved(from, to),
            Event::Metric(Metric::Eval { .. }) => self.look_for_runs(),
            Event::Metric(_) | Event::Phase(_) | Event::Norms { .. } | Event::Found(_) => {}
        }
        self.outcome.take(&event);
        self.tell(&News::Session(&event));
    }

    /// Tells all views what happened.
    pub(super) fn tell(&mut self, news: &News<'_>) {
        for (id, view) in self.views.iter_mut() {
            view.take(news, self.layout.shows(id));
        }
    }

    /// Shows another run, or the same one from where it is resumed.
    fn show_run(&mut self, opened: Arc<Opened>) {
        self.has_new_names = true;
        let threshold = self.shared.chosen.choice.threshold;
        if self.shared.show_run(RunView::new(opened, threshold)) {
            self.tell(&News::AnotherRun);
        }
    }

    fn ended(&mut self, ctx: &Context, ended: &Result<Ending, Arc<SessionError>>) {
        let had_opened = self.preparing.take().is_none();
        if self.shared.bring_back() {
            self.tell(&News::AnotherRun);
        }
        self.gone = None;
        self.look_for_runs();
        if let Some((export, path)) = self.awaiting_save.take() {
            self.write_out(ctx, export, path);
        }
        if self.run_of_experiment_ended(ctx, ended) {
            return;
        }
        match ended {
            // Another run was asked for meanwhile, and comes next.
            Ok(_) if self.is_asked => {}
            Ok(Ending::Finished) => {
                self.sum_up(Ending::Finished);
                self.is_idle = true;
            }
            Ok(Ending::Interrupted) => self.sum_up(Ending::Interrupted),
            Ok(Ending::NotBegun) => {
                let text = "Stopped before the first step: nothing was trained or written.";
                self.notices.add(Weight::Note, text, None);
            }
            Err(error) if !had_opened && self.show_only(ctx, error) => {}
            Err(error) => {
                let can_resume =
                    matches!(&**error, SessionError::Run { .. } | SessionError::Thread(_));
                let folder = self.shared.run.as_ref().map(|f| f.folder.clone());
                let offer = folder.filter(|_| can_resume && had_opened);
                let offer = offer.map(Offer::Resume);
                self.notices.add(Weight::Problem, sentence(&**error), offer);
            }
        }
    }

    /// Shows a run that another program trains, for reading; whether the error was about one.
    fn show_only(&mut self, ctx: &Context, error: &SessionError) -> bool {
        let SessionError::Folder(RunFolderError::InUse { path, holder }) = error else {
            return false;
        };
        let text = format!(
            "{} is being trained by {holder}. It is shown here as its last checkpoint has it, for reading only. Open it \
             again to see how it went on.",
            path.display()
        );
        self.notices.add(Weight::Note, text, None);
        let request = Request {
            origin: Origin::Read { run: path.clone() },
            adapter: self.setup.adapter().clone(),
            paused: true,
            watched: true,
        };
        self.begin(ctx, request);
        true
    }

    /// Says in a sentence what happened in the run that ended.
    fn sum_up(&mut self, ending: Ending) {
        let Some(run) = self.shared.run.as_ref().filter(|run| !run.is_only_shown()) else {
            return;
        };
        let why_not = (ending != Ending::Finished).then_some("the run was stopped early");
        let threshold = self.shared.chosen.choice.threshold;
        self.outcome.ended(run, ending, threshold, why_not);
    }

    pub(super) fn request(&self, mut settings: Settings) -> Request {
        settings.make_absolute();
        Request {
            origin: Origin::New {
                settings: Box::new(settings),
                folder: NewFolder::Within(self.setup.runs_folder().to_owned()),
            },
            adapter: self.setup.adapter().clone(),
            paused: false,
            watched: true,
        }
    }

    pub(super) fn begin(&mut self, ctx: &Context, request: Request) {
        self.leave_experiment();
        self.begin_run(ctx, request);
    }

    /// The same of a run of an experiment.
    pub(super) fn begin_run(&mut self, ctx: &Context, request: Request) {
        let session = match self.session.take() {
            Some(session) => session,
            None => {
                let (ctx, pace) = (ctx.clone(), self.pace.clone());
                let spawned = Session::spawn(self.open_gpu.clone(), move |event| {
                    pace.news(&ctx, event);
                });
                match spawned {
                    Ok(session) => session,
                    Err(error) => {
                        self.notices.add(Weight::Problem, sentence(&error), None);
                        return;
                    }
                }
            }
        };
        self.is_asked = true;
        // What kept the run before from beginning does not hold of this one.
        self.notices.run_begins();
        self.resumes = match &request.origin {
            Origin::Resumed { run, .. } | Origin::Read { run } => Some(run.clone()),
            Origin::New { .. } => None,
        };
        session.send(Command::Start(Box::new(request)));
        self.session = Some(session);
    }

    pub(super) fn send(&self, command: Command) {
        if let Some(session) = &self.session {
            session.send(command);
        }
    }

    /// Sends what the views ask of the prober.
    pub(super) fn ask_prober(&mut self, ctx: &Context) {
        let run = self.shared.run.as_ref();
        if run.is_some_and(|run| run.opened.is_none()) {
            // The prober has another run, or none; what is to be asked waits.
            return;
        }
        if let (Some(command), Some(session)) =
            (self.outcome.probe_request(self.next_request), &self.session)
        {
            self.next_request += 1;
            session.send(command);
        }
        for (asker, view) in self.views.iter_mut() {
            let id = RequestId {
                asker: asker as usize,
                number: self.next_request,
            };
            if let Some(command) = view.probe_request(ctx, &mut self.shared, id) {
                self.next_request += 1;
                if let Some(session) = &self.session {
                    session.send(command);
                }
            }
        }
    }
}
