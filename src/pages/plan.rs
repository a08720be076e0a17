//! The plan: everything that the portal publishes, each with the fingerprint of its inputs.
//!
//! A pure function of sources, theme, configuration and clock. Whatever is written, served,
//! checked or deployed is read off a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::mem::{Discriminant, discriminant};

use foldhash::HashSet;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::model::language::LangId;
use crate::model::path::SafePath;
use crate::model::portal::{Asset, Portal, ReleaseIx};
use crate::model::references::Target;
use crate::text::diagnostic::Diagnostic;
use crate::text::fingerprint::{Digest, Fingerprint};
use crate::text::problem::Problem;
use crate::text::source::{Place, SourcePath};
use crate::text::suggest::nearest;

use super::brief::Moves;
use super::known::Known;
use super::path::{FOLDER_END, OutKey, OutPath, Spot};
use super::shelf::Period;
use super::site::{Channel, Index, Lists, Page, Site, Still, TopicKind, parts};
use super::sitemap::{self, Chapter, Chapters, SitemapPart};
use super::theme::Theme;

/// One file of the output.
#[derive(Debug, Serialize, Deserialize)]
pub struct Output {
    /// Of its file, which [`Plan::file`] spells.
    pub key: OutKey,
    pub lang: LangId,
    /// Its place as planned, by which those of one file are told apart.
    #[serde(skip)]
    pub(super) ordinal: u32,
    pub what: What,
    pub fingerprint: Fingerprint,
}

/// What a file of the output is.
#[derive(Debug, Serialize, Deserialize)]
pub enum What {
    /// Rendered by a template.
    Page(Page),
    /// An old address.
    Redirect(Box<Redirect>),
    /// Derived by a recipe.
    Feed(Channel),
    Sitemap(usize),
    SitemapIndex,
    Robots,
    /// Published as it is.
    Copy(Box<Copy>),
}

/// An old address of a release or a page.
#[derive(Debug, Serialize, Deserialize)]
pub struct Redirect {
    pub from: Spot,
    pub to: Page,
    /// Where it is written.
    pub place: Place,
}

/// A file of the portal or, where `path` is one of its, of the theme.
#[derive(Debug, Serialize, Deserialize)]
pub struct Copy {
    pub file: OutPath,
    pub path: SourcePath,
    pub digest: Digest,
    /// Who asked for it.
    pub place: Place,
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

/// Everything that is published, in the order of its keys.
pub struct Plan<'p> {
    pub site: Site<'p>,
    pub outputs: Vec<Output>,
    pub sitemaps: Vec<SitemapPart>,
}

/// Files that are planned, before collisions are known.
type Planned = Vec<(LangId, What)>;

/// Plans the whole portal.
pub fn plan<'p>(portal: &'p Portal, theme: &'p Theme, faults: &mut Vec<Diagnostic>) -> Plan<'p> {
    plan_again(portal, theme, Known::default(), faults)
}

