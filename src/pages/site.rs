//! Everything that views are made of, gathered once: labels, heads, cards and shelves; and where
//! every page stands.

use std::sync::Arc;

use jiff::civil::Date;

use crate::model::config::Addresses;
use crate::model::date::Moment;
use crate::model::language::{LangId, is_rtl};
use crate::model::portal::{Asset, Portal, Release, ReleaseIx};
use crate::model::references::Target;
use crate::model::territory::{ProvinceId, RegionId};
use crate::text::fingerprint::Hashed;

use super::contact;
use super::locale::Locale;
use super::path::{Speller, Spot, in_language};
use super::shelf::{Period, Shelf, Topic};
use super::theme::Theme;
use super::view::{Card, DateView, Label, PartyView, Picture, PortalHead, RegionLabel};

/// Releases of the newest list on home and region pages.
pub const NEWEST: usize = 20;
/// Releases of one part of a long list.
pub const PART: usize = 200;

/// A kind of topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicKind {
    Tag,
    Series,
}

/// A page, whatever its language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    Home,
    Release(ReleaseIx),
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
    Topic {
        kind: TopicKind,
        ix: usize,
        part: usize,
    },
    Static(usize),
    NotFound,
}

/// A feed, whatever its language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Site,
    Region(RegionId),
    Province(ProvinceId),
    Topic { kind: TopicKind, ix: usize },
}

/// The portal as it is published.
pub struct Site<'p> {
    pub portal: &'p Portal,
    pub theme: &'p Theme,
    pub speller: Speller,
    /// By language.
    pub shelves: Vec<Shelf>,
    pub heads: Vec<Hashed<PortalHead>>,
    /// By release.
    pub cards: Vec<Hashed<Card<'p>>>,
    regions: Vec<Vec<Arc<RegionLabel>>>,
    contacts: Vec<Vec<Option<&'p str>>>,
}

impl<'p> Site<'p> {
    pub fn new(portal: &'p Portal, theme: &'p Theme) -> Self {
        let speller = Speller { addresses: portal.config.addresses };
        let mut site = Self {
            portal,
            theme,
            speller,
            shelves: Vec::new(),
            heads: Vec::new(),
            cards: Vec::new(),
            regions: Vec::new(),
            contacts: Vec::new(),
        };
        let languages = || portal.config.languages().map(|(lang, _)| lang);
        site.shelves = languages().map(|lang| Shelf::of(portal, lang)).collect();
        site.regions = languages().map(|lang| site.region_labels(lang)).collect();
        site.contacts = languages().map(|lang| site.region_contacts(lang)).collect();
        site.heads = languages().map(|lang| Hashed::new(site.head(lang))).collect();
        site.cards = (0..portal.releases.len()).map(|ix| Hashed::new(site.card(ix))).collect();
        site
    }

    pub fn shelf(&self, lang: LangId) -> &Shelf {
        &self.shelves[lang.index()]
    }

    pub fn locale(&self, lang: LangId) -> &Arc<Locale> {
        &self.theme.locales[lang.index()]
    }

