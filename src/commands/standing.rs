//! A portal that a process keeps between builds, and takes changes of releases into.

use std::path::PathBuf;
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

use super::listing::{Change, Listing};

/// Changed releases beyond which a portal is put together anew: that is no dearer then.
pub const MOST_CHANGES: usize = 500;

/// A portal as the last build left it, which had nothing to say against it.
pub struct Standing {
    pub portal: Portal,
    pub theme: Theme,
    pub known: Known,
    pub rows: Rows,
    pub listing: Listing,
    /// Of all that it is made of beside its releases and the clock.
    pub ground: Fingerprint,
    /// Which of those that other processes may take over it is, but for what changed since, by path.
    pub mark: Option<Fingerprint>,
    pub since: Vec<Change>,
}

impl Standing {
    /// A portal that was made of these sources.
    pub fn new(portal: Portal, theme: Theme, listing: Listing, ground: Fingerprint) -> Self {
        let (known, rows) = (Known::default(), Rows::default());
        Self { portal, theme, known, rows, listing, ground, mark: None, since: Vec::new() }
    }

    /// Whether all that was looked at of what another process left could be read.
    pub fn is_whole(&self) -> bool {
        self.portal.releases.are_whole() && self.known.is_whole() && self.listing.is_whole()
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
                    if !path.to_str().is_some_and(|path| self.listing.is_known_folder(path)) {
                        paths.extend(root.beneath(&path)?);
                    }
                }
                Sight::Unclear => return None,
                Sight::Gone(path) if self.listing.is_release(&path) => changes.push((path, None)),
                Sight::Gone(path) if self.listing.is_known(&path) => return None,
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

    /// The releases that are not `now` as they were, where these are not too many.
    pub fn parted(&self, now: &Listing) -> Option<Vec<Change>> {
        now.parted(&self.listing, MOST_CHANGES)
    }

    /// Takes changes in. Where that can't be done it is not worth keeping.
    pub fn amend(&mut self, changes: &[Change], root: &Root, clock: Clock) -> bool {
        let mut groups: Vec<Group> = Vec::new();
        let mut stems: Vec<&str> = changes.iter().map(|(path, _)| stem(path).0).collect();
        stems.sort_unstable();
        stems.dedup();
        let before: Vec<Vec<SourcePath>> = stems.iter().map(|stem| self.listing.of_stem(stem)).collect();
        for (path, stamp) in changes {
            let change = (path.clone(), *stamp);
            match self.since.binary_search_by(|(known, _)| known.cmp(path)) {
                Ok(at) => self.since[at] = change,
                Err(at) => self.since.insert(at, change),
            }
            self.listing.set(path.clone(), *stamp);
        }
        for (stem, before) in stems.into_iter().zip(before) {
            let now: Option<Vec<Arc<Written>>> =
                self.listing.of_stem(stem).iter().map(|path| self.read(path, root).map(Arc::new)).collect();
            let Some(now) = now else { return false };
            groups.push(Group { before, now });
        }
        self.portal.amend(groups, clock) && self.listing.is_whole()
    }

    /// A release as it is written, with nothing to be said against it.
    fn read(&self, path: &SourcePath, root: &Root) -> Option<Written> {
        let source = root.read(path).ok()?;
        let rules = Rules { config: &self.portal.config, territory: &self.portal.territory };
        let mut faults = Faults::of(path);
        let written = Written::parse(&source, rules, &mut faults);
        faults.list.is_empty().then_some(written)
    }
}
