//! `tribune check`

use rayon::prelude::*;

use crate::cli::CheckArgs;
use crate::desk::propose::proposals;
use crate::desk::review::review;
use crate::pages::plan::{Output, Plan, What, plan};
use crate::pages::render::{Renderer, Texts};
use crate::text::diagnostic::{Diagnostic, Report};
use crate::text::problem::Problem;
use crate::world::catalog::Memory;
use crate::world::clock::Stopwatch;
use crate::world::progress::Progress;
use crate::world::tree::Root;

use super::load::{root, survey};
use super::{Exit, progress, terminal};

pub fn run(args: &CheckArgs) -> Exit {
    let mut watch = Stopwatch::start();
    let mut root = root(&args.common);
    let mut faults = Vec::new();
    // A check writes nothing, not even what it remembers.
    let memory = Memory { recall: true, remember: false };
    let survey = survey(&mut root, &args.inputs, &mut watch, &mut faults);
    let loaded = progress::during(&args.common, |progress| {
        survey.and_then(|survey| survey.load(&root, memory, progress, &mut watch, &mut faults))
    });
    if let Some(loaded) = loaded {
        let plan = plan(&loaded.portal, &loaded.theme, &mut faults);
        if !faults.iter().any(Diagnostic::is_error) {
            faults.extend(progress::during(&args.common, |progress| rendering(&plan, &root, progress)));
        }
        faults.extend(plan.broken_links());
        faults.extend(review(&loaded.portal, &|path| root.read_again(path).ok()));
        faults = proposals(faults, &loaded.portal.territory, &|path| root.read_lossy(path));
    }
    let report = Report::new(faults);
    terminal::report(&report, &root, &args.common);
    // A build publishes both copies of what was changed in two places; a check is asked to see it.
    let copies = report.diagnostics.iter().any(|fault| fault.problem == Problem::SyncLeftover);
    if report.has_errors() || copies {
        return Exit::Faults;
    }
    if report.warnings() == 0 && !args.common.quiet {
        terminal::say("no faults");
    }
    Exit::Done
}

/// Renders everything and keeps only what went wrong.
fn rendering(plan: &Plan, root: &Root, progress: &Progress) -> Vec<Diagnostic> {
    let renderer = Renderer::new(plan);
    let render = |output| {
        progress.step();
        let mut texts = Texts::new();
        for path in renderer.needs(output) {
            if let Ok(text) = root.read_again(path) {
                texts.insert(path.clone(), text);
            }
        }
        renderer.render(output, &texts).err()
    };
    let rendered: Vec<&Output> =
        plan.outputs.iter().filter(|output| !matches!(output.what, What::Copy { .. })).collect();
    progress.begin("rendering", rendered.len());
    let mut faults: Vec<Diagnostic> = rendered.into_par_iter().filter_map(render).collect();
    faults.dedup_by(|a, b| a.place == b.place && a.place.is_some());
    faults
}
