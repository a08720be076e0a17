//! Composes the view of any page. A view is a pure function of the site; nothing is kept of it
//! but its fingerprint until the page is rendered.

use serde::Serialize;

use crate::model::body::Body;
use crate::model::language::LangId;
use crate::model::portal::{Release, ReleaseIx, Status};
use crate::model::references::Target;
use crate::model::territory::{ProvinceId, RegionId};
use crate::text::fingerprint::Hashed;
use crate::text::typography::isolate;

use super::contact;
use super::shelf::{Period, Run};
use super::site::{Channel, NEWEST, PART, Page, Site, TopicKind, day_of};
use super::view::*;

/// All that one template sees.
#[derive(Serialize)]
pub struct View<'a> {
    #[serde(skip)]
    pub template: &'static str,
    pub portal: &'a Hashed<PortalHead>,
    pub page: PageView,
    pub content: Content<'a>,
}

/// What a page shows, by its kind. Made, used and dropped one at a time, so its size is no matter.
#[allow(clippy::large_enum_variant)]
#[derive(Serialize)]
#[serde(untagged)]
pub enum Content<'a> {
    Home(HomeView<'a>),
    Release(ReleaseView<'a>),
    List(ListView<'a>),
    Archives(ArchivesView),
    Regions(RegionsView),
    Region(RegionView<'a>),
    Static(StaticView<'a>),
    NotFound(ArchivesView),
    Redirect(RedirectView),
}

impl<'p> Site<'p> {
    /// The view of a page.
    pub fn view(&self, lang: LangId, page: Page) -> View<'_> {
        let content = self.content(lang, page);
        let template = match &content {
            Content::Home(_) => "home.html",
            Content::Release(_) => "release.html",
            Content::List(_) => "list.html",
            Content::Archives(_) => "archives.html",
            Content::Regions(_) => "regions.html",
            Content::Region(_) => "region.html",
            Content::Static(_) => "page.html",
            Content::NotFound(_) => "404.html",
            Content::Redirect(_) => "redirect.html",
        };
        View { template, portal: &self.heads[lang.index()], page: self.page_view(lang, page), content }
    }

    /// The view of an old address that leads to a page.
    pub fn redirect_view(&self, lang: LangId, from: &str, root: String, to: Page) -> View<'_> {
        let mut page = self.page_view(lang, to);
        page.kind = "redirect";
        page.url = from.to_owned();
        page.root = root;
        page.alternates.clear();
        page.noindex = true;
        let view = RedirectView { title: page.title.clone(), to: self.url(lang, to) };
        let content = Content::Redirect(view);
        View { template: "redirect.html", portal: &self.heads[lang.index()], page, content }
    }

    fn content(&self, lang: LangId, page: Page) -> Content<'_> {
        let shelf = self.shelf(lang);
        match page {
            Page::Home => Content::Home(HomeView {
                releases: self.cards(shelf.all.newest(NEWEST)),
                years: self.years(lang, None, &shelf.all),
            }),
            Page::Release(ix) => Content::Release(self.release_view(lang, ix)),
            Page::Period { region, period, part } => {
                Content::List(self.period_view(lang, region, period, part))
            }
            Page::Archives => Content::Archives(ArchivesView { years: self.years(lang, None, &shelf.all) }),
            Page::NotFound => Content::NotFound(ArchivesView { years: self.years(lang, None, &shelf.all) }),
            Page::Regions => {
                let regions = self.portal.territory.regions().map(|(id, _)| RegionEntry {
                    region: self.region_label(lang, id).clone(),
                    provinces: self.provinces_of(lang, id),
                });
                Content::Regions(RegionsView { regions: regions.collect() })
            }
            Page::Region(region) => Content::Region(self.region_view(lang, region, None)),
            Page::Province(province) => {
                let region = self.portal.territory.province(province).region;
                Content::Region(self.region_view(lang, region, Some(province)))
            }
            Page::Topic { kind, ix, part } => {
                let releases = &self.topic(lang, kind, ix).releases;
                let bare = Page::Topic { kind, ix, part: 0 };
                let (rows, part) = self.part(lang, releases, part, |part| match bare {
                    Page::Topic { kind, ix, .. } => Page::Topic { kind, ix, part },
                    other => other,
                });
                Content::List(ListView {
                    count: rows.releases.len(),
                    rows,
                    region: None,
                    within: Vec::new(),
                    newer: None,
                    older: None,
                    part,
                })
            }
            Page::Static(ix) => {
                let page = &self.portal.pages[ix];
                let owner = self.address(lang, Page::Static(ix));
                let text = self.text_view(&owner, &page.written.body, &page.targets);
                Content::Static(StaticView { text })
            }
        }
    }

    fn cards(&self, releases: impl Iterator<Item = ReleaseIx>) -> Vec<&Hashed<Card<'p>>> {
        releases.map(|ix| &self.cards[ix]).collect()
    }

    fn release_view(&self, lang: LangId, ix: ReleaseIx) -> ReleaseView<'_> {
        let release = &self.portal.releases[ix];
        let shelf = self.shelf(lang);
        let range = self.portal.of_language(lang);
        let link = |ix: ReleaseIx| Link::to(&self.cards[ix]);
        let older = (ix > range.start).then(|| link(ix - 1));
        let newer = (ix + 1 < range.end).then(|| link(ix + 1));
        let owner = self.address(lang, Page::Release(ix));
        let topic = |kind, at: Option<usize>| {
            let ix = at?;
            let url = self.url(lang, Page::Topic { kind, ix, part: 0 });
            Some(Label { name: self.topic(lang, kind, ix).name.clone(), url })
        };
        let modified = release.modified();
        let day = day_of(release.date.date());
        let periods = std::iter::successors(Some(day), |period| period.wider());
        let mut ignored = Vec::new();
        ReleaseView {
            release: &self.cards[ix],
            authors: &release.authors,
            contact: self.contact(lang, release),
            tags: release.tags.iter().filter_map(|tag| topic(TopicKind::Tag, shelf.tag(&tag.text))).collect(),
            series: release
                .series
                .as_ref()
                .and_then(|name| topic(TopicKind::Series, shelf.series(&name.text))),
            modified: (modified != release.date).then(|| self.date(lang, &modified)),
            corrections: release
                .corrections
                .iter()
                .map(|c| CorrectionView { date: self.date(lang, &c.date), note: &c.note })
                .collect(),
            newer,
            older,
            related: shelf.related(self.portal, ix).map(link).collect(),
            translations: release.translations.iter().map(|ix| self.translation(*ix)).collect(),
            extra: self.theme.extra(&release.source, &release.extra, self.locale(lang), &mut ignored),
            standfirst: release.standfirst.then_some(release.summary.as_str()),
            periods: periods.map(|period| self.period_label(lang, None, period)).collect(),
            text: self.text_view(&owner, &release.body, &release.targets),
        }
    }

    fn translation(&self, ix: ReleaseIx) -> Translation<'_> {
        let (card, lang) = (&self.cards[ix], self.portal.releases[ix].lang);
        Translation {
            lang: self.tag(lang),
            dir: self.dir(lang),
            language: self.locale(lang).get("language.name"),
            title: card.title,
            url: &card.url,
        }
    }

    /// Whom to call: the release's own contact, else its region's, else the party's.
    fn contact(&self, lang: LangId, release: &Release) -> Contact {
        let of_region = || release.regions.iter().find_map(|region| self.region_contact(lang, *region));
        let of_party = || self.portal.config.party.contact.get(self.tag(lang));
        let written = release.contact.as_deref().or_else(of_region).or_else(of_party);
        written.map(contact::read).unwrap_or_default()
    }

    /// A text's identity, with what its references lead to.
    pub fn text_view<'s>(&'s self, owner: &str, body: &'s Body, targets: &'s [Target]) -> TextView<'s> {
        let resolved = body.references.iter().zip(targets).map(|(reference, target)| {
            let found = self.target(owner, target);
            let dimensions = found.as_ref().and_then(|(_, asset)| asset.and_then(|asset| asset.dimensions));
            let (width, height) = dimensions.unzip();
            TargetView { target: &reference.target, url: found.map(|(url, _)| url), width, height }
        });
        TextView { digest: body.digest, markup: body.markup, targets: resolved.collect() }
    }

    fn period_view(
        &self,
        lang: LangId,
        region: Option<RegionId>,
        period: Period,
        part: usize,
    ) -> ListView<'_> {
        let run = self.run(lang, region);
        let (rows, part) =
            self.part(lang, run.within(period), part, |part| Page::Period { region, period, part });
        let bare = part.as_ref().is_none_or(|part| part.number.is_none());
        let (older, newer) = run.neighbours(period);
        let label = |period| self.period_label(lang, region, period);
        // A day of a region has no page of its own.
        let has_page = |period| region.is_none() || !matches!(period, Period::Day(..));
        let within = run.parts_of(period).filter(|(part, _)| bare && has_page(*part)).map(|(part, count)| {
            let Label { name, url } = label(part);
            CountView { name, url, count }
        });
        ListView {
            count: rows.releases.len(),
            rows,
            region: region.map(|region| self.region_label(lang, region).clone()),
            within: within.collect(),
            newer: newer.map(label),
            older: older.map(label),
            part,
        }
    }

    /// One part of a list, newest first: numbered parts from the oldest, the rest at the bare address.
    fn part(
        &self,
        lang: LangId,
        releases: &[ReleaseIx],
        part: usize,
        page: impl Fn(usize) -> Page,
    ) -> (Rows<'_>, Option<PartView>) {
        let count = parts(releases.len());
        let number = if part == 0 { count } else { part };
        let start = (number - 1) * PART;
        let end = releases.len().min(start + PART);
        let releases: Vec<ReleaseIx> = releases[start..end].iter().rev().copied().collect();
        let rows = Rows { cards: self.cards(releases.iter().copied()), releases };
        if count == 1 {
            return (rows, None);
        }
        let url = |n: usize| self.url(lang, page(if n == count { 0 } else { n }));
        let view = PartView {
            number: (part > 0).then_some(part),
            newer: (number < count).then(|| url(number + 1)),
            older: (number > 1).then(|| url(number - 1)),
        };
        (rows, Some(view))
    }

    fn region_view(&self, lang: LangId, region: RegionId, province: Option<ProvinceId>) -> RegionView<'_> {
        let shelf = self.shelf(lang);
        let run = self.run(lang, Some(region));
        let releases = match province {
            Some(province) => {
                let list = shelf.provinces.get(&province).map(Vec::as_slice).unwrap_or_default();
                self.cards(list.iter().rev().take(NEWEST).copied())
            }
            None => self.cards(run.newest(NEWEST)),
        };
        RegionView {
            region: self.region_label(lang, region).clone(),
            province: province.map(|province| self.province_label(lang, province)),
            releases,
            provinces: self.provinces_of(lang, region),
            years: self.years(lang, Some(region), run),
            contact: self.region_contact(lang, region).map(contact::read).unwrap_or_default(),
        }
    }

    /// The releases of a region, or all of a language.
    pub fn run(&self, lang: LangId, region: Option<RegionId>) -> &Run {
        let shelf = self.shelf(lang);
        region.and_then(|region| shelf.region(region)).unwrap_or(&shelf.all)
    }

    /// The provinces of a region that have a page in this language.
    fn provinces_of(&self, lang: LangId, region: RegionId) -> Vec<Label> {
        let shelf = self.shelf(lang);
        let provinces = self.portal.territory.region(region).provinces.iter();
        let with_page = provinces.filter(|province| shelf.provinces.contains_key(province));
        with_page.map(|province| self.province_label(lang, *province)).collect()
    }

    /// The years of a list with their months, newest first.
    fn years(&self, lang: LangId, region: Option<RegionId>, run: &Run) -> Vec<YearView> {
        let locale = self.locale(lang);
        let year = |period: Period| {
            let Label { name, url } = self.period_label(lang, region, period);
            let months = run.parts_of(period).map(|(month, _)| {
                let url = self.url(lang, Page::Period { region, period: month, part: 0 });
                let name = match month {
                    Period::Month(_, month) => locale.month(month).to_owned(),
                    _ => String::new(),
                };
                Label { name, url }
            });
            YearView { name, url, months: months.collect() }
        };
        run.years.iter().rev().map(|(period, _)| year(*period)).collect()
    }

    fn page_view(&self, lang: LangId, page: Page) -> PageView {
        let spot = self.spot(lang, page);
        let root = match page {
            // Shown for any address, so nothing relative would hold.
            Page::NotFound => self.portal.config.base_url.path().to_owned(),
            _ => self.speller.root(&spot.file),
        };
        let (title, description) = self.words(lang, page);
        let social = |text: &str| isolate(text, self.dir(lang) == "rtl").into_owned();
        PageView {
            social_title: social(&title),
            social_description: social(&description),
            kind: kind_of(page),
            canonical: self.absolute(&spot.url),
            crumbs: self.crumbs(lang, page, &title, &spot.url),
            alternates: self.alternates(lang, page, &spot.url),
            switch: self.switch(lang, page),
            feed: self.feed_of(lang, page),
            noindex: self.noindex(page),
            url: spot.url,
            root,
            title,
            description,
        }
    }

    /// Whether search engines are asked to leave a page out.
    pub fn noindex(&self, page: Page) -> bool {
        match page {
            Page::NotFound => true,
            Page::Release(ix) => self.portal.releases[ix].status != Status::Public,
            _ => false,
        }
    }

    /// Title and description of a page.
    fn words(&self, lang: LangId, page: Page) -> (String, String) {
        let locale = self.locale(lang);
        let head = &self.heads[lang.index()];
        let mut values: Vec<(&str, String)> =
            vec![("portal", head.title.clone()), ("party", head.party.name.clone())];
        let mut part_number = 0;
        let key = match page {
            Page::Release(ix) => {
                let card = &self.cards[ix];
                return (card.title.to_owned(), card.summary.to_owned());
            }
            Page::Static(ix) => {
                let written = &self.portal.pages[ix].written;
                let description = written.summary.clone().unwrap_or_else(|| written.body.lead.clone());
                return (written.title.clone(), description);
            }
            Page::Home if !head.description.is_empty() => {
                return (locale.fill("titles.home", &borrowed(&values)), head.description.clone());
            }
            Page::Home => "home",
            Page::Archives => "archives",
            Page::Regions => "regions",
            Page::NotFound => "not_found",
            Page::Region(region) => {
                values.push(("region", self.region_label(lang, region).name.clone()));
                "region"
            }
            Page::Province(province) => {
                let region = self.portal.territory.province(province).region;
                values.push(("region", self.region_label(lang, region).name.clone()));
                values.push(("province", self.province_label(lang, province).name));
                "province"
            }
            Page::Topic { kind, ix, part } => {
                part_number = part;
                let name = self.topic(lang, kind, ix).name.clone();
                let key = if kind == TopicKind::Tag { "tag" } else { "series" };
                values.push((key, name));
                key
            }
            Page::Period { region, period, part } => {
                part_number = part;
                let name = self.period_name(lang, period);
                values.push(("year", period.year().to_string()));
                values.push((if matches!(period, Period::Day(..)) { "date" } else { "month_year" }, name));
                if let Some(region) = region {
                    values.push(("region", self.region_label(lang, region).name.clone()));
                }
                match (region.is_some(), period) {
                    (false, Period::Year(_)) => "year",
                    (false, Period::Month(..)) => "month",
                    (_, Period::Day(..)) => "day",
                    (true, Period::Year(_)) => "region_year",
                    (true, Period::Month(..)) => "region_month",
                }
            }
        };
        let values = borrowed(&values);
        let mut title = locale.fill(&format!("titles.{key}"), &values);
        if part_number > 0 {
            title.push_str(&locale.fill("titles.part", &[("n", &part_number.to_string())]));
        }
        let description = format!("descriptions.{key}");
        let description =
            if locale.contains(&description) { locale.fill(&description, &values) } else { title.clone() };
        (title, description)
    }

    /// The pages above a page, from the top, and itself.
    fn crumbs(&self, lang: LangId, page: Page, title: &str, url: &str) -> Vec<Label> {
        let locale = self.locale(lang);
        let named = |key: &str, page| Label {
            name: locale.fill(key, &[("portal", &self.heads[lang.index()].title)]),
            url: self.url(lang, page),
        };
        let mut crumbs = vec![named("titles.home", Page::Home)];
        let region_crumbs = |region: RegionId| {
            let label = self.region_label(lang, region);
            [
                named("titles.regions", Page::Regions),
                Label { name: label.name.clone(), url: label.url.clone() },
            ]
        };
        let mut own = title.to_owned();
        match page {
            Page::Home => return Vec::new(),
            Page::Release(ix) => {
                let release = &self.portal.releases[ix];
                if let Some(region) = release.regions.first() {
                    crumbs.extend(region_crumbs(*region));
                }
            }
            Page::Period { region, period, part } => {
                match region {
                    Some(region) => crumbs.extend(region_crumbs(region)),
                    None => crumbs.push(named("titles.archives", Page::Archives)),
                }
                let above: Vec<Period> = std::iter::successors(period.wider(), |p| p.wider()).collect();
                crumbs.extend(above.into_iter().rev().map(|p| self.period_label(lang, region, p)));
                if part == 0 {
                    own = self.period_name(lang, period);
                }
            }
            Page::Region(_) => crumbs.push(named("titles.regions", Page::Regions)),
            Page::Province(province) => {
                crumbs.extend(region_crumbs(self.portal.territory.province(province).region));
            }
            Page::Archives | Page::Regions | Page::Topic { .. } | Page::Static(_) | Page::NotFound => {}
        }
        crumbs.push(Label { name: own, url: url.to_owned() });
        crumbs
    }

    /// The same page in another language, where it has one.
    pub fn counterpart(&self, page: Page, from: LangId, to: LangId) -> Option<Page> {
        let shelf = self.shelf(to);
        let exists = match page {
            Page::Home | Page::Archives | Page::Regions | Page::Region(_) | Page::NotFound => true,
            Page::Province(province) => shelf.provinces.contains_key(&province),
            Page::Period { region, period, .. } => self.run(to, region).contains(period),
            Page::Release(ix) => {
                let mut others = self.portal.releases[ix].translations.iter();
                return others.find(|ix| self.portal.releases[**ix].lang == to).map(|ix| Page::Release(*ix));
            }
            Page::Static(ix) => {
                let mut others = self.portal.pages[ix].translations.iter();
                return others
                    .find(|ix| self.portal.pages[**ix].written.lang == to)
                    .map(|ix| Page::Static(*ix));
            }
            // Names of tags and series are the language's own.
            Page::Topic { .. } => from == to,
        };
        exists.then_some(match page {
            Page::Period { region, period, .. } => Page::Period { region, period, part: 0 },
            other => other,
        })
    }

    /// The next wider page of the same language.
    fn wider(&self, page: Page) -> Page {
        match page {
            Page::Release(ix) => {
                let period = day_of(self.portal.releases[ix].date.date());
                Page::Period { region: None, period, part: 0 }
            }
            Page::Period { region, period, .. } => match (period.wider(), region) {
                (Some(period), _) => Page::Period { region, period, part: 0 },
                (None, Some(region)) => Page::Region(region),
                (None, None) => Page::Archives,
            },
            Page::Province(province) => Page::Region(self.portal.territory.province(province).region),
            _ => Page::Home,
        }
    }

    fn switch(&self, lang: LangId, page: Page) -> Vec<Switch> {
        let others = self.portal.config.languages().filter(|(other, _)| *other != lang);
        let to = |(other, tag): (LangId, &str)| {
            let exact = self.counterpart(page, lang, other);
            let mut wider = page;
            let found = exact.unwrap_or_else(|| {
                loop {
                    wider = self.wider(wider);
                    if let Some(found) = self.counterpart(wider, lang, other) {
                        break found;
                    }
                }
            });
            Switch {
                lang: tag.to_owned(),
                dir: self.dir(other),
                name: self.locale(other).get("language.name").to_owned(),
                url: self.url(other, found),
                exact: exact.is_some(),
            }
        };
        others.map(to).collect()
    }

    /// `hreflang` of a page that has counterparts; the portal's first language is the default.
    fn alternates(&self, lang: LangId, page: Page, url: &str) -> Vec<Alternate> {
        // Tombstones and error pages are no versions of anything, and the lists of a period or a
        // topic differ by language: none translates another.
        if self.noindex(page) || matches!(page, Page::Period { .. } | Page::Topic { .. }) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (other, tag) in self.portal.config.languages() {
            let href = match other == lang {
                true => Some(self.absolute(url)),
                false => self
                    .counterpart(page, lang, other)
                    .filter(|page| !self.noindex(*page))
                    .map(|page| self.absolute(&self.url(other, page))),
            };
            // Search engines know ISO 639-1 only: three letters have `lang` but no `hreflang`.
            let known = crate::model::language::primary(tag).len() == 2;
            found.extend(href.filter(|_| known).map(|href| Alternate { hreflang: tag.to_owned(), href }));
        }
        if found.len() < 2 {
            return Vec::new();
        }
        let default = Alternate { hreflang: "x-default".into(), href: found[0].href.clone() };
        found.push(default);
        found
    }

    /// The feed that a page is about, else the site's.
    fn feed_of(&self, lang: LangId, page: Page) -> Label {
        let channel = match page {
            Page::Region(region) | Page::Period { region: Some(region), .. } => Channel::Region(region),
            Page::Province(province) => Channel::Province(province),
            Page::Topic { kind, ix, .. } => Channel::Topic { kind, ix },
            _ => Channel::Site,
        };
        Label { name: self.feed_title(lang, channel), url: self.feed_spot(lang, channel).url }
    }

    /// What a feed is called.
    pub fn feed_title(&self, lang: LangId, channel: Channel) -> String {
        let locale = self.locale(lang);
        let portal = self.heads[lang.index()].title.as_str();
        let (key, name) = match channel {
            Channel::Site => ("title", String::new()),
            Channel::Region(region) => ("region", self.region_label(lang, region).name.clone()),
            Channel::Province(province) => ("province", self.province_label(lang, province).name),
            Channel::Topic { kind: TopicKind::Tag, ix } => {
                ("tag", self.topic(lang, TopicKind::Tag, ix).name.clone())
            }
            Channel::Topic { kind, ix } => ("series", self.topic(lang, kind, ix).name.clone()),
        };
        locale.fill(&format!("feeds.{key}"), &[("portal", portal), (key, &name)])
    }
}

fn borrowed<'v>(values: &'v [(&'v str, String)]) -> Vec<(&'v str, &'v str)> {
    values.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// How many parts a list has.
pub fn parts(releases: usize) -> usize {
    releases.div_ceil(PART).max(1)
}

fn kind_of(page: Page) -> &'static str {
    match page {
        Page::Home => "home",
        Page::Release(_) => "release",
        Page::Period { period: Period::Year(_), .. } => "year",
        Page::Period { period: Period::Month(..), .. } => "month",
        Page::Period { period: Period::Day(..), .. } => "day",
        Page::Archives => "archives",
        Page::Regions => "regions",
        Page::Region(_) => "region",
        Page::Province(_) => "province",
        Page::Topic { kind: TopicKind::Tag, .. } => "tag",
        Page::Topic { kind: TopicKind::Series, .. } => "series",
        Page::Static(_) => "page",
        Page::NotFound => "404",
    }
}
