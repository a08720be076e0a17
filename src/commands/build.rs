//! `tribune build`

use serde::Serialize;

use crate::cli::BuildArgs;
use crate::pages::plan::plan;
use crate::pages::render::Renderer;
use crate::text::diagnostic::{Format, Report};
use crate::world::catalog::Memory;
use crate::world::clock::Stopwatch;
use crate::world::output::{self, Held, Marks, Outcome, Refusal};
use crate::world::tree::Root;

use super::load::{load, root};
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
    let mut watch = Stopwatch::start();
    let mut root = root(&args.common);
    let output = match output::place(&root, args.output.as_deref()) {
        Ok(output) => output,
        Err(reason) => {
            terminal::complain(&reason);
            return Exit::Usage;
        }
    };
    let mut faults = Vec::new();
    let memory = Memory { recall: !args.clean, remember: true };
    let Some(loaded) = load(&mut root, &args.inputs, memory, &mut watch, &mut faults) else {
        return refuse(args, &root, Report::new(faults), &watch);
    };
    let plan = plan(&loaded.portal, &loaded.theme, &mut faults);
    watch.lap("plan");
    let releases = loaded.portal.releases.len();
    let report = Report::new(crate::desk::propose::proposals(faults, &loaded.portal.territory, &|path| {
        root.read_lossy(path)
    }));
    if report.has_errors() {
        return refuse(args, &root, report, &watch);
    }
    let marks = Marks { preview: loaded.preview, clean: args.clean };
    let held = Held::take(&root, &output).map_err(Refusal::Failed);
    watch.lap("recall");
    let committed = held.and_then(|mut held| held.commit(&plan, &Renderer::new(&plan), &root, marks));
    watch.lap("render and write");
    match committed {
        Err(Refusal::Faults(faults)) => {
            let mut all = report.diagnostics;
            all.extend(faults);
            refuse(args, &root, Report::new(all), &watch)
        }
        Err(Refusal::Failed(failure)) => {
            terminal::report(&report, &root, &args.common);
            if args.common.format == Format::Json {
                summary(&Outcome::default(), releases, &report, &watch);
            }
            terminal::failure(&failure);
            Exit::Failed
        }
        Ok(outcome) => {
            terminal::report(&report, &root, &args.common);
            tell(args, &outcome, releases, &report, &watch);
            Exit::Done
        }
    }
}

fn refuse(args: &BuildArgs, root: &Root, report: Report, watch: &Stopwatch) -> Exit {
    terminal::report(&report, root, &args.common);
    if args.common.format == Format::Json {
        summary(&Outcome::default(), 0, &report, watch);
    } else if !args.common.quiet {
        terminal::complain("nothing was published; the output is as it was");
    }
    Exit::Faults
}

fn tell(args: &BuildArgs, outcome: &Outcome, releases: usize, report: &Report, watch: &Stopwatch) {
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
