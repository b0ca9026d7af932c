//! Which snapshots of a run are kept when there are too many.

/// Keeps snapshots within a number. When there are more, those closer to the one kept before than a spacing
/// go, and the spacing doubles until a quarter of the room is free: what is kept covers the run evenly, the
/// newest more closely. The first and the last stay.
#[derive(Clone, Debug)]
pub struct Thinning {
    capacity: usize,
    spacing: u64,
}

impl Thinning {
    /// For so many snapshots, of which there is none yet.
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.max(2);
        let spacing = 1;
        Self { capacity, spacing }
    }

    /// For so many snapshots, of a run that has come as far as `last_step`.
    pub fn resumed(capacity: usize, last_step: u64) -> Self {
        let mut thinning = Self::new(capacity);
        let spacing = last_step.div_ceil(thinning.capacity as u64);
        thinning.spacing = spacing.checked_next_power_of_two().unwrap_or(1 << 63);
        thinning
    }

    /// Snapshots there is room for.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Steps from one snapshot to the next, after which there is a place for another.
    pub fn spacing(&self) -> u64 {
        self.spacing
    }

    /// Takes out what there is no room for; whether anything was. Snapshots are in the order of their steps.
    pub fn thin<T>(&mut self, snapshots: &mut Vec<T>, step: impl Fn(&T) -> u64) -> bool {
        if snapshots.len() <= self.capacity {
            return false;
        }
        let room = self.capacity - self.capacity / 4;
        while snapshots.len() > room {
            let last = snapshots.len() - 1;
            let mut kept_step = None;
            let mut place = 0;
            let spacing = self.spacing;
            snapshots.retain(|snapshot| {
                let step = step(snapshot);
                let far = kept_step.is_none_or(|kept| step - kept >= spacing);
                let keep = far || place == last;
                place += 1;
                if keep {
                    kept_step = Some(step);
                }
                keep
            });
            if snapshots.len() > room {
                self.spacing = self.spacing.saturating_mul(2);
            }
        }
        true
    }
}
