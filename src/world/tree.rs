//! The portal's folder: what is in it, and its texts. Symbolic links are refused, so nothing is
//! read from outside.

use std::fs;
use std::io::{self, BufReader, Seek};
use std::path::{Path, PathBuf};

use foldhash::HashMap;
use imagesize::ImageError;
use unicode_normalization::UnicodeNormalization;
use walkdir::WalkDir;

use crate::model::body::Markup;
use crate::model::page;
use crate::model::path::folder;
use crate::model::portal::Asset;
use crate::model::release::LARGEST;
use crate::text::diagnostic::Diagnostic;
use crate::text::fingerprint::Digest;
use crate::text::problem::{PathFault, Problem};
use crate::text::scan::utf8;
use crate::text::source::{Place, Source, SourcePath, decode};

/// A failure of the machine, not of what a person wrote.
#[derive(Debug)]
pub struct Failure {
    pub path: PathBuf,
    pub doing: &'static str,
    pub error: io::Error,
}

impl Failure {
    pub fn new(doing: &'static str, path: impl Into<PathBuf>, error: io::Error) -> Self {
        Self { path: path.into(), doing, error }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot {} {}: {}", self.doing, self.path.display(), self.error)
    }
}

/// The folder of a portal.
#[derive(Clone, Debug)]
pub struct Root {
    dir: PathBuf,
    /// Files whose name on disk is not in normal form C, as macOS writes them.
    odd: HashMap<SourcePath, PathBuf>,
}

/// What stands in `content/`.
#[derive(Debug, Default)]
pub struct Tree {
    pub releases: Vec<SourcePath>,
    pub pages: Vec<SourcePath>,
    /// Files beside releases.
    pub assets: Vec<SourcePath>,
    /// Files of `content/static/`.
    pub statics: Vec<SourcePath>,
    pub faults: Vec<Diagnostic>,
}

/// What stands at a path that something happened at.
pub enum Sight {
    /// What tools leave behind.
    Leftover,
    Release(SourcePath),
    /// Nothing, below `content/`.
    Gone(SourcePath),
    Folder,
    /// Something else, that only a look at the tree can tell.
    Unclear,
}

/// Folder of files that are published as they are.
const STATIC: &str = "content/static";

