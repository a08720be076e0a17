//! What is remembered of an output: a manifest, and beside it what changed since that was written, so
//! that an edit in an archive of 100,000 writes down a few lines and not all of them.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::pages::manifest::{Amendment, Manifest};
use crate::text::fingerprint::Fingerprint;
use crate::world::cache;
use crate::world::catalog::Stamp;
use crate::world::tree::{Failure, Root};

use super::Refusal;

/// Where the record of one output stands.
#[derive(Clone, Debug)]
pub struct Place {
    /// The manifest.
    pub base: PathBuf,
    /// What changed since.
    pub since: PathBuf,
}

/// A record as it stands on the disk.
#[derive(Debug)]
pub struct Record {
    pub manifest: Manifest,
    /// By which the file of what changed knows its manifest.
    base: Fingerprint,
    /// Of both files, by which a process knows that nobody else wrote them.
    stamps: (Option<Stamp>, Option<Stamp>),
}

/// The file of what changed.
#[derive(Serialize, Deserialize)]
struct Since {
    base: Fingerprint,
    amendment: Amendment,
}

impl Place {
    pub fn of(root: &Root, output: &Path) -> Self {
        Self { base: cache::file(root, "manifest", output), since: cache::file(root, "since", output) }
    }

    /// The record, where it can be trusted.
    pub fn load(&self) -> Option<Record> {
        let stamps = self.stamps();
        let (mut manifest, base) = cache::load_known::<Manifest>(&self.base)?;
        if self.since.exists() {
            let found: Since = cache::load(&self.since)?;
            // One that tells of another manifest was left behind when this one was written.
            if found.base == base {
                manifest.amend(found.amendment);
            }
        }
        Some(Record { manifest, base, stamps })
    }

    /// The same, which this process had before, where nobody wrote another meanwhile.
    pub fn load_again(&self, known: Option<Record>) -> Option<Record> {
        let stamps = self.stamps();
        let is_same =
            |known: &Record| stamps.0.is_some() && known.stamps == stamps && known.manifest.files.is_whole();
        known.filter(is_same).or_else(|| self.load())
    }

    fn stamps(&self) -> (Option<Stamp>, Option<Stamp>) {
        (Stamp::at(&self.base), Stamp::at(&self.since))
    }

    /// Has a manifest wait to take the place of the one before.
    pub fn prepare(&self, mut manifest: Manifest) -> Result<Record, Refusal> {
        if !manifest.files.settle() {
            return Err(Refusal::Unknown);
        }
        let base = cache::save(&cache::waiting(&self.base), &manifest)?;
        Ok(Record { manifest, base, stamps: (None, None) })
    }

    /// Has what changes wait to be added to a record.
    pub fn prepare_change(&self, mut record: Record, change: Amendment) -> Result<Record, Refusal> {
        record.manifest.amend(change);
        let files = &record.manifest.files;
        if files.changes() > 64 + files.len() / 256 {
            return self.prepare(record.manifest);
        }
        let since = Since { base: record.base, amendment: record.manifest.changes() };
        cache::save(&cache::waiting(&self.since), &since)?;
        Ok(record)
    }

    /// Puts what waits in its place, of which there is one. Whether anything did. Once a record stands,
    /// nothing may fail any more: the output would be undone, and the record tell of another.
    pub fn accept(&self) -> Result<bool, Failure> {
        match cache::accept(&self.base)? {
            true => {
                // Should it stay, it tells of the manifest before and counts for nothing.
                let _ = cache::remove(&self.since);
                Ok(true)
            }
            false => cache::accept(&self.since),
        }
    }

    /// Forgets what waits.
    pub fn reject(&self) -> Result<(), Failure> {
        cache::remove(&cache::waiting(&self.base))?;
        cache::remove(&cache::waiting(&self.since))
    }

    /// Forgets the record.
    pub fn remove(&self) -> Result<(), Failure> {
        cache::remove(&self.base)?;
        cache::remove(&self.since)
    }

    /// A record that was put in its place.
    pub fn written(&self, record: Record) -> Record {
        Record { stamps: self.stamps(), ..record }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A manifest that had taken its place while the rest of the record failed told of an output that
    /// was undone.
    #[test]
    fn once_a_manifest_stands_nothing_fails() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place { base: folder.path().join("manifest"), since: folder.path().join("since") };
        fs::write(cache::waiting(&place.base), "new").unwrap();
        // What can be neither removed nor replaced by a file.
        fs::create_dir_all(place.since.join("full")).unwrap();
        assert!(place.accept().unwrap());
        assert_eq!(fs::read(&place.base).unwrap(), b"new");
    }
}
