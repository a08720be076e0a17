//! The portal: every public release, complete and in order, with what it refers to resolved.
//!
//! `assemble` is where files meet: languages inherit from each other, tags are compared,
//! references are looked up, and the clock decides what exists.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::text::diagnostic::Diagnostic;
use crate::text::fingerprint::{Digest, Fingerprint};
use crate::text::fold::{fold, slugify};
use crate::text::problem::{Problem, Table};
use crate::text::source::{Place, SourcePath, Spanned};

use super::body::Body;
use super::config::Config;
use super::date::Moment;
use super::header::Entry;
use super::language::LangId;
use super::orphan;
use super::page::WrittenPage;
use super::references::{Hidden, Resolver, Target};
use super::release::{Correction, ImageField, Kind, Written, slug_proposal, stem};
use super::releases::Releases;
use super::territory::{ProvinceId, RegionId, Territory};

/// Which releases exist: those public at `now`, and with `drafts` all others as well.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub now: Timestamp,
    pub drafts: bool,
}

/// A file that is published as it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asset {
    /// Inside the portal: `content/2026/03/photo.jpg`, or a theme's.
    pub path: SourcePath,
    pub digest: Digest,
    pub bytes: u64,
    /// Width and height in pixels, where it is a picture.
    pub dimensions: Option<(u32, u32)>,
}

/// An index into [`Portal::releases`].
pub type ReleaseIx = usize;

/// All that is public, in order.
#[derive(Debug)]
pub struct Portal {
    pub config: Config,
    pub territory: Territory,
    /// By language, then by date, oldest first.
    pub releases: Releases,
    /// By release: the same in other languages.
    pub translations: Vec<Box<[ReleaseIx]>>,
    pub pages: Vec<Page>,
    /// Files beside releases, by path.
    pub assets: BTreeMap<SourcePath, Asset>,
    /// `content/static/`: address and file, by address.
    pub statics: Vec<(String, Asset)>,
    /// The changes that come by themselves, in order.
    pub due: Vec<Due>,
    pub(super) known: Known,
}

/// What releases must agree on, whoever of them was first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Known {
    /// Tags and series as they are spelt, by language, kind and folded name.
    pub spellings: HashMap<(LangId, bool, String), Name>,
    pub ids: HashMap<String, Place>,
    /// Sources that texts link to.
    pub linked: HashSet<SourcePath>,
    /// Releases by the fingerprint of their source, once somebody asked.
    #[serde(skip)]
    pub by_source: OnceLock<HashMap<Fingerprint, ReleaseIx>>,
}

/// A change that only the clock brings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Due {
    pub instant: Timestamp,
    pub source: SourcePath,
    pub what: Change,
}

/// What the clock does to a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    Publishes,
    Expires,
}

/// What has become of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Public,
    /// Its address keeps a page without its text.
    Expired,
    /// Likewise, with the reason in its place.
    Withdrawn {
        reason: String,
    },
    /// Shown only where drafts are asked for.
    Draft,
    Embargoed,
}

/// A tag, a series or an `id`, and where it was written: a translation's may stand in the original's file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Name {
    pub text: String,
    pub place: Place,
}

/// The image of a release's header.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cover {
    pub field: ImageField,
    /// The file whose header names it.
    pub written_in: SourcePath,
    pub target: Target,
}

/// A complete release in one language.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Release {
    pub source: SourcePath,
    pub place: Place,
    pub lang: LangId,
    pub title: String,
    pub date: Moment,
    pub regions: Vec<RegionId>,
    pub provinces: Vec<ProvinceId>,
    pub slug: String,
    /// As written, or `None` for one made of language and address.
    pub id: Option<Name>,
    pub summary: String,
    /// Whether somebody wrote the summary.
    pub standfirst: bool,
    pub tags: Vec<Name>,
    pub series: Option<Name>,
    pub kind: Kind,
    pub number: Option<String>,
    pub authors: Vec<String>,
    pub contact: Option<String>,
    /// Apart, as it is large and few have one.
    pub image: Option<Box<Cover>>,
    pub status: Status,
    /// Until when it was under embargo.
    pub publish: Option<Box<Moment>>,
    pub updated: Option<Box<Moment>>,
    pub corrections: Vec<Correction>,
    pub aliases: Vec<Spanned<String>>,
    pub extra: Vec<Entry>,
    pub body: Body,
    /// What the body's references lead to, in their order.
    pub targets: Vec<Target>,
}

