//! Looking at γ and β, and at all that training moves, of a run that is trained.

use super::{Extent, Run, RunError, Worker};

impl Worker {
    /// Takes what has arrived of γ and β, for the run's folder and for who watches it, and begins anew when it is
    /// time; waits for nothing.
    pub(super) async fn look_in_passing(
        &mut self,
        run: &mut Run<'_>,
        has_told_a_step: bool,
    ) -> Result<(), RunError> {
        let taken = run.take_snapshot()?;
        let mut extent = run.snapshot_is_due().then_some(Extent::GammaBeta);
        if let Some(watch) = &mut self.watch {
            if has_told_a_step {
                watch.has_told_a_step();
            }
            watch.has_moved();
            if let Some((step, snapshot)) = taken {
                watch.take(step, snapshot, &self.reporter, self.prober.as_ref());
            }
            extent = watch.is_due().or(extent);
        }
        if let Some(extent) = extent
            && run.begin_snapshot(extent).await?
            && let Some(watch) = &mut self.watch
        {
            watch.has_begun(extent);
        }
        Ok(())
    }

    /// Looks at all that the steps submitted came to, where the run is watched; they must be settled.
    pub(super) async fn look_closely(&mut self, run: &mut Run<'_>) -> Result<(), RunError> {
        let Some(watch) = &mut self.watch else {
            return Ok(());
        };
        watch.has_told_a_step();
        // One may be under way that was begun earlier.
        run.wait_for_snapshot().await?;
        run.begin_snapshot(Extent::Full).await?;
        if let Some((step, snapshot)) = run.wait_for_snapshot().await? {
            watch.take(step, snapshot, &self.reporter, self.prober.as_ref());
            watch.has_caught_up();
        }
        Ok(())
    }
}