impl Root {
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), odd: HashMap::default() }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where a path of the portal is on disk.
    pub fn locate(&self, path: &str) -> PathBuf {
        self.odd.get(path).cloned().unwrap_or_else(|| self.dir.join(path))
    }

    /// Whether every source has its own name on disk.
    pub fn is_plain(&self) -> bool {
        self.odd.is_empty()
    }

    pub fn exists(&self, path: &str) -> bool {
        self.locate(path).exists()
    }

    /// Whether a path below the root leads through a symbolic link. What a walk found does not.
    fn is_linked(&self, path: &str) -> bool {
        let mut at = self.dir.clone();
        path.split('/').any(|part| {
            at.push(part);
            fs::symlink_metadata(&at).is_ok_and(|metadata| metadata.is_symlink())
        })
    }

    /// Reads a text that was named and not found by a walk, as [`Self::read`] does.
    pub fn read_named(&self, path: &SourcePath) -> Result<Source, Diagnostic> {
        match self.is_linked(path) {
            true => Err(linked("file", path)),
            false => self.read(path),
        }
    }

    /// Lists `content/`.
    pub fn scan(&mut self) -> Tree {
        let mut tree = Tree::default();
        for path in self.walk("content", &mut tree.faults) {
            let text = Markup::of(&path).is_some();
            let under = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            if under(STATIC) {
                tree.statics.push(path);
            } else if !text {
                tree.assets.push(path);
            } else if under(page::FOLDER) {
                tree.pages.push(path);
            } else {
                tree.releases.push(path);
            }
        }
        tree
    }

    /// The files below a folder of the portal, sorted, without those that tools leave behind.
    pub fn walk(&mut self, folder: &str, faults: &mut Vec<Diagnostic>) -> Vec<SourcePath> {
        let start = self.dir.join(folder);
        if self.is_linked(folder) {
            faults.push(linked("folder", folder));
            return Vec::new();
        }
        if !start.exists() {
            return Vec::new();
        }
        let mut found: Vec<SourcePath> = Vec::new();
        let walker = WalkDir::new(&start).follow_links(false).follow_root_links(false);
        let (dir, all_static) = (self.dir.clone(), folder.ends_with("/static"));
        let wanted = |entry: &walkdir::DirEntry| {
            let is_static = || all_static || static_address(&shown(&dir, entry.path())).is_some();
            entry.depth() == 0 || !is_leftover(&entry.file_name().to_string_lossy(), is_static)
        };
        for entry in walker.into_iter().filter_entry(wanted) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().map_or_else(|| folder.to_owned(), |path| self.shown(path));
                    let reason = error.to_string();
                    faults.push(Diagnostic::new(Problem::Unreadable { reason }, Place::file(path)));
                    continue;
                }
            };
            let path = self.shown(entry.path());
            let refuse = |fault| {
                let problem = Problem::BadPath { what: "file", text: path.clone(), fault };
                Diagnostic::new(problem, Place::file(path.clone()))
            };
            if entry.file_type().is_symlink() {
                faults.push(refuse(PathFault::Symlink));
                continue;
            }
            if !entry.file_type().is_file() {
                continue;
            }
            if entry.path().to_str().is_none() || path.chars().any(char::is_control) {
                faults.push(refuse(PathFault::Control));
                continue;
            }
            if is_sync_copy(&path) {
                faults.push(Diagnostic::new(Problem::SyncLeftover, Place::file(path.as_str())));
            }
            if path.is_ascii() {
                found.push(path.into());
                continue;
            }
            let composed: SourcePath = path.nfc().collect::<String>().into();
            if self.dir.join(&*composed) != entry.path() {
                self.odd.insert(composed.clone(), entry.path().to_owned());
            }
            found.push(composed);
        }
        found.sort_unstable();
        // One name in two normal forms is two files on disk and one for everybody else.
        found.dedup_by(|path, other| {
            let is_taken = path == other;
            if is_taken {
                let problem = Problem::AddressTaken { address: path.to_string() };
                let other = Place::file(other.clone());
                faults.push(Diagnostic::new(problem, Place::file(path.clone())).and(other));
            }
            is_taken
        });
        found
    }

    /// The files in a folder, which are not too many.
    pub fn beneath(&self, path: &Path) -> Option<Vec<PathBuf>> {
        const MOST: usize = 1000;
        let inside = path.to_str().filter(|path| path.starts_with("content/") && !self.is_linked(path))?;
        let mut found = Vec::new();
        for entry in WalkDir::new(self.dir.join(inside)).follow_links(false) {
            let entry = entry.ok().filter(|_| found.len() < MOST)?;
            if !entry.file_type().is_dir() {
                found.push(entry.path().strip_prefix(&self.dir).ok()?.to_owned());
            }
        }
        Some(found)
    }

    /// Looks at one path that something happened at.
    pub fn look(&self, path: &Path) -> Sight {
        let Some(inside) = path.to_str().filter(|path| path.is_ascii()) else { return Sight::Unclear };
        if inside.split('/').any(|part| is_leftover(part, || static_address(inside).is_some())) {
            return Sight::Leftover;
        }
        let under = |folder: &str| inside.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let is_release = under("content")
            && !under(STATIC)
            && !under(page::FOLDER)
            && Markup::of(inside).is_some()
            && !inside.chars().any(char::is_control)
            && !is_sync_copy(inside)
            && !self.odd.values().any(|odd| odd.ends_with(inside));
        match fs::symlink_metadata(self.dir.join(inside)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && under("content") => {
                Sight::Gone(inside.into())
            }
            Ok(metadata) if is_release && metadata.is_file() && !self.is_linked(folder(inside)) => {
                Sight::Release(inside.into())
            }
            Ok(metadata) if metadata.is_dir() => Sight::Folder,
            _ => Sight::Unclear,
        }
    }

    fn shown(&self, path: &Path) -> String {
        shown(&self.dir, path)
    }

    /// Reads a text, or says what is wrong with the file.
    pub fn read(&self, path: &SourcePath) -> Result<Source, Diagnostic> {
        let whole = |problem| Diagnostic::new(problem, Place::file(path.clone()));
        let unreadable = |error: io::Error| whole(Problem::Unreadable { reason: error.to_string() });
        let disk = self.locate(path);
        let bytes = fs::read(&disk).map_err(unreadable)?;
        let size = bytes.len() as u64;
        if size > LARGEST {
            return Err(whole(Problem::TooLarge { bytes: size, limit: LARGEST }));
        }
        let text = decode(bytes)
            .map_err(|(problem, span)| Diagnostic::new(problem, Place::new(path.clone(), span)))?;
        Ok(Source::new(path.clone(), text))
    }

    /// A text for showing where a fault is, however broken it may be.
    pub fn read_lossy(&self, path: &str) -> Option<String> {
        // Not even a snippet of what a link leads to is shown.
        if self.is_linked(path) {
            return None;
        }
        let bytes = fs::read(self.locate(path)).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The text of a source as it is now.
    pub fn read_again(&self, path: &str) -> Result<String, Failure> {
        let disk = self.locate(path);
        let text = fs::read(&disk).and_then(|bytes| utf8(bytes).map_err(io::Error::other));
        text.map_err(|error| Failure::new("read", disk, error))
    }

    /// Opens a file that is published as it is.
    pub fn open(&self, path: &str) -> Result<fs::File, Failure> {
        let disk = self.locate(path);
        let opened = match self.is_linked(path) {
            true => Err(io::ErrorKind::InvalidInput.into()),
            false => fs::File::open(&disk),
        };
        opened.map_err(|error| Failure::new("open", disk, error))
    }

    /// A file that is published as it is.
    pub fn asset(&self, path: &SourcePath) -> Result<Asset, Diagnostic> {
        asset(path.clone(), &self.locate(path)).map_err(|error| {
            let problem = Problem::Unreadable { reason: error.to_string() };
            Diagnostic::new(problem, Place::file(path.clone()))
        })
    }
}