impl Release {
    /// What stands in the place of one that could not be read back, for as long as it takes to notice.
    pub fn lost() -> Self {
        let moment = Moment::at(Timestamp::UNIX_EPOCH, &TimeZone::UTC);
        let source = SourcePath::from("");
        Self {
            place: Place::file(source.clone()),
            source,
            lang: LangId(0),
            title: String::new(),
            date: moment,
            regions: Vec::new(),
            provinces: Vec::new(),
            slug: String::new(),
            id: None,
            summary: String::new(),
            standfirst: false,
            tags: Vec::new(),
            series: None,
            kind: Kind::default(),
            number: None,
            authors: Vec::new(),
            contact: None,
            image: None,
            status: Status::Draft,
            publish: None,
            updated: None,
            corrections: Vec::new(),
            aliases: Vec::new(),
            extra: Vec::new(),
            body: Body::empty(),
            targets: Vec::new(),
        }
    }

    /// Whether its text may be shown.
    pub fn has_text(&self) -> bool {
        !matches!(self.status, Status::Expired | Status::Withdrawn { .. })
    }

    /// When it was first public, as far as it tells: what was under embargo was not on its own date.
    pub fn published(&self) -> Moment {
        self.publish.as_deref().copied().unwrap_or(self.date)
    }

    /// When its content last changed.
    pub fn modified(&self) -> Moment {
        let corrected = self.corrections.iter().map(|correction| correction.date);
        corrected
            .chain(self.updated.as_deref().copied())
            .fold(self.published(), |a, b| if b.timestamp > a.timestamp { b } else { a })
    }
}

/// A page without date or region.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Page {
    pub written: WrittenPage,
    pub targets: Vec<Target>,
    pub translations: Vec<usize>,
}

/// What `assemble` puts together.
#[derive(Clone)]
pub struct Parts {
    pub config: Config,
    pub territory: Territory,
    pub releases: Vec<Arc<Written>>,
    pub pages: Vec<WrittenPage>,
    pub assets: BTreeMap<SourcePath, Asset>,
    pub statics: Vec<(String, Asset)>,
    /// Files that are there and were refused, which was said: nobody need miss them.
    pub refused: Vec<SourcePath>,
}

impl Portal {
    /// Puts all sources together. What cannot be published is left out and said.
    pub fn assemble(parts: Parts, clock: Clock) -> (Self, Vec<Diagnostic>) {
        let Parts { config, territory, mut releases, mut pages, assets, statics, refused } = parts;
        releases.sort_by(|a, b| a.path.cmp(&b.path));
        pages.sort_by(|a, b| (a.lang, a.order, &a.address).cmp(&(b.lang, b.order, &b.address)));
        let drafts: Vec<WrittenPage> = pages.extract_if(.., |page| page.draft && !clock.drafts).collect();
        let Completed { releases: mut complete, mut hidden, mut due, mut faults } =
            Completer { config: &config, territory: &territory, clock, refused: &refused }.run(releases);
        hidden.refused.extend(refused);
        for page in &drafts {
            hidden.add(&page.path, &page.body.references, None);
        }
        // By keys: releases are large, and moving them about is what sorting costs.
        complete.sort_by_cached_key(|release| order(release));
        let translations = link_translations(&complete);
        let spellings = same_spelling(&mut complete, &mut faults);
        let ids = same_id(&complete, &mut faults);
        let mut known = Known { spellings, ids, ..Known::default() };
        let mut pages: Vec<Page> = pages
            .into_iter()
            .map(|written| Page { written, targets: Vec::new(), translations: Vec::new() })
            .collect();
        link_pages(&mut pages);
        let mut resolver = Resolver::new(&complete, &translations, &pages, &hidden, &assets, &statics);
        let targets = resolver.releases(&mut faults);
        let page_targets = resolver.pages(&mut faults);
        resolver.unused(&mut faults);
        for (release, (targets, cover)) in complete.iter_mut().zip(targets) {
            if targets.is_empty() && cover.is_none() {
                continue;
            }
            let release = Arc::make_mut(release);
            release.targets = targets;
            if let (Some(image), Some(target)) = (&mut release.image, cover) {
                image.target = target;
            }
        }
        for (page, targets) in pages.iter_mut().zip(page_targets) {
            page.targets = targets;
        }
        due.sort_unstable();
        let linked = complete.iter().flat_map(|release| &release.targets);
        let linked = linked.chain(pages.iter().flat_map(|page| &page.targets));
        known.linked = linked.filter_map(Target::release).cloned().collect();
        let releases = Releases::from(complete);
        (Self { config, territory, releases, translations, pages, assets, statics, due, known }, faults)
    }