/// The same where a plan of the same theme and files was made before. Whoever goes on from what another
/// process left asks whether the plan is whole.
pub fn plan_again<'p>(
    portal: &'p Portal,
    theme: &'p Theme,
    known: Known,
    faults: &mut Vec<Diagnostic>,
) -> Plan<'p> {
    missing_logo(portal, faults);
    let Known { gathered, frame, mut outputs, mut sitemaps } = known;
    let (site, mut still) = Site::new(portal, theme, gathered);
    if !portal.releases.are_whole() {
        return Plan { site, outputs: Vec::new(), sitemaps: Vec::new() };
    }
    for release in site.briefs.met().iter().map(|ix| &portal.releases[*ix]) {
        if !release.extra.is_empty() {
            let locale = &theme.locales[release.lang.index()];
            theme.extra(&release.source, &release.extra, locale, faults);
        }
    }
    if frame != site.frame.fingerprint {
        still = Still::Nothing;
    }
    match (still, site.briefs.news()) {
        (Still::Places { touched }, Some(news)) => {
            let heads = || news.heads.iter().map(|ix| &site.briefs[*ix]);
            let chapters: HashSet<Chapter> =
                heads().map(|brief| (brief.lang, Some(brief.date.year()))).collect();
            let of_news = |part: &SitemapPart| chapters.contains(&part.chapter);
            sitemaps.iter_mut().filter(|part| of_news(part)).for_each(|part| part.look_again(&site));
            let lists = site.lists_of(heads());
            let may_differ = |what: &What| match what {
                What::Page(Page::Release(ix)) => touched[*ix],
                What::Page(Page::Index(Index::Period { region, period, .. })) => {
                    lists.contains(&(*region, *period))
                }
                What::Sitemap(ix) => of_news(&sitemaps[*ix]),
                What::Page(_) | What::Redirect(_) | What::SitemapIndex => !news.heads.is_empty(),
                What::Feed(_) => !news.is_empty(),
                What::Robots | What::Copy(_) => false,
            };
            count_again(&site, &sitemaps, &mut outputs, may_differ);
            Plan { site, outputs, sitemaps }
        }
        (Still::AllBut { moves, touched }, _) => {
            let mut planned = Planned::new();
            indexes(&site, &mut planned);
            let was = sitemaps;
            let mut sitemaps = plan_sitemaps(&site, &mut planned);
            let kept = Kept::new(&site, &moves, &was, &mut sitemaps);
            keep(&site, &sitemaps, &mut outputs, &moves, &touched, &kept);
            planned.retain(|(_, what)| !kept.has(what));
            let new = moves.come.iter().map(|ix| release_page(&site, *ix)).collect();
            outputs.append(&mut counted(&site, &sitemaps, new, planned));
            // Two stretches in order are merged in one go.
            outputs.sort_by_key(|output| output.key);
            let plan = Plan { site, outputs, sitemaps };
            // What is in whose way must be said of all.
            if plan.may_collide() { plan_anew(plan.site, faults) } else { plan }
        }
        _ => plan_anew(site, faults),
    }
}

/// Counts those outputs again that may be made of other inputs than before.
fn count_again(
    site: &Site,
    sitemaps: &[SitemapPart],
    outputs: &mut [Output],
    may_differ: impl Fn(&What) -> bool + Sync,
) {
    outputs.par_iter_mut().for_each(|output| {
        let count = || fingerprint(site, sitemaps, output.lang, &output.what);
        match may_differ(&output.what) {
            true => output.fingerprint = count(),
            false => debug_assert!(counts_as_before(site, output.fingerprint, count), "{:?}", output.what),
        }
    });
}

/// Whether an output counts as before, unless what briefs tell of it was lost.
fn counts_as_before(site: &Site, before: Fingerprint, count: impl Fn() -> Fingerprint) -> bool {
    before == count() || !site.briefs.is_whole()
}

/// The dated lists and sitemaps that count after some moves as before.
struct Kept {
    /// Those that do not.
    lists: Lists,
    /// By sitemap before: its place now.
    sitemaps: Vec<Option<usize>>,
}

impl Kept {
    /// Finds them out. Sitemaps that are not among them are looked at again.
    fn new(site: &Site, moves: &Moves, was: &[SitemapPart], now: &mut [SitemapPart]) -> Self {
        let gone = || moves.gone.iter().map(|(_, brief)| brief);
        let come = || moves.come.iter().map(|ix| &site.briefs[*ix]);
        let chapters: HashSet<Chapter> =
            gone().chain(come()).map(|brief| (brief.lang, Some(brief.date.year()))).collect();
        let topics_stand = gone().all(|brief| site.has_topics_of(brief, &[]))
            && come().all(|brief| site.has_topics_of(brief, &moves.come));
        let mut sitemaps = vec![None; was.len()];
        for (place, part) in now.iter_mut().enumerate() {
            let before = was.iter().position(|before| before.name == part.name);
            let before = before.filter(|_| !chapters.contains(&part.chapter));
            match before.filter(|before| part.stands(&was[*before], moves, topics_stand)) {
                Some(before) => {
                    part.modified = was[before].modified;
                    sitemaps[before] = Some(place);
                }
                None => part.look_again(site),
            }
        }
        Self { lists: site.lists_of(gone().chain(come())), sitemaps }
    }

