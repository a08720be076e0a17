//! `tribune check`

use rayon::prelude::*;

use crate::cli::CheckArgs;
use crate::desk::propose::proposals;
use crate::model::body::ReferenceKind;
use crate::model::portal::Portal;
use crate::pages::plan::{Plan, What, plan};
use crate::pages::render::{Renderer, Texts};
use crate::text::diagnostic::{Diagnostic, Report};
use crate::text::problem::Problem;
use crate::text::source::Place;
use crate::world::clock::Stopwatch;
use crate::world::tree::Root;

use super::load::{load, root};
use super::{Exit, terminal};

pub fn run(args: &CheckArgs) -> Exit {
    let mut watch = Stopwatch::start();
    let mut root = root(&args.common);
    let mut faults = Vec::new();
    if let Some(loaded) = load(&mut root, &args.inputs, &mut watch, &mut faults) {
        let plan = plan(&loaded.portal, &loaded.theme, &mut faults);
        if !faults.iter().any(Diagnostic::is_error) {
            faults.extend(rendering(&plan, &root));
        }
        faults.extend(plan.broken_links());
        faults.extend(alternatives(&loaded.portal));
        faults.extend(pairs(&loaded.portal));
        faults = proposals(faults, &loaded.portal.territory, &|path| root.read_lossy(path));
    }
    let report = Report::new(faults);
    terminal::report(&report, &root, &args.common);
    if report.has_errors() {
        return Exit::Faults;
    }
    if report.diagnostics.is_empty() && !args.common.quiet {
        terminal::say("no faults");
    }
    Exit::Done
}

/// Renders everything and keeps only what went wrong.
fn rendering(plan: &Plan, root: &Root) -> Vec<Diagnostic> {
    let renderer = Renderer::new(plan);
    let render = |output| {
        let mut texts = Texts::new();
        for path in plan.bodies(output) {
            if let Ok(text) = root.read_again(path) {
                texts.insert(path.clone(), text);
            }
        }
        renderer.render(output, &texts).err()
    };
    let rendered = plan.outputs.par_iter().filter(|output| !matches!(output.what, What::Copy { .. }));
    let mut faults: Vec<Diagnostic> = rendered.filter_map(render).collect();
    faults.dedup_by(|a, b| a.place == b.place && a.place.is_some());
    faults
}

/// Pictures without a word on what an alternative text would say (WCAG 1.1.1).
fn alternatives(portal: &Portal) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for release in &portal.releases {
        if let Some(cover) = release.image.as_ref().filter(|cover| cover.field.alt.is_none()) {
            let problem = Problem::MissingAlt { src: cover.field.src.value.clone() };
            faults.push(Diagnostic::new(problem, Place::new(cover.written_in.clone(), cover.field.src.span)));
        }
        for reference in &release.body.references {
            if reference.kind == (ReferenceKind::Image { described: false }) {
                let problem = Problem::MissingAlt { src: reference.target.clone() };
                faults.push(Diagnostic::new(problem, Place::new(release.source.clone(), reference.span)));
            }
        }
    }
    faults
}

/// Releases that a portal in several languages has in one only.
fn pairs(portal: &Portal) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    if portal.config.languages.len() < 2 {
        return faults;
    }
    for release in &portal.releases {
        for (lang, tag) in portal.config.languages() {
            let has = lang == release.lang
                || release.translations.iter().any(|other| portal.releases[*other].lang == lang);
            if !has {
                let problem = Problem::MissingTranslation { language: tag.to_owned() };
                faults.push(Diagnostic::new(problem, Place::file(release.source.clone())));
            }
        }
    }
    faults
}
