//! What a page is made of, beside the frame: releases by the fingerprint of what is shown of them,
//! periods, counts. Inputs are cheap to gather and to fingerprint; whatever a view needs is composed
//! of them and of the frame, and of nothing else.

use serde::{Serialize, Serializer};
use smallvec::SmallVec;

use crate::model::body::Body;
use crate::model::date::Moment;
use crate::model::header::{Node, Value};
use crate::model::language::LangId;
use crate::model::portal::{self, Asset, Portal, Release, ReleaseIx, Status};
use crate::model::references::Target;
use crate::model::release::{Correction, Kind};
use crate::model::territory::{ProvinceId, RegionId};
use crate::text::fingerprint::Fingerprint;

use super::shelf::{Period, RELATED};
use super::site::TopicKind;
use super::view::TargetView;

/// All that a page is made of.
#[derive(Serialize)]
pub struct Inputs<'a> {
    pub lang: LangId,
    /// The page in the other languages, in their order.
    pub others: SmallVec<[(LangId, Other<'a>); 2]>,
    pub page: PageInputs<'a>,
}

/// What stands for a page in another language.
#[derive(Serialize)]
pub enum Other<'a> {
    /// Nothing: the next wider page will do.
    Wider,
    /// The same index.
    Same,
    Release(Shown<'a>),
    Static(StaticLabel<'a>),
}

/// By the kind of page. Most are releases, which are the largest.
#[allow(clippy::large_enum_variant)]
#[derive(Serialize)]
pub enum PageInputs<'a> {
    Home {
        newest: Vec<Shown<'a>>,
        months: Vec<Period>,
    },
    Release(ReleaseInputs<'a>),
    Period {
        region: Option<RegionId>,
        period: Period,
        list: ListInputs<'a>,
        /// Narrower periods and how many releases they have.
        within: Vec<(Period, usize)>,
        newer: Option<Period>,
        older: Option<Period>,
    },
    Topic {
        kind: TopicKind,
        name: &'a str,
        slug: &'a str,
        list: ListInputs<'a>,
    },
    Archives {
        months: Vec<Period>,
    },
    NotFound {
        months: Vec<Period>,
    },
    Regions {
        /// Those with a release in this language.
        provinces: Vec<ProvinceId>,
    },
    Region {
        region: RegionId,
        province: Option<ProvinceId>,
        newest: Vec<Shown<'a>>,
        months: Vec<Period>,
        provinces: Vec<ProvinceId>,
    },
    Static {
        page: StaticLabel<'a>,
        text: TextInputs<'a>,
    },
    /// An old address of a release or a page.
    Redirect {
        from: &'a str,
        to: Leaf<'a>,
    },
}

#[derive(Serialize)]
pub struct ReleaseInputs<'a> {
    pub release: Shown<'a>,
    pub newer: Option<Shown<'a>>,
    pub older: Option<Shown<'a>>,
    pub related: SmallVec<[Shown<'a>; RELATED]>,
    pub translations: SmallVec<[Shown<'a>; 2]>,
    pub text: TextInputs<'a>,
}

/// One part of a list, newest first.
#[derive(Serialize)]
pub struct ListInputs<'a> {
    pub rows: Vec<Shown<'a>>,
    /// 0 at the bare address, which shows the newest.
    pub part: usize,
    pub parts: usize,
}

/// What has an address of its own.
#[derive(Serialize)]
pub enum Leaf<'a> {
    Release(Shown<'a>),
    Static(StaticLabel<'a>),
}

/// A text, and what its references lead to. It counts by the fingerprint of both.
pub struct TextInputs<'a> {
    pub print: Fingerprint,
    /// Left out where they are only counted.
    pub targets: Vec<TargetView<'a>>,
}

impl Serialize for TextInputs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.print.serialize(serializer)
    }
}

impl<'a> TextInputs<'a> {
    pub fn of(body: &Body, targets: Vec<TargetView<'a>>) -> Self {
        Self { print: Fingerprint::of(&(body.fingerprint, body.markup, &targets)), targets }
    }
}

/// A release as pages show it. It counts by the fingerprint of its head.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// For this release alone, which is looked up only where it is shown.
    portal: &'a Portal,
    head: Fingerprint,
    pub ix: ReleaseIx,
}

