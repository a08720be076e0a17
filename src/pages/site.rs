//! The portal as it is published: which pages there are, where each stands, and what each is made of.

use std::ops::Range;

use foldhash::HashSet;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::model::body::Body;
use crate::model::language::LangId;
use crate::model::portal::{Portal, Release, ReleaseIx};
use crate::model::references::Target;
use crate::model::territory::{ProvinceId, RegionId};

use super::brief::{Brief, Briefs, Moves, NameId, News};
use super::frame::{Frame, day_of};
use super::inputs::{
    Inputs, Leaf, ListInputs, Other, PageInputs, ReleaseInputs, Shown, StaticLabel, TextInputs,
};
use super::path::Spot;
use super::shelf::{Period, Run, Shelf, Topic};
use super::theme::Theme;
use super::view::TargetView;

/// Releases of the newest list on home and region pages.
pub const NEWEST: usize = 20;
/// Releases of one part of a long list.
pub const PART: usize = 200;

/// A kind of topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TopicKind {
    Tag,
    Series,
}

/// A page that is known without any release, whatever its language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Index {
    Home,
    /// Part 0 is the bare address.
    Period {
        region: Option<RegionId>,
        period: Period,
        part: usize,
    },
    Archives,
    Regions,
    Region(RegionId),
    Province(ProvinceId),
    NotFound,
}

/// A page, whatever its language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Page {
    Index(Index),
    Release(ReleaseIx),
    Topic { kind: TopicKind, ix: usize, part: usize },
    Static(usize),
}

/// A feed, whatever its language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    Site,
    Region(RegionId),
    Province(ProvinceId),
    Topic { kind: TopicKind, ix: usize },
}

/// What a site finds out of releases, and the next one may go on with.
#[derive(Default, Serialize, Deserialize)]
pub struct Gathered {
    briefs: Briefs,
    shelves: Vec<Shelf>,
    ranges: Vec<Range<ReleaseIx>>,
}

impl Gathered {
    /// Whether all that was looked at could be read.
    pub fn is_whole(&self) -> bool {
        self.briefs.is_whole()
    }

    /// Takes all of it into memory.
    pub fn take_in(&mut self) {
        self.briefs.take_in();
        self.shelves.iter_mut().for_each(Shelf::take_in);
    }
}

/// What holds still of what a site before had found out. By release: whether its page may count
/// otherwise than before.
pub enum Still {
    Nothing,
    /// All releases stand where they stood, and bring the same outputs.
    Places {
        touched: Vec<bool>,
    },
    /// All releases but a few.
    AllBut {
        moves: Moves,
        touched: Vec<bool>,
    },
}

/// Dated lists of all languages.
pub type Lists = HashSet<(Option<RegionId>, Period)>;

/// Releases that come and go at a time beyond which all shelves are filled anew.
const MOST_MOVES: usize = 24;

/// Everything that pages are made of.
pub struct Site<'p> {
    pub portal: &'p Portal,
    pub frame: Frame<'p>,
    /// By language.
    shelves: Vec<Shelf>,
    /// By language: its releases, oldest first.
    ranges: Vec<Range<ReleaseIx>>,
    pub briefs: Briefs,
}

impl<'p> Site<'p> {
    /// `known` is what a site of the same theme and files had found out, and what of that holds still.
    pub fn new(portal: &'p Portal, theme: &'p Theme, known: Gathered) -> (Self, Still) {
        let frame = Frame::new(portal, theme);
        let Gathered { mut briefs, shelves, ranges } = known;
        let mut site = Self { portal, frame, shelves, ranges, briefs: Briefs::default() };
        let text = |ix| site.release_text(&portal.releases[ix]).print;
        let brief = |ix| Brief::of(portal, ix, &site.frame, text(ix));
        briefs.update(portal, brief);
        let mut moves = briefs.take_moves();
        // Where releases of a language are is asked when some come or go.
        let ranges = moves.as_ref().map(|_| site.ranges_of(&briefs)).unwrap_or_default();
        if !briefs.is_whole() {
            // What another process left of them can't be read any more.
            (briefs, moves) = (Briefs::default(), None);
            briefs.update(portal, brief);
            site.shelves.clear();
        }
        if !portal.releases.are_whole() {
            // Nor can the releases: nothing can be told of them.
            briefs = Briefs::default();
            site.shelves.clear();
        }
        site.briefs = briefs;
        if site.shelves.is_empty() {
            site.fill_shelves();
            return (site, Still::Nothing);
        }
        if let Some(news) = site.briefs.news() {
            let touched = site.touched(news);
            return (site, Still::Places { touched });
        }
        match moves.filter(|moves| moves.gone.len() + moves.come.len() <= MOST_MOVES) {
            Some(moves) => {
                let touched = site.follow(&moves, ranges);
                (site, Still::AllBut { moves, touched })
            }
            None => {
                site.fill_shelves();
                (site, Still::Nothing)
            }
        }
    }