    /// The release of a source.
    pub fn release_of(&self, source: &str) -> Option<ReleaseIx> {
        let all = || self.releases.sources().iter().copied().zip(0..).collect();
        let found = self.known.by_source.get_or_init(all).get(&Fingerprint::of(source)).copied();
        found.filter(|ix| &*self.releases[*ix].source == source)
    }

    /// The file that a target is.
    pub fn file(&self, target: &Target) -> Option<&Asset> {
        match target {
            Target::Asset { file, .. } => self.assets.get(file),
            Target::Root(path) => self.static_file(path),
            _ => None,
        }
    }

    /// A file of `content/static/`, by its address.
    pub fn static_file(&self, address: &str) -> Option<&Asset> {
        let found = self.statics.binary_search_by(|(known, _)| known.as_str().cmp(address));
        found.ok().map(|at| &self.statics[at].1)
    }
}

/// Where a release stands among all.
pub(super) type Order = (LangId, jiff::civil::Date, Timestamp, String);

/// The order of a language's releases: by day, then by instant, then by address, so that the
/// releases of every period stand together. Those of one address stay in the order of their sources.
pub(super) fn order(release: &Release) -> Order {
    (release.lang, release.date.date(), release.date.timestamp, release.slug.clone())
}

/// Fills in what languages inherit, and decides by the clock what exists.
#[derive(Clone, Copy)]
pub(super) struct Completer<'a> {
    pub(super) config: &'a Config,
    pub(super) territory: &'a Territory,
    pub(super) clock: Clock,
    /// Files that are there and were refused.
    pub(super) refused: &'a [SourcePath],
}

/// What a completer makes of releases.
#[derive(Default)]
pub(super) struct Completed {
    pub(super) releases: Vec<Arc<Release>>,
    /// Those that do not exist.
    pub(super) hidden: Hidden,
    pub(super) due: Vec<Due>,
    pub(super) faults: Vec<Diagnostic>,
}

impl Completed {
    /// These, and others that come after them.
    fn with(mut self, mut others: Self) -> Self {
        self.releases.append(&mut others.releases);
        self.hidden.extend(others.hidden);
        self.due.append(&mut others.due);
        self.faults.append(&mut others.faults);
        self
    }
}