/// A path of the disk as it is in the portal.
fn shown(dir: &Path, path: &Path) -> String {
    // Component by component is slow, and there are many paths.
    let plain = path.to_str().zip(dir.to_str()).and_then(|(path, dir)| path.strip_prefix(dir));
    if let Some(inside) = plain.and_then(|inside| inside.strip_prefix('/')) {
        return inside.to_owned();
    }
    let inside = path.strip_prefix(dir).unwrap_or(path);
    inside.to_string_lossy().replace('\\', "/")
}

/// The address of a file of `content/static/`.
pub fn static_address(path: &str) -> Option<&str> {
    path.strip_prefix(STATIC)?.strip_prefix('/')
}

fn linked(what: &'static str, path: &str) -> Diagnostic {
    let problem = Problem::BadPath { what, text: path.to_owned(), fault: PathFault::Symlink };
    Diagnostic::new(problem, Place::file(path))
}

fn asset(path: SourcePath, disk: &Path) -> io::Result<Asset> {
    let mut file = fs::File::open(disk)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&file)?;
    let picture = crate::pages::feed::picture_type(&path).is_some_and(|mime| mime != "image/svg+xml");
    let size = match picture.then(|| file.rewind().map(|()| imagesize::reader_size(BufReader::new(&file)))) {
        // A picture that can't be read is not one whose size nobody can tell. Lengths in a damaged one may
        // lead out of the file.
        Some(Ok(Err(ImageError::IoError(error))))
            if error.raw_os_error().is_some() && error.kind() != io::ErrorKind::InvalidInput =>
        {
            return Err(error);
        }
        size => size.transpose()?.and_then(Result::ok),
    };
    let narrow = |n: usize| u32::try_from(n).ok();
    Ok(Asset {
        digest: Digest(*hasher.finalize().as_bytes()),
        bytes: hasher.count(),
        dimensions: size.and_then(|size| narrow(size.width).zip(narrow(size.height))),
        path,
    })
}

/// Files of editors, file managers and operating systems, which are no one's content. Hosts look
/// for hidden names of their own, `.well-known` or `.htaccess`, so static files keep theirs.
fn is_leftover(name: &str, is_static: impl Fn() -> bool) -> bool {
    let hidden = match name.starts_with('.') {
        true if is_static() => {
            name.starts_with("._")
                || name.starts_with(".#")
                || name.starts_with(".git")
                || matches!(name, ".DS_Store" | ".hg" | ".svn" | ".stfolder" | ".localized")
        }
        is_hidden => is_hidden,
    };
    hidden
        || name.ends_with('~')
        || name.starts_with("~$")
        || (name.starts_with('#') && name.ends_with('#'))
        || name.ends_with(".swp")
        || matches!(name, "Thumbs.db" | "desktop.ini" | "Icon\r" | "__MACOSX")
}

/// Copies that synchronising tools make of files that were changed in two places.
fn is_sync_copy(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    name.contains("conflicted copy")
        || name.contains("copie en conflit")
        || name.contains(".sync-conflict-")
        || name.starts_with("copy of ")
        || name.starts_with("copie de ")
}
