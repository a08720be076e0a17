//! `tribune check`

use crate::cli::CheckArgs;
use crate::desk::propose::proposals;
use crate::desk::review::review;
use crate::pages::plan::plan;
use crate::text::diagnostic::Report;
use crate::text::problem::Problem;
use crate::world::catalog::Memory;
use crate::world::clock::Stopwatch;

use super::load::{faults_of_rendering, is_theme_sound, root, survey};
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
        if is_theme_sound(&faults) {
            faults.extend(progress::during(&args.common, |progress| {
                faults_of_rendering(&plan, &root, usize::MAX, progress)
            }));
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
