//! Whether the dates of a release's life can be: what comes after something comes after it.

use jiff::{SignedDuration, Timestamp};

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
        let publish = find(|w| w.publish.as_deref());
        // The original says it of its own dates, unless it is a draft.
        let is_told = |a: &Said, b: &Said| {
            let of_base = |said: &Said| *said.path != written.path;
            of_base(a) && of_base(b) && base.is_none_or(|base| base.draft != Some(true))
        };
        let mut faults = Vec::new();
        if let Some(expires) = find(|w| w.expires.as_deref()) {
            let end = expires.moment.closes(zone);
            let starts = publish.iter().map(|publish| (publish, "publish")).chain([(&date, "date")]);
            let early = starts.into_iter().find(|(start, _)| end <= start.moment.opens(zone));
            if let Some((start, after)) = early.filter(|(start, _)| !is_told(&expires, start)) {
                let problem = Problem::NeverShown { after };
                faults.push(Diagnostic::new(problem, expires.place).and(start.place.clone()));
            }
        }
        let list = |w: &Written| w.corrections.is_some();
        let corrected = if list(written) { Some(written) } else { base.filter(|base| list(base)) };
        let corrections = corrected.into_iter().flat_map(|of| {
            let dates = of.corrections.iter().flatten();
            dates.map(|one| ("corrections", said(of, &one.clone().map(|one: Correction| one.date))))
        });
        let changes: Vec<(&'static str, Said)> = find(|w| w.updated.as_deref())
            .map(|updated| ("updated", updated))
            .into_iter()
            .chain(corrections)
            .collect();
        // What waits for its embargo may be dated by it; so no build fails because time has passed.
        let opens = publish.as_ref().map_or(self.clock.now, |publish| publish.moment.opens(zone));
        let latest = opens.max(self.clock.now);
        // Of a release whose own date is wrong that alone is said.
        let is_early = publish.is_none() && date.moment.opens(zone) > self.clock.now;
        for (name, change) in changes {
            if !is_early && change.moment.opens(zone) > latest && !is_told(&change, &change) {
                faults.push(Diagnostic::new(Problem::FutureChange { name }, change.place));
            }
        }
        faults
    }

    /// A text that says that it is under embargo, which its header does not know: what is public too early
    /// can't be called back.
    pub(super) fn embargo(
        self,
        path: &SourcePath,
        said: &Spanned<Option<Moment>>,
        date: Moment,
        publish: Option<Moment>,
    ) -> Option<Diagnostic> {
        // Of one without a day that can be read nobody knows more than that it is for the days to come.
        const DAYS: SignedDuration = SignedDuration::from_hours(7 * 24);
        let zone = &self.config.timezone;
        let opens = publish.map(|publish| publish.opens(zone));
        let until = match (said.value, opens) {
            (Some(until), _) => until.timestamp,
            (None, None) => date.opens(zone).checked_add(DAYS).unwrap_or(date.timestamp),
            (None, Some(_)) => return None,
        };
        if until <= self.clock.now || opens.is_some_and(|opens| opens >= until) {
            return None;
        }
        let until = said.value.map(|until| until.rfc3339());
        let problem = Problem::EmbargoWithoutPublish { until, has_publish: publish.is_some() };
        Some(Diagnostic::new(problem, Place::new(path.clone(), said.span)))
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
