//! `tribune build`

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::BuildArgs;
use crate::pages::plan::plan;
use crate::pages::render::Renderer;
use crate::text::diagnostic::{Format, Report};
use crate::world::clock::Stopwatch;
use crate::world::manifest;
use crate::world::output::{Outcome, Refusal, commit};
use crate::world::tree::Root;

use super::load::{load, root};
use super::{Exit, terminal};

/// The last line of `build --format json`.
#[derive(Serialize)]
struct Summary {
    releases: usize,
    pages: usize,
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
    let output = match output_folder(&root, args.output.as_deref()) {
        Ok(output) => output,
        Err(reason) => {
            terminal::complain(&reason);
            return Exit::Usage;
        }
    };
    let mut faults = Vec::new();
    let Some(loaded) = load(&mut root, &args.inputs, &mut watch, &mut faults) else {
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
    // `--clean` renders all anew, but what was published is still the only list of what may go.
    let before = manifest::load(root.dir(), &output);
    let renderer = Renderer::new(&plan);
    let committed = commit(&plan, &renderer, &root, &output, before.as_ref());
    watch.lap("render and write");
    match committed {
        Err(Refusal::Faults(faults)) => {
            let mut all = report.diagnostics;
            all.extend(faults);
            refuse(args, &root, Report::new(all), &watch)
        }
        Err(Refusal::Failed(failure)) => {
            terminal::report(&report, &root, &args.common);
            terminal::failure(&failure);
            Exit::Failed
        }
        Ok(mut outcome) => {
            outcome.manifest.preview = loaded.preview;
            let saved = manifest::save(root.dir(), &output, &outcome.manifest);
            watch.lap("remember");
            terminal::report(&report, &root, &args.common);
            tell(args, &outcome, releases, &report, &watch);
            match saved {
                Ok(()) => Exit::Done,
                Err(failure) => {
                    terminal::failure(&failure);
                    Exit::Failed
                }
            }
        }
    }
}

/// The output folder, unless it would swallow the portal's sources.
fn output_folder(root: &Root, given: Option<&Path>) -> Result<PathBuf, String> {
    let output = given.map_or_else(|| root.dir().join("public"), Path::to_owned);
    let absolute = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        path.components().fold(PathBuf::new(), |mut plain, part| {
            match part {
                std::path::Component::ParentDir => _ = plain.pop(),
                part => plain.push(part),
            }
            plain
        })
    };
    let (here, there) = (absolute(root.dir()), absolute(&output));
    let sources = ["content", "themes", "templates", "lang"].map(|folder| here.join(folder));
    let swallowed = here.starts_with(&there) || sources.iter().any(|source| there.starts_with(source));
    match swallowed {
        true => {
            Err(format!("the output {} holds the portal's sources; choose another folder", output.display()))
        }
        false => Ok(output),
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
    if args.common.format == Format::Json {
        summary(outcome, releases, report, watch);
    } else if !args.common.quiet {
        let pages = outcome.written + outcome.unchanged;
        terminal::say(&format!(
            "{releases} releases, {pages} files: {} written, {} unchanged, {} removed, in {:.2} s",
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
        pages: outcome.written + outcome.unchanged,
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
