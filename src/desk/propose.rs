//! Proposals for what a release lacks: a build never guesses, but its error says what `import`
//! would have written.

use jiff::tz::TimeZone;

use crate::model::header;
use crate::model::territory::Territory;
use crate::text::diagnostic::{Diagnostic, Faults};
use crate::text::problem::{Problem, Table};
use crate::text::source::Source;

use super::detect::detect;
use super::embargo::{notices, without};
use super::repair::language_of;
use super::surroundings::dated;
use super::title;

/// Adds proposals to the errors of missing titles, dates and regions. `read` gives a source's text.
pub fn proposals(
    faults: Vec<Diagnostic>,
    territory: &Territory,
    read: &dyn Fn(&str) -> Option<String>,
) -> Vec<Diagnostic> {
    faults.into_iter().map(|fault| proposal(fault, territory, read)).collect()
}

fn proposal(
    mut fault: Diagnostic,
    territory: &Territory,
    read: &dyn Fn(&str) -> Option<String>,
) -> Diagnostic {
    let Problem::MissingField { table: Table::Header, name, proposal: empty @ None } = &mut fault.problem
    else {
        return fault;
    };
    // Before anything is read: of other fields as many may be missing as a header has room for.
    if !matches!(name.as_str(), "title" | "date" | "region") {
        return fault;
    }
    let Some((path, text)) = fault.place.as_ref().and_then(|place| Some((&place.path, read(&place.path)?)))
    else {
        return fault;
    };
    let source = Source::new(path.clone(), text);
    let header = header::parse(&source, &mut Faults::of(path));
    let body = source.text.get(header.body..).unwrap_or_default();
    // Until when it is under embargo is none of what is missing; the zone only says which instant.
    let body = &without(body, notices(body, &TimeZone::UTC).into_iter().map(|notice| notice.range));
    *empty = match name.as_str() {
        "title" => {
            title::propose(body, language_of(body)).map(|found| format!("`title = {:?}`", found.title))
        }
        "date" => dated(body)
            .into_iter()
            .next()
            .and_then(|dated| Some(format!("`date = {}`: {}", dated.day.ok()?, dated.says))),
        "region" => {
            let found = detect(territory, "", body);
            let slug = &territory.region(found.proposal).slug;
            let evidence = found.evidence(territory);
            Some(match evidence.is_empty() {
                true => format!("`region = \"{slug}\"`"),
                false => format!("`region = \"{slug}\"` ({evidence})"),
            })
        }
        _ => None,
    };
    fault
}
