//! The plan: everything that the portal publishes, each with the fingerprint of its inputs.
//!
//! A pure function of sources, theme, configuration and clock. Whatever is written, served,
//! checked or deployed is read off a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::{Discriminant, discriminant};

use foldhash::HashSet;
use rayon::prelude::*;

use crate::model::language::LangId;
use crate::model::path::SafePath;
use crate::model::portal::{Asset, Portal, ReleaseIx};
use crate::model::references::Target;
use crate::text::diagnostic::Diagnostic;
use crate::text::fingerprint::{Digest, Fingerprint};
use crate::text::problem::Problem;
use crate::text::source::{Place, SourcePath};
use crate::text::suggest::nearest;

use super::path::{FOLDER_END, OutPath, Spot};
use super::shelf::Period;
use super::site::{Channel, Index, Page, Site, TopicKind, parts};
use super::sitemap::{self, Chapters, SitemapPart};
use super::theme::Theme;

/// One file of the output.
#[derive(Debug)]
pub struct Output {
    pub file: OutPath,
    pub lang: LangId,
    pub what: What,
    pub fingerprint: Fingerprint,
}

/// What a file of the output is.
#[derive(Debug, PartialEq)]
pub enum What {
    /// Rendered by a template.
    Page(Page),
    /// An old address.
    Redirect {
        from: String,
        to: Page,
    },
    /// Derived by a recipe.
    Feed(Channel),
    Sitemap(usize),
    SitemapIndex,
    Robots,
    /// Copied from a file of the portal or, where `path` is one of its, of the theme.
    Copy {
        path: SourcePath,
        digest: Digest,
    },
}

/// What is made in the same way, by the same template: kinds of output, of page and of index.
pub type Kinds = (Discriminant<What>, Option<Discriminant<Page>>, Option<Discriminant<Index>>);

impl What {
    pub fn kind(&self) -> Kinds {
        let page = if let Self::Page(page) = self { Some(page) } else { None };
        let index = if let Some(Page::Index(index)) = page { Some(index) } else { None };
        (discriminant(self), page.map(discriminant), index.map(discriminant))
    }
}

/// Everything that is published, sorted by file.
pub struct Plan<'p> {
    pub site: Site<'p>,
    pub outputs: Vec<Output>,
    pub sitemaps: Vec<SitemapPart>,
}

/// A file that is planned, before collisions are known.
struct Planned {
    spot: Spot,
    lang: LangId,
    what: What,
    /// Who asked for it; pages that come of themselves have no place.
    owner: Option<Place>,
}

/// Plans the whole portal.
pub fn plan<'p>(portal: &'p Portal, theme: &'p Theme, faults: &mut Vec<Diagnostic>) -> Plan<'p> {
    for release in &portal.releases {
        if !release.extra.is_empty() {
            let locale = &theme.locales[release.lang.index()];
            theme.extra(&release.source, &release.extra, locale, faults);
        }
    }
    missing_logo(portal, faults);
    let site = Site::new(portal, theme);
    let mut planned = Vec::with_capacity(portal.releases.len() * 3 / 2 + 256);
    for (lang, _) in portal.config.languages() {
        pages(&site, lang, &mut planned);
        feeds(&site, lang, &mut planned);
    }
    for ix in 0..portal.releases.len() {
        redirects(&site, ix, &mut planned);
        files_of(&site, ix, &mut planned);
    }
    page_files(&site, &mut planned);
    statics(&site, &mut planned);
    let sitemaps = sitemaps(&site, &mut planned);
    let planned = without_collisions(planned, faults);
    let outputs = planned
        .into_par_iter()
        .map(|Planned { spot, lang, what, .. }| {
            let fingerprint = fingerprint(&site, &sitemaps, lang, &what);
            let fingerprint = site.frame.fingerprint.with(fingerprint);
            Output { file: spot.file, lang, what, fingerprint }
        })
        .collect();
    Plan { site, outputs, sitemaps }
}

fn fingerprint(site: &Site, sitemaps: &[SitemapPart], lang: LangId, what: &What) -> Fingerprint {
    match what {
        What::Page(page) => Fingerprint::of(&site.inputs(lang, *page)),
        What::Redirect { from, to } => Fingerprint::of(&site.redirect(lang, from, *to)),
        What::Feed(channel) => Fingerprint::of(&site.feed_inputs(lang, *channel)),
        What::Sitemap(ix) => sitemaps[*ix].fingerprint(site),
        What::SitemapIndex => Fingerprint::of(&sitemap::index(sitemaps)),
        What::Robots => Fingerprint::of(&sitemap::robots(site)),
        What::Copy { digest, .. } => Fingerprint::of(digest),
    }
}

