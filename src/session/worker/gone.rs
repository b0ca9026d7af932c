//! What a run leaves, though its folder may be deleted or moved under it: who watches is asked then, else it goes on in a
//! new one.

use super::{Command, Ending, Event, Home, Metric, Phase, Probing, Run, RunError, Worker};
use crate::field::Explain;

impl Worker {
    /// Has the folder written anew, once whoever watches wants that. How the run ends, if it is to.
    pub(super) async fn without_folder(
        &mut self,
        run: &mut Run<'_>,
        home: &Home<'_>,
        phase: Phase,
        report: &mut dyn FnMut(&Metric),
    ) -> Result<Option<Ending>, RunError> {
        if self.watch.is_none() {
            self.write_anew(run, home, report).await?;
            return Ok(None);
        }
        run.settle(report).await?;
        self.look_closely(run).await?;
        self.reporter.send(Event::Phase(Phase::Paused));
        let mut problem = None;
        loop {
            let folder = run.folder().path().to_owned();
            self.reporter.send(Event::Gone { folder, problem });
            run.stop_clock();
            let is_wanted = self.is_wanted_anew().await;
            run.start_clock();
            if !is_wanted {
                return Ok(Some(Ending::Interrupted));
            }
            match self.write_anew(run, home, report).await {
                Ok(()) => break,
                // Whoever is asked may make room, or plug the disk in again.
                Err(RunError::Folder(error)) if !self.is_left => {
                    problem = Some(error.explain());
                }
                Err(error) => return Err(error),
            }
        }
        self.reporter.send(Event::Phase(phase));
        Ok(None)
    }

    /// Waits for an answer: whether the folder is to be written anew. It is too before anything else is done that
    /// somebody asks for, and when nobody is there to ask any more.
    async fn is_wanted_anew(&mut self) -> bool {
        loop {
            match self.command().await {
                Some(Command::WriteAnew | Command::Resume) => return true,
                Some(Command::Abandon) => return false,
                Some(Command::Pause) => {}
                Some(Command::Measure(request)) => self.probe(Probing::Measure(request)),
                Some(Command::Look(look)) => self.probe(Probing::Look(look)),
                Some(command) => {
                    // It is taken again, after this.
                    self.endings_taken -= usize::from(command.ends_a_run());
                    self.waiting.push_front(command);
                    return true;
                }
                None => {
                    self.is_left = true;
                    return true;
                }
            }
        }
    }

    /// Ends a run whose steps are done.
    pub(super) async fn finish(
        &mut self,
        run: &mut Run<'_>,
        home: &Home<'_>,
        phase: Phase,
        report: &mut dyn FnMut(&Metric),
    ) -> Result<Ending, RunError> {
        if run.folder_is_gone()
            && let Some(ending) = self.without_folder(run, home, phase, report).await?
        {
            return Ok(ending);
        }
        run.finish().await?;
        Ok(Ending::Finished)
    }

    /// Ends a run before its time.
    pub(super) async fn stop(
        &mut self,
        run: &mut Run<'_>,
        home: &Home<'_>,
        report: &mut dyn FnMut(&Metric),
    ) -> Result<Ending, RunError> {
        self.save(run, home, report).await?;
        self.look_closely(run).await?;
        Ok(Ending::Interrupted)
    }

    /// Saves while the run goes on.
    pub(super) async fn save_now(
        &mut self,
        run: &mut Run<'_>,
        home: &Home<'_>,
        report: &mut dyn FnMut(&Metric),
    ) -> Result<(), RunError> {
        self.save(run, home, report).await?;
        let step = run.submitted();
        self.reporter.send(Event::Saved { step });
        Ok(())
    }

    /// Saves, if need be into a new folder: nobody is asked who has just asked for this.
    async fn save(
        &mut self,
        run: &mut Run<'_>,
        home: &Home<'_>,
        report: &mut dyn FnMut(&Metric),
    ) -> Result<(), RunError> {
        run.save(report).await?;
        match run.folder_is_gone() {
            true => self.write_anew(run, home, report).await,
            false => Ok(()),
        }
    }

    async fn write_anew(
        &mut self,
        run: &mut Run<'_>,
        home: &Home<'_>,
        report: &mut dyn FnMut(&Metric),
    ) -> Result<(), RunError> {
        let from = run.folder().path().to_owned();
        run.write_anew(home.manifest, home.facts, report).await?;
        let to = run.folder().path().to_owned();
        self.reporter.send(Event::Moved { from, to });
        Ok(())
    }
}
