//! `tribune explain`

mod effects;
mod find;
mod tell;

use crate::cli::ExplainArgs;
use crate::model::portal::Portal;
use crate::pages::plan::plan;
use crate::text::diagnostic::{Diagnostic, Report};
use crate::world::catalog::Memory;
use crate::world::clock::Stopwatch;
use crate::world::output;

use self::effects::Ground;
use self::find::{Asked, Finder};
use super::load::{root, survey};
use super::{Exit, progress, terminal};

pub fn run(args: &ExplainArgs) -> Exit {
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
    let memory = Memory { recall: true, remember: false };
    let read = progress::during(common, |progress| {
        let survey = survey(&mut root, &args.inputs, &mut watch, &mut faults)?;
        let clock = survey.clock();
        let (parts, theme, _) = survey.parts(&root, memory, progress, &mut watch, &mut faults);
        Some((parts, theme?, clock))
    });
    let refuse = |mut faults: Vec<Diagnostic>| {
        faults.retain(Diagnostic::is_error);
        terminal::report(&Report::new(faults), &root, common);
        Exit::Faults
    };
    let Some((parts, theme, clock)) = read else { return refuse(faults) };
    let (portal, mut found) = Portal::assemble(parts.clone(), clock);
    faults.append(&mut found);
    let plan = plan(&portal, &theme, &mut faults);
    // What a change makes is a difference to what is published, and nothing is.
    if faults.iter().any(Diagnostic::is_error) {
        return refuse(faults);
    }
    let finder = Finder { root: &root, output: &output, parts: &parts, plan: &plan };
    match finder.find(&args.what) {
        Err(reason) => {
            terminal::complain(&reason);
            return Exit::Usage;
        }
        Ok(Asked::Output(at)) => tell::output(&plan, &plan.outputs[at], common.format),
        Ok(Asked::Source(source)) => {
            let ground = Ground { root: &root, parts: &parts, theme: &theme, clock, plan: &plan };
            match progress::during(common, |progress| ground.effects(&source, progress)) {
                Err(fault) => return refuse(vec![fault]),
                Ok(effects) => tell::source(&plan, &source, &effects, common.format),
            }
        }
    }
    Exit::Done
}
