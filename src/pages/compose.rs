//! Composes views. A view is a pure function of the frame and of a page's inputs: no portal and no
//! shelf can be reached from here, so nothing shows that was not fingerprinted.

use std::borrow::Cow;

use serde::Serialize;

use crate::model::language::LangId;
use crate::model::portal::{Asset, Release, Status};
use crate::model::references::Target;
use crate::model::territory::RegionId;
use crate::text::typography::isolate;

use super::contact;
use super::frame::Frame;
use super::inputs::{Inputs, Leaf, ListInputs, Other, PageInputs, ReleaseInputs, Shown};
use super::path::root_from;
use super::prepared::Prepared;
use super::shelf::Period;
use super::site::{Channel, Index, TopicKind};
use super::view::*;

/// All that one template sees.
#[derive(Serialize)]
pub struct View<'a> {
    #[serde(skip)]
    pub template: &'static str,
    pub portal: &'a PortalHead,
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
    Static(StaticView),
    NotFound(ArchivesView),
    Redirect(RedirectView),
}

/// A page as its own view needs it: what it is called and where it stands.
struct Heading {
    kind: &'static str,
    title: String,
    description: String,
    url: String,
    /// Absolute.
    canonical: String,
    /// The way to the portal's root.
    root: String,
    /// What stands above it.
    above: Vec<Prepared<Label>>,
    /// Its own name among the crumbs.
    own: String,
    feed: Prepared<Label>,
    noindex: bool,
}