    /// Whether an output that is planned again is one of them.
    fn has(&self, what: &What) -> bool {
        match what {
            What::Sitemap(ix) => self.sitemaps.contains(&Some(*ix)),
            other => self.has_list(other),
        }
    }

    fn has_list(&self, what: &What) -> bool {
        match what {
            What::Page(Page::Index(Index::Period { region, period, .. })) => {
                !self.lists.contains(&(*region, *period))
            }
            _ => false,
        }
    }

    /// Whether an output before is one of them, which is brought to its place.
    fn keeps(&self, what: &mut What) -> bool {
        match what {
            What::Sitemap(ix) => self.sitemaps[*ix].map(|now| *ix = now).is_some(),
            other => self.has_list(other),
        }
    }
}

/// Leaves of the outputs before some moves those that are planned by releases, which are still there, and
/// those that count as before.
fn keep(
    site: &Site,
    sitemaps: &[SitemapPart],
    outputs: &mut Vec<Output>,
    moves: &Moves,
    touched: &[bool],
    kept: &Kept,
) {
    outputs.retain_mut(|output| {
        match &mut output.what {
            What::Page(Page::Release(ix)) if moves.is_gone(*ix) => return false,
            What::Page(Page::Release(ix)) => {
                *ix = moves.place(*ix);
                let count = || fingerprint(site, &[], output.lang, &What::Page(Page::Release(*ix)));
                match touched[*ix] {
                    true => output.fingerprint = count(),
                    false => debug_assert!(counts_as_before(site, output.fingerprint, count), "{ix}"),
                }
            }
            What::Redirect(redirect) => {
                if let Page::Release(ix) = &mut redirect.to {
                    *ix = moves.place(*ix);
                }
                output.fingerprint = fingerprint(site, &[], output.lang, &output.what);
            }
            What::Copy(_) | What::Robots => {}
            what @ (What::Page(_) | What::Feed(_) | What::Sitemap(_) | What::SitemapIndex) => {
                let is_kept = kept.keeps(what);
                let count = || fingerprint(site, sitemaps, output.lang, what);
                debug_assert!(!is_kept || counts_as_before(site, output.fingerprint, count), "{what:?}");
                return is_kept;
            }
        }
        true
    });
}

/// Plans everything that a site makes.
fn plan_anew<'p>(site: Site<'p>, faults: &mut Vec<Diagnostic>) -> Plan<'p> {
    let mut planned = Planned::new();
    indexes(&site, &mut planned);
    for (ix, brief) in site.briefs.iter().enumerate() {
        if brief.has_aliases {
            redirects(&site, ix, &mut planned);
        }
        if brief.has_files {
            files_of(&site, ix, &mut planned);
        }
    }
    page_files(&site, &mut planned);
    statics(&site, &mut planned);
    let mut sitemaps = plan_sitemaps(&site, &mut planned);
    sitemaps.par_iter_mut().for_each(|part| part.look_again(&site));
    let releases =
        (0..site.portal.releases.len()).into_par_iter().map(|ix| release_page(&site, ix)).collect();
    let outputs = counted(&site, &sitemaps, releases, planned);
    let mut plan = Plan { site, outputs, sitemaps };
    if plan.may_collide() {
        plan.part_colliding(faults);
    }
    plan
}

