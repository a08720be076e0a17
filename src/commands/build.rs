//! `tribune build`

use serde::Serialize;

use crate::cli::BuildArgs;
use crate::pages::plan::plan;
use crate::pages::render::Renderer;
use crate::text::diagnostic::{Diagnostic, Format, Report};
use crate::world::catalog::Memory;
use crate::world::clock::Stopwatch;
use crate::world::output::{self, Held, Marks, Outcome, Refusal};
use crate::world::progress::Progress;
use crate::world::tree::{Failure, Root};

use super::load::{faults_of_rendering, is_theme_sound, root, survey};
use super::{Exit, progress, terminal};

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

/// Pages of each kind that are rendered when nothing will be published: enough to meet what is wrong
/// with a template, whatever the size of the portal.
const TRIED: usize = 50;

pub fn run(args: &BuildArgs) -> Exit {
    let mut watch = Stopwatch::start();
    let common = &args.common;
    let mut root = root(common);
    let output = match output::place(&root, args.output.as_deref()) {
        Ok(output) => output,
        Err(reason) => {
            terminal::complain(&reason);
            return Exit::Usage;
        }
    };
    let mut faults = Vec::new();
    let Some(survey) = survey(&mut root, &args.inputs, &mut watch, &mut faults) else {
        return refuse(args, &root, Report::new(faults), &watch);
    };
    let mut held = match Held::take(&root, &output) {
        Ok(held) => held,
        Err(failure) => return fail(args, &root, &Report::new(faults), &failure, &watch),
    };
    watch.lap("recall");
    let (state, now, preview) = (survey.state, survey.now(), survey.preview);
    if let Some((releases, outcome)) = held.is_current(state, now, preview).filter(|_| !args.clean) {
        watch.lap("compare");
        tell(args, &outcome, releases, &Report::new(faults), &watch);
        return Exit::Done;
    }
    let memory = Memory { recall: !args.clean, remember: true };
    let loaded =
        progress::during(common, |progress| survey.load(&root, memory, progress, &mut watch, &mut faults));
    let Some(loaded) = loaded else {
        return refuse(args, &root, Report::new(faults), &watch);
    };
    let plan = plan(&loaded.portal, &loaded.theme, &mut faults);
    watch.lap("plan");
    if faults.iter().any(Diagnostic::is_error) && is_theme_sound(&faults) {
        // Nothing will be published; what is wrong with templates is said with the rest.
        faults.extend(faults_of_rendering(&plan, &root, TRIED, &Progress::default()));
    }
    let releases = loaded.portal.releases.len();
    let report = Report::new(crate::desk::propose::proposals(faults, &loaded.portal.territory, &|path| {
        root.read_lossy(path)
    }));
    if report.has_errors() {
        return refuse(args, &root, report, &watch);
    }
    // What is said of the sources must be said by every build.
    let state = state.filter(|_| report.diagnostics.is_empty());
    let valid = (now, loaded.portal.due.first().map(|due| due.instant));
    let marks = Marks { preview, state, valid, clean: args.clean };
    let renderer = Renderer::new(&plan);
    let committed =
        progress::during(common, |progress| held.commit(&plan, &renderer, &root, marks, progress));
    watch.lap("render and write");
    match committed {
        Err(Refusal::Faults(faults)) => {
            let mut all = report.diagnostics;
            all.extend(faults);
            refuse(args, &root, Report::new(all), &watch)
        }
        Err(Refusal::Failed(failure)) => fail(args, &root, &report, &failure, &watch),
        Ok(outcome) => {
            terminal::report(&report, &root, &args.common);
            tell(args, &outcome, releases, &report, &watch);
            Exit::Done
        }
    }
}

fn fail(args: &BuildArgs, root: &Root, report: &Report, failure: &Failure, watch: &Stopwatch) -> Exit {
    terminal::report(report, root, &args.common);
    if args.common.format == Format::Json {
        summary(&Outcome::default(), 0, report, watch);
    }
    terminal::failure(failure);
    Exit::Failed
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
