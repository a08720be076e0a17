//! The structures that templates see: all of them, and nothing else.
//!
//! A view is composed of the frame and of the page's inputs, and those are what is fingerprinted:
//! whatever a template could show is in here, and nothing is in here that was not counted.
//! Every `url` is relative to the portal's root and is written after `page.root`:
//! `<a href="{{ page.root }}{{ release.url }}">`. Addresses for machines are absolute.
//! A `Prepared<T>` is a `T` to a template.
//! `docs/templates.md` describes all this for authors of themes.

use serde::{Serialize, Serializer};

use crate::model::portal::Status;
use crate::model::release::Kind;

use super::inputs::Shown;
use super::prepared::Prepared;

/// What is the same on every page of a language: no counts, nothing "latest".
#[derive(Debug, Serialize)]
pub struct PortalHead {
    pub title: String,
    pub description: String,
    /// Language tag, `fr`.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// Language and country, `fr_MA`, as Open Graph has them.
    pub locale: String,
    /// The language's own name.
    pub language: String,
    /// Absolute, with its final slash.
    pub base_url: String,
    pub home: String,
    pub archives: String,
    pub regions_index: String,
    /// The site's feed in this language.
    pub feed: String,
    /// All regions, `national` and `monde` at the end.
    pub regions: Vec<Prepared<RegionLabel>>,
    /// Pages without date, in the order of their menus.
    pub pages: Vec<Label>,
    pub party: PartyView,
    /// Options of the theme.
    pub options: serde_json::Map<String, serde_json::Value>,
    /// Static files of the theme by name, with a mark of their content: `style.css?v=1a2b3c4d`.
    pub assets: serde_json::Map<String, serde_json::Value>,
    /// Where the names of regions and provinces come from.
    pub credit: Option<String>,
    pub generator: String,
}

#[derive(Debug, Serialize)]
pub struct PartyView {
    pub name: String,
    pub url: Option<String>,
    /// Its size is known where it is no drawing.
    pub logo: Option<Picture>,
    pub contact: Prepared<Contact>,
    pub same_as: Vec<String>,
}

/// A contact by its lines, each in pieces; empty where there is none.
pub type Contact = Vec<Vec<ContactSpan>>;

/// A piece of a contact's line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContactSpan {
    pub text: String,
    /// `mailto:`, `tel:` or a web address, where the text is one: it runs from left to right in
    /// every language.
    pub href: Option<String>,
}

/// A name that leads somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    pub name: String,
    pub url: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct RegionLabel {
    pub slug: String,
    pub name: String,
    pub url: String,
    /// `national` and `monde`, which are no places of the territory.
    pub pseudo: bool,
}

/// What every template knows of its page.
#[derive(Debug, Serialize)]
pub struct PageView {
    /// `home`, `release`, `year`, `month`, `day`, `archives`, `regions`, `region`, `province`,
    /// `tag`, `series`, `page`, `404`, `redirect`.
    pub kind: &'static str,
    pub title: String,
    pub description: String,
    /// Title and description for search engines and messengers, which show them without markup:
    /// runs of the other direction are isolated by controls.
    pub social_title: String,
    pub social_description: String,
    pub url: String,
    /// Absolute address of this page.
    pub canonical: String,
    /// The way from this page to the portal's root: `../../`, or `./`.
    pub root: String,
    /// The pages above this one, from the top; the page itself is last.
    pub crumbs: Vec<Prepared<Label>>,
    /// Real counterparts for `hreflang`, this page among them; empty where there is no other.
    pub alternates: Vec<Alternate>,
    /// One entry for every other language: the counterpart, or the next wider page that every language
    /// has at all times: of a release its region, of a period the archives or its region.
    pub switch: Vec<Switch>,
    /// The feed that this page is about, else the site's.
    pub feed: Prepared<Label>,
    /// Search engines are asked to leave the page out.
    pub noindex: bool,
}

