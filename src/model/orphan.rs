//! Translations whose original is not there: it was renamed, most likely, and what a translation lacks
//! without it is not what is wrong.

use crate::text::diagnostic::Diagnostic;
use crate::text::problem::{Orphan, Problem};
use crate::text::source::{Place, SourcePath};
use crate::text::suggest::nearest;

use super::language::LangId;
use super::path::folder;
use super::portal::Completer;
use super::release::{Written, stem};

impl Completer<'_> {
    /// Whether a translation has lost what it lives on, and what is to be said of that: nothing where the
    /// original is there and was refused.
    pub(super) fn orphan(self, written: &Written, base: Option<&Written>) -> Option<Vec<Diagnostic>> {
        let is_named = written.name.lang.as_deref().is_some_and(|tag| tag == self.config.lang(written.lang));
        if base.is_some() || written.broken || written.lang == LangId(0) || !is_named {
            return None;
        }
        let has = |name| written.misspelt.contains(&name);
        let date = (written.date.is_none() && !has("date")).then_some("date");
        let region = (written.regions.is_empty() && !has("region")).then_some("region");
        let lacks: Vec<&'static str> = date.into_iter().chain(region).collect();
        if lacks.is_empty() {
            return None;
        }
        let own = stem(&written.path).0;
        if self.refused.iter().any(|path| stem(path) == (own, None)) {
            return Some(Vec::new());
        }
        let original = format!("{own}{}", ending(&written.path));
        let language = self.config.lang(written.lang).to_owned();
        let orphan = Orphan { language, original, lacks, suggestion: None };
        let place = Place::new(written.path.clone(), written.header);
        Some(vec![Diagnostic::new(Problem::OrphanedTranslation(Box::new(orphan)), place)])
    }
}

/// Adds which of the originals that have no translation was probably meant. `alone` gives these.
pub(super) fn suggest<'a>(faults: &mut [Diagnostic], alone: impl FnOnce() -> Vec<&'a SourcePath>) {
    let orphans = faults.iter_mut().filter_map(|fault| match (&mut fault.problem, &fault.place) {
        (Problem::OrphanedTranslation(orphan), Some(place)) => Some((orphan, &place.path)),
        _ => None,
    });
    let orphans: Vec<_> = orphans.take(MOST_ORPHANS).collect();
    if orphans.is_empty() {
        return;
    }
    let alone = alone();
    for (orphan, path) in orphans {
        orphan.suggestion = original_of(path, &alone);
    }
}

/// Of translations without an original nobody reads more; each is compared with all names of its folder.
const MOST_ORPHANS: usize = 20;

/// A path's extension, with its dot.
fn ending(path: &str) -> &str {
    path.rfind('.').map_or("", |at| &path[at..])
}

/// The original in the same folder whose name is nearest to that of a translation, and what the
/// translation would be called with it.
fn original_of(path: &str, originals: &[&SourcePath]) -> Option<(String, String)> {
    let dir = folder(path);
    let (own, lang) = stem(path);
    let here = originals.iter().filter(|other| folder(other) == dir);
    let names = here.map(|other| (stem(other).0[dir.len()..].trim_start_matches('/'), other));
    let name = own[dir.len()..].trim_start_matches('/');
    // A name that became longer or shorter is further away than a slip of the pen.
    let continued = || {
        let goes_on = |other: &str| other.starts_with(name) || name.starts_with(other);
        names.clone().map(|(other, _)| other).find(|other| goes_on(other))
    };
    let found = nearest(name, names.clone().map(|(other, _)| other)).or_else(continued)?;
    let original = names.clone().find(|(other, _)| *other == found)?.1;
    let renamed = format!("{}.{}{}", stem(original).0, lang?, ending(path));
    Some((original.to_string(), renamed))
}
