//! What all pages of a portal share: configuration, territory, theme, and everything that follows
//! from them alone. No release stands in it.

use std::sync::Arc;

use jiff::civil::Date;

use crate::model::config::{Addresses, Config};
use crate::model::date::Moment;
use crate::model::language::{LangId, Localised, is_rtl};
use crate::model::portal::{self, Portal, Release};
use crate::model::release::slug_proposal;
use crate::model::territory::{ProvinceId, RegionId, Territory};
use crate::text::fingerprint::Fingerprint;

use super::contact;
use super::locale::Locale;
use super::path::{Speller, Spot, in_language};
use super::prepared::{Prepared, Recent};
use super::shelf::Period;
use super::site::{Channel, Index, TopicKind};
use super::theme::Theme;
use super::view::{Contact, DateView, Label, PartyView, Picture, PortalHead, RegionLabel};

/// The frame of every page.
pub struct Frame<'p> {
    pub config: &'p Config,
    pub territory: &'p Territory,
    pub theme: &'p Theme,
    pub speller: Speller,
    /// By language.
    pub heads: Vec<PortalHead>,
    regions: Vec<Vec<Prepared<RegionLabel>>>,
    provinces: Vec<Vec<Prepared<Label>>>,
    contacts: Vec<Vec<Prepared<Contact>>>,
    crumbs: Vec<Crumbs>,
    feeds: Vec<Prepared<Label>>,
    dates: Recent<(LangId, Moment), Prepared<DateView>>,
    periods: Recent<(LangId, Date), Prepared<Vec<Label>>>,
    /// Of all this, and of the rules that shape every page.
    pub fingerprint: Fingerprint,
}

/// What stands above most pages of a language.
pub struct Crumbs {
    pub home: Prepared<Label>,
    pub archives: Prepared<Label>,
    pub regions: Prepared<Label>,
    of_region: Vec<Prepared<Label>>,
}

impl Crumbs {
    /// Above what belongs to a region.
    pub fn within(&self, region: RegionId) -> Vec<Prepared<Label>> {
        vec![self.home.clone(), self.regions.clone(), self.of_region[usize::from(region.0)].clone()]
    }
}

impl<'p> Frame<'p> {
    pub fn new(portal: &'p Portal, theme: &'p Theme) -> Self {
        let (config, territory) = (&portal.config, &portal.territory);
        let mut frame = Self {
            config,
            territory,
            theme,
            speller: Speller { addresses: config.addresses, portable: config.portable },
            heads: Vec::new(),
            regions: Vec::new(),
            provinces: Vec::new(),
            contacts: Vec::new(),
            crumbs: Vec::new(),
            feeds: Vec::new(),
            dates: Recent::default(),
            periods: Recent::default(),
            fingerprint: Fingerprint::default(),
        };
        let languages = || config.languages().map(|(lang, _)| lang);
        frame.regions = languages().map(|lang| frame.region_labels(lang)).collect();
        frame.provinces = languages().map(|lang| frame.province_labels(lang)).collect();
        frame.contacts = languages().map(|lang| frame.region_contacts(lang)).collect();
        frame.heads = languages().map(|lang| frame.head(lang, portal)).collect();
        frame.crumbs = languages().map(|lang| frame.crumbs(lang)).collect();
        let feed = |lang| Prepared::new(frame.feed_label(lang, Channel::Site, "", ""));
        frame.feeds = languages().map(feed).collect();
        frame.fingerprint =
            Fingerprint::of(&(config.fingerprint, territory.fingerprint(), theme.fingerprint, &frame.heads));
        frame
    }

    pub fn locale(&self, lang: LangId) -> &Arc<Locale> {
        &self.theme.locales[lang.index()]
    }

    pub fn portal_head(&self, lang: LangId) -> &PortalHead {
        &self.heads[lang.index()]
    }