/// What a template in `shared/` knows of a page as `page`: it is rendered once for all pages that agree
/// in this.
#[derive(Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SharedView {
    /// As [`PageView::kind`].
    pub kind: &'static str,
    /// As [`PageView::root`].
    pub root: String,
    /// The address of a page without date, as `portal.pages` has it; empty on all others.
    pub menu: String,
}

impl SharedView {
    pub fn of(page: &PageView) -> Self {
        let menu = if page.kind == "page" { page.url.clone() } else { String::new() };
        Self { kind: page.kind, root: page.root.clone(), menu }
    }
}

#[derive(Debug, Serialize)]
pub struct Alternate {
    /// Language tag, or `x-default`.
    pub hreflang: String,
    /// Absolute.
    pub href: String,
}

#[derive(Debug, Serialize)]
pub struct Switch {
    pub lang: String,
    pub dir: &'static str,
    /// The language's own name.
    pub name: String,
    pub url: String,
    /// Whether this is the same page in that language, not a wider one.
    pub exact: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DateView {
    /// `2026-03-12`
    pub iso: String,
    /// RFC 3339 with offset.
    pub datetime: String,
    /// « 12 mars 2026 »
    pub long: String,
}

/// A release as lists show it.
#[derive(Debug, Serialize)]
pub struct Card<'p> {
    pub title: &'p str,
    pub url: String,
    pub date: Prepared<DateView>,
    pub kind: Kind,
    pub number: Option<&'p str>,
    pub summary: &'p str,
    /// The first one is the principal region.
    pub regions: Vec<Prepared<RegionLabel>>,
    pub provinces: Vec<Prepared<Label>>,
    pub image: Option<Picture>,
    /// `{state: "public" | "expired" | "withdrawn" | "draft" | "embargoed", reason?}`
    pub status: StatusView<'p>,
}

#[derive(Debug, Serialize)]
pub struct StatusView<'p> {
    pub state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'p str>,
}

impl<'p> From<&'p Status> for StatusView<'p> {
    fn from(status: &'p Status) -> Self {
        let (state, reason) = match status {
            Status::Public => ("public", None),
            Status::Expired => ("expired", None),
            Status::Withdrawn { reason } => ("withdrawn", Some(reason.as_str())),
            Status::Draft => ("draft", None),
            Status::Embargoed => ("embargoed", None),
        };
        Self { state, reason }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Picture {
    pub url: String,
    /// Empty where the picture only decorates.
    pub alt: String,
    pub caption: Option<String>,
    pub credit: Option<String>,
    pub width: Option<u32>,
    pub height: Option<u32>,
}

/// A release as a mere link.
#[derive(Clone, Debug, Serialize)]
pub struct Link<'a> {
    pub title: &'a str,
    pub url: String,
    pub date: Prepared<DateView>,
}

/// `release.html`
#[derive(Serialize)]
pub struct ReleaseView<'a> {
    pub release: Card<'a>,
    /// The summary, where somebody wrote one and did not leave it to the first paragraph.
    pub standfirst: Option<&'a str>,
    pub authors: &'a [String],
    /// The release's own contact, else its region's, else the party's.
    pub contact: Prepared<Contact>,
    pub tags: Vec<Label>,
    pub series: Option<Label>,
    /// When it was first public, where it says another instant than its date.
    pub published: Option<Prepared<DateView>>,
    /// When it last changed, where that is after it was first public.
    pub modified: Option<Prepared<DateView>>,
    pub corrections: Vec<CorrectionView<'a>>,
    /// A template gets [`Link`]s in the place of these three, each of which several pages show.
    #[serde(skip)]
    pub newer: Option<Shown<'a>>,
    /// The next older one.
    #[serde(skip)]
    pub older: Option<Shown<'a>>,
    /// Older releases of the same series or region.
    #[serde(skip)]
    pub related: &'a [Shown<'a>],
    pub translations: Vec<Translation<'a>>,
    /// What the theme declares, by name, typed.
    pub extra: serde_json::Map<String, serde_json::Value>,
    /// The day, month and year that the release stands in.
    pub periods: Prepared<Vec<Label>>,
}