    fn fill_shelves(&mut self) {
        (self.ranges, self.shelves) = self.shelved();
    }

    /// All shelves, of what is told of releases.
    fn shelved(&self) -> (Vec<Range<ReleaseIx>>, Vec<Shelf>) {
        let languages = self.portal.config.languages().map(|(lang, _)| lang);
        let ranges = self.ranges_of(&self.briefs);
        let regions = self.portal.territory.regions().count();
        let shelf =
            |(lang, range): (LangId, &Range<_>)| Shelf::of(&self.briefs, lang, range.clone(), regions);
        let shelves = languages.zip(&ranges).map(shelf).collect();
        (ranges, shelves)
    }

    /// By language: its releases, oldest first.
    fn ranges_of(&self, briefs: &Briefs) -> Vec<Range<ReleaseIx>> {
        self.portal.config.languages().map(|(lang, _)| briefs.of_language(lang)).collect()
    }

    /// Brings the shelves to what they are after some moves, which lead to these ranges. By release: whether
    /// its page may count otherwise than before.
    fn follow(&mut self, moves: &Moves, ranges: Vec<Range<ReleaseIx>>) -> Vec<bool> {
        let Self { shelves, briefs, .. } = self;
        let names = briefs.names();
        for (ix, brief) in moves.gone.iter().rev() {
            shelves[brief.lang.index()].remove(*ix, brief, names);
            shelves.iter_mut().for_each(|shelf| shelf.shift(ix + 1, false));
        }
        for ix in &moves.come {
            let brief = &briefs[*ix];
            shelves.iter_mut().for_each(|shelf| shelf.shift(*ix, true));
            shelves[brief.lang.index()].insert(*ix, brief, names);
        }
        self.ranges = ranges;
        // Where one came or went, those after it may be related to others than before.
        let gone = moves.gone.iter().map(|(ix, brief)| (moves.place(*ix), brief));
        let come = moves.come.iter().map(|ix| (*ix, &briefs[*ix]));
        let seams: Vec<(ReleaseIx, &Brief)> = gone.chain(come).collect();
        let mut changed: Vec<ReleaseIx> = Vec::new();
        for (shelf, range) in shelves.iter_mut().zip(&self.ranges) {
            let own = seams.iter().filter(|(_, brief)| brief.lang == shelf.lang);
            let mut after: Vec<ReleaseIx> =
                own.flat_map(|(ix, brief)| shelf.after(*ix, brief, names)).collect();
            after.sort_unstable();
            after.dedup();
            changed.extend(shelf.relate(briefs, range.start, &after));
        }
        // Their neighbours are others, too.
        let beside = seams.iter().flat_map(|(ix, _)| [ix.checked_sub(1), Some(*ix), Some(*ix + 1)]);
        changed.extend(beside.flatten());
        let mut touched = self.touched(&News { heads: moves.come.clone(), texts: Vec::new() });
        changed.iter().for_each(|ix| {
            if let Some(touched) = touched.get_mut(*ix) {
                *touched = true;
            }
        });
        debug_assert!({
            let (ranges, shelves) = self.shelved();
            (&self.ranges, &self.shelves) == (&ranges, &shelves) || !self.briefs.is_whole()
        });
        touched
    }