    pub fn tag(&self, lang: LangId) -> &'p str {
        self.portal.config.lang(lang)
    }

    pub fn dir(&self, lang: LangId) -> &'static str {
        if is_rtl(self.tag(lang)) { "rtl" } else { "ltr" }
    }

    pub fn topic(&self, lang: LangId, kind: TopicKind, ix: usize) -> &Topic {
        let shelf = self.shelf(lang);
        match kind {
            TopicKind::Tag => &shelf.tags[ix],
            TopicKind::Series => &shelf.series[ix],
        }
    }

    /// The address of a page, without slashes round it.
    pub fn address(&self, lang: LangId, page: Page) -> String {
        let part = |address: String, part: usize| match part {
            0 => address,
            part => format!("{address}/p{part}"),
        };
        let address = match page {
            Page::Home => String::new(),
            Page::Release(ix) => {
                let release = &self.portal.releases[ix];
                format!("{}/{}", day_of(release.date.date()).address(), release.slug)
            }
            Page::Period { region: None, period, part: n } => part(period.address(), n),
            Page::Period { region: Some(region), period, part: n } => {
                part(format!("{}/{}", self.region_address(region), period.address()), n)
            }
            Page::Archives => "archives".into(),
            Page::Regions => "regions".into(),
            Page::Region(region) => self.region_address(region),
            Page::Province(province) => {
                let province = self.portal.territory.province(province);
                format!("{}/{}", self.region_address(province.region), province.slug)
            }
            Page::Topic { kind, ix, part: n } => part(self.topic_address(lang, kind, ix), n),
            Page::Static(ix) => self.portal.pages[ix].written.address.clone(),
            Page::NotFound => "404".into(),
        };
        in_language(lang, self.tag(lang), &address)
    }

    /// Where a page is read and stored.
    pub fn spot(&self, lang: LangId, page: Page) -> Spot {
        let address = self.address(lang, page);
        match page {
            // Hosts look for this name, however pages are stored.
            Page::NotFound => self.speller.file(&format!("{address}.html")),
            // A language's home answers at its folder, as the portal's does.
            Page::Home if !address.is_empty() => Speller {
                addresses: match self.speller.addresses {
                    Addresses::Portable => Addresses::Portable,
                    _ => Addresses::Folder,
                },
            }
            .page(&address),
            _ => self.speller.page(&address),
        }
    }

    pub fn url(&self, lang: LangId, page: Page) -> String {
        self.spot(lang, page).url
    }

    /// Where a feed stands.
    pub fn feed_spot(&self, lang: LangId, channel: Channel) -> Spot {
        let of = match channel {
            Channel::Site => String::new(),
            Channel::Region(region) => self.region_address(region),
            Channel::Province(province) => {
                let province = self.portal.territory.province(province);
                format!("{}/{}", self.region_address(province.region), province.slug)
            }
            Channel::Topic { kind, ix } => self.topic_address(lang, kind, ix),
        };
        let folder = in_language(lang, self.tag(lang), &of);
        let path = if folder.is_empty() { "feed.xml".into() } else { format!("{folder}/feed.xml") };
        self.speller.file(&path)
    }

    pub fn absolute(&self, url: &str) -> String {
        format!("{}{url}", self.portal.config.base_url.as_str())
    }

    fn region_address(&self, region: RegionId) -> String {
        format!("regions/{}", self.portal.territory.region(region).slug)
    }

    fn topic_address(&self, lang: LangId, kind: TopicKind, ix: usize) -> String {
        let folder = match kind {
            TopicKind::Tag => "tags",
            TopicKind::Series => "series",
        };
        format!("{folder}/{}", self.topic(lang, kind, ix).slug)
    }

    pub fn region_label(&self, lang: LangId, region: RegionId) -> &Arc<RegionLabel> {
        &self.regions[lang.index()][usize::from(region.0)]
    }

    pub fn all_regions(&self, lang: LangId) -> &[Arc<RegionLabel>] {
        &self.regions[lang.index()]
    }

    pub fn region_contact(&self, lang: LangId, region: RegionId) -> Option<&'p str> {
        self.contacts[lang.index()].get(usize::from(region.0)).copied().flatten()
    }

    /// A province's name; it leads to its page where the language has a release in it.
    pub fn province_label(&self, lang: LangId, province: ProvinceId) -> Label {
        let name = self.portal.territory.province(province).names.get(self.tag(lang)).to_owned();
        let page = match self.shelf(lang).provinces.contains_key(&province) {
            true => Page::Province(province),
            false => Page::Region(self.portal.territory.province(province).region),
        };
        Label { name, url: self.url(lang, page) }
    }

    pub fn date(&self, lang: LangId, moment: &Moment) -> DateView {
        DateView {
            iso: moment.iso_date(),
            datetime: moment.rfc3339(),
            long: self.locale(lang).long_date(moment.date()),
        }
    }

    /// A period's name: `2026`, « mars 2026 », « 12 mars 2026 ».
    pub fn period_name(&self, lang: LangId, period: Period) -> String {
        let locale = self.locale(lang);
        match period {
            Period::Year(year) => year.to_string(),
            Period::Month(year, month) => locale.month_year(year, month),
            Period::Day(year, month, day) => match Date::new(year, month, day) {
                Ok(date) => locale.long_date(date),
                Err(_) => period.address(),
            },
        }
    }

    pub fn period_label(&self, lang: LangId, region: Option<RegionId>, period: Period) -> Label {
        let url = self.url(lang, Page::Period { region, period, part: 0 });
        Label { name: self.period_name(lang, period), url }
    }

    /// The published file that a target is, as seen by the release at `owner`.
    pub fn asset_spot(&self, owner: &str, name: &str) -> Spot {
        self.speller.file(&format!("{owner}/{name}"))
    }

    /// Where a target of the source at `owner` stands, with its file if it is one.
    pub fn target(&self, owner: &str, target: &Target) -> Option<(String, Option<&'p Asset>)> {
        match target {
            Target::Release(ix) => {
                Some((self.url(self.portal.releases.get(*ix)?.lang, Page::Release(*ix)), None))
            }
            Target::Page(ix) => {
                let lang = self.portal.pages.get(*ix)?.written.lang;
                Some((self.url(lang, Page::Static(*ix)), None))
            }
            Target::Asset { file, name } => {
                Some((self.asset_spot(owner, name).url, self.portal.assets.get(file)))
            }
            Target::Root(path) => {
                let asset = self.portal.statics.iter().find(|(address, _)| address == path);
                let url = match asset {
                    Some(_) => self.speller.file(path).url,
                    None => self.written_url(path),
                };
                Some((url, asset.map(|(_, asset)| asset)))
            }
            Target::Nothing => None,
        }
    }

    /// An address as a person writes it, `/regions/souss-massa/`, as this portal spells it.
    fn written_url(&self, path: &str) -> String {
        let address = path.strip_suffix('/').unwrap_or(path);
        let address = address.strip_suffix("/index.html").unwrap_or(address);
        if let Some(lang) = self.portal.config.find_language(address) {
            return self.url(lang, Page::Home);
        }
        let is_file = address.rsplit('/').next().is_some_and(|name| name.contains('.'));
        if is_file { self.speller.file(address).url } else { self.speller.page(address).url }
    }

    fn region_labels(&self, lang: LangId) -> Vec<Arc<RegionLabel>> {
        let label = |(id, region): (RegionId, &crate::model::territory::Region)| {
            Arc::new(RegionLabel {
                slug: region.slug.clone(),
                name: region.names.get(self.tag(lang)).to_owned(),
                url: self.url(lang, Page::Region(id)),
                pseudo: region.pseudo,
            })
        };
        self.portal.territory.regions().map(label).collect()
    }

    fn region_contacts(&self, lang: LangId) -> Vec<Option<&'p str>> {
        let territory = &self.portal.territory;
        let mut contacts = vec![None; territory.regions().count()];
        for (name, contact) in &self.portal.config.party.regions {
            if let Ok(region) = territory.find_region(&name.value) {
                contacts[usize::from(region.0)] = contact.get(self.tag(lang));
            }
        }
        contacts
    }

    fn head(&self, lang: LangId) -> PortalHead {
        let (config, tag, locale) = (&self.portal.config, self.tag(lang), self.locale(lang));
        let own = |text: &crate::model::language::Localised| text.get(tag).unwrap_or_default().to_owned();
        let pages = self.portal.pages.iter().enumerate().filter(|(_, page)| page.written.lang == lang);
        let assets = self.theme.statics.iter().map(|(address, asset)| {
            let mark = &asset.digest.to_string()[..8];
            (address.clone(), format!("{}?v={mark}", self.speller.file(address).url).into())
        });
        PortalHead {
            title: own(&config.title),
            description: own(&config.description),
            lang: tag.to_owned(),
            dir: self.dir(lang),
            language: locale.get("language.name").to_owned(),
            base_url: config.base_url.as_str().to_owned(),
            home: self.url(lang, Page::Home),
            archives: self.url(lang, Page::Archives),
            regions_index: self.url(lang, Page::Regions),
            feed: self.feed_spot(lang, Channel::Site).url,
            regions: self.all_regions(lang).to_vec(),
            pages: pages
                .map(|(ix, page)| Label {
                    name: page.written.title.clone(),
                    url: self.url(lang, Page::Static(ix)),
                })
                .collect(),
            party: PartyView {
                name: config.party.name.get(tag).map_or_else(|| own(&config.title), str::to_owned),
                url: config.party.url.clone(),
                logo: self.logo(),
                contact: config.party.contact.get(tag).map(contact::read).unwrap_or_default(),
                same_as: config.party.same_as.clone(),
            },
            options: self.theme.options.clone(),
            assets: assets.collect(),
            credit: self.portal.territory.credit.get(tag).map(str::to_owned),
            generator: concat!("Tribune ", env!("CARGO_PKG_VERSION")).into(),
        }
    }

    fn logo(&self) -> Option<Picture> {
        let path = self.portal.config.party.logo.as_ref()?.value.trim_start_matches('/');
        let asset = self.portal.statics.iter().find(|(address, _)| address == path).map(|(_, asset)| asset);
        let (width, height) = asset.and_then(|asset| asset.dimensions).unzip();
        let url = self.speller.file(path).url;
        Some(Picture { url, alt: String::new(), caption: None, credit: None, width, height })
    }

    fn card(&self, ix: ReleaseIx) -> Card<'p> {
        let release: &'p Release = &self.portal.releases[ix];
        let lang = release.lang;
        Card {
            title: &release.title,
            url: self.url(lang, Page::Release(ix)),
            date: self.date(lang, &release.date),
            kind: release.kind,
            number: release.number.as_deref(),
            summary: &release.summary,
            regions: release.regions.iter().map(|region| self.region_label(lang, *region).clone()).collect(),
            provinces: release.provinces.iter().map(|p| self.province_label(lang, *p)).collect(),
            image: self.picture(ix, release),
            status: &release.status,
        }
    }

    fn picture(&self, ix: ReleaseIx, release: &'p Release) -> Option<Picture> {
        let cover = release.image.as_ref().filter(|_| release.has_text())?;
        let owner = self.address(release.lang, Page::Release(ix));
        let (url, asset) = self.target(&owner, &cover.target)?;
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
}

/// The day that a date stands in.
pub fn day_of(date: Date) -> Period {
    Period::Day(date.year(), date.month(), date.day())
}