#[derive(Debug, Serialize)]
pub struct CorrectionView<'a> {
    pub date: Prepared<DateView>,
    pub note: &'a str,
}

#[derive(Debug, Serialize)]
pub struct Translation<'a> {
    pub lang: &'a str,
    pub dir: &'static str,
    /// The language's own name.
    pub language: &'a str,
    pub title: &'a str,
    pub url: String,
}

/// Where one reference of a text leads.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct TargetView<'a> {
    /// As written, percent-decoded.
    pub target: &'a str,
    /// Relative to the root; `None` where it must not lead anywhere.
    pub url: Option<String>,
    /// A release or a page stands there, whose places have names of their own.
    pub is_text: bool,
    pub width: Option<u32>,
    pub height: Option<u32>,
}

/// A year with its months, as ways in by date.
#[derive(Debug, Serialize)]
pub struct YearView {
    pub name: String,
    pub url: String,
    pub months: Vec<Label>,
}

/// `home.html`
#[derive(Debug, Serialize)]
pub struct HomeView<'a> {
    pub releases: Vec<Card<'a>>,
    /// Newest first.
    pub years: Vec<YearView>,
}

/// `list.html`: a year, month or day, of the portal or a region; a tag; a series.
#[derive(Serialize)]
pub struct ListView<'a> {
    /// Rendered by `row.html`, once for all lists that a release stands in.
    pub rows: Rows<'a>,
    pub count: usize,
    pub region: Option<Prepared<RegionLabel>>,
    /// The months of a year, the days of a month; only on the list's first page.
    pub within: Vec<CountView>,
    /// The neighbours of the same kind that have a release.
    pub newer: Option<Label>,
    pub older: Option<Label>,
    /// Lists of more than 200 are in parts, numbered from the oldest.
    pub part: Option<PartView>,
}

/// The releases of a list. What a template gets in their place is HTML.
pub struct Rows<'a>(pub &'a [Shown<'a>]);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// `row.html`: a release as lists show it, wherever they stand.
#[derive(Debug, Serialize)]
pub struct RowView<'a> {
    pub release: Card<'a>,
}

#[derive(Debug, Serialize)]
pub struct CountView {
    pub name: String,
    pub url: String,
    pub count: usize,
    /// The count in words, « 5 communiqués », as `plural(key="releases", n=count)` gives it.
    pub counted: String,
}

#[derive(Debug, Serialize)]
pub struct PartView {
    /// `None` on the bare address, which shows the newest part.
    pub number: Option<usize>,
    pub newer: Option<String>,
    pub older: Option<String>,
}

/// `archives.html`
#[derive(Debug, Serialize)]
pub struct ArchivesView {
    pub years: Vec<YearView>,
}

/// `regions.html`
#[derive(Debug, Serialize)]
pub struct RegionsView {
    pub regions: Vec<RegionEntry>,
}

#[derive(Debug, Serialize)]
pub struct RegionEntry {
    pub region: Prepared<RegionLabel>,
    /// Those with a release in this language.
    pub provinces: Vec<Prepared<Label>>,
}

/// `region.html`: a region or a province.
#[derive(Debug, Serialize)]
pub struct RegionView<'a> {
    pub region: Prepared<RegionLabel>,
    /// The province, where the page is about one.
    pub province: Option<Prepared<Label>>,
    pub releases: Vec<Card<'a>>,
    pub provinces: Vec<Prepared<Label>>,
    pub years: Vec<YearView>,
    /// The regional secretariat's contact.
    pub contact: Prepared<Contact>,
}

/// `page.html`: its title stands in `page`, its text in `body`.
#[derive(Debug, Serialize)]
pub struct StaticView {}

/// `redirect.html`
#[derive(Debug, Serialize)]
pub struct RedirectView {
    pub title: String,
    /// Relative to the root.
    pub to: String,
}
