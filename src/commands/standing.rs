//! A portal that a process keeps between builds, and takes changes of releases into.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::amend::Group;
use crate::model::portal::{Clock, Portal};
use crate::model::release::{Rules, Written, stem};
use crate::pages::known::Known;
use crate::pages::rows::Rows;
use crate::pages::theme::Theme;
use crate::text::diagnostic::Faults;
use crate::text::fingerprint::Fingerprint;
use crate::text::source::SourcePath;
use crate::world::catalog::Stamp;
use crate::world::tree::{Root, Sight};
use crate::world::watch::Hints;

use super::load::{Kind, Source};
use super::sources::Sources;

/// Changed releases beyond which a portal is put together anew: that is no dearer then.
pub const MOST_CHANGES: usize = 500;

/// A portal as the last build left it, which had nothing to say against it.
pub struct Standing {
    pub portal: Portal,
    pub theme: Theme,
    pub known: Known,
    pub rows: Rows,
    /// Its releases.
    pub releases: Sources,
    /// Its other sources below `content/`, by path.
    pub others: Vec<Source>,
    /// Of all that it is made of beside its releases and the clock.
    pub ground: Fingerprint,
    /// Which of those that other processes may take over it is, but for what changed since, by path.
    pub mark: Option<Fingerprint>,
    pub since: Vec<Change>,
}

/// A source of a release: its stamp, or nothing where it is gone.
pub type Change = (SourcePath, Option<Stamp>);

impl Standing {
    /// A portal that was made of sources in the order of a survey.
    pub fn new(portal: Portal, theme: Theme, mut found: Vec<Source>, ground: Option<Fingerprint>) -> Self {
        debug_assert!(found.is_sorted_by_key(|(_, kind, _)| *kind != Kind::Release));
        let others = found.split_off(found.partition_point(|(_, kind, _)| *kind == Kind::Release));
        let releases = found.iter().map(|(path, _, stamp)| (&**path, *stamp)).collect();
        Self::of(portal, theme, releases, others, ground.unwrap_or_default())
    }

    /// A portal that was made of these releases and others.
    pub fn of(
        portal: Portal,
        theme: Theme,
        releases: Sources,
        others: Vec<Source>,
        ground: Fingerprint,
    ) -> Self {
        let (known, rows) = (Known::default(), Rows::default());
        Self { portal, theme, known, rows, releases, others, ground, mark: None, since: Vec::new() }
    }

    /// Whether all that was looked at of what another process left could be read.
    pub fn is_whole(&self) -> bool {
        self.portal.releases.are_whole() && self.known.is_whole() && self.releases.is_whole()
    }

    /// All that it was made of.
    pub fn all_sources(&self) -> impl Iterator<Item = (&str, Kind, Stamp)> {
        let releases = self.releases.iter().map(|(path, stamp)| (path, Kind::Release, stamp));
        releases.chain(self.others.iter().map(|(path, kind, stamp)| (&**path, *kind, *stamp)))
    }

    /// The releases that hints are about, where they are about nothing else.
    pub fn hinted(&self, hints: &Hints, root: &Root) -> Option<Vec<Change>> {
        if hints.everything || hints.paths.len() > MOST_CHANGES {
            return None;
        }
        let racy = Stamp::racy_since();
        let mut changes = Vec::new();
        let mut paths: Vec<PathBuf> = hints.paths.iter().cloned().collect();
        while let Some(path) = paths.pop() {
            match root.look(&path) {
                Sight::Leftover => {}
                Sight::Folder => {
                    // Systems tell of folders whose entries changed, too. What is in one that was there is
                    // told of by itself.
                    if !self.is_known_folder(&path) {
                        paths.extend(root.beneath(&path)?);
                    }
                }
                Sight::Unclear => return None,
                Sight::Gone(path) if self.releases.get(&path).is_some() => changes.push((path, None)),
                Sight::Gone(path) if self.is_known_folder(Path::new(&*path)) => return None,
                Sight::Gone(path) if self.others.binary_search_by(|(known, ..)| known.cmp(&path)).is_ok() => {
                    return None;
                }
                // A file that an editor had for a moment.
                Sight::Gone(_) => {}
                Sight::Release(path) => {
                    let stamp = Stamp::certain(&root.locate(&path), racy)?;
                    changes.push((path, Some(stamp)));
                }
            }
        }
        changes.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        changes.dedup_by(|a, b| a.0 == b.0);
        (changes.len() <= MOST_CHANGES).then_some(changes)
    }

