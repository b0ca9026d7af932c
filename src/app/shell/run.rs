//! Runs: beginning them, taking in what they tell, asking about them.

use std::path::Path;
use std::sync::Arc;

use egui::Context;

use super::Shell;
use crate::app::channels::Pick;
use crate::app::curves::Earlier;
use crate::app::notice::{Offer, Weight};
use crate::app::panes::Pane;
use crate::app::run_view::RunView;
use crate::app::wording::sentence;
use crate::session::{
    Command, Event, NewFolder, Opened, Origin, Phase, Request, Session, SessionError,
};
use crate::train::metric::Metric;
use crate::train::run::Ending;
use crate::train::settings::Settings;

/// Earlier runs of this sitting that are kept behind the curves.
const EARLIER_KEPT: usize = 8;

impl Shell {
    /// Shows a run of earlier, ready to be continued.
    pub fn open_run(&mut self, ctx: &Context, run: &Path) {
        self.resume(ctx, run, true);
    }

    /// Goes on with a run from its last checkpoint, at once or when told to.
    pub(super) fn resume(&mut self, ctx: &Context, run: &Path, paused: bool) {
        self.go_on(ctx, run, paused, None, None);
    }

    /// Goes on with the run that is shown, for as long again as the form says.
    pub(super) fn train_longer(&mut self, ctx: &Context) {
        let Some(run_view) = &self.run_view else {
            return;
        };
        let (run, before) = (run_view.opened.folder.clone(), &run_view.opened.settings);
        let more = self.setup.settings();
        let outlook = run_view.opened.outlook;
        let (epochs, max_steps) = match (before.max_steps, more.max_steps) {
            (None, None) => (Some(before.epochs.saturating_add(more.epochs)), None),
            _ => {
                let steps = more.total_steps(outlook.steps_per_epoch);
                (None, Some(outlook.total_steps.saturating_add(steps)))
            }
        };
        self.go_on(ctx, &run, false, epochs, max_steps);
    }

    /// Goes on with a run, until so many epochs or steps in all where they are given.
    fn go_on(
        &mut self,
        ctx: &Context,
        run: &Path,
        paused: bool,
        epochs: Option<u32>,
        max_steps: Option<u64>,
    ) {
        let request = Request {
            origin: Origin::Resumed {
                run: run.to_owned(),
                data: None,
                epochs,
                max_steps,
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
            && let Some(run_view) = &mut self.run_view
        {
            run_view.take(&event);
        }
        match event {
            Event::Preparing(stage) => {
                (self.is_asked, self.preparing) = (false, Some(stage));
            }
            Event::Opened(opened) => {
                self.preparing = None;
                let data = opened.settings.data.clone();
                self.setup.set_shape(&data, opened.data.shape());
                self.show_run(opened);
                self.look();
            }
            Event::Metric(Metric::Eval { .. }) => {
                self.views.switching_off.evaluated();
                self.look_if_shown();
            }
            Event::Phase(Phase::Paused) => self.look_if_shown(),
            Event::Ended(ended) => self.ended(ctx, ended),
            Event::Found(found) => {
                self.views.switching_off.take(&found);
                self.views.inside.take(&found);
            }
            Event::ProbeFailed(error) => {
                let sentence = sentence(&*error);
                let text = format!("Looking into the network failed: {sentence}");
                self.views.switching_off.fail(sentence);
                self.notices.add(Weight::Problem, text, None);
            }
            Event::Saved { .. } => {
                if let Some((export, path)) = self.awaiting_save.take() {
                    self.write_out(ctx, export, path);
                }
            }
            Event::Metric(Metric::Step { .. }) | Event::Norms { .. } | Event::Phase(_) => {}
        }
    }

    /// Shows another run, or the same one from where it is resumed.
    fn show_run(&mut self, opened: Arc<Opened>) {
        let threshold = self.views.switching_off.threshold();
        let before = self.run_view.take();
        let mut run_view = RunView::new(opened, threshold);
        match before {
            Some(before) if before.opened.folder == run_view.opened.folder => {
                // What was seen of γ is kept; what is trained again is cut off as it comes.
                run_view.norms = before.norms;
            }
            before => {
                before
                    .into_iter()
                    .for_each(|before| self.keep_earlier(before));
                self.views.switching_off.forget();
                self.views.inside.forget();
                let (layer, channel) = (0, Some(0));
                self.picked = Some(Pick { layer, channel });
            }
        }
        self.views.scrub.go(None);
        self.run_view = Some(run_view);
    }

    /// The run before becomes one to compare with.
    fn keep_earlier(&mut self, run_view: RunView) {
        if run_view.history.is_empty() {
            return;
        }
        let name = run_view.name();
        let history = Arc::new(run_view.history);
        let earlier = Earlier::among(&self.earlier, name, history);
        self.earlier.push(earlier);
        let surplus = self.earlier.len().saturating_sub(EARLIER_KEPT);
        self.earlier.drain(..surplus);
    }

    fn ended(&mut self, ctx: &Context, ended: Result<Ending, Arc<SessionError>>) {
        let had_opened = self.preparing.take().is_none();
        if let Some((export, path)) = self.awaiting_save.take() {
            self.write_out(ctx, export, path);
        }
        match ended {
            // Another run was asked for meanwhile, and comes next.
            Ok(_) if self.is_asked => {}
            Ok(Ending::Finished) => {
                if let Some(next) = self.queue.pop_front() {
                    self.begin(ctx, self.request(next));
                    return;
                }
                // Nothing is held up by it any more.
                self.views.switching_off.measure();
                self.look();
            }
            Ok(Ending::Interrupted) => {}
            Err(error) => {
                self.queue.clear();
                let can_resume =
                    matches!(&*error, SessionError::Run { .. } | SessionError::Thread(_));
                let folder = self.run_view.as_ref().map(|f| f.opened.folder.clone());
                let offer = folder.filter(|_| can_resume && had_opened);
                let offer = offer.map(Offer::Resume);
                self.notices.add(Weight::Problem, sentence(&*error), offer);
            }
        }
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
        session.send(Command::Start(Box::new(request)));
        self.session = Some(session);
    }

    pub(super) fn send(&self, command: Command) {
        if let Some(session) = &self.session {
            session.send(command);
        }
    }

    fn request_id(&mut self) -> u64 {
        self.next_request += 1;
        self.next_request
    }

    pub(super) fn measure(&mut self) {
        let id = self.request_id();
        let Some(last) = self.run_view.as_ref().and_then(|f| f.norms.last()) else {
            return;
        };
        let request = self.views.switching_off.request(id, &last.norms);
        self.views.switching_off.expect(&request);
        self.send(Command::Measure(Box::new(request)));
    }

    pub(super) fn look(&mut self) {
        let id = self.request_id();
        let Some(run_view) = &self.run_view else {
            return;
        };
        let Some(last) = run_view.norms.last() else {
            return;
        };
        let ablation = self.views.switching_off.ablation(&last.norms).clone();
        let look = self.views.inside.look(id, ablation);
        if look.images.is_empty() && look.maps.is_none() {
            return;
        }
        self.views.inside.expect(&look);
        self.send(Command::Look(Box::new(look)));
    }

    pub(super) fn look_if_shown(&mut self) {
        if self.layout.shows(Pane::Images) {
            self.look();
        }
    }
}
