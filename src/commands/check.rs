//! `tribune check`

use rayon::prelude::*;

use crate::cli::CheckArgs;
use crate::desk::detect::Detector;
use crate::desk::propose::proposals;
use crate::model::body::ReferenceKind;
use crate::model::portal::{Portal, Release};
use crate::pages::plan::{Plan, What, plan};
use crate::pages::render::{Renderer, Texts};
use crate::text::diagnostic::{Diagnostic, Report};
use crate::text::problem::Problem;
use crate::text::source::Place;
use crate::world::catalog::Memory;
use crate::world::clock::Stopwatch;
use crate::world::tree::Root;

use super::load::{load, root};
use super::{Exit, terminal};

pub fn run(args: &CheckArgs) -> Exit {
    let mut watch = Stopwatch::start();
    let mut root = root(&args.common);
    let mut faults = Vec::new();
    // A check writes nothing, not even what it remembers.
    let memory = Memory { recall: true, remember: false };
    if let Some(loaded) = load(&mut root, &args.inputs, memory, &mut watch, &mut faults) {
        let plan = plan(&loaded.portal, &loaded.theme, &mut faults);
        if !faults.iter().any(Diagnostic::is_error) {
            faults.extend(rendering(&plan, &root));
        }
        faults.extend(plan.broken_links());
        faults.extend(alternatives(&loaded.portal));
        faults.extend(pairs(&loaded.portal));
        faults.extend(regions(&loaded.portal, &root));
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
fn rendering(plan: &Plan, root: &Root) -> Vec<Diagnostic> {
    let renderer = Renderer::new(plan);
    let render = |output| {
        let mut texts = Texts::new();
        for path in renderer.needs(output) {
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

/// How many releases a portal in several languages has not in each.
fn pairs(portal: &Portal) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    if portal.config.languages.len() < 2 {
        return faults;
    }
    for (lang, tag) in portal.config.languages() {
        let lacks = |release: &&Release| {
            release.lang != lang
                && release.translations.iter().all(|other| portal.releases[*other].lang != lang)
        };
        let mut without: Vec<&Release> = portal.releases.iter().filter(lacks).collect();
        without.sort_by_key(|release| std::cmp::Reverse(release.date.timestamp));
        if !without.is_empty() {
            let newest = without.iter().take(3).map(|release| release.source.to_string()).collect();
            let (language, count) = (tag.to_owned(), without.len());
            let problem = Problem::MissingTranslations { language, count, newest };
            faults.push(Diagnostic { problem, place: None, other: None });
        }
    }
    faults
}

/// Releases whose text surely speaks of another region than their header: the header wins.
fn regions(portal: &Portal, root: &Root) -> Vec<Diagnostic> {
    let detector = Detector::new(&portal.territory);
    let disagrees = |release: &Release| {
        let region = portal.territory.region(*release.regions.first()?);
        let text = root.read_again(&release.source).ok()?;
        let found = detector.detect(&release.title, text.get(release.body.start..)?);
        if region.pseudo || !found.sure || release.regions.contains(&found.proposal) {
            return None;
        }
        let evidence = found.evidence(&portal.territory);
        let problem = Problem::RegionDisagrees { evidence, region: region.slug.clone() };
        Some(Diagnostic::new(problem, release.place.clone()))
    };
    portal.releases.par_iter().filter_map(disagrees).collect()
}