fn release_page(site: &Site, ix: ReleaseIx) -> Output {
    let (lang, what) = (site.briefs[ix].lang, What::Page(Page::Release(ix)));
    let fingerprint = fingerprint(site, &[], lang, &what);
    Output { key: site.briefs.keys()[ix], lang, ordinal: 0, what, fingerprint }
}

/// Outputs that are counted, and others that are not yet, in the order of their keys.
fn counted(site: &Site, sitemaps: &[SitemapPart], mut outputs: Vec<Output>, planned: Planned) -> Vec<Output> {
    let output = |(at, (lang, what))| {
        let fingerprint = fingerprint(site, sitemaps, lang, &what);
        let key = file(site, sitemaps, lang, &what).key();
        // Of several for one file the releases are first.
        Output { key, lang, ordinal: u32::try_from(at + 1).unwrap_or(u32::MAX), what, fingerprint }
    };
    outputs.par_extend(planned.into_par_iter().enumerate().map(output));
    outputs.par_sort_by_key(|output| (output.key, output.ordinal));
    outputs
}

/// The file that an output is stored in.
fn file(site: &Site, sitemaps: &[SitemapPart], lang: LangId, what: &What) -> OutPath {
    let plain = |name: &str| site.frame.speller.file(name).file;
    match what {
        What::Page(page) => site.spot(lang, *page).file,
        What::Redirect(redirect) => redirect.from.file.clone(),
        What::Feed(channel) => site.feed_spot(lang, *channel).file,
        What::Sitemap(ix) => plain(&sitemaps[*ix].name),
        What::SitemapIndex => plain("sitemap.xml"),
        What::Robots => plain("robots.txt"),
        What::Copy(copy) => copy.file.clone(),
    }
}

fn fingerprint(site: &Site, sitemaps: &[SitemapPart], lang: LangId, what: &What) -> Fingerprint {
    let frame = site.frame.fingerprint;
    match what {
        What::Page(page) => Fingerprint::of(&(frame, site.counted(lang, *page))),
        What::Redirect(redirect) => {
            Fingerprint::of(&(frame, site.redirect(lang, &redirect.from.url, redirect.to)))
        }
        What::Feed(channel) => Fingerprint::of(&(frame, site.feed_inputs(lang, *channel, true))),
        What::Sitemap(ix) => frame.with(sitemaps[*ix].fingerprint(site)),
        What::SitemapIndex => Fingerprint::of(&(frame, sitemap::index(sitemaps))),
        What::Robots => Fingerprint::of(&(frame, sitemap::robots(site))),
        // Its name, too: keys know no case.
        What::Copy(copy) => Fingerprint::of(&(frame, &copy.file, copy.digest)),
    }
}

/// All pages but those of releases, and all feeds.
fn indexes(site: &Site, planned: &mut Planned) {
    for (lang, _) in site.portal.config.languages() {
        pages(site, lang, planned);
        feeds(site, lang, planned);
    }
}

fn pages(site: &Site, lang: LangId, planned: &mut Planned) {
    let shelf = site.shelf(lang);
    let portal = site.portal;
    let mut add = |page: Page| planned.push((lang, What::Page(page)));
    for index in [Index::Home, Index::Archives, Index::Regions, Index::NotFound] {
        add(Page::Index(index));
    }
    for (ix, _) in portal.pages.iter().enumerate().filter(|(_, page)| page.written.lang == lang) {
        add(Page::Static(ix));
    }
    for (period, range) in shelf.all.years.iter().chain(&shelf.all.months).chain(shelf.all.days()) {
        for part in 0..parts(range.len()) {
            add(Page::Index(Index::Period { region: None, period: *period, part }));
        }
    }
    for (region, _) in portal.territory.regions() {
        add(Page::Index(Index::Region(region)));
        let Some(run) = shelf.region(region) else { continue };
        for (period, range) in run.years.iter().chain(&run.months) {
            for part in 0..parts(range.len()) {
                add(Page::Index(Index::Period { region: Some(region), period: *period, part }));
            }
        }
    }
    for province in shelf.provinces.keys() {
        add(Page::Index(Index::Province(*province)));
    }
    for (kind, topics) in [(TopicKind::Tag, &shelf.tags), (TopicKind::Series, &shelf.series)] {
        for (ix, topic) in topics.iter().enumerate() {
            for part in 0..parts(topic.releases.len()) {
                add(Page::Topic { kind, ix, part });
            }
        }
    }
}