impl<'p> Frame<'p> {
    /// The view of a page.
    pub fn view<'a>(&'a self, inputs: &'a Inputs<'_>) -> View<'a> {
        let lang = inputs.lang;
        let (template, content) = self.content(lang, &inputs.page);
        View { template, portal: self.portal_head(lang), page: self.page_view(inputs), content }
    }

    fn content<'a>(&'a self, lang: LangId, page: &'a PageInputs<'_>) -> (&'static str, Content<'a>) {
        let archives = |months: &[Period]| ArchivesView { years: self.years(lang, None, months) };
        match page {
            PageInputs::Home { newest, months } => {
                let (releases, years) = (self.cards(newest), self.years(lang, None, months));
                ("home.html", Content::Home(HomeView { releases, years }))
            }
            PageInputs::Release(inputs) => {
                ("release.html", Content::Release(self.release_view(lang, inputs)))
            }
            PageInputs::Period { region, period, list, within, newer, older } => {
                let label = |period: &Period| self.period_label(lang, *region, *period);
                let within = within.iter().map(|(narrower, count)| {
                    let Label { name, url } = label(narrower);
                    let counted = self.locale(lang).plural("releases", *count as u64).unwrap_or_default();
                    CountView { name, url, count: *count, counted }
                });
                let (region, period) = (*region, *period);
                let view = ListView {
                    region: region.map(|region| self.region_label(lang, region).clone()),
                    within: within.collect(),
                    newer: newer.as_ref().map(label),
                    older: older.as_ref().map(label),
                    ..self.list_view(list, |part| self.url(lang, Index::Period { region, period, part }))
                };
                ("list.html", Content::List(view))
            }
            PageInputs::Topic { kind, slug, list, .. } => {
                let view = self.list_view(list, |part| self.topic_spot(lang, *kind, slug, part).url);
                ("list.html", Content::List(view))
            }
            PageInputs::Archives { months } => ("archives.html", Content::Archives(archives(months))),
            PageInputs::NotFound { months } => ("404.html", Content::NotFound(archives(months))),
            PageInputs::Regions { provinces } => {
                let regions = self.territory.regions().map(|(id, region)| RegionEntry {
                    region: self.region_label(lang, id).clone(),
                    provinces: region
                        .provinces
                        .iter()
                        .filter(|province| provinces.binary_search(province).is_ok())
                        .map(|province| self.province_label(lang, *province).clone())
                        .collect(),
                });
                ("regions.html", Content::Regions(RegionsView { regions: regions.collect() }))
            }
            PageInputs::Region { region, province, newest, months, provinces } => {
                let view = RegionView {
                    region: self.region_label(lang, *region).clone(),
                    province: province.map(|province| self.province_label(lang, province).clone()),
                    releases: self.cards(newest),
                    provinces: provinces.iter().map(|p| self.province_label(lang, *p).clone()).collect(),
                    years: self.years(lang, Some(*region), months),
                    contact: self.region_contact(lang, *region).clone(),
                };
                ("region.html", Content::Region(view))
            }
            PageInputs::Static { .. } => ("page.html", Content::Static(StaticView {})),
            PageInputs::Redirect { to, .. } => {
                let (title, to) = match to {
                    Leaf::Release(release) => (release.title.clone(), self.release_url(release)),
                    Leaf::Static(page) => (page.0.written.title.clone(), self.static_url(page.0)),
                };
                ("redirect.html", Content::Redirect(RedirectView { title, to }))
            }
        }
    }

    fn cards<'a>(&'a self, releases: &[Shown<'a>]) -> Vec<Card<'a>> {
        releases.iter().map(|release| self.card(*release)).collect()
    }

    /// A release as lists show it.
    pub fn card<'a>(&'a self, shown: Shown<'a>) -> Card<'a> {
        let release = shown.release();
        let lang = release.lang;
        Card {
            title: &release.title,
            url: self.release_url(release),
            date: self.date(lang, &release.date),
            kind: release.kind,
            number: release.number.as_deref(),
            summary: &release.summary,
            regions: release.regions.iter().map(|region| self.region_label(lang, *region).clone()).collect(),
            provinces: release.provinces.iter().map(|p| self.province_label(lang, *p).clone()).collect(),
            image: self.picture(release, shown.picture()),
            status: (&release.status).into(),
        }
    }

    /// The picture of a release, as long as its text is shown.
    pub fn picture(&self, release: &Release, asset: Option<&Asset>) -> Option<Picture> {
        let cover = release.image.as_ref().filter(|_| release.has_text())?;
        let url = match &cover.target {
            Target::Asset { name, .. } => {
                self.speller.file(&format!("{}/{name}", self.release_address(release))).url
            }
            Target::Root(path) => self.speller.file(path).url,
            _ => return None,
        };
        let (width, height) = asset.and_then(|asset| asset.dimensions).unzip();
        Some(Picture {
            url,
            alt: cover.field.alt.clone().unwrap_or_default(),
            caption: cover.field.caption.clone(),
            credit: cover.field.credit.clone(),
            width,
            height,
        })
    }

    /// A release as a mere link.
    pub fn link<'a>(&self, release: Shown<'a>) -> Link<'a> {
        let release = release.release();
        let Release { lang, title, date, .. } = release;
        Link { title, url: self.release_url(release), date: self.date(*lang, date) }
    }

    fn release_view<'a>(&'a self, lang: LangId, inputs: &'a ReleaseInputs<'_>) -> ReleaseView<'a> {
        let release = inputs.release.release();
        let (published, modified) = (release.published(), release.modified());
        let topic = |kind, name: &str| self.topic_label(lang, kind, name);
        let mut ignored = Vec::new();
        ReleaseView {
            release: self.card(inputs.release),
            authors: &release.authors,
            contact: self.contact(lang, release),
            tags: release.tags.iter().map(|tag| topic(TopicKind::Tag, &tag.text)).collect(),
            series: release.series.as_ref().map(|name| topic(TopicKind::Series, &name.text)),
            published: (published != release.date).then(|| self.date(lang, &published)),
            modified: (modified != published).then(|| self.date(lang, &modified)),
            corrections: release
                .corrections
                .iter()
                .map(|c| CorrectionView { date: self.date(lang, &c.date), note: &c.note })
                .collect(),
            newer: inputs.newer,
            older: inputs.older,
            related: &inputs.related,
            translations: inputs.translations.iter().map(|other| self.translation(*other)).collect(),
            extra: self.theme.extra(&release.source, &release.extra, self.locale(lang), &mut ignored),
            standfirst: release.standfirst.then_some(release.summary.as_str()),
            periods: self.periods(lang, release.date.date()),
        }
    }

    fn translation<'a>(&'a self, other: Shown<'a>) -> Translation<'a> {
        let release = other.release();
        let Release { lang, title, .. } = release;
        Translation {
            lang: self.tag(*lang),
            dir: self.dir(*lang),
            language: self.locale(*lang).get("language.name"),
            title,
            url: self.release_url(release),
        }
    }

    /// Whom to call: the release's own contact, else its region's, else the party's.
    fn contact(&self, lang: LangId, release: &Release) -> Prepared<Contact> {
        if let Some(own) = &release.contact {
            return Prepared::new(contact::read(own));
        }
        let mut of_regions = release.regions.iter().map(|region| self.region_contact(lang, *region));
        let of_region = of_regions.find(|contact| !contact.is_empty());
        of_region.unwrap_or(&self.portal_head(lang).party.contact).clone()
    }

    fn list_view<'a>(&self, list: &'a ListInputs<'a>, url: impl Fn(usize) -> String) -> ListView<'a> {
        let number = if list.part == 0 { list.parts } else { list.part };
        // The newest part stands at the bare address.
        let url = |n: usize| url(if n == list.parts { 0 } else { n });
        let part = (list.parts > 1).then(|| PartView {
            number: (list.part > 0).then_some(list.part),
            newer: (number < list.parts).then(|| url(number + 1)),
            older: (number > 1).then(|| url(number - 1)),
        });
        let (region, newer, older) = (None, None, None);
        ListView {
            rows: Rows(&list.rows),
            count: list.rows.len(),
            region,
            within: Vec::new(),
            newer,
            older,
            part,
        }
    }

    /// Years with their months, newest first; months come oldest first.
    fn years(&self, lang: LangId, region: Option<RegionId>, months: &[Period]) -> Vec<YearView> {
        let locale = self.locale(lang);
        let mut years: Vec<YearView> = Vec::new();
        for of_year in months.chunk_by(|a, b| a.year() == b.year()) {
            let Some(first) = of_year.first() else { continue };
            let Label { name, url } = self.period_label(lang, region, Period::Year(first.year()));
            let month = |period: &Period| {
                let name = match period {
                    Period::Month(_, month) => locale.month(*month).to_owned(),
                    _ => String::new(),
                };
                Label { name, url: self.url(lang, Index::Period { region, period: *period, part: 0 }) }
            };
            years.push(YearView { name, url, months: of_year.iter().map(month).collect() });
        }
        years.reverse();
        years
    }

    fn page_view(&self, inputs: &Inputs) -> PageView {
        let lang = inputs.lang;
        let heading = self.heading(lang, &inputs.page);
        let social = |text: &str| isolate(text, self.dir(lang) == "rtl").into_owned();
        let mut crumbs = heading.above;
        if !crumbs.is_empty() {
            crumbs.push(Prepared::new(Label { name: heading.own, url: heading.url.clone() }));
        }
        PageView {
            kind: heading.kind,
            alternates: self.alternates(inputs, &heading.url, heading.noindex),
            switch: inputs.others.iter().map(|(to, other)| self.switch(*to, other, &inputs.page)).collect(),
            social_title: social(&heading.title),
            social_description: social(&heading.description),
            title: heading.title,
            description: heading.description,
            url: heading.url,
            canonical: heading.canonical,
            root: heading.root,
            crumbs,
            feed: heading.feed,
            noindex: heading.noindex,
        }
    }

    fn heading(&self, lang: LangId, page: &PageInputs) -> Heading {
        let locale = self.locale(lang);
        let head = self.portal_head(lang);
        let crumbs = self.crumbs_of(lang);
        let feed =
            |channel, name: &str, slug: &str| Prepared::new(self.feed_label(lang, channel, name, slug));
        let home = || crumbs.home.clone();
        let of_region = |region| crumbs.within(region);
        // Most pages: named by a pattern of the language file.
        let named = |kind: &'static str, key: &str, values: &[(&str, &str)], part: usize, url: String| {
            let mut all = vec![("portal", head.title.as_str()), ("party", head.party.name.as_str())];
            all.extend(values);
            let mut title = locale.fill(&format!("titles.{key}"), &all);
            if part > 0 {
                title.push_str(&locale.fill("titles.part", &[("n", &part.to_string())]));
            }
            let pattern = format!("descriptions.{key}");
            let description =
                if locale.contains(&pattern) { locale.fill(&pattern, &all) } else { title.clone() };
            Heading {
                kind,
                own: title.clone(),
                title,
                description,
                root: root_from(&url),
                canonical: self.absolute(&url),
                url,
                above: vec![home()],
                feed: self.feed_of_all(lang).clone(),
                noindex: false,
            }
        };
        match page {
            PageInputs::Home { .. } => {
                let home = named("home", "home", &[], 0, self.url(lang, Index::Home));
                let description = Some(&head.description).filter(|own| !own.is_empty()).cloned();
                Heading { description: description.unwrap_or(home.description), above: Vec::new(), ..home }
            }
            PageInputs::Archives { .. } => {
                named("archives", "archives", &[], 0, self.url(lang, Index::Archives))
            }
            PageInputs::Regions { .. } => named("regions", "regions", &[], 0, self.url(lang, Index::Regions)),
            PageInputs::NotFound { .. } => Heading {
                // Shown for any address, so nothing relative would hold.
                root: self.config.base_url.path().to_owned(),
                noindex: true,
                ..named("404", "not_found", &[], 0, self.url(lang, Index::NotFound))
            },
            PageInputs::Region { region, province: None, .. } => {
                let values = [("region", self.region_label(lang, *region).name.as_str())];
                Heading {
                    above: of_region(*region)[..2].to_vec(),
                    feed: feed(Channel::Region(*region), "", ""),
                    ..named("region", "region", &values, 0, self.url(lang, Index::Region(*region)))
                }
            }
            PageInputs::Region { region, province: Some(province), .. } => {
                let label = self.province_label(lang, *province);
                let region_name = self.region_label(lang, *region).name.as_str();
                let values = [("region", region_name), ("province", label.name.as_str())];
                Heading {
                    above: of_region(*region),
                    feed: feed(Channel::Province(*province), "", ""),
                    ..named("province", "province", &values, 0, label.url.clone())
                }
            }
            PageInputs::Topic { kind, name, slug, list } => {
                let key = if *kind == TopicKind::Tag { "tag" } else { "series" };
                let url = self.topic_spot(lang, *kind, slug, list.part).url;
                Heading {
                    feed: feed(Channel::Topic { kind: *kind, ix: 0 }, name, slug),
                    ..named(key, key, &[(key, name)], list.part, url)
                }
            }
            PageInputs::Period { region, period, list, .. } => {
                let (kind, key) = match (region.is_some(), period) {
                    (false, Period::Year(_)) => ("year", "year"),
                    (false, Period::Month(..)) => ("month", "month"),
                    (_, Period::Day(..)) => ("day", "day"),
                    (true, Period::Year(_)) => ("year", "region_year"),
                    (true, Period::Month(..)) => ("month", "region_month"),
                };
                let (year, name) = (period.year().to_string(), self.period_name(lang, *period));
                let own = match kind {
                    "day" => Some("date"),
                    "month" => Some("month_year"),
                    _ => None,
                };
                let mut values = vec![("year", year.as_str())];
                values.extend(own.map(|own| (own, name.as_str())));
                values.extend(region.map(|region| ("region", self.region_label(lang, region).name.as_str())));
                let mut above = match region {
                    Some(region) => of_region(*region),
                    None => vec![home(), crumbs.archives.clone()],
                };
                let wider: Vec<Period> = std::iter::successors(period.wider(), |p| p.wider()).collect();
                let label = |period| Prepared::new(self.period_label(lang, *region, period));
                above.extend(wider.into_iter().rev().map(label));
                let index = Index::Period { region: *region, period: *period, part: list.part };
                let heading = named(kind, key, &values, list.part, self.url(lang, index));
                Heading {
                    above,
                    own: if list.part == 0 { name.clone() } else { heading.own },
                    feed: region.map_or(heading.feed, |region| feed(Channel::Region(region), "", "")),
                    ..heading
                }
            }
            PageInputs::Release(inputs) => {
                let release = inputs.release.release();
                let above = release.regions.first().map(|region| of_region(*region));
                self.leaf("release", &Leaf::Release(inputs.release), above.unwrap_or_else(|| vec![home()]))
            }
            PageInputs::Static { page, .. } => self.leaf("page", &Leaf::Static(*page), vec![home()]),
            PageInputs::Redirect { from, to } => {
                let to = self.leaf("redirect", to, Vec::new());
                Heading { root: root_from(from), url: (*from).to_owned(), noindex: true, ..to }
            }
        }
    }

    /// What has a title of its own.
    fn leaf(&self, kind: &'static str, leaf: &Leaf, above: Vec<Prepared<Label>>) -> Heading {
        let (lang, title, description, url, noindex) = match leaf {
            Leaf::Release(release) => {
                let noindex = release.status != Status::Public;
                let notice = self.notice(release);
                let description = notice.map_or(Cow::Borrowed(&release.summary), Cow::Owned);
                (release.lang, &release.title, description, self.release_url(release), noindex)
            }
            Leaf::Static(page) => {
                let written = &page.0.written;
                let description = written.summary.as_ref().unwrap_or(&written.body.lead);
                (written.lang, &written.title, Cow::Borrowed(description), self.static_url(page.0), false)
            }
        };
        let (title, description) = (title.clone(), description.into_owned());
        let feed = self.feed_of_all(lang).clone();
        let (root, canonical) = (root_from(&url), self.absolute(&url));
        Heading { kind, own: title.clone(), title, description, root, canonical, url, above, feed, noindex }
    }

    /// What stands in the place of a text that is not shown any more.
    pub fn notice(&self, release: &Release) -> Option<String> {
        let locale = self.locale(release.lang);
        match &release.status {
            Status::Withdrawn { reason } => Some(locale.fill("feeds.withdrawn", &[("reason", reason)])),
            Status::Expired => Some(locale.get("feeds.expired").to_owned()),
            _ => None,
        }
    }

    /// Where the language switch leads: to the same page, else to the next wider one that every
    /// language has at all times. Were it a narrower one, the first release of a language in a year
    /// would change all pages of that year in the others.
    fn switch(&self, to: LangId, other: &Other, page: &PageInputs) -> Switch {
        let index = |index| self.url(to, index);
        let (url, exact) = match (other, page) {
            (Other::Release(release), _) => (self.release_url(release), true),
            (Other::Static(page), _) => (self.static_url(page.0), true),
            (Other::Same, page) => (index(same_index(page)), true),
            (Other::Wider, PageInputs::Release(inputs)) => {
                let region = inputs.release.regions.first();
                (index(region.map_or(Index::Archives, |region| Index::Region(*region))), false)
            }
            (Other::Wider, PageInputs::Period { region: None, .. }) => (index(Index::Archives), false),
            (
                Other::Wider,
                PageInputs::Period { region: Some(region), .. } | PageInputs::Region { region, .. },
            ) => (index(Index::Region(*region)), false),
            (Other::Wider, _) => (index(Index::Home), false),
        };
        let name = self.locale(to).get("language.name").to_owned();
        Switch { lang: self.tag(to).to_owned(), dir: self.dir(to), name, url, exact }
    }

    /// `hreflang` of a page that has counterparts; the portal's first language is the default.
    fn alternates(&self, inputs: &Inputs, url: &str, noindex: bool) -> Vec<Alternate> {
        // Tombstones and error pages are no versions of anything, and the lists of a period or a
        // topic differ by language: none translates another.
        let lists = matches!(
            inputs.page,
            PageInputs::Period { .. } | PageInputs::Topic { .. } | PageInputs::Redirect { .. }
        );
        if noindex || lists {
            return Vec::new();
        }
        let others = inputs.others.iter().filter_map(|(lang, other)| {
            let url = match other {
                Other::Wider => return None,
                Other::Same => self.url(*lang, same_index(&inputs.page)),
                Other::Release(release) if release.status == Status::Public => self.release_url(release),
                Other::Release(_) => return None,
                Other::Static(page) => self.static_url(page.0),
            };
            Some((*lang, url))
        });
        let mut versions: Vec<(LangId, String)> = others.chain([(inputs.lang, url.to_owned())]).collect();
        versions.sort_unstable();
        // Search engines know ISO 639-1 only: three letters have `lang` but no `hreflang`.
        versions.retain(|(lang, _)| crate::model::language::primary(self.tag(*lang)).len() == 2);
        if versions.len() < 2 {
            return Vec::new();
        }
        let alternate =
            |hreflang: &str, url: &str| Alternate { hreflang: hreflang.to_owned(), href: self.absolute(url) };
        let default = alternate("x-default", &versions[0].1);
        versions.iter().map(|(lang, url)| alternate(self.tag(*lang), url)).chain([default]).collect()
    }
}

/// The index that a page is, its parts aside.
fn same_index(page: &PageInputs) -> Index {
    match page {
        PageInputs::Archives { .. } => Index::Archives,
        PageInputs::NotFound { .. } => Index::NotFound,
        PageInputs::Regions { .. } => Index::Regions,
        PageInputs::Region { province: Some(province), .. } => Index::Province(*province),
        PageInputs::Region { region, .. } => Index::Region(*region),
        PageInputs::Period { region, period, .. } => {
            Index::Period { region: *region, period: *period, part: 0 }
        }
        _ => Index::Home,
    }
}
