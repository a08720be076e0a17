//! Finds changes by looking at all files, where no events come: network and shared folders, and
//! where the system's limit of watched folders is reached.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use walkdir::WalkDir;

use crate::world::catalog::Stamp;

/// The files of a portal as they were last seen.
#[derive(Debug, Default)]
pub struct Seen {
    files: Option<HashMap<PathBuf, Stamp>>,
    /// How long the last look took.
    pub took: Duration,
}

impl Seen {
    /// The files that came, went or changed since the last look; none at the first.
    pub fn look<'a>(&mut self, dir: &Path, places: impl Iterator<Item = &'a Path>) -> Vec<PathBuf> {
        let began = Instant::now();
        let racy = Stamp::racy_since();
        let mut files = HashMap::new();
        for place in places {
            let walk = WalkDir::new(dir.join(place)).follow_links(false).follow_root_links(false);
            for entry in walk.into_iter().filter_map(Result::ok).filter(|entry| !entry.file_type().is_dir()) {
                let Ok(metadata) = entry.metadata() else { continue };
                // What was written just now may be written again without showing it: it counts as
                // changed at the next look.
                let stamp = Some(Stamp::of(&metadata)).filter(|stamp| !stamp.is_racy(racy));
                let inside = entry.path().strip_prefix(dir).unwrap_or(entry.path());
                files.insert(inside.to_owned(), stamp.unwrap_or_default());
            }
        }
        self.took = began.elapsed();
        let Some(before) = self.files.replace(files) else { return Vec::new() };
        let Some(files) = &self.files else { return Vec::new() };
        let changed = files.iter().filter(|(path, stamp)| before.get(*path) != Some(stamp));
        let gone = before.keys().filter(|path| !files.contains_key(*path));
        changed.map(|(path, _)| path).chain(gone).cloned().collect()
    }
}