fn pages(site: &Site, lang: LangId, planned: &mut Vec<Planned>) {
    let shelf = site.shelf(lang);
    let portal = site.portal;
    let mut add = |page: Page, owner: Option<Place>| {
        planned.push(Planned { spot: site.spot(lang, page), lang, what: What::Page(page), owner });
    };
    for index in [Index::Home, Index::Archives, Index::Regions, Index::NotFound] {
        add(Page::Index(index), None);
    }
    for ix in portal.of_language(lang) {
        add(Page::Release(ix), Some(portal.releases[ix].place.clone()));
    }
    for (ix, page) in portal.pages.iter().enumerate().filter(|(_, page)| page.written.lang == lang) {
        add(Page::Static(ix), Some(page.written.place()));
    }
    for (period, range) in shelf.all.years.iter().chain(&shelf.all.months).chain(&shelf.all.days) {
        for part in 0..parts(range.len()) {
            add(Page::Index(Index::Period { region: None, period: *period, part }), None);
        }
    }
    for (region, _) in portal.territory.regions() {
        add(Page::Index(Index::Region(region)), None);
        let Some(run) = shelf.region(region) else { continue };
        for (period, range) in run.years.iter().chain(&run.months) {
            for part in 0..parts(range.len()) {
                add(Page::Index(Index::Period { region: Some(region), period: *period, part }), None);
            }
        }
    }
    for province in shelf.provinces.keys() {
        add(Page::Index(Index::Province(*province)), None);
    }
    for (kind, topics) in [(TopicKind::Tag, &shelf.tags), (TopicKind::Series, &shelf.series)] {
        for (ix, topic) in topics.iter().enumerate() {
            let owner = topic.releases.first().and_then(|first| {
                let release = &portal.releases[*first];
                let named = release.tags.iter().chain(&release.series).find(|name| name.text == topic.name);
                named.map(|name| name.place.clone())
            });
            for part in 0..parts(topic.releases.len()) {
                add(Page::Topic { kind, ix, part }, owner.clone());
            }
        }
    }
}

fn feeds(site: &Site, lang: LangId, planned: &mut Vec<Planned>) {
    let shelf = site.shelf(lang);
    let regions = site.portal.territory.regions().map(|(region, _)| Channel::Region(region));
    let provinces = shelf.provinces.keys().map(|province| Channel::Province(*province));
    let tags = (0..shelf.tags.len()).map(|ix| Channel::Topic { kind: TopicKind::Tag, ix });
    let series = (0..shelf.series.len()).map(|ix| Channel::Topic { kind: TopicKind::Series, ix });
    let channels = std::iter::once(Channel::Site).chain(regions).chain(provinces).chain(tags).chain(series);
    planned.extend(channels.map(|channel| Planned {
        spot: site.feed_spot(lang, channel),
        lang,
        what: What::Feed(channel),
        owner: None,
    }));
}

fn redirects(site: &Site, ix: ReleaseIx, planned: &mut Vec<Planned>) {
    let release = &site.portal.releases[ix];
    for alias in &release.aliases {
        let Ok(path) = SafePath::parse(&alias.value) else { continue };
        let spot = site.frame.speller.alias(&path);
        let what = What::Redirect { from: spot.url.clone(), to: Page::Release(ix) };
        let owner = Some(Place::new(release.source.clone(), alias.span));
        planned.push(Planned { spot, lang: release.lang, what, owner });
    }
}

/// The files that a release brings with it, as long as its text is shown.
fn files_of(site: &Site, ix: ReleaseIx, planned: &mut Vec<Planned>) {
    let release = &site.portal.releases[ix];
    if !release.has_text() || release.targets.is_empty() && release.image.is_none() {
        return;
    }
    let owner = site.frame.release_address(release);
    let cover = release.image.as_ref().map(|image| (&image.target, image.field.src.span, &image.written_in));
    let body = release.targets.iter().zip(&release.body.references);
    let body = body.map(|(target, reference)| (target, reference.span, &release.source));
    let places =
        cover.into_iter().chain(body).map(|(target, span, path)| (target, Place::new(path.clone(), span)));
    copies(site, release.lang, &owner, places, planned);
}