fn feeds(site: &Site, lang: LangId, planned: &mut Planned) {
    let shelf = site.shelf(lang);
    let regions = site.portal.territory.regions().map(|(region, _)| Channel::Region(region));
    let provinces = shelf.provinces.keys().map(|province| Channel::Province(*province));
    let tags = (0..shelf.tags.len()).map(|ix| Channel::Topic { kind: TopicKind::Tag, ix });
    let series = (0..shelf.series.len()).map(|ix| Channel::Topic { kind: TopicKind::Series, ix });
    let channels = iter::once(Channel::Site).chain(regions).chain(provinces).chain(tags).chain(series);
    planned.extend(channels.map(|channel| (lang, What::Feed(channel))));
}

fn redirects(site: &Site, ix: ReleaseIx, planned: &mut Planned) {
    let release = &site.portal.releases[ix];
    for alias in &release.aliases {
        let Ok(path) = SafePath::parse(&alias.value) else { continue };
        let spot = site.frame.speller.alias(&path);
        let place = Place::new(release.source.clone(), alias.span);
        let redirect = Redirect { from: spot, to: Page::Release(ix), place };
        planned.push((release.lang, What::Redirect(Box::new(redirect))));
    }
}

/// The files that a release brings with it, as long as its text is shown.
fn files_of(site: &Site, ix: ReleaseIx, planned: &mut Planned) {
    let release = &site.portal.releases[ix];
    let owner = site.frame.release_address(release);
    let cover = release.image.as_ref().map(|image| (&image.target, image.field.src.span, &image.written_in));
    let body = release.targets.iter().zip(&release.body.references);
    let body = body.map(|(target, reference)| (target, reference.span, &release.source));
    let places =
        cover.into_iter().chain(body).map(|(target, span, path)| (target, Place::new(path.clone(), span)));
    copies(site, release.lang, &owner, places, planned);
}

fn page_files(site: &Site, planned: &mut Planned) {
    for (ix, page) in site.portal.pages.iter().enumerate() {
        let owner = site.frame.static_address(page);
        let body = page.targets.iter().zip(&page.written.body.references);
        let places =
            body.map(|(target, reference)| (target, Place::new(page.written.path.clone(), reference.span)));
        copies(site, page.written.lang, &owner, places, planned);
        for alias in &page.written.aliases {
            let Ok(path) = SafePath::parse(&alias.value) else { continue };
            let spot = site.frame.speller.alias(&path);
            let place = Place::new(page.written.path.clone(), alias.span);
            let redirect = Redirect { from: spot, to: Page::Static(ix), place };
            planned.push((page.written.lang, What::Redirect(Box::new(redirect))));
        }
    }
}

fn copies<'t>(
    site: &Site,
    lang: LangId,
    owner: &str,
    targets: impl Iterator<Item = (&'t Target, Place)>,
    planned: &mut Planned,
) {
    let mut seen: HashSet<(&str, &str)> = HashSet::default();
    for (target, place) in targets {
        let Target::Asset { file, name } = target else { continue };
        let Some(asset) = site.portal.assets.get(file) else { continue };
        if seen.insert((file, name)) {
            planned.push((lang, copy(site.asset_spot(owner, name), asset, place)));
        }
    }
}

