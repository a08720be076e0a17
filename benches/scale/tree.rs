//! What stands in a folder: before and after a build, and on both sides.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use serde::Serialize;
use walkdir::WalkDir;

/// Size and time of every file below a folder.
pub struct Snapshot(HashMap<PathBuf, (u64, SystemTime)>);

/// What a build did to a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Changes {
    /// Files that are new or have another time.
    pub written: usize,
    /// The length of those.
    pub bytes: u64,
    pub removed: usize,
}

impl Snapshot {
    /// Of a folder that may be absent.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let mut files = HashMap::new();
        if folder.is_dir() {
            for entry in WalkDir::new(folder) {
                let entry = entry?;
                if entry.file_type().is_file() {
                    let metadata = entry.metadata()?;
                    files.insert(entry.into_path(), (metadata.len(), metadata.modified()?));
                }
            }
        }
        Ok(Self(files))
    }

    pub fn until(&self, after: &Self) -> Changes {
        let written = after.0.iter().filter(|(path, stamp)| self.0.get(*path) != Some(stamp));
        let (count, bytes) = written.fold((0, 0), |(count, bytes), (_, (size, _))| (count + 1, bytes + size));
        let removed = self.0.keys().filter(|path| !after.0.contains_key(*path)).count();
        Changes { written: count, bytes, removed }
    }
}

/// Seconds that one thread takes to find all files of some folders with their sizes and times: the least
/// that it costs a new process to know that nothing changed.
pub fn stat_walk(folders: &[PathBuf]) -> io::Result<f64> {
    let start = Instant::now();
    let mut bytes = 0;
    for entry in folders.iter().flat_map(WalkDir::new) {
        let metadata = entry?.metadata()?;
        bytes += metadata.len() + u64::from(metadata.modified()? > SystemTime::UNIX_EPOCH);
    }
    let seconds = start.elapsed().as_secs_f64();
    std::hint::black_box(bytes);
    Ok(seconds)
}

/// The addresses of an output: its pages and feeds.
pub struct Addresses {
    pub pages: BTreeSet<String>,
    pub feeds: BTreeSet<String>,
}

/// The name of a feed on both sides.
const FEED: &str = "feed.xml";

impl Addresses {
    pub fn of(output: &Path) -> io::Result<Self> {
        let (mut pages, mut feeds) = (BTreeSet::new(), BTreeSet::new());
        for entry in WalkDir::new(output) {
            let entry = entry?;
            let path = entry.path().strip_prefix(output).unwrap_or(entry.path()).to_string_lossy();
            if path.ends_with(".html") {
                pages.insert(same_part(&path));
            } else if path.rsplit('/').next() == Some(FEED) {
                feeds.insert(path.into_owned());
            }
        }
        Ok(Self { pages, feeds })
    }

    pub fn against(&self, hugo: &Self) -> Comparison {
        let only = |one: &Self, other: &Self| {
            let pages = one.pages.difference(&other.pages);
            pages.chain(one.feeds.difference(&other.feeds)).cloned().collect()
        };
        Comparison {
            tribune: [self.pages.len(), self.feeds.len()],
            hugo: [hugo.pages.len(), hugo.feeds.len()],
            only_tribune: only(self, hugo),
            only_hugo: only(hugo, self),
        }
    }
}

/// The one difference that is allowed: Hugo numbers the parts of a long list from the newest, the second
/// one being `p/2`, and Tribune from the oldest, the first one being `p1`; both have the rest at the bare
/// address. So there are equally many, under equally many names.
fn same_part(path: &str) -> String {
    let number = |text: &str| text.strip_suffix("/index.html")?.parse::<usize>().ok();
    match path.rsplit_once("/p/") {
        Some((list, part)) if number(part).is_some_and(|n| n > 1) => {
            format!("{list}/p{}/index.html", number(part).unwrap_or_default() - 1)
        }
        _ => path.to_owned(),
    }
}

/// Two sets of addresses.
#[derive(Clone, Serialize)]
pub struct Comparison {
    /// Pages and feeds.
    pub tribune: [usize; 2],
    pub hugo: [usize; 2],
    pub only_tribune: Vec<String>,
    pub only_hugo: Vec<String>,
}

impl Comparison {
    pub fn is_equal(&self) -> bool {
        self.only_tribune.is_empty() && self.only_hugo.is_empty()
    }
}
