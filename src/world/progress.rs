//! How far long work has come: counted by those who do it, looked at by whoever shows it.

use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

/// The items of a stage, and how many of them are done.
#[derive(Debug, Default)]
pub struct Progress {
    stage: Mutex<&'static str>,
    total: AtomicUsize,
    done: AtomicUsize,
}

/// What can be said of work at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub stage: &'static str,
    pub done: usize,
    pub total: usize,
}

impl Progress {
    /// Begins a stage of `total` items.
    pub fn begin(&self, stage: &'static str, total: usize) {
        let mut name = self.stage.lock();
        *name = stage;
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    /// One more item is done.
    pub fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    pub fn look(&self) -> Seen {
        let stage = *self.stage.lock();
        let total = self.total.load(Ordering::Relaxed);
        Seen { stage, done: self.done.load(Ordering::Relaxed).min(total), total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_counts_from_nothing_to_its_end() {
        let progress = Progress::default();
        progress.begin("reading", 2);
        (0..3).for_each(|_| progress.step());
        assert_eq!(progress.look(), Seen { stage: "reading", done: 2, total: 2 });
        progress.begin("writing", 5);
        assert_eq!(progress.look(), Seen { stage: "writing", done: 0, total: 5 });
    }
}