impl Completer<'_> {
    pub(super) fn run(self, releases: Vec<Arc<Written>>) -> Completed {
        // The first language's file of a stem is what the others inherit from.
        let others = releases.iter().filter(|written| written.lang != LangId(0));
        let mut bases: HashMap<String, Option<Arc<Written>>> =
            others.map(|w| (stem(&w.path).0.to_owned(), None)).collect();
        for written in releases.iter().filter(|written| written.lang == LangId(0)) {
            if bases.is_empty() {
                break;
            }
            if let Some(base) = bases.get_mut(stem(&written.path).0) {
                base.get_or_insert_with(|| written.clone());
            }
        }
        // Originals that a translation without one may have belonged to.
        let originals: Vec<SourcePath> = match bases.values().any(Option::is_none) {
            true => releases.iter().filter(|w| w.lang == LangId(0)).map(|w| w.path.clone()).collect(),
            false => Vec::new(),
        };
        let one = |mut done: Completed, written: Arc<Written>| {
            let base = match written.lang {
                LangId(0) => None,
                _ => bases.get(stem(&written.path).0).and_then(Option::as_deref),
            };
            let written = Arc::unwrap_or_clone(written);
            let path = written.path.clone();
            let references = written.body.references.clone();
            let image = written.image.as_ref().map(|image| image.src.value.clone());
            match self.complete(written, base, &mut done) {
                Some(release) => done.releases.push(Arc::new(release)),
                None => done.hidden.add(&path, &references, image.as_deref()),
            }
            done
        };
        let done = releases.into_par_iter().fold(Completed::default, one);
        let mut done = done.reduce(Completed::default, Completed::with);
        let has_translation = |original: &SourcePath| bases.contains_key(stem(original).0);
        orphan::suggest(&mut done.faults, || {
            originals.iter().filter(|path| !has_translation(path)).collect()
        });
        done
    }

    fn complete(self, mut written: Written, base: Option<&Written>, done: &mut Completed) -> Option<Release> {
        if let Some(fault) = self.orphan(&written, base) {
            done.faults.extend(fault);
            return None;
        }
        let place = Place::new(written.path.clone(), written.header);
        let excused = |name| {
            written.broken
                || written.misspelt.contains(&name)
                || base.is_some_and(|base| base.broken || base.misspelt.contains(&name))
        };
        let mut missing = |name: &'static str, proposal: Option<String>| {
            let title_is_own = name == "title" && !written.broken && !written.misspelt.contains(&name);
            if title_is_own || !excused(name) {
                let problem = Problem::MissingField { table: Table::Header, name: name.into(), proposal };
                done.faults.push(Diagnostic::new(problem, place.clone()));
            }
        };
        let date = written.date.clone().or_else(|| base?.date.clone());
        let regions = if written.regions.is_empty() {
            base.map(|b| b.regions.clone()).unwrap_or_default()
        } else {
            written.regions.clone()
        };
        if written.title.is_none() {
            missing("title", None);
        }
        if date.is_none() {
            missing("date", written.name.date.as_ref().map(|date| format!("`date = {date}`")));
        }
        if regions.is_empty() {
            missing("region", None);
        }
        let own_provinces = !written.provinces.is_empty();
        let provinces = if own_provinces {
            written.provinces.clone()
        } else {
            base.map(|b| b.provinces.clone()).unwrap_or_default()
        };
        if !regions.is_empty() && (own_provinces || base.is_none()) {
            self.provinces_lie_within(&written.path, &regions, &provinces, &mut done.faults);
        }
        let base_slug = base.and_then(|b| b.slug.clone());
        let slug = match written.slug.clone().or(base_slug) {
            Some(slug) => slug.value,
            None => slugify(&written.name.base),
        };
        if slug.is_empty() {
            let title = written.title.as_ref().map_or("", |title| title.value.as_str());
            let proposal = Some(slug_proposal(title)).filter(|slug| !slug.is_empty());
            let proposal = proposal.unwrap_or_else(|| "communique".into());
            done.faults.push(Diagnostic::new(Problem::SlugRequired { proposal }, place.clone()));
        }
        let draft = written.draft.or_else(|| base?.draft).unwrap_or(false);
        if !draft {
            done.faults.extend(self.life(&written, base));
        }
        let (title, date) = (written.title?, date?);
        if regions.is_empty() || slug.is_empty() {
            return None;
        }
        let moment = |said: &Option<Box<Spanned<Moment>>>| said.as_ref().map(|said| said.value);
        let publish = moment(&written.publish).or_else(|| moment(&base?.publish));
        let opens = date.value.opens(&self.config.timezone);
        if publish.is_none() && !draft && opens > self.clock.now {
            let at = if written.date.is_some() {
                Place::new(written.path.clone(), date.span)
            } else {
                place.clone()
            };
            // The other language says it already, unless it is a draft, which may have any date.
            if written.date.is_some() || base.is_some_and(|base| base.draft == Some(true)) {
                done.faults.push(Diagnostic::new(Problem::FutureWithoutPublish, at));
            }
            return None;
        }
        let withdrawn = written.withdrawn.clone().or_else(|| base?.withdrawn.clone());
        if !draft
            && withdrawn.is_none()
            && let Some(said) = &written.embargo
            && let Some(fault) = self.embargo(&written.path, said, date.value, publish)
        {
            done.faults.push(fault);
            return None;
        }
        let status = self.status(
            &written.path,
            draft,
            publish.map(|publish| publish.opens(&self.config.timezone)),
            self.end(moment(&written.expires).or_else(|| moment(&base?.expires))),
            withdrawn,
            &mut done.due,
        )?;
        let lang = written.lang;
        let path = &written.path;
        let base_id = |base: &Written| {
            let id = base.id.clone()?;
            Some(id.map(|id| format!("{id}:{}", self.config.lang(lang))))
        };
        let id = inherited(path, written.id, base, base_id, named);
        let standfirst = written.summary.is_some();
        let lead = std::mem::take(&mut written.body.lead);
        let summary = written.summary.unwrap_or(lead);
        Some(Release {
            place,
            lang,
            title: title.value,
            date: date.value,
            regions: regions.into_iter().map(|region| region.value).collect(),
            provinces: provinces.into_iter().map(|province| province.value).collect(),
            slug,
            id,
            standfirst,
            summary: if matches!(status, Status::Expired | Status::Withdrawn { .. }) {
                String::new()
            } else {
                summary
            },
            tags: inherited(
                &written.path,
                written.tags,
                base,
                |b| b.tags.clone(),
                |path, tags| tags.into_iter().map(|tag| named(path, tag)).collect(),
            )
            .unwrap_or_default(),
            series: inherited(&written.path, written.series, base, |b| b.series.clone(), named),
            kind: written.kind.or_else(|| base?.kind).unwrap_or_default(),
            number: written.number.or_else(|| base?.number.clone()),
            authors: written.authors.or_else(|| base?.authors.clone()).unwrap_or_default(),
            contact: written.contact.or_else(|| base?.contact.clone()),
            image: inherited(
                &written.path,
                written.image,
                base,
                |b| b.image.clone(),
                |path, field| Cover { field, written_in: path.clone(), target: Target::Nothing },
            )
            .map(Box::new),
            status,
            publish: publish.map(Box::new),
            updated: moment(&written.updated).or_else(|| moment(&base?.updated)).map(Box::new),
            corrections: written
                .corrections
                .or_else(|| base?.corrections.clone())
                .map(|all| all.into_iter().map(|one| one.value).collect())
                .unwrap_or_default(),
            aliases: written.aliases,
            extra: if written.extra.is_empty() {
                base.map(|b| b.extra.clone()).unwrap_or_default()
            } else {
                written.extra
            },
            body: written.body,
            targets: Vec::new(),
            source: written.path,
        })
    }

    /// What the clock makes of a release; `None` where it does not exist.
    fn status(
        self,
        source: &SourcePath,
        draft: bool,
        publish: Option<Timestamp>,
        expires: Option<Timestamp>,
        withdrawn: Option<String>,
        due: &mut Vec<Due>,
    ) -> Option<Status> {
        let now = self.clock.now;
        if draft {
            return self.clock.drafts.then_some(Status::Draft);
        }
        // What is withdrawn, or was over before it was public, has no text left to expire.
        let ends = expires.filter(|end| withdrawn.is_none() && publish.is_none_or(|start| start < *end));
        let changes = [(publish, Change::Publishes), (ends, Change::Expires)];
        let coming = changes.into_iter().filter_map(|(instant, what)| Some((instant?, what)));
        due.extend(coming.filter(|(instant, _)| *instant > now).map(|(instant, what)| Due {
            instant,
            source: source.clone(),
            what,
        }));
        if publish.is_some_and(|publish| publish > now) {
            return self.clock.drafts.then_some(Status::Embargoed);
        }
        if let Some(reason) = withdrawn {
            return Some(Status::Withdrawn { reason });
        }
        Some(if expires.is_some_and(|expires| expires <= now) { Status::Expired } else { Status::Public })
    }

    fn provinces_lie_within(
        self,
        path: &SourcePath,
        regions: &[Spanned<RegionId>],
        provinces: &[Spanned<ProvinceId>],
        faults: &mut Vec<Diagnostic>,
    ) {
        for province in provinces {
            let of = self.territory.province(province.value).region;
            if regions.iter().all(|region| region.value != of) {
                let lang = self.config.lang(LangId(0));
                let problem = Problem::ProvinceOutsideRegion {
                    province: self.territory.province(province.value).names.get(lang).to_owned(),
                    region: regions
                        .first()
                        .map(|region| self.territory.region(region.value).names.get(lang).to_owned())
                        .unwrap_or_default(),
                };
                faults.push(Diagnostic::new(problem, Place::new(path.clone(), province.span)));
            }
        }
    }
}

