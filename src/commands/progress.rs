//! Shows how far long work has come: a bar on a terminal, now and then a line elsewhere. Short work
//! shows nothing.

use std::io::IsTerminal;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::Common;
use crate::text::diagnostic::Format;
use crate::world::progress::{Progress, Seen};

use super::terminal;

/// Between two looks at the work.
const TICK: Duration = Duration::from_millis(100);
/// Looks before anything is shown: work of a second shows nothing.
const QUIET: u32 = 10;
/// Looks between two lines where there is no terminal.
const LINE: u32 = 100;

/// Where progress is shown.
#[derive(Clone, Copy)]
enum Shown {
    Nowhere,
    Bar,
    Lines,
}

/// Does work whose progress is shown while it lasts.
pub fn during<T>(common: &Common, work: impl FnOnce(&Progress) -> T) -> T {
    let shown = match common.format {
        _ if common.quiet => Shown::Nowhere,
        _ if std::io::stderr().is_terminal() => Shown::Bar,
        // Programs read objects there.
        Format::Json => Shown::Nowhere,
        _ => Shown::Lines,
    };
    let progress = Progress::default();
    std::thread::scope(|scope| {
        let (end, ended) = channel::<()>();
        let progress = &progress;
        let show = move || match shown {
            Shown::Nowhere => {}
            Shown::Bar => bar(progress, &ended),
            Shown::Lines => lines(progress, &ended),
        };
        if !matches!(shown, Shown::Nowhere) {
            // Work is done where no thread can be had to show it, too.
            let _ = std::thread::Builder::new().spawn_scoped(scope, show);
        }
        let result = work(progress);
        drop(end);
        result
    })
}

/// Whether the work goes on after another tick.
fn goes_on(ended: &Receiver<()>) -> bool {
    ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout)
}

fn bar(progress: &Progress, ended: &Receiver<()>) {
    let mut ticks = 0;
    let mut bar: Option<ProgressBar> = None;
    while goes_on(ended) {
        ticks += 1;
        let Seen { stage, done, total } = progress.look();
        if ticks < QUIET || total == 0 {
            continue;
        }
        let bar = bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{msg} [{bar:40}] {pos} of {len}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_style(style)
        });
        bar.set_message(stage);
        bar.set_length(total as u64);
        bar.set_position(done as u64);
        if bar.is_hidden() {
            // Not before it has something to show.
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

fn lines(progress: &Progress, ended: &Receiver<()>) {
    let mut ticks = 0;
    while goes_on(ended) {
        ticks += 1;
        let Seen { stage, done, total } = progress.look();
        if ticks % LINE == 0 && total > 0 {
            terminal::note(&format!("{stage}: {done} of {total}"));
        }
    }
}