fn page_files(site: &Site, planned: &mut Vec<Planned>) {
    for (ix, page) in site.portal.pages.iter().enumerate() {
        let owner = site.frame.static_address(page);
        let body = page.targets.iter().zip(&page.written.body.references);
        let places =
            body.map(|(target, reference)| (target, Place::new(page.written.path.clone(), reference.span)));
        copies(site, page.written.lang, &owner, places, planned);
        for alias in &page.written.aliases {
            let Ok(path) = SafePath::parse(&alias.value) else { continue };
            let spot = site.frame.speller.alias(&path);
            let what = What::Redirect { from: spot.url.clone(), to: Page::Static(ix) };
            let owner = Some(Place::new(page.written.path.clone(), alias.span));
            planned.push(Planned { spot, lang: page.written.lang, what, owner });
        }
    }
}

fn copies<'t>(
    site: &Site,
    lang: LangId,
    owner: &str,
    targets: impl Iterator<Item = (&'t Target, Place)>,
    planned: &mut Vec<Planned>,
) {
    let mut seen: HashSet<(&str, &str)> = HashSet::default();
    for (target, place) in targets {
        let Target::Asset { file, name } = target else { continue };
        let Some(asset) = site.portal.assets.get(file) else { continue };
        if seen.insert((file, name)) {
            let what = What::Copy { path: asset.path.clone(), digest: asset.digest };
            planned.push(Planned { spot: site.asset_spot(owner, name), lang, what, owner: Some(place) });
        }
    }
}

/// Files of the theme and of the portal; the portal's win.
fn statics(site: &Site, planned: &mut Vec<Planned>) {
    let mut files: BTreeMap<&str, &Asset> = BTreeMap::new();
    for (address, asset) in site.frame.theme.statics.iter().chain(&site.portal.statics) {
        files.insert(address, asset);
    }
    planned.extend(files.into_iter().map(|(address, asset)| Planned {
        spot: site.frame.speller.file(address),
        lang: LangId(0),
        what: What::Copy { path: asset.path.clone(), digest: asset.digest },
        owner: Some(Place::file(asset.path.clone())),
    }));
    planned.push(Planned {
        spot: site.frame.speller.file("robots.txt"),
        lang: LangId(0),
        what: What::Robots,
        owner: None,
    });
}

fn sitemaps(site: &Site, planned: &mut Vec<Planned>) -> Vec<SitemapPart> {
    let mut chapters: Chapters = Chapters::new();
    for one in planned.iter() {
        let What::Page(page) = &one.what else { continue };
        if site.noindex(*page) {
            continue;
        }
        chapters.entry((one.lang, chapter(site, one.lang, *page))).or_default().push((one.lang, *page));
    }
    let sitemaps = sitemap::parts(site, chapters);
    for (ix, part) in sitemaps.iter().enumerate() {
        let (lang, what) = (LangId(0), What::Sitemap(ix));
        planned.push(Planned { spot: site.frame.speller.file(&part.name), lang, what, owner: None });
    }
    let spot = site.frame.speller.file("sitemap.xml");
    planned.push(Planned { spot, lang: LangId(0), what: What::SitemapIndex, owner: None });
    sitemaps
}

/// The year in whose sitemap a page stands: its own, or that of the first release in it, so that
/// a new release touches one part. Pages that always exist have a part of their own.
fn chapter(site: &Site, lang: LangId, page: Page) -> Option<i16> {
    let year_of = |ix: &ReleaseIx| site.portal.releases[*ix].date.date().year();
    match page {
        Page::Release(ix) => Some(year_of(&ix)),
        Page::Index(Index::Period { period, .. }) => Some(Period::year(period)),
        Page::Index(Index::Province(province)) => {
            site.shelf(lang).provinces.get(&province).and_then(|run| run.releases.first()).map(year_of)
        }
        Page::Topic { kind, ix, .. } => site.topic(lang, kind, ix).releases.first().map(year_of),
        _ => None,
    }
}