impl<'a> Shown<'a> {
    pub fn new(portal: &'a Portal, ix: ReleaseIx, head: Fingerprint) -> Self {
        Self { portal, head, ix }
    }

    /// The fingerprint of what is shown.
    pub fn head(&self) -> Fingerprint {
        self.head
    }

    pub fn release(&self) -> &'a Release {
        &self.portal.releases[self.ix]
    }

    /// The file of its picture.
    pub fn picture(&self) -> Option<&'a Asset> {
        self.portal.file(&self.release().image.as_ref()?.target)
    }
}

impl std::ops::Deref for Shown<'_> {
    type Target = Release;
    fn deref(&self) -> &Release {
        self.release()
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.head.serialize(serializer)
    }
}

/// A page without date, as others show it.
#[derive(Clone, Copy)]
pub struct StaticLabel<'a>(pub &'a portal::Page);

impl Serialize for StaticLabel<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = &self.0.written;
        (written.lang, &written.title, &written.summary, &written.body.lead, &written.address)
            .serialize(serializer)
    }
}

/// A value without its place, which moves with whatever is written before it.
struct Unplaced<'a>(&'a Node);

impl Serialize for Unplaced<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.value {
            Value::Text(text) => ("text", text).serialize(serializer),
            Value::Plain(text) => ("plain", text).serialize(serializer),
            Value::Date(text) => ("date", text).serialize(serializer),
            Value::Integer(number) => number.serialize(serializer),
            Value::Float(number) => number.serialize(serializer),
            Value::Bool(value) => value.serialize(serializer),
            Value::List(nodes) => serializer.collect_seq(nodes.iter().map(Unplaced)),
            Value::Map(entries) => {
                serializer.collect_map(entries.iter().map(|(key, node)| (&key.value, Unplaced(node))))
            }
        }
    }
}

/// The fingerprint of all that pages show of a release beside its text.
pub fn head(release: &Release, picture: Option<&Asset>) -> Fingerprint {
    #[derive(Serialize)]
    struct Picture<'a> {
        target: &'a Target,
        alt: Option<&'a str>,
        caption: Option<&'a str>,
        credit: Option<&'a str>,
        dimensions: Option<(u32, u32)>,
        bytes: u64,
    }
    #[derive(Serialize)]
    struct Head<'a> {
        lang: LangId,
        title: &'a str,
        date: &'a Moment,
        regions: &'a [RegionId],
        provinces: &'a [ProvinceId],
        slug: &'a str,
        id: Option<&'a str>,
        summary: (&'a str, bool),
        tags: Vec<&'a str>,
        series: Option<&'a str>,
        kind: Kind,
        number: Option<&'a str>,
        authors: &'a [String],
        contact: Option<&'a str>,
        picture: Option<Picture<'a>>,
        status: &'a Status,
        publish: Option<&'a Moment>,
        updated: Option<&'a Moment>,
        corrections: &'a [Correction],
        extra: Vec<(&'a str, Unplaced<'a>)>,
    }
    Fingerprint::of(&Head {
        lang: release.lang,
        title: &release.title,
        date: &release.date,
        regions: &release.regions,
        provinces: &release.provinces,
        slug: &release.slug,
        id: release.id.as_ref().map(|id| id.text.as_str()),
        summary: (&release.summary, release.standfirst),
        tags: release.tags.iter().map(|tag| tag.text.as_str()).collect(),
        series: release.series.as_ref().map(|series| series.text.as_str()),
        kind: release.kind,
        number: release.number.as_deref(),
        authors: &release.authors,
        contact: release.contact.as_deref(),
        picture: release.image.as_ref().map(|cover| Picture {
            target: &cover.target,
            alt: cover.field.alt.as_deref(),
            caption: cover.field.caption.as_deref(),
            credit: cover.field.credit.as_deref(),
            dimensions: picture.and_then(|asset| asset.dimensions),
            bytes: picture.map_or(0, |asset| asset.bytes),
        }),
        status: &release.status,
        publish: release.publish.as_deref(),
        updated: release.updated.as_deref(),
        corrections: &release.corrections,
        extra: release.extra.iter().map(|entry| (entry.key.value.as_str(), Unplaced(&entry.value))).collect(),
    })
}
