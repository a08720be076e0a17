//! Sources to portal: the stages that every command begins with.

use rayon::prelude::*;

use crate::cli::{Common, Inputs};
use crate::model::config::Config;
use crate::model::page::WrittenPage;
use crate::model::portal::{Clock, Parts, Portal};
use crate::model::release::{Rules, Written};
use crate::model::territory::Territory;
use crate::pages::theme::Theme;
use crate::text::diagnostic::{Diagnostic, Faults};
use crate::text::problem::Problem;
use crate::text::source::{Place, SourcePath};
use crate::world::clock::{Stopwatch, now};
use crate::world::themes;
use crate::world::tree::{Root, Tree};

/// A portal with its theme, and everything that is wrong with either.
pub struct Loaded {
    pub portal: Portal,
    pub theme: Theme,
    /// Whether what is built may hold what is not public yet.
    pub preview: bool,
}

/// The configuration and the territory, which everything else depends on.
pub struct Ground {
    pub config: Config,
    pub territory: Territory,
}

/// Reads `site.toml` and the territory.
pub fn ground(
    root: &Root,
    base_url: Option<&str>,
    portable: bool,
    faults: &mut Vec<Diagnostic>,
) -> Option<Ground> {
    let path: SourcePath = "site.toml".into();
    if !root.exists(&path) {
        faults.push(Diagnostic::new(Problem::NoSiteFile, Place::file(path)));
        return None;
    }
    let source = match root.read_named(&path) {
        Ok(source) => source,
        Err(fault) => {
            faults.push(fault);
            return None;
        }
    };
    let mut found = Faults::of(&path);
    let config = Config::parse(&source, base_url, portable, &mut found);
    let territory = config.as_ref().and_then(|config| territory(root, config, &mut found, faults));
    if let (Some(config), Some(territory)) = (&config, &territory) {
        for (region, _) in &config.party.regions {
            if territory.find_region(&region.value).is_err() {
                let suggestion = match territory.find_region(&region.value) {
                    Err(crate::model::territory::Miss::Unknown { suggestion }) => suggestion,
                    _ => None,
                };
                found.at(region.span, Problem::UnknownRegion { name: region.value.clone(), suggestion });
            }
        }
        for target in &config.deploy {
            found.whole(Problem::NoEffectYet { name: format!("deploy.{}", target.name) });
        }
    }
    faults.append(&mut found.list);
    Some(Ground { config: config?, territory: territory? })
}

fn territory(
    root: &Root,
    config: &Config,
    found: &mut Faults,
    faults: &mut Vec<Diagnostic>,
) -> Option<Territory> {
    let name = &config.territory;
    if name.value == "morocco" {
        return Some(Territory::morocco());
    }
    match crate::model::path::SafePath::parse(&name.value) {
        Err(fault) => {
            found.at(name.span, Problem::BadPath { what: "territory", text: name.value.clone(), fault });
            None
        }
        Ok(path) if !root.exists(path.as_str()) => {
            let (target, suggestion) = (name.value.clone(), Some("morocco".to_owned()));
            found.at(name.span, Problem::MissingFile { target, suggestion });
            None
        }
        Ok(path) => match root.read_named(&path.as_str().into()) {
            Err(fault) => {
                faults.push(fault);
                None
            }
            Ok(source) => {
                let mut own = Faults::of(&source.path);
                let territory = Territory::parse(&source, &mut own);
                let sound = !own.has_errors();
                faults.append(&mut own.list);
                sound.then_some(territory)
            }
        },
    }
}

/// Loads a whole portal. `None` when there is no configuration to go by.
pub fn load(
    root: &mut Root,
    inputs: &Inputs,
    watch: &mut Stopwatch,
    faults: &mut Vec<Diagnostic>,
) -> Option<Loaded> {
    let real = now();
    let clock = Clock { now: inputs.as_of.unwrap_or(real), drafts: inputs.drafts };
    let preview = inputs.drafts || clock.now > real;
    let Ground { config, territory } = ground(root, inputs.base_url.as_deref(), inputs.portable, faults)?;
    let chain = themes::chain(root, &config, faults);
    let overrides = themes::overrides(root, faults);
    let theme = chain.map(|chain| Theme::load(&chain, &overrides, &config, faults));
    watch.lap("theme");
    let mut tree = root.scan();
    faults.append(&mut tree.faults);
    if tree.releases.is_empty() {
        faults.push(Diagnostic::new(Problem::NoReleases, Place::file("content")));
    }
    watch.lap("list");
    let rules = Rules { config: &config, territory: &territory };
    let (releases, pages) = parse(root, &tree, rules, faults);
    watch.lap("parse");
    let assets = root.assets(&tree.assets, faults);
    let statics = root.statics(&tree, faults);
    watch.lap("files");
    let parts = Parts { config, territory, releases, pages, assets, statics };
    let (portal, mut found) = Portal::assemble(parts, clock);
    faults.append(&mut found);
    watch.lap("assemble");
    // Without a theme nothing can be planned, but what is wrong with the content is known.
    Some(Loaded { portal, theme: theme?, preview })
}

fn parse(
    root: &Root,
    tree: &Tree,
    rules: Rules,
    faults: &mut Vec<Diagnostic>,
) -> (Vec<Written>, Vec<WrittenPage>) {
    let releases: Vec<(Option<Written>, Vec<Diagnostic>)> = tree
        .releases
        .par_iter()
        .map(|path| match root.read(path) {
            Err(fault) => (None, vec![fault]),
            Ok(source) => {
                let mut found = Faults::of(path);
                (Some(Written::parse(&source, rules, &mut found)), found.list)
            }
        })
        .collect();
    let pages: Vec<(Option<WrittenPage>, Vec<Diagnostic>)> = tree
        .pages
        .par_iter()
        .map(|path| match root.read(path) {
            Err(fault) => (None, vec![fault]),
            Ok(source) => {
                let mut found = Faults::of(path);
                (WrittenPage::parse(&source, rules, &mut found), found.list)
            }
        })
        .collect();
    (gather(releases, faults), gather(pages, faults))
}

fn gather<T>(read: Vec<(Option<T>, Vec<Diagnostic>)>, faults: &mut Vec<Diagnostic>) -> Vec<T> {
    let mut all = Vec::with_capacity(read.len());
    for (one, mut found) in read {
        all.extend(one);
        faults.append(&mut found);
    }
    all
}

/// The folder that a command works in.
pub fn root(common: &Common) -> Root {
    Root::new(common.root.clone())
}