/// Files of the theme and of the portal; the portal's win.
fn statics(site: &Site, planned: &mut Planned) {
    let mut files: BTreeMap<&str, &Asset> = BTreeMap::new();
    for (address, asset) in site.frame.theme.statics.iter().chain(&site.portal.statics) {
        files.insert(address, asset);
    }
    planned.extend(files.into_iter().map(|(address, asset)| {
        let place = Place::file(asset.path.clone());
        (LangId(0), copy(site.frame.speller.file(address), asset, place))
    }));
    planned.push((LangId(0), What::Robots));
}

fn copy(spot: Spot, asset: &Asset, place: Place) -> What {
    let (path, digest) = (asset.path.clone(), asset.digest);
    What::Copy(Box::new(Copy { file: spot.file, path, digest, place }))
}

/// The sitemaps, each still to be looked at.
fn plan_sitemaps(site: &Site, planned: &mut Planned) -> Vec<SitemapPart> {
    let mut chapters: Chapters = Chapters::new();
    for (lang, _) in site.portal.config.languages() {
        for (year, range) in &site.shelf(lang).all.years {
            let releases = site.shelf(lang).all.releases[range.clone()].iter();
            let public = releases.filter(|ix| site.briefs[**ix].is_public);
            let entries: Vec<(LangId, Page)> = public.map(|ix| (lang, Page::Release(*ix))).collect();
            if !entries.is_empty() {
                chapters.insert((lang, Some(year.year())), entries);
            }
        }
    }
    for (lang, what) in planned.iter() {
        let What::Page(page) = what else { continue };
        if site.noindex(*page) {
            continue;
        }
        chapters.entry((*lang, chapter(site, *lang, *page))).or_default().push((*lang, *page));
    }
    let sitemaps = sitemap::parts(site, chapters);
    planned.extend((0..sitemaps.len()).map(|ix| (LangId(0), What::Sitemap(ix))));
    planned.push((LangId(0), What::SitemapIndex));
    sitemaps
}

/// The year in whose sitemap a page stands: its own, or that of the first release in it, so that
/// a new release touches one part. Pages that always exist have a part of their own.
fn chapter(site: &Site, lang: LangId, page: Page) -> Option<i16> {
    let year_of = |ix: &ReleaseIx| site.briefs[*ix].date.year();
    match page {
        Page::Index(Index::Period { period, .. }) => Some(Period::year(period)),
        Page::Index(Index::Province(province)) => {
            site.shelf(lang).provinces.get(&province).and_then(|run| run.releases.first()).map(year_of)
        }
        Page::Topic { kind, ix, .. } => site.topic(lang, kind, ix).releases.first().map(year_of),
        _ => None,
    }
}

