//! `tribune build`

use serde::Serialize;

use crate::cli::BuildArgs;
use crate::text::diagnostic::{Format, Report};
use crate::world::clock::Stopwatch;
use crate::world::output::Outcome;
use crate::world::watch::Hints;

use super::round::{Builder, End, Round};
use super::{Exit, terminal};

/// The last line of `build --format json`.
#[derive(Serialize)]
struct Summary {
    releases: usize,
    pages: usize,
    rendered: usize,
    written: usize,
    unchanged: usize,
    removed: usize,
    errors: usize,
    warnings: usize,
    millis: u128,
}

pub fn run(args: &BuildArgs) -> Exit {
    let mut builder = match Builder::new(args, false) {
        Ok(builder) => builder,
        Err(reason) => {
            terminal::complain(&reason);
            return Exit::Usage;
        }
    };
    let round = builder.build(&Hints::everything());
    terminal::report(&round.report, &builder.root, &args.common);
    tell(args, &round);
    // A large portal takes long to be taken apart, and the process ends anyway.
    std::mem::forget(builder);
    round.exit()
}

/// Says how a build ended, after its report.
pub fn tell(args: &BuildArgs, round: &Round) {
    let Round { report, watch, .. } = round;
    match &round.end {
        End::Done { releases, outcome } => done(args, outcome, *releases, report, watch),
        End::Refused if args.common.format == Format::Json => summary(&Outcome::default(), 0, report, watch),
        End::Refused if args.common.quiet => {}
        End::Refused => terminal::complain("nothing was published; the output is as it was"),
        End::Failed(failure) => {
            if args.common.format == Format::Json {
                summary(&Outcome::default(), 0, report, watch);
            }
            terminal::failure(failure);
        }
    }
}

fn done(args: &BuildArgs, outcome: &Outcome, releases: usize, report: &Report, watch: &Stopwatch) {
    if args.timings {
        for (stage, took) in &watch.laps {
            terminal::note(&format!("{stage:<18}{:>9.1} ms", took.as_secs_f64() * 1000.0));
        }
    }
    if let Some(first) = outcome.strange.first() {
        terminal::note(&format!(
            "note: the output holds files that no build remembers, {} of them, such as {}: remove what shall \
             not be published",
            outcome.strange.len(),
            first.as_str()
        ));
    }
    if args.common.format == Format::Json {
        summary(outcome, releases, report, watch);
    } else if !args.common.quiet {
        terminal::say(&format!(
            "{releases} releases, {} files: {} rendered, {} written, {} unchanged, {} removed, in {:.2} s",
            outcome.planned,
            outcome.rendered,
            outcome.written,
            outcome.unchanged,
            outcome.removed,
            watch.total().as_secs_f64()
        ));
    }
}

fn summary(outcome: &Outcome, releases: usize, report: &Report, watch: &Stopwatch) {
    let summary = Summary {
        releases,
        pages: outcome.planned,
        rendered: outcome.rendered,
        written: outcome.written,
        unchanged: outcome.unchanged,
        removed: outcome.removed,
        errors: report.errors(),
        warnings: report.warnings(),
        millis: watch.total().as_millis(),
    };
    if let Ok(line) = serde_json::to_string(&summary) {
        terminal::say(&line);
    }
}
