//! Whether the dates of a release's life can be: what comes after something comes after it.

use jiff::Timestamp;

use crate::text::diagnostic::Diagnostic;
use crate::text::problem::Problem;
use crate::text::source::{Place, SourcePath, Spanned};

use super::date::Moment;
use super::portal::Completer;
use super::release::{Correction, Written};

/// A date of a release, and the file that says it: a translation's may stand in the original's.
struct Said<'a> {
    moment: Moment,
    place: Place,
    path: &'a SourcePath,
}

impl Completer<'_> {
    /// What is wrong with the dates of a release's life beside its own date. A draft may have any.
    pub(super) fn life(self, written: &Written, base: Option<&Written>) -> Vec<Diagnostic> {
        let has = |w: &Written| w.expires.is_some() || w.updated.is_some() || w.corrections.is_some();
        // Most have no other date.
        if !has(written) && !base.is_some_and(has) {
            return Vec::new();
        }
        let zone = &self.config.timezone;
        let find = |field: fn(&Written) -> Option<&Spanned<Moment>>| {
            let own = field(written).map(|found| said(written, found));
            own.or_else(|| base.and_then(|base| Some(said(base, field(base)?))))
        };
        let Some(date) = find(|w| w.date.as_ref()) else { return Vec::new() };
        let publish = find(|w| w.publish.as_ref());
        // The original says it of its own dates, unless it is a draft.
        let is_told = |a: &Said, b: &Said| {
            let of_base = |said: &Said| *said.path != written.path;
            of_base(a) && of_base(b) && base.is_none_or(|base| base.draft != Some(true))
        };
        let mut faults = Vec::new();
        let mut out_of_order = |later: &Said, earlier: &Said, what, after| {
            if !is_told(later, earlier) {
                let problem = Problem::OutOfOrder { what, after };
                faults.push(Diagnostic::new(problem, later.place.clone()).and(earlier.place.clone()));
            }
        };
        if let Some(expires) = find(|w| w.expires.as_ref()) {
            let end = expires.moment.closes(zone);
            let starts = publish.iter().map(|publish| (publish, "publish")).chain([(&date, "date")]);
            if let Some((start, name)) = starts.into_iter().find(|(start, _)| end <= start.moment.opens(zone))
            {
                out_of_order(&expires, start, "expires", name);
            }
        }
        let list = |w: &Written| w.corrections.is_some();
        let corrected = if list(written) { Some(written) } else { base.filter(|base| list(base)) };
        let corrections = corrected.into_iter().flat_map(|of| {
            let dates = of.corrections.iter().flatten();
            dates.map(|one| ("corrections", said(of, &one.clone().map(|one: Correction| one.date))))
        });
        let changes: Vec<(&'static str, Said)> = find(|w| w.updated.as_ref())
            .map(|updated| ("updated", updated))
            .into_iter()
            .chain(corrections)
            .collect();
        // What waits for its embargo may be dated by it; so no build fails because time has passed.
        let opens = publish.as_ref().map_or(self.clock.now, |publish| publish.moment.opens(zone));
        let latest = opens.max(self.clock.now);
        // Of a release whose own date is wrong that alone is said.
        let is_early = publish.is_none() && date.moment.opens(zone) > self.clock.now;
        let mut future = Vec::new();
        for (name, change) in &changes {
            if comes_before(&change.moment, &date.moment) {
                out_of_order(change, &date, name, "date");
            } else if !is_early && change.moment.opens(zone) > latest && !is_told(change, change) {
                future.push(Diagnostic::new(Problem::FutureChange { name }, change.place.clone()));
            }
        }
        faults.append(&mut future);
        faults
    }

    /// When the text of a release is no longer shown.
    pub(super) fn end(self, expires: Option<Moment>) -> Option<Timestamp> {
        expires.map(|expires| expires.closes(&self.config.timezone))
    }
}

fn said<'a>(written: &'a Written, found: &Spanned<Moment>) -> Said<'a> {
    let place = Place::new(written.path.clone(), found.span);
    Said { moment: found.value, place, path: &written.path }
}

/// Days alone are compared as days: what changes on the day of a release comes after it.
fn comes_before(a: &Moment, b: &Moment) -> bool {
    match a.day_alone || b.day_alone {
        true => a.date() < b.date(),
        false => a.timestamp < b.timestamp,
    }
}