    /// The dated lists that releases stand in, in whatever language, and those beside them, which are
    /// others when one comes or goes.
    pub fn lists_of<'b>(&self, briefs: impl Iterator<Item = &'b Brief>) -> Lists {
        let mut lists = Lists::default();
        for brief in briefs {
            let day = day_of(brief.date);
            for region in brief.regions.iter().copied().map(Some).chain([None]) {
                let run = self.run(brief.lang, region);
                let mut wider = Some(day);
                while let Some(period) = wider {
                    lists.extend(run.around(period).map(|period| (region, period)));
                    wider = period.wider();
                }
            }
        }
        lists
    }

    /// What it found out, for the next site.
    pub fn gathered(self) -> Gathered {
        Gathered { briefs: self.briefs, shelves: self.shelves, ranges: self.ranges }
    }

    /// The releases of a language, oldest first, as a range of indexes.
    pub fn of_language(&self, lang: LangId) -> Range<ReleaseIx> {
        self.ranges[lang.index()].clone()
    }

    pub fn shelf(&self, lang: LangId) -> &Shelf {
        &self.shelves[lang.index()]
    }

    pub fn topic(&self, lang: LangId, kind: TopicKind, ix: usize) -> &Topic {
        let shelf = self.shelf(lang);
        match kind {
            TopicKind::Tag => &shelf.tags[ix],
            TopicKind::Series => &shelf.series[ix],
        }
    }

    /// Whether there are topics of all that a release is or was of, each with another release than some.
    pub fn has_topics_of(&self, brief: &Brief, some: &[ReleaseIx]) -> bool {
        let shelf = self.shelf(brief.lang);
        let name = |id: &NameId| self.briefs.names().at(id.index());
        let is_of_others = |topic: &Topic| topic.releases.iter().any(|ix| !some.contains(ix));
        let mut tags = brief.tags.iter().map(|id| shelf.tag(name(id)).map(|ix| &shelf.tags[ix]));
        let mut series = brief.series.iter().map(|id| shelf.series(name(id)).map(|ix| &shelf.series[ix]));
        tags.all(|topic| topic.is_some_and(is_of_others))
            && series.all(|topic| topic.is_some_and(is_of_others))
    }

    pub fn shown(&self, ix: ReleaseIx) -> Shown<'p> {
        Shown::new(self.portal, ix, self.briefs.heads()[ix])
    }

    /// Where a page is read and stored.
    pub fn spot(&self, lang: LangId, page: Page) -> Spot {
        let frame = &self.frame;
        match page {
            Page::Index(index) => frame.index_spot(lang, index),
            Page::Release(ix) => frame.speller.page(&frame.release_address(&self.portal.releases[ix])),
            Page::Static(ix) => frame.speller.page(&frame.static_address(&self.portal.pages[ix])),
            Page::Topic { kind, ix, part } => {
                frame.topic_spot(lang, kind, &self.topic(lang, kind, ix).slug, part)
            }
        }
    }

    /// Where a feed stands.
    pub fn feed_spot(&self, lang: LangId, channel: Channel) -> Spot {
        let topic = match channel {
            Channel::Topic { kind, ix } => self.topic(lang, kind, ix).slug.as_str(),
            _ => "",
        };
        self.frame.feed_spot(lang, channel, topic)
    }

    /// The published file that a target is, as seen by the release or page at `owner`.
    pub fn asset_spot(&self, owner: &str, name: &str) -> Spot {
        self.frame.speller.file(&format!("{owner}/{name}"))
    }

    /// Where a target of the source at `owner` stands, relative to the root.
    pub fn target_url(&self, owner: &str, target: &Target) -> Option<String> {
        match target {
            Target::Release(source) => {
                Some(self.frame.release_url(&self.portal.releases[self.portal.release_of(source)?]))
            }
            Target::Page(ix) => Some(self.frame.static_url(self.portal.pages.get(*ix)?)),
            Target::Asset { name, .. } => Some(self.asset_spot(owner, name).url),
            Target::Root(path) if self.portal.static_file(path).is_some() => {
                Some(self.frame.speller.file(path).url)
            }
            Target::Root(path) => Some(self.written_url(path)),
            Target::Nothing => None,
        }
    }

    /// An address as a person writes it, `/regions/souss-massa/`, as this portal spells it.
    fn written_url(&self, path: &str) -> String {
        let speller = self.frame.speller;
        let address = path.strip_suffix('/').unwrap_or(path);
        let address = address.strip_suffix("/index.html").unwrap_or(address);
        if let Some(lang) = self.portal.config.find_language(address) {
            return self.frame.url(lang, Index::Home);
        }
        let is_file = address.rsplit('/').next().is_some_and(|name| name.contains('.'));
        if is_file { speller.file(address).url } else { speller.page(address).url }
    }

    fn text(&self, owner: &str, body: &'p Body, targets: &'p [Target]) -> TextInputs<'p> {
        let resolved = body.references.iter().zip(targets).map(|(reference, target)| {
            let (width, height) = self.portal.file(target).and_then(|asset| asset.dimensions).unzip();
            let is_text = matches!(target, Target::Release(_) | Target::Page(_));
            let url = self.target_url(owner, target);
            TargetView { target: &reference.target, url, is_text, width, height }
        });
        TextInputs::of(body, resolved.collect())
    }

    /// The text of a release.
    pub fn text_of(&self, ix: ReleaseIx, only_counted: bool) -> TextInputs<'p> {
        match only_counted {
            true => TextInputs { print: self.briefs.texts()[ix], targets: Vec::new() },
            false => self.release_text(&self.portal.releases[ix]),
        }
    }

    fn release_text(&self, release: &'p Release) -> TextInputs<'p> {
        match release.targets.is_empty() {
            true => TextInputs::of(&release.body, Vec::new()),
            false => self.text(&self.frame.release_address(release), &release.body, &release.targets),
        }
    }

    /// Whether search engines are asked to leave a page out.
    pub fn noindex(&self, page: Page) -> bool {
        match page {
            Page::Index(Index::NotFound) => true,
            Page::Release(ix) => !self.briefs[ix].is_public,
            _ => false,
        }
    }

    /// All that a page is made of.
    pub fn inputs(&self, lang: LangId, page: Page) -> Inputs<'_> {
        Inputs { lang, others: self.others(lang, page), page: self.page_inputs(lang, page, false) }
    }

    /// The same as far as it is counted: without the addresses that a text leads to.
    pub fn counted(&self, lang: LangId, page: Page) -> Inputs<'_> {
        Inputs { lang, others: self.others(lang, page), page: self.page_inputs(lang, page, true) }
    }

    /// The old address of a release or a page.
    pub fn redirect<'s>(&'s self, lang: LangId, from: &'s str, to: Page) -> Option<Inputs<'s>> {
        let to = match to {
            Page::Release(ix) => Leaf::Release(self.shown(ix)),
            Page::Static(ix) => Leaf::Static(StaticLabel(&self.portal.pages[ix])),
            _ => return None,
        };
        Some(Inputs {
            lang,
            others: self.others(lang, Page::Index(Index::Home)),
            page: PageInputs::Redirect { from, to },
        })
    }

    fn all_shown(&self, releases: impl Iterator<Item = ReleaseIx>) -> Vec<Shown<'p>> {
        releases.map(|ix| self.shown(ix)).collect()
    }

    fn page_inputs(&self, lang: LangId, page: Page, only_counted: bool) -> PageInputs<'_> {
        let shelf = self.shelf(lang);
        match page {
            Page::Index(Index::Home) => PageInputs::Home {
                newest: self.all_shown(shelf.all.newest(NEWEST)),
                months: shelf.all.all_months(),
            },
            Page::Index(Index::Archives) => PageInputs::Archives { months: shelf.all.all_months() },
            Page::Index(Index::NotFound) => PageInputs::NotFound { months: shelf.all.all_months() },
            Page::Index(Index::Regions) => {
                PageInputs::Regions { provinces: shelf.provinces.keys().copied().collect() }
            }
            Page::Index(Index::Region(region)) => self.region(lang, region, None, shelf.region(region)),
            Page::Index(Index::Province(province)) => {
                let region = self.portal.territory.province(province).region;
                self.region(lang, region, Some(province), shelf.provinces.get(&province))
            }
            Page::Index(Index::Period { region, period, part }) => {
                let run = self.run(lang, region);
                let list = self.list(run.within(period), part);
                let (older, newer) = run.neighbours(period);
                let is_bare = part == 0;
                let within = run.parts_of(period).filter(|_| is_bare).collect();
                PageInputs::Period { region, period, list, within, newer, older }
            }
            Page::Topic { kind, ix, part } => {
                let Topic { name, slug, releases } = self.topic(lang, kind, ix);
                PageInputs::Topic { kind, name, slug, list: self.list(releases, part) }
            }
            Page::Release(ix) => {
                let around = self.around(lang, ix);
                PageInputs::Release(ReleaseInputs {
                    release: self.shown(ix),
                    older: around.older.map(|ix| self.shown(ix)),
                    newer: around.newer.map(|ix| self.shown(ix)),
                    related: around.related.map(|ix| self.shown(ix)).collect(),
                    translations: around.translations.iter().map(|ix| self.shown(*ix)).collect(),
                    text: self.text_of(ix, only_counted),
                })
            }
            Page::Static(ix) => {
                let page = &self.portal.pages[ix];
                let owner = self.frame.static_address(page);
                let text = self.text(&owner, &page.written.body, &page.targets);
                PageInputs::Static { page: StaticLabel(page), text }
            }
        }
    }

    /// The other releases that the page of one shows.
    fn around(&self, lang: LangId, ix: ReleaseIx) -> Around<'_, impl Iterator<Item = ReleaseIx>> {
        let range = self.of_language(lang);
        Around {
            older: (ix > range.start).then(|| ix - 1),
            newer: (ix + 1 < range.end).then_some(ix + 1),
            related: self.shelf(lang).related(ix - range.start),
            translations: &self.portal.translations[ix],
        }
    }

    /// By release: whether its page may count otherwise than before these news.
    fn touched(&self, news: &News) -> Vec<bool> {
        let mut touched = vec![false; self.portal.releases.len()];
        news.texts.iter().chain(&news.heads).for_each(|ix| touched[*ix] = true);
        if news.heads.is_empty() {
            return touched;
        }
        let is_news = |ix: ReleaseIx| news.heads.binary_search(&ix).is_ok();
        for (lang, _) in self.portal.config.languages() {
            for ix in self.of_language(lang) {
                let Around { older, newer, mut related, translations } = self.around(lang, ix);
                let shows = older.into_iter().chain(newer).any(is_news)
                    || related.any(is_news)
                    || translations.iter().copied().any(is_news);
                touched[ix] |= shows;
            }
        }
        touched
    }

    fn region(
        &self,
        lang: LangId,
        region: RegionId,
        province: Option<ProvinceId>,
        run: Option<&Run>,
    ) -> PageInputs<'_> {
        let shelf = self.shelf(lang);
        let provinces = self.portal.territory.region(region).provinces.iter().copied();
        PageInputs::Region {
            region,
            province,
            newest: run.map(|run| self.all_shown(run.newest(NEWEST))).unwrap_or_default(),
            months: run.map(Run::all_months).unwrap_or_default(),
            provinces: provinces.filter(|province| shelf.provinces.contains_key(province)).collect(),
        }
    }

    /// One part of a list, newest first: numbered parts from the oldest, the rest at the bare address.
    fn list(&self, releases: &[ReleaseIx], part: usize) -> ListInputs<'p> {
        let parts = parts(releases.len());
        let start = (if part == 0 { parts } else { part } - 1) * PART;
        let end = releases.len().min(start + PART);
        ListInputs { rows: self.all_shown(releases[start..end].iter().rev().copied()), part, parts }
    }

    /// The releases of a region, or all of a language.
    fn run(&self, lang: LangId, region: Option<RegionId>) -> &Run {
        let shelf = self.shelf(lang);
        region.and_then(|region| shelf.region(region)).unwrap_or(&shelf.all)
    }

    /// The page in the other languages.
    fn others(&self, lang: LangId, page: Page) -> SmallVec<[(LangId, Other<'p>); 2]> {
        let others = self.portal.config.languages().map(|(other, _)| other).filter(|other| *other != lang);
        others.map(|other| (other, self.other(page, other))).collect()
    }

    fn other(&self, page: Page, to: LangId) -> Other<'p> {
        let exists = match page {
            Page::Index(Index::Province(province)) => self.shelf(to).provinces.contains_key(&province),
            Page::Index(Index::Period { region, period, .. }) => self.run(to, region).contains(period),
            Page::Index(_) => true,
            // Names of tags and series are the language's own.
            Page::Topic { .. } => false,
            Page::Release(ix) => {
                let mut others = self.portal.translations[ix].iter();
                let found = others.find(|ix| self.briefs[**ix].lang == to);
                return found.map_or(Other::Wider, |ix| Other::Release(self.shown(*ix)));
            }
            Page::Static(ix) => {
                let others = self.portal.pages[ix].translations.iter().map(|ix| &self.portal.pages[*ix]);
                let found = others.into_iter().find(|page| page.written.lang == to);
                return found.map_or(Other::Wider, |page| Other::Static(StaticLabel(page)));
            }
        };
        if exists { Other::Same } else { Other::Wider }
    }

    /// The releases of a feed, newest first.
    pub fn feed_releases(&self, lang: LangId, channel: Channel) -> impl Iterator<Item = ReleaseIx> {
        let shelf = self.shelf(lang);
        let run = match channel {
            Channel::Region(region) => shelf.region(region),
            Channel::Province(province) => shelf.provinces.get(&province),
            Channel::Site | Channel::Topic { .. } => Some(&shelf.all),
        };
        let list: &[ReleaseIx] = match channel {
            Channel::Topic { kind, ix } => &self.topic(lang, kind, ix).releases,
            _ => run.map(|run| run.releases.as_slice()).unwrap_or_default(),
        };
        let public = list.iter().rev().copied().filter(|ix| {
            // What only a preview shows is in no feed, not even there.
            !self.briefs[*ix].is_preview
        });
        public.take(self.portal.config.feed_items)
    }
}

/// The other releases that the page of one shows.
struct Around<'s, R> {
    older: Option<ReleaseIx>,
    newer: Option<ReleaseIx>,
    related: R,
    translations: &'s [ReleaseIx],
}

/// How many parts a list has.
pub fn parts(releases: usize) -> usize {
    releases.div_ceil(PART).max(1)
}
