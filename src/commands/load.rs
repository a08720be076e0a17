//! Sources to portal: the stages that every command begins with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use foldhash::HashMap;
use rayon::prelude::*;

use crate::cli::{Common, Inputs};
use crate::model::config::Config;
use crate::model::language::LangId;
use crate::model::page::WrittenPage;
use crate::model::path::SafePath;
use crate::model::portal::{Asset, Clock, Parts, Portal};
use crate::model::release::{Rules, Written};
use crate::model::territory::Territory;
use crate::pages::plan::{Kinds, Output, Plan, What};
use crate::pages::render::{Renderer, Texts};
use crate::pages::rows::Rows;
use crate::pages::theme::Theme;
use crate::text::diagnostic::{Diagnostic, Faults, Report};
use crate::text::fingerprint::Fingerprint;
use crate::text::problem::Problem;
use crate::text::source::{Place, SourcePath};
use crate::world::catalog::{self, Memory, Reading, Stamp};
use crate::world::clock::{Stopwatch, now};
use crate::world::progress::Progress;
use crate::world::themes;
use crate::world::tree::{Root, static_address};

use super::listing::{Change, Kind, Listing, Source};

/// The name of the territory that is built in.
const BUILT_IN_TERRITORY: &str = "morocco";

/// A portal with its theme, and everything that is wrong with either.
pub struct Loaded {
    pub portal: Portal,
    pub theme: Theme,
    pub listing: Listing,
    /// Of all that the portal is made of beside its releases and the clock.
    pub ground: Option<Fingerprint>,
}

/// The configuration and the territory, which everything else depends on.
pub struct Ground {
    pub config: Config,
    pub territory: Territory,
}

/// Reads `site.toml` and the territory for commands that write sources: nothing may be wrong with them.
pub fn sound_ground(root: &Root) -> Result<Ground, Report> {
    let mut faults = Vec::new();
    let ground = ground(root, None, false, &mut faults);
    ground.filter(|_| !faults.iter().any(Diagnostic::is_error)).ok_or_else(|| Report::new(faults))
}