/// Sorts what is planned by file, and says which files are asked for twice: for a file system
/// without case and normal forms, too, and where one file would be another's folder.
fn without_collisions(planned: Vec<Planned>, faults: &mut Vec<Diagnostic>) -> Vec<Planned> {
    // Keys are sorted, not what is planned, which is large.
    let mut keys: Vec<(String, usize)> =
        planned.par_iter().enumerate().map(|(at, one)| (one.spot.file.sort_key(), at)).collect();
    keys.par_sort_unstable();
    let mut planned: Vec<Option<Planned>> = planned.into_iter().map(Some).collect();
    let mut sorted: Vec<Planned> = Vec::with_capacity(planned.len());
    let (mut last, mut told) = ("", "");
    for (key, at) in &keys {
        let Some(one) = planned[*at].take() else { continue };
        let is_same = key == last;
        let is_within = || key.strip_prefix(last).is_some_and(|rest| rest.starts_with(FOLDER_END));
        match sorted.last() {
            Some(other) if is_same || is_within() => {
                // A file in the place of a folder is in the way of all that is in it: once is enough.
                if is_same || told != last {
                    let problem = Problem::AddressTaken { address: format!("/{}", one.spot.url) };
                    faults.push(collision(problem, other.owner.clone(), one.owner.clone()));
                }
                told = last;
            }
            _ => {
                last = key;
                sorted.push(one);
            }
        }
    }
    sorted
}

fn collision(problem: Problem, first: Option<Place>, second: Option<Place>) -> Diagnostic {
    match (first, second) {
        (Some(first), Some(second)) => Diagnostic::new(problem, second).and(first),
        (place, None) | (None, place) => Diagnostic { problem, place, other: None },
    }
}

/// Broken links that get a suggestion.
const MOST_SUGGESTIONS: usize = 200;

/// The addresses that share the first part of a path, or all at the root where it has but one.
fn beside<'k>(known: &'k BTreeSet<String>, path: &str) -> impl Iterator<Item = &'k str> {
    let first = path.split_inclusive('/').next().filter(|first| first.len() < path.len()).unwrap_or_default();
    let first = first.to_owned();
    let from = known.range(first.clone()..).map(String::as_str);
    let depth = if first.is_empty() { 1 } else { usize::MAX };
    from.take_while(move |address| address.starts_with(&*first))
        .filter(move |address| address.trim_end_matches('/').matches('/').count() < depth)
}

fn missing_logo(portal: &Portal, faults: &mut Vec<Diagnostic>) {
    let Some(logo) = &portal.config.party.logo else { return };
    let path = logo.value.trim_start_matches('/');
    if !portal.statics.iter().any(|(address, _)| address == path) {
        let problem = Problem::MissingImage { src: logo.value.clone(), suggestion: None };
        faults.push(Diagnostic::new(problem, Place::new("site.toml", logo.span)));
    }
}

impl Plan<'_> {
    /// The sources whose bodies an output shows.
    pub fn bodies(&self, output: &Output) -> Vec<&SourcePath> {
        let portal = self.site.portal;
        let of = |ix: ReleaseIx| &portal.releases[ix];
        match &output.what {
            What::Page(Page::Release(ix)) if of(*ix).has_text() => vec![&of(*ix).source],
            What::Page(Page::Static(ix)) => vec![&portal.pages[*ix].written.path],
            What::Feed(channel) => {
                let releases = self.site.feed_releases(output.lang, *channel);
                releases.map(of).filter(|release| release.has_text()).map(|release| &release.source).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Links from bodies to addresses of the portal where nothing stands.
    pub fn broken_links(&self) -> Vec<Diagnostic> {
        let portal = self.site.portal;
        let mut known: BTreeSet<String> = BTreeSet::new();
        for output in &self.outputs {
            let file = output.file.as_str();
            known.insert(file.to_owned());
            known.extend(file.strip_suffix("index.html").map(str::to_owned));
        }
        let releases = portal.releases.iter().map(|r| (&r.source, &r.targets, &r.body.references));
        let pages = portal.pages.iter().map(|p| (&p.written.path, &p.targets, &p.written.body.references));
        let mut broken = Vec::new();
        for (path, targets, references) in releases.chain(pages) {
            for (target, reference) in targets.iter().zip(references) {
                let Target::Root(root) = target else { continue };
                let Some(url) = self.site.target_url("", target) else { continue };
                if portal.static_file(root).is_some() {
                    continue;
                }
                if !url.is_empty() && !known.contains(&url) {
                    // Each is compared with all that lies beside it; of thousands nobody reads more.
                    let suggestion = match broken.len() < MOST_SUGGESTIONS {
                        true => nearest(root, beside(&known, root)).map(|near| format!("/{near}")),
                        false => None,
                    };
                    let problem = Problem::BrokenLink { target: reference.target.clone(), suggestion };
                    broken.push(Diagnostic::new(problem, Place::new(path.clone(), reference.span)));
                }
            }
        }
        broken
    }
}
