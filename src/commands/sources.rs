//! The releases that a portal was made of, by path: all of them, as a process leaves them to the next, and
//! what changed since. Of 100,000 that are taken over those are read that somebody looks at.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::text::long::{Long, Texts};
use crate::text::source::SourcePath;
use crate::world::catalog::Stamp;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Columns")]
pub struct Sources {
    base: Arc<Columns>,
    /// Nothing for one that is gone.
    since: BTreeMap<SourcePath, Option<Stamp>>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Columns {
    /// In order.
    paths: Texts,
    stamps: Long<Stamp>,
}

impl<'a> FromIterator<(&'a str, Stamp)> for Columns {
    /// Of sources in the order of their paths.
    fn from_iter<I: IntoIterator<Item = (&'a str, Stamp)>>(sources: I) -> Self {
        let mut columns = Self::default();
        for (path, stamp) in sources {
            columns.paths.push(path);
            columns.stamps.push(stamp);
        }
        columns
    }
}

impl TryFrom<Columns> for Sources {
    type Error = &'static str;

    fn try_from(base: Columns) -> Result<Self, Self::Error> {
        match base.paths.len() == base.stamps.len() {
            true => Ok(Self { base: Arc::new(base), since: BTreeMap::new() }),
            false => Err("columns of different lengths"),
        }
    }
}

impl Serialize for Sources {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.since.is_empty() {
            return self.base.serialize(serializer);
        }
        let all: Columns = self.iter().collect();
        match self.is_whole() {
            true => all.serialize(serializer),
            false => Err(S::Error::custom("sources that can't be read any more")),
        }
    }
}

impl<'a> FromIterator<(&'a str, Stamp)> for Sources {
    /// Of sources in the order of their paths.
    fn from_iter<I: IntoIterator<Item = (&'a str, Stamp)>>(sources: I) -> Self {
        Self::of(sources.into_iter().collect())
    }
}

impl Sources {
    fn of(base: Columns) -> Self {
        debug_assert!((1..base.paths.len()).all(|at| base.paths.get(at - 1) < base.paths.get(at)));
        Self { base: Arc::new(base), since: BTreeMap::new() }
    }

    /// Whether all that was looked at could be read. Else nothing may be made of any of it.
    pub fn is_whole(&self) -> bool {
        self.base.paths.is_whole()
    }

    /// Puts what changed in its place among all.
    pub fn settle(&mut self) {
        if !self.since.is_empty() {
            let all: Columns = self.iter().collect();
            // What can't be read stays what can't be read.
            if self.is_whole() {
                *self = Self::of(all);
            }
        }
    }

    /// The stamp of a source that is there.
    pub fn get(&self, path: &str) -> Option<Stamp> {
        match self.since.get(path) {
            Some(changed) => *changed,
            None => self.base.paths.binary_search(path).ok().and_then(|at| self.base.stamps.get(at).copied()),
        }
    }

    /// Takes in that a source is there with this stamp, or is not there any more.
    pub fn set(&mut self, path: SourcePath, stamp: Option<Stamp>) {
        self.since.insert(path, stamp);
    }

    /// What was set, by path.
    pub fn changed(&self) -> impl Iterator<Item = (&SourcePath, Option<Stamp>)> {
        self.since.iter().map(|(path, stamp)| (path, *stamp))
    }

    /// All that are there, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Stamp)> {
        self.starting_at("")
    }

    /// Those that are there from this path on, by path.
    pub fn starting_at(&self, path: &str) -> impl Iterator<Item = (&str, Stamp)> {
        let mut at = self.base.paths.binary_search(path).unwrap_or_else(|at| at);
        let mut since = self.since.range::<str, _>((Bound::Included(path), Bound::Unbounded)).peekable();
        std::iter::from_fn(move || {
            loop {
                let stamp = self.base.stamps.get(at).copied();
                let next = stamp.map(|stamp| (self.base.paths.get(at), stamp));
                let changed = since.next_if(|(changed, _)| next.is_none_or(|(next, _)| ***changed <= *next));
                let Some((path, changed)) = changed else {
                    at += 1;
                    return next;
                };
                at += usize::from(next.is_some_and(|(next, _)| *next == **path));
                if let Some(stamp) = changed {
                    return Some((&**path, *stamp));
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn what_changed_is_found_among_all() {
        // Any two stamps that differ.
        let (old, new) = (Stamp::default(), Stamp::at(Path::new("/")).unwrap_or_default());
        let mut sources: Sources = ["a", "b", "d", "e"].map(|path| (path, old)).into_iter().collect();
        assert_eq!(sources.iter().count(), 4);
        for (path, stamp) in [("b", None), ("c", Some(new)), ("d", Some(new)), ("f", Some(old)), ("0", None)]
        {
            sources.set(path.into(), stamp);
        }
        let all = [("a", old), ("c", new), ("d", new), ("e", old), ("f", old)];
        assert_eq!(sources.iter().collect::<Vec<_>>(), all);
        assert_eq!(sources.starting_at("b").collect::<Vec<_>>(), all[1..]);
        assert_eq!(sources.starting_at("dd").collect::<Vec<_>>(), all[3..]);
        assert_eq!(sources.starting_at("g").count(), 0);
        for path in ["0", "a", "b", "c", "d", "e", "f"] {
            let found = all.iter().find(|(known, _)| *known == path).map(|(_, stamp)| *stamp);
            assert_eq!(sources.get(path), found, "{path}");
        }
        assert_eq!(sources.changed().count(), 5);
        // Another process finds them as they are now.
        let kept = postcard::to_stdvec(&sources).unwrap();
        let again: Sources = postcard::from_bytes(&kept).unwrap();
        assert_eq!((again.iter().collect::<Vec<_>>(), again.changed().count()), (all.into(), 0));
        sources.settle();
        assert_eq!((sources.iter().collect::<Vec<_>>(), sources.changed().count()), (all.into(), 0));
        // Nor are columns taken that do not belong together.
        let read = |change: fn(&mut Columns)| {
            let mut columns: Columns = all.into_iter().collect();
            change(&mut columns);
            postcard::from_bytes::<Sources>(&postcard::to_stdvec(&columns).unwrap()).is_ok()
        };
        assert!(read(|_| {}));
        assert!(!read(|columns| columns.stamps.push(Stamp::default())));
    }
}