    /// Whether anything was known in a folder.
    fn is_known_folder(&self, path: &Path) -> bool {
        let Some(folder) = path.to_str() else { return false };
        let inside = format!("{folder}/");
        let release = self.releases.starting_at(&inside).next().map(|(path, _)| path);
        let other = self.others.get(self.others.partition_point(|(known, ..)| **known < *inside));
        let other = other.map(|(path, ..)| &**path);
        release.into_iter().chain(other).any(|known| known.starts_with(&*inside))
    }

    /// The releases that are not as they were.
    pub fn parted(&self, sources: &[Source]) -> Option<Vec<Change>> {
        let mut old = self.releases.iter().peekable();
        let mut changes: Vec<Change> = Vec::new();
        for (path, _, stamp) in sources.iter().filter(|(_, kind, _)| *kind == Kind::Release) {
            while let Some((gone, _)) = old.next_if(|(known, _)| **known < **path) {
                changes.push((gone.into(), None));
            }
            match old.next_if(|(known, _)| **known == **path) {
                Some((_, known)) if known == *stamp && *stamp != Stamp::default() => {}
                _ => changes.push((path.clone(), Some(*stamp))),
            }
            if changes.len() > MOST_CHANGES {
                return None;
            }
        }
        changes.extend(old.map(|(gone, _)| (gone.into(), None)));
        (changes.len() <= MOST_CHANGES && self.releases.is_whole()).then_some(changes)
    }

    /// Takes changes in. Where that can't be done it is not worth keeping.
    pub fn amend(&mut self, changes: &[Change], root: &Root, clock: Clock) -> bool {
        let mut groups: Vec<Group> = Vec::new();
        let mut stems: Vec<&str> = changes.iter().map(|(path, _)| stem(path).0).collect();
        stems.sort_unstable();
        stems.dedup();
        let before: Vec<Vec<SourcePath>> = stems.iter().map(|stem| self.of_stem(stem)).collect();
        for (path, stamp) in changes {
            let change = (path.clone(), *stamp);
            match self.since.binary_search_by(|(known, _)| known.cmp(path)) {
                Ok(at) => self.since[at] = change,
                Err(at) => self.since.insert(at, change),
            }
            self.releases.set(path.clone(), *stamp);
        }
        for (stem, before) in stems.into_iter().zip(before) {
            let now: Option<Vec<Arc<Written>>> =
                self.of_stem(stem).iter().map(|path| self.read(path, root).map(Arc::new)).collect();
            let Some(now) = now else { return false };
            groups.push(Group { before, now });
        }
        self.portal.amend(groups, clock) && self.releases.is_whole()
    }

    /// A release as it is written, with nothing to be said against it.
    fn read(&self, path: &SourcePath, root: &Root) -> Option<Written> {
        let source = root.read(path).ok()?;
        let rules = Rules { config: &self.portal.config, territory: &self.portal.territory };
        let mut faults = Faults::of(path);
        let written = Written::parse(&source, rules, &mut faults);
        faults.list.is_empty().then_some(written)
    }

    /// The sources of all languages of a release.
    fn of_stem(&self, wanted: &str) -> Vec<SourcePath> {
        let near = self.releases.starting_at(wanted).map(|(path, _)| path);
        let near = near.take_while(|path| path.starts_with(wanted));
        near.filter(|path| stem(path).0 == wanted).map(SourcePath::from).collect()
    }
}