/// A field of a translation, else the original's, together with the file that it stands in.
fn inherited<T, U>(
    path: &SourcePath,
    own: Option<T>,
    base: Option<&Written>,
    of: impl Fn(&Written) -> Option<T>,
    make: impl Fn(&SourcePath, T) -> U,
) -> Option<U> {
    match own {
        Some(own) => Some(make(path, own)),
        None => base.and_then(|base| of(base).map(|value| make(&base.path, value))),
    }
}

fn named(path: &SourcePath, name: Spanned<String>) -> Name {
    Name { text: name.value, place: Place::new(path.clone(), name.span) }
}

/// By release: the same in other languages.
fn link_translations(releases: &[Arc<Release>]) -> Vec<Box<[ReleaseIx]>> {
    let mut translations = vec![Box::default(); releases.len()];
    let others = releases.iter().filter(|release| release.lang != LangId(0));
    let mut groups: HashMap<&str, Vec<ReleaseIx>> = others.map(|r| (stem(&r.source).0, Vec::new())).collect();
    if groups.is_empty() {
        return translations;
    }
    for (ix, release) in releases.iter().enumerate() {
        if let Some(group) = groups.get_mut(stem(&release.source).0) {
            group.push(ix);
        }
    }
    for group in groups.into_values() {
        for ix in &group {
            translations[*ix] = group.iter().copied().filter(|other| other != ix).collect();
        }
    }
    translations
}