/// Reads `site.toml` and the territory. What is wrong with them may leave enough to go by, so that
/// all that is wrong is said at once.
fn ground(
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
    if name.value == BUILT_IN_TERRITORY {
        return Some(Territory::morocco());
    }
    match SafePath::parse(&name.value) {
        Err(fault) => {
            found.at(name.span, Problem::BadPath { what: "territory", text: name.value.clone(), fault });
            None
        }
        Ok(path) if !root.exists(path.as_str()) => {
            let (target, suggestion) = (name.value.clone(), Some(BUILT_IN_TERRITORY.to_owned()));
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

/// What there is to build from, before any release is opened.
pub struct Survey {
    ground: Ground,
    theme: Option<Theme>,
    listing: Listing,
    /// Nothing was looked at of what the listing holds: somebody told which releases changed.
    is_told: bool,
    /// Files that were found and refused.
    refused: Vec<SourcePath>,
    clock: Clock,
    /// Whether what is built may hold what is not public yet.
    pub preview: bool,
    /// Of everything that an output depends on but the clock; nothing where a change could hide.
    pub state: Option<Fingerprint>,
    /// Nothing was wrong so far.
    is_sound: bool,
}

/// The clock that decides what is public, and whether it shows what is not public yet.
pub fn clock(inputs: &Inputs) -> (Clock, bool) {
    let real = now();
    let clock = Clock { now: inputs.as_of.unwrap_or(real), drafts: inputs.drafts };
    (clock, inputs.drafts || clock.now > real)
}

/// What everything else is built on. `None` when there is no configuration to go by.
fn foundations(
    root: &mut Root,
    inputs: &Inputs,
    faults: &mut Vec<Diagnostic>,
) -> Option<(Ground, Option<Theme>)> {
    let ground = ground(root, inputs.base_url.as_deref(), inputs.portable, faults)?;
    let chain = themes::chain(root, &ground.config, faults);
    let overrides = themes::overrides(root, faults);
    let theme = chain.map(|chain| Theme::load(&chain, &overrides, &ground.config, faults));
    Some((ground, theme))
}

/// Looks at everything that a portal is built from. `None` when there is no configuration to go by.
pub fn survey(
    root: &mut Root,
    inputs: &Inputs,
    watch: &mut Stopwatch,
    faults: &mut Vec<Diagnostic>,
) -> Option<Survey> {
    let (clock, preview) = clock(inputs);
    let (ground, theme) = foundations(root, inputs, faults)?;
    watch.lap("theme");
    let mut tree = root.scan();
    let refused = tree.faults.iter().filter(|fault| matches!(fault.problem, Problem::BadPath { .. }));
    let refused = refused.filter_map(|fault| Some(fault.place.as_ref()?.path.clone())).collect();
    faults.append(&mut tree.faults);
    if tree.releases.is_empty() {
        faults.push(Diagnostic::new(Problem::NoReleases, Place::file("content")));
    }
    let of = |paths: Vec<SourcePath>, kind| paths.into_iter().map(move |path| (path, kind));
    let mut others: Vec<(SourcePath, Kind)> = of(tree.pages, Kind::Page).collect();
    others.extend(of(tree.assets, Kind::File).chain(of(tree.statics, Kind::File)));
    others.sort_unstable();
    watch.lap("list");
    let racy = Stamp::racy_since();
    let stamp = |path: &SourcePath| Stamp::certain(&root.locate(path), racy).unwrap_or_default();
    let releases = tree.releases.into_par_iter().map(|path| {
        let stamp = stamp(&path);
        (path, stamp)
    });
    let releases: Vec<(SourcePath, Stamp)> = releases.collect();
    let others = others.into_par_iter().map(|(path, kind)| {
        let stamp = stamp(&path);
        (path, kind, stamp)
    });
    let others: Vec<Source> = others.collect();
    let listing = Listing::new(&releases, others);
    let is_sound = faults.is_empty();
    let (state, is_told) = (None, false);
    let mut survey = Survey { ground, theme, listing, is_told, refused, clock, preview, state, is_sound };
    survey.state = survey.find_state();
    watch.lap("stat");
    Some(survey)
}

impl Survey {
    /// What there is to build from where somebody tells which releases changed in a listing, unless anything
    /// is wrong with the rest.
    pub fn told(root: &mut Root, inputs: &Inputs, listing: Listing, watch: &mut Stopwatch) -> Option<Self> {
        let (clock, preview) = clock(inputs);
        let mut faults = Vec::new();
        let (ground, theme) = foundations(root, inputs, &mut faults)?;
        watch.lap("theme");
        let (refused, state, is_sound, is_told) = (Vec::new(), None, true, true);
        let survey = Self { ground, theme, listing, is_told, refused, clock, preview, state, is_sound };
        faults.is_empty().then_some(survey)
    }

    /// Takes in what somebody tells: that a release is there with this stamp, or is not there any more.
    pub fn take(&mut self, (path, stamp): Change) {
        self.listing.set(path, stamp);
    }

    /// What somebody told of, where nothing else was looked at.
    pub fn changes(&self) -> Option<Vec<Change>> {
        self.is_told.then(|| self.listing.changed())
    }

    /// What there is to read.
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    /// Goes on as if it had looked at all sources. Whether the list of them could be read.
    pub fn gather(&mut self) -> bool {
        if self.is_told {
            self.is_told = !self.listing.gather();
        }
        !self.is_told
    }

    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    pub fn theme(&self) -> Option<&Theme> {
        self.theme.as_ref()
    }

    /// Files that a portal names and that stand wherever it says.
    pub fn named_files(&self) -> Vec<PathBuf> {
        let territory = &self.ground.config.territory.value;
        let file = SafePath::parse(territory).ok().filter(|path| path.as_str() != BUILT_IN_TERRITORY);
        file.map(|path| PathBuf::from(path.as_str())).into_iter().collect()
    }

    /// Of everything that an output depends on but the clock; nothing where a change could hide.
    pub fn find_state(&self) -> Option<Fingerprint> {
        let sum = self.listing.sum();
        let theme = self.theme.as_ref().filter(|_| sum.is_certain() && self.is_sound)?;
        let Ground { config, territory } = &self.ground;
        let of_theme = (theme.fingerprint, &theme.statics);
        let of_clock = self.clock.drafts;
        Some(Fingerprint::of(&(config.fingerprint, territory.fingerprint(), of_theme, of_clock, sum)))
    }

    /// Of all that the portal is made of beside its releases and the clock; nothing where a change
    /// could hide.
    pub fn ground_print(&self) -> Option<Fingerprint> {
        let others = self.listing.others();
        let certain = others.iter().all(|(_, _, stamp)| *stamp != Stamp::default());
        let theme = self.theme.as_ref().filter(|_| certain && self.is_sound)?;
        let Ground { config, territory } = &self.ground;
        let of_theme = (theme.fingerprint, &theme.statics);
        Some(Fingerprint::of(&(
            config.fingerprint,
            territory.fingerprint(),
            of_theme,
            self.clock.drafts,
            others,
        )))
    }

    /// What decides on the content of a portal beside its files.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Reads all sources and puts them together. `None` where nothing can be planned.
    pub fn load(
        self,
        root: &Root,
        memory: Memory,
        progress: &Progress,
        watch: &mut Stopwatch,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Loaded> {
        let (clock, ground) = (self.clock, self.ground_print());
        let (parts, theme, listing) = self.parts(root, memory, progress, watch, faults);
        let (portal, mut found) = Portal::assemble(parts, clock);
        faults.append(&mut found);
        watch.lap("assemble");
        // Without a theme nothing can be planned, but what is wrong with the content is known.
        Some(Loaded { portal, theme: theme?, listing, ground })
    }

    /// Reads all sources, which it must know ([`Survey::gather`]).
    pub fn parts(
        self,
        root: &Root,
        memory: Memory,
        progress: &Progress,
        watch: &mut Stopwatch,
        faults: &mut Vec<Diagnostic>,
    ) -> (Parts, Option<Theme>, Listing) {
        debug_assert!(!self.is_told);
        let Ground { config, territory } = self.ground;
        let rules = Rules { config: &config, territory: &territory };
        let sources: Vec<Source> =
            self.listing.iter().map(|(path, kind, stamp)| (path.into(), kind, stamp)).collect();
        let (read, mut found) = read(root, &sources, rules, memory, progress);
        let mut refused = self.refused;
        refused.extend(
            found
                .iter()
                .filter(|fault| is_of_bytes(fault))
                .filter_map(|f| Some(f.place.as_ref()?.path.clone())),
        );
        faults.append(&mut found);
        watch.lap("read");
        let Read { releases, pages, assets, statics } = read;
        let parts = Parts { config, territory, releases, pages, assets, statics, refused };
        (parts, self.theme, self.listing)
    }
}

/// Whether a file could not be read at all, so that nothing is known of what it says.
fn is_of_bytes(fault: &Diagnostic) -> bool {
    matches!(
        fault.problem,
        Problem::Unreadable { .. }
            | Problem::NotUtf8 { .. }
            | Problem::Binary { .. }
            | Problem::TooLarge { .. }
    )
}

/// Everything in `content/`, read.
#[derive(Default)]
struct Read {
    releases: Vec<Arc<Written>>,
    pages: Vec<WrittenPage>,
    assets: BTreeMap<SourcePath, Asset>,
    statics: Vec<(String, Asset)>,
}

fn read(
    root: &Root,
    all: &[Source],
    rules: Rules,
    memory: Memory,
    progress: &Progress,
) -> (Read, Vec<Diagnostic>) {
    let (readings, faults) = catalog::read(root, all, rules.fingerprint(), memory, progress, |path, kind| {
        if let Kind::File = kind {
            return match root.asset(path) {
                Ok(asset) => (Some(Reading::File(asset)), Vec::new()),
                Err(fault) => (None, vec![fault]),
            };
        }
        let source = match root.read(path) {
            Ok(source) => source,
            Err(fault) => return (None, vec![fault]),
        };
        let mut found = Faults::of(path);
        let reading = match kind {
            Kind::Page => {
                WrittenPage::parse(&source, rules, &mut found).map(|page| Reading::Page(Box::new(page)))
            }
            _ => Some(Reading::Release(Arc::new(Written::parse(&source, rules, &mut found)))),
        };
        (reading, found.list)
    });
    let mut sources = Read::default();
    for reading in readings {
        match reading {
            Reading::Release(release) => sources.releases.push(release),
            Reading::Page(page) => sources.pages.push(*page),
            Reading::File(asset) => match static_address(&asset.path) {
                Some(address) => sources.statics.push((address.to_owned(), asset)),
                None => _ = sources.assets.insert(asset.path.clone(), asset),
            },
        }
    }
    sources.statics.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    (sources, faults)
}

/// Whether all that is wrong is wrong with sources: then templates can be tried on those that are sound.
pub fn is_theme_sound(faults: &[Diagnostic]) -> bool {
    let errors = faults.iter().filter(|fault| fault.is_error());
    errors
        .map(|fault| fault.place.as_ref())
        .all(|place| place.is_some_and(|p| p.path.starts_with("content/")))
}

/// Renders up to `most` pages of each kind and language, and keeps only what went wrong.
pub fn faults_of_rendering(plan: &Plan, root: &Root, most: usize, progress: &Progress) -> Vec<Diagnostic> {
    let renderer = Renderer::new(plan, Rows::default());
    let mut tried: HashMap<(LangId, Kinds), usize> = HashMap::default();
    let chosen = plan.outputs.iter().filter(|output| {
        let tried = tried.entry((output.lang, output.what.kind())).or_default();
        *tried += 1;
        *tried <= most && !matches!(output.what, What::Copy(_))
    });
    let chosen: Vec<&Output> = chosen.collect();
    progress.begin("rendering", chosen.len());
    let render = |output: &&Output| {
        progress.step();
        let mut texts = Texts::default();
        for path in renderer.needs(output) {
            if let Ok(text) = root.read_again(path) {
                texts.insert(path.clone(), text);
            }
        }
        renderer.render(output, &texts).err()
    };
    let mut faults: Vec<Diagnostic> = chosen.par_iter().filter_map(render).collect();
    faults.dedup_by(|a, b| a.place == b.place && a.place.is_some());
    faults
}

/// The folder that a command works in.
pub fn root(common: &Common) -> Root {
    Root::new(common.root.clone())
}
