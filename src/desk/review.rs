//! What a careful colleague would remark on a portal that has no errors.

use std::ops::Range;

use rayon::prelude::*;

use crate::model::body::{ReferenceKind, paragraphs};
use crate::model::portal::{Portal, Release, ReleaseIx, Status};
use crate::model::release::Kind;
use crate::text::diagnostic::Diagnostic;
use crate::text::fold::fold;
use crate::text::problem::Problem;
use crate::text::source::{Place, Span};

use super::detect::{Detection, Detector, Level};
use super::embargo::{notices, without};
use super::head::head;

/// Gives a source's text.
type Read<'a> = dyn Fn(&str) -> Option<String> + Sync + 'a;

/// Remarks on pictures, languages, texts, regions and summaries.
pub fn review(portal: &Portal, read: &Read) -> Vec<Diagnostic> {
    let of_texts = [empty(portal, read), regions(portal, read), summaries(portal, read)].concat();
    [alternatives(portal), pairs(portal), of_texts].concat()
}

/// Releases that readers find with nothing below the title: only the header was written.
fn empty(portal: &Portal, read: &Read) -> Vec<Diagnostic> {
    let is_empty = |release: &Release| {
        let may_be = release.body.lead.is_empty() && release.body.references.is_empty();
        release.status == Status::Public
            && may_be
            && read(&release.source)
                .is_some_and(|text| text.get(release.body.start..).is_some_and(|body| body.trim().is_empty()))
    };
    let empty = portal.releases.par_iter().filter(|release| is_empty(release));
    empty.map(|release| Diagnostic::new(Problem::NoText, release.place.clone())).collect()
}

/// Pictures without a word on what an alternative text would say (WCAG 1.1.1).
fn alternatives(portal: &Portal) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for release in portal.releases.iter() {
        if let Some(cover) = release.image.as_ref().filter(|cover| cover.field.alt.is_none()) {
            let problem = Problem::MissingAlt { src: cover.field.src.value.clone(), in_text: false };
            faults.push(Diagnostic::new(problem, Place::new(cover.written_in.clone(), cover.field.src.span)));
        }
        for reference in &release.body.references {
            if reference.kind == (ReferenceKind::Image { described: false }) {
                let problem = Problem::MissingAlt { src: reference.target.clone(), in_text: true };
                faults.push(Diagnostic::new(problem, Place::new(release.source.clone(), reference.span)));
            }
        }
    }
    faults
}

/// How many releases a portal in several languages has not in each.
fn pairs(portal: &Portal) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    if portal.config.languages.len() < 2 {
        return faults;
    }
    for (lang, tag) in portal.config.languages() {
        let lacks = |(release, translations): &(&Release, &[ReleaseIx])| {
            release.lang != lang && translations.iter().all(|other| portal.releases[*other].lang != lang)
        };
        let all = portal.releases.iter().zip(portal.translations.iter().map(|others| &**others));
        let mut without: Vec<&Release> = all.filter(lacks).map(|(release, _)| release).collect();
        without.sort_by_key(|release| std::cmp::Reverse(release.date.timestamp));
        if !without.is_empty() {
            let newest = without.iter().take(3).map(|release| release.source.to_string()).collect();
            let (language, count) = (tag.to_owned(), without.len());
            let problem = Problem::MissingTranslations { language, count, newest };
            faults.push(Diagnostic { problem, place: None, other: None });
        }
    }
    faults
}

/// Releases whose text surely speaks of another region than their header, or of one where the header
/// says that it is national: the header wins.
fn regions(portal: &Portal, read: &Read) -> Vec<Diagnostic> {
    let detector = Detector::new(&portal.territory);
    let disagrees = |release: &Release| {
        let principal = *release.regions.first()?;
        let region = portal.territory.region(principal);
        let national = principal == portal.territory.national();
        let text = read(&release.source)?;
        let found = detector.detect(&release.title, text.get(release.body.start..)?);
        let sure = if national { is_regional(release, &found) } else { found.sure && !region.pseudo };
        if !sure || release.regions.contains(&found.proposal) {
            return None;
        }
        let evidence = found.evidence(&portal.territory);
        let problem = Problem::RegionDisagrees { evidence, region: region.slug.clone() };
        Some(Diagnostic::new(problem, release.place.clone()))
    };
    portal.releases.par_iter().filter_map(disagrees).collect()
}

/// Whether a text that is called national speaks of one region alone, and more than in passing.
fn is_regional(release: &Release, found: &Detection) -> bool {
    const FEWEST: usize = 3;
    // What is denied may be said to have been anywhere.
    if release.kind == Kind::Denial {
        return false;
    }
    // A national march in Rabat is national.
    let says_national = release.title.split(|c: char| !c.is_alphanumeric()).any(|word| {
        let key = fold(word);
        ["national", "nationale", "nationaux", "nationales", "الوطني", "الوطنيه", "وطني", "وطنيه"]
            .contains(&key.as_str())
    });
    let one = found.mentions.iter().all(|mention| mention.region == found.proposal);
    let count: usize = found.mentions.iter().map(|mention| mention.count).sum();
    let titled = found.mentions.iter().any(|mention| mention.titled);
    let below = found.mentions.iter().any(|mention| mention.first != Span::default());
    let named = found.mentions.iter().any(|mention| mention.level == Level::Region);
    one && count >= FEWEST && !says_national && (titled && below || named && found.sure)
}

/// Releases whose first paragraph, which stands for their summary, stands above the text: a label, a
/// dateline, a letterhead, or until when it is under embargo.
fn summaries(portal: &Portal, read: &Read) -> Vec<Diagnostic> {
    // What is longer says something; most releases need not be read again.
    const LONGEST: usize = 400;
    let is_none = |release: &Release| {
        if release.standfirst || release.summary.is_empty() || release.summary.len() > LONGEST {
            return None;
        }
        let text = read(&release.source)?;
        let body = text.get(release.body.start..)?;
        let first = paragraphs(body).next()?;
        let start = body.find(first)?;
        let end = start + first.len();
        let embargo = notices(body, &portal.config.timezone).into_iter().map(|notice| notice.range);
        let mut none: Vec<Range<usize>> = head(body).lines.into_iter().chain(embargo).collect();
        none.retain(|range| range.start < end);
        none.sort_by_key(|range| range.start);
        let none = none.into_iter().map(|range| range.start..range.end.min(end));
        if without(&body[..end], none).contains(char::is_alphanumeric) {
            return None;
        }
        let at = release.body.start;
        let place = Place::new(release.source.clone(), (at + start..at + end).into());
        Some(Diagnostic::new(Problem::LabelAsSummary { text: release.summary.clone() }, place))
    };
    portal.releases.par_iter().filter_map(is_none).collect()
}