impl Plan<'_> {
    /// Whether all that it was made of could be read. Else nothing may be made of it.
    pub fn is_whole(&self) -> bool {
        self.site.portal.releases.are_whole() && self.site.briefs.is_whole()
    }

    /// What it leaves to the next plan.
    pub fn known(self) -> Known {
        let Self { site, outputs, sitemaps } = self;
        Known { frame: site.frame.fingerprint, gathered: site.gathered(), outputs, sitemaps }
    }

    /// The file that an output is stored in.
    pub fn file(&self, output: &Output) -> OutPath {
        file(&self.site, &self.sitemaps, output.lang, &output.what)
    }

    /// The year and month that an output belongs to, if to one; what belongs to a year stands after
    /// its months.
    pub fn month(&self, output: &Output) -> Option<(i16, i8)> {
        match output.what {
            What::Page(Page::Release(ix)) => {
                let date = self.site.briefs[ix].date;
                Some((date.year(), date.month()))
            }
            What::Page(Page::Index(Index::Period { period, .. })) => Some(match period {
                Period::Year(year) => (year, i8::MAX),
                Period::Month(year, month) | Period::Day(year, month, _) => (year, month),
            }),
            _ => None,
        }
    }

    /// The output that has this very file.
    pub fn find(&self, file: &str) -> Option<&Output> {
        let file = OutPath::parse(file)?;
        let at = self.position(file.key())?;
        Some(&self.outputs[at]).filter(|output| self.file(output) == file)
    }

    /// The place of an output among all.
    pub fn position(&self, key: OutKey) -> Option<usize> {
        self.outputs.binary_search_by_key(&key, |output| output.key).ok()
    }

    /// Whether two outputs share a file or one's file may be another's folder. Names that Tribune
    /// makes are those of files if they have a dot, else of folders; people's may be both.
    fn may_collide(&self) -> bool {
        if self.outputs.windows(2).any(|two| two[0].key == two[1].key) {
            return true;
        }
        let own = self.outputs.iter().filter_map(|output| match &output.what {
            What::Copy(copy) => Some(&copy.file),
            What::Redirect(redirect) => Some(&redirect.from.file),
            _ => None,
        });
        let mut dotless: Vec<&OutPath> = Vec::new();
        for file in own {
            if file.folders().any(|folder| folder.has_dot() && self.position(folder.key()).is_some()) {
                return true;
            }
            if !file.has_dot() {
                dotless.push(file);
            }
        }
        let keys: HashSet<OutKey> = dotless.into_iter().map(OutPath::key).collect();
        let is_within =
            |output: &Output| self.file(output).folders().any(|folder| keys.contains(&folder.key()));
        !keys.is_empty() && self.outputs.par_iter().any(is_within)
    }

    /// Says which files are asked for twice, and leaves one of each: for a file system without case
    /// and normal forms, too, and where one file would be another's folder.
    fn part_colliding(&mut self, faults: &mut Vec<Diagnostic>) {
        // Those of one file stand in the order in which they were planned.
        let keyed = |(at, output): (usize, &Output)| (self.file(output).sort_key(), at);
        let mut keys: Vec<(String, usize)> = self.outputs.par_iter().enumerate().map(keyed).collect();
        keys.par_sort_unstable();
        let mut keep = vec![true; self.outputs.len()];
        let (mut last, mut told) = (None, "");
        for (key, at) in &keys {
            let (before, other): (&str, Option<usize>) = last.unwrap_or_default();
            let is_same = key == before;
            let is_within = || key.strip_prefix(before).is_some_and(|rest| rest.starts_with(FOLDER_END));
            match other {
                Some(other) if is_same || is_within() => {
                    // A file in the place of a folder is in the way of all that is in it: once is enough.
                    if is_same || told != before {
                        let address = format!("/{}", self.url(&self.outputs[*at]));
                        let (first, second) = (self.owner(other), self.owner(*at));
                        faults.push(collision(Problem::AddressTaken { address }, first, second));
                    }
                    told = before;
                    keep[*at] = false;
                }
                _ => last = Some((key, Some(*at))),
            }
        }
        let mut keep = keep.into_iter();
        self.outputs.retain(|_| keep.next().unwrap_or(true));
    }

    /// Who asked for an output; pages that come of themselves have no place.
    fn owner(&self, at: usize) -> Option<Place> {
        let portal = self.site.portal;
        match &self.outputs[at].what {
            What::Page(Page::Release(ix)) => Some(portal.releases[*ix].place.clone()),
            What::Page(Page::Static(ix)) => Some(portal.pages[*ix].written.place()),
            What::Page(Page::Topic { kind, ix, .. }) => {
                let topic = self.site.topic(self.outputs[at].lang, *kind, *ix);
                let release = &portal.releases[*topic.releases.first()?];
                let named = release.tags.iter().chain(&release.series).find(|name| name.text == topic.name);
                named.map(|name| name.place.clone())
            }
            What::Redirect(redirect) => Some(redirect.place.clone()),
            What::Copy(copy) => Some(copy.place.clone()),
            _ => None,
        }
    }
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
            let file = self.file(output);
            known.extend(file.as_str().strip_suffix("index.html").map(str::to_owned));
            known.insert(file.into());
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