    pub fn tag(&self, lang: LangId) -> &'p str {
        self.config.lang(lang)
    }

    pub fn dir(&self, lang: LangId) -> &'static str {
        if is_rtl(self.tag(lang)) { "rtl" } else { "ltr" }
    }

    pub fn absolute(&self, url: &str) -> String {
        [self.config.base_url.as_str(), url].concat()
    }

    fn in_language(&self, lang: LangId, address: &str) -> String {
        in_language(lang, self.tag(lang), address)
    }

    /// The address of an index, without slashes round it and without language.
    fn plain_address(&self, index: Index) -> String {
        match index {
            Index::Home => String::new(),
            Index::Archives => "archives".into(),
            Index::Regions => "regions".into(),
            Index::NotFound => "404".into(),
            Index::Region(region) => ["regions/", &self.territory.region(region).slug].concat(),
            Index::Province(province) => {
                let province = self.territory.province(province);
                ["regions/", &self.territory.region(province.region).slug, "/", &province.slug].concat()
            }
            Index::Period { region, period, part } => {
                let period = period.address();
                let address = match region {
                    Some(region) => ["regions/", &self.territory.region(region).slug, "/", &period].concat(),
                    None => period,
                };
                in_parts(address, part)
            }
        }
    }

    /// Where an index is read and stored.
    pub fn index_spot(&self, lang: LangId, index: Index) -> Spot {
        let address = self.in_language(lang, &self.plain_address(index));
        match index {
            // Hosts look for this name, however pages are stored.
            Index::NotFound => self.speller.file(&format!("{address}.html")),
            // A language's home answers at its folder, as the portal's does.
            Index::Home if !address.is_empty() => {
                Speller { addresses: Addresses::Folder, ..self.speller }.page(&address)
            }
            _ => self.speller.page(&address),
        }
    }

    pub fn url(&self, lang: LangId, index: Index) -> String {
        self.index_spot(lang, index).url
    }

    /// The address of a release, without slashes round it: its folder, where it has files.
    pub fn release_address(&self, release: &Release) -> String {
        let day = day_of(release.date.date()).address();
        self.in_language(release.lang, &[&*day, "/", &release.slug].concat())
    }

    pub fn release_url(&self, release: &Release) -> String {
        self.speller.page(&self.release_address(release)).url
    }

    pub fn static_address(&self, page: &portal::Page) -> String {
        self.in_language(page.written.lang, &page.written.address)
    }

    pub fn static_url(&self, page: &portal::Page) -> String {
        self.speller.page(&self.static_address(page)).url
    }

    fn topic_address(&self, lang: LangId, kind: TopicKind, slug: &str) -> String {
        let folder = match kind {
            TopicKind::Tag => "tags",
            TopicKind::Series => "series",
        };
        self.in_language(lang, &[folder, "/", slug].concat())
    }

    /// Where a tag or a series is read and stored.
    pub fn topic_spot(&self, lang: LangId, kind: TopicKind, slug: &str, part: usize) -> Spot {
        self.speller.page(&in_parts(self.topic_address(lang, kind, slug), part))
    }

    /// A tag or a series, by its name.
    pub fn topic_label(&self, lang: LangId, kind: TopicKind, name: &str) -> Label {
        Label { name: name.to_owned(), url: self.topic_spot(lang, kind, &slug_proposal(name), 0).url }
    }

    /// Where a feed stands; `topic` is the slug of what it is about, where that is a topic.
    pub fn feed_spot(&self, lang: LangId, channel: Channel, topic: &str) -> Spot {
        let folder = match channel {
            Channel::Site => self.in_language(lang, ""),
            Channel::Region(region) => self.in_language(lang, &self.plain_address(Index::Region(region))),
            Channel::Province(province) => {
                self.in_language(lang, &self.plain_address(Index::Province(province)))
            }
            Channel::Topic { kind, .. } => self.topic_address(lang, kind, topic),
        };
        let path = if folder.is_empty() { "feed.xml".into() } else { format!("{folder}/feed.xml") };
        self.speller.file(&path)
    }

    /// What a feed is called; `topic` is the name of what it is about, where that is a topic.
    pub fn feed_title(&self, lang: LangId, channel: Channel, topic: &str) -> String {
        let portal = self.portal_head(lang).title.as_str();
        let (key, name) = match channel {
            Channel::Site => return self.locale(lang).fill("feeds.title", &[("portal", portal)]),
            Channel::Region(region) => ("region", self.region_label(lang, region).name.as_str()),
            Channel::Province(province) => {
                ("province", self.territory.province(province).names.get(self.tag(lang)))
            }
            Channel::Topic { kind: TopicKind::Tag, .. } => ("tag", topic),
            Channel::Topic { kind: TopicKind::Series, .. } => ("series", topic),
        };
        self.locale(lang).fill(&format!("feeds.{key}"), &[("portal", portal), (key, name)])
    }

    pub fn region_label(&self, lang: LangId, region: RegionId) -> &Prepared<RegionLabel> {
        &self.regions[lang.index()][usize::from(region.0)]
    }

    pub fn region_contact(&self, lang: LangId, region: RegionId) -> &Prepared<Contact> {
        &self.contacts[lang.index()][usize::from(region.0)]
    }

    /// A province that has a page in this language.
    pub fn province_label(&self, lang: LangId, province: ProvinceId) -> &Prepared<Label> {
        &self.provinces[lang.index()][usize::from(province.0)]
    }

    pub fn date(&self, lang: LangId, moment: &Moment) -> Prepared<DateView> {
        let date = || DateView {
            iso: moment.iso_date(),
            datetime: moment.rfc3339(),
            long: self.locale(lang).long_date(moment.date()),
        };
        self.dates.get((lang, *moment), spread(moment.date()), || Prepared::new(date()))
    }

    /// The day of a date and the periods around it.
    pub fn periods(&self, lang: LangId, date: Date) -> Prepared<Vec<Label>> {
        let periods = std::iter::successors(Some(day_of(date)), |period| period.wider());
        let label = |period| self.period_label(lang, None, period);
        self.periods.get((lang, date), spread(date), || Prepared::new(periods.map(label).collect()))
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
        let url = self.url(lang, Index::Period { region, period, part: 0 });
        Label { name: self.period_name(lang, period), url }
    }

    /// What stands above pages of a language.
    pub fn crumbs_of(&self, lang: LangId) -> &Crumbs {
        &self.crumbs[lang.index()]
    }

    fn crumbs(&self, lang: LangId) -> Crumbs {
        let head = self.portal_head(lang);
        let values = [("portal", head.title.as_str()), ("party", head.party.name.as_str())];
        let crumb = |key: &str, index| {
            let name = self.locale(lang).fill(key, &values);
            Prepared::new(Label { name, url: self.url(lang, index) })
        };
        let of_region = |label: &Prepared<RegionLabel>| {
            Prepared::new(Label { name: label.name.clone(), url: label.url.clone() })
        };
        Crumbs {
            home: crumb("titles.home", Index::Home),
            archives: crumb("titles.archives", Index::Archives),
            regions: crumb("titles.regions", Index::Regions),
            of_region: self.regions[lang.index()].iter().map(of_region).collect(),
        }
    }

    /// The feed of all releases of a language.
    pub fn feed_of_all(&self, lang: LangId) -> &Prepared<Label> {
        &self.feeds[lang.index()]
    }

    /// A feed; `name` and `slug` are those of what it is about, where that is a topic.
    pub fn feed_label(&self, lang: LangId, channel: Channel, name: &str, slug: &str) -> Label {
        Label { name: self.feed_title(lang, channel, name), url: self.feed_spot(lang, channel, slug).url }
    }

    fn region_labels(&self, lang: LangId) -> Vec<Prepared<RegionLabel>> {
        let label = |(id, region): (RegionId, &crate::model::territory::Region)| {
            Prepared::new(RegionLabel {
                slug: region.slug.clone(),
                name: region.names.get(self.tag(lang)).to_owned(),
                url: self.url(lang, Index::Region(id)),
                pseudo: region.pseudo,
            })
        };
        self.territory.regions().map(label).collect()
    }

    fn province_labels(&self, lang: LangId) -> Vec<Prepared<Label>> {
        let label = |(id, province): (ProvinceId, &crate::model::territory::Province)| {
            let name = province.names.get(self.tag(lang)).to_owned();
            Prepared::new(Label { name, url: self.url(lang, Index::Province(id)) })
        };
        self.territory.provinces().map(label).collect()
    }

    fn region_contacts(&self, lang: LangId) -> Vec<Prepared<Contact>> {
        let none = Prepared::new(Contact::new());
        let mut contacts = vec![none; self.territory.regions().count()];
        for (name, written) in &self.config.party.regions {
            if let Ok(region) = self.territory.find_region(&name.value) {
                let own = written.get(self.tag(lang)).map(contact::read);
                contacts[usize::from(region.0)] = Prepared::new(own.unwrap_or_default());
            }
        }
        contacts
    }

    fn head(&self, lang: LangId, portal: &Portal) -> PortalHead {
        let (config, tag, locale) = (self.config, self.tag(lang), self.locale(lang));
        let own = |text: &Localised| text.get(tag).unwrap_or_default().to_owned();
        let pages = portal.pages.iter().filter(|page| page.written.lang == lang);
        let assets = self.theme.statics.iter().map(|(address, asset)| {
            // The portal's file of that name is the one that is published.
            let own = portal.statics.binary_search_by(|(own, _)| own.cmp(address)).ok();
            let asset = own.map_or(asset, |at| &portal.statics[at].1);
            let mark = &asset.digest.to_string()[..8];
            (address.clone(), format!("{}?v={mark}", self.speller.file(address).url).into())
        });
        PortalHead {
            title: own(&config.title),
            description: own(&config.description),
            lang: tag.to_owned(),
            dir: self.dir(lang),
            locale: match &self.territory.country {
                Some(country) if !tag.contains('-') => format!("{tag}_{country}"),
                _ => tag.replace('-', "_"),
            },
            language: locale.get("language.name").to_owned(),
            base_url: config.base_url.as_str().to_owned(),
            home: self.url(lang, Index::Home),
            archives: self.url(lang, Index::Archives),
            regions_index: self.url(lang, Index::Regions),
            feed: self.feed_spot(lang, Channel::Site, "").url,
            regions: self.regions[lang.index()].clone(),
            pages: pages
                .map(|page| Label { name: page.written.title.clone(), url: self.static_url(page) })
                .collect(),
            party: PartyView {
                name: config.party.name.get(tag).map_or_else(|| own(&config.title), str::to_owned),
                url: config.party.url.clone(),
                logo: self.logo(portal),
                contact: Prepared::new(config.party.contact.get(tag).map(contact::read).unwrap_or_default()),
                same_as: config.party.same_as.clone(),
            },
            options: self.theme.options.clone(),
            assets: assets.collect(),
            credit: self.territory.credit.get(tag).map(str::to_owned),
            generator: concat!("Tribune ", env!("CARGO_PKG_VERSION")).into(),
        }
    }

    fn logo(&self, portal: &Portal) -> Option<Picture> {
        let path = self.config.party.logo.as_ref()?.value.trim_start_matches('/');
        let (width, height) = portal.static_file(path).and_then(|asset| asset.dimensions).unzip();
        let url = self.speller.file(path).url;
        Some(Picture { url, alt: String::new(), caption: None, credit: None, width, height })
    }
}

/// The address of a part of a list; part 0 is the bare address.
fn in_parts(address: String, part: usize) -> String {
    if part == 0 { address } else { format!("{address}/p{part}") }
}

/// The day that a date stands in.
pub fn day_of(date: Date) -> Period {
    Period::Day(date.year(), date.month(), date.day())
}

/// Scatters what is made for days.
fn spread(date: Date) -> usize {
    usize::from(date.day().unsigned_abs()) + 31 * usize::from(date.month().unsigned_abs())
}