fn link_pages(pages: &mut [Page]) {
    let mut groups: HashMap<String, Vec<usize>> = HashMap::default();
    for (ix, page) in pages.iter().enumerate() {
        groups.entry(page.written.stem.clone()).or_default().push(ix);
    }
    for group in groups.into_values().filter(|group| group.len() > 1) {
        for ix in &group {
            pages[*ix].translations = group.iter().copied().filter(|other| other != ix).collect();
        }
    }
}

/// Says which tags and series are spelt in two ways, and takes the first spelling for all.
fn same_spelling(
    releases: &mut [Arc<Release>],
    faults: &mut Vec<Diagnostic>,
) -> HashMap<(LangId, bool, String), Name> {
    let mut first: HashMap<(LangId, bool, String), Name> = HashMap::default();
    let mut told = HashSet::default();
    // Names as they are spelt by all so far: of most nothing more need be found out.
    let mut met: HashSet<(LangId, bool, String)> = HashSet::default();
    for release in releases {
        let (lang, count) = (release.lang, release.tags.len());
        for at in 0..=count {
            let is_series = at == count;
            let name = if is_series { release.series.as_ref() } else { release.tags.get(at) };
            let Some(name) = name else { continue };
            let spelt = (lang, is_series, name.text.clone());
            if met.contains(&spelt) {
                continue;
            }
            let key = (lang, is_series, fold(&name.text));
            match first.get(&key) {
                None => {
                    first.insert(key, name.clone());
                    met.insert(spelt);
                }
                Some(known) => {
                    let release = Arc::make_mut(release);
                    let name = if is_series { release.series.as_mut() } else { release.tags.get_mut(at) };
                    let Some(name) = name else { continue };
                    let spelling = std::mem::replace(&mut name.text, known.text.clone());
                    if told.insert((key, spelling.clone())) {
                        let what = if is_series { "series" } else { "tag" };
                        let problem =
                            Problem::TwoSpellings { what, first: known.text.clone(), second: spelling };
                        faults.push(Diagnostic::new(problem, name.place.clone()).and(known.place.clone()));
                    }
                }
            }
        }
    }
    first
}

/// Says which releases go by one `id`.
fn same_id(releases: &[Arc<Release>], faults: &mut Vec<Diagnostic>) -> HashMap<String, Place> {
    let mut first: HashMap<String, Place> = HashMap::default();
    for id in releases.iter().filter_map(|release| release.id.as_ref()) {
        if let Some(other) = first.insert(id.text.clone(), id.place.clone()) {
            let problem = Problem::IdTaken { id: id.text.clone() };
            faults.push(Diagnostic::new(problem, id.place.clone()).and(other));
        }
    }
    first
}
