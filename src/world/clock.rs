//! The clock, which is an input like any other: `--as-of` replaces it.

use jiff::Timestamp;

pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Measures the stages of a run, for `--timings`.
pub struct Stopwatch {
    started: std::time::Instant,
    last: std::time::Instant,
    pub laps: Vec<(&'static str, std::time::Duration)>,
}

impl Stopwatch {
    pub fn start() -> Self {
        let now = std::time::Instant::now();
        Self { started: now, last: now, laps: Vec::new() }
    }

    /// Ends a stage.
    pub fn lap(&mut self, stage: &'static str) {
        let now = std::time::Instant::now();
        self.laps.push((stage, now - self.last));
        self.last = now;
    }

    pub fn total(&self) -> std::time::Duration {
        self.started.elapsed()
    }
}
