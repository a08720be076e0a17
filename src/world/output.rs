//! Brings an output folder to a plan. Everything is rendered and checked before the first file of
//! the output is touched: an absent output is staged whole and renamed once; in a standing one the
//! changed files are staged beside it and renamed into place, and equal ones are left alone.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::pages::manifest::{Manifest, Published};
use crate::pages::path::OutPath;
use crate::pages::plan::{Output, Plan, What};
use crate::pages::render::{Renderer, Texts};
use crate::pages::site::Page;
use crate::text::diagnostic::Diagnostic;
use crate::text::fingerprint::Digest;

use super::themes::built_in_file;
use super::tree::{Failure, Root};

/// What a commit did.
#[derive(Debug, Default)]
pub struct Outcome {
    pub written: usize,
    pub unchanged: usize,
    pub removed: usize,
    /// Bytes of all files, written or not.
    pub bytes: u64,
    pub manifest: Manifest,
}

/// Why nothing was committed.
#[derive(Debug)]
pub enum Refusal {
    /// What a person wrote does not render.
    Faults(Vec<Diagnostic>),
    /// A file or the machine failed.
    Failed(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Faults of rendering after which a run has said enough.
const ENOUGH: usize = 100;

/// Writes everything that is planned into `output`, and removes what `before` had put there and
/// is not planned any more.
pub fn commit(
    plan: &Plan,
    renderer: &Renderer,
    root: &Root,
    output: &Path,
    before: Option<&Manifest>,
) -> Result<Outcome, Refusal> {
    let standing = stands(output)?;
    let stage = Stage::beside(output)?;
    let work = Work {
        plan,
        renderer,
        root,
        standing: standing.then_some(output),
        stage: stage.path(),
        faults: Mutex::new(Vec::new()),
        stop: AtomicBool::new(false),
        next: AtomicUsize::new(0),
    };
    let made: Result<Vec<Option<Made>>, Failure> =
        plan.outputs.par_iter().map(|output| work.make(output)).collect();
    let faults = work.faults.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    if !faults.is_empty() {
        return Err(Refusal::Faults(faults));
    }
    let made: Vec<Made> = made?.into_iter().flatten().collect();
    let mut outcome = Outcome {
        written: made.iter().filter(|one| one.staged != Staged::Equal).count(),
        unchanged: made.iter().filter(|one| one.staged == Staged::Equal).count(),
        bytes: made.iter().map(|one| one.bytes).sum(),
        ..Default::default()
    };
    match standing {
        false => stage.become_output(output)?,
        true => {
            let mut changed: Vec<(&Output, &Path)> = plan
                .outputs
                .iter()
                .zip(&made)
                .filter_map(|(output, one)| match &one.staged {
                    Staged::At(path) => Some((output, path.as_path())),
                    Staged::InPlace | Staged::Equal => None,
                })
                .collect();
            changed.sort_by_key(|(output, _)| rank(&output.what));
            let planned: Vec<&OutPath> = {
                let mut files: Vec<&OutPath> = plan.outputs.iter().map(|output| &output.file).collect();
                files.sort_unstable();
                files
            };
            let gone = before.map(|before| before.gone(&planned)).unwrap_or_default();
            let mut folders = Folders::new(output);
            for (planned, staged) in changed {
                folders.replace(staged, &planned.file)?;
            }
            for file in gone {
                outcome.removed += usize::from(folders.remove(file)?);
            }
        }
    }
    let files = plan.outputs.iter().zip(&made);
    let published = files.map(|(output, one)| Published {
        file: output.file.clone(),
        fingerprint: output.fingerprint,
        digest: one.digest,
    });
    outcome.manifest.files = published.collect();
    outcome.manifest.files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(outcome)
}

/// Whether there is an output to be kept until the new one is complete.
fn stands(output: &Path) -> Result<bool, Failure> {
    match fs::read_dir(output) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Failure::new("open", output, error)),
    }
}

/// Readers meet no page before what it needs: files first, then pages, lists, home, feeds, maps.
fn rank(what: &What) -> u8 {
    match what {
        What::Copy { .. } => 0,
        What::Page(Page::Release(_) | Page::Static(_)) | What::Redirect { .. } => 1,
        What::Page(Page::Home) => 3,
        What::Page(_) => 2,
        What::Feed(_) => 4,
        What::Sitemap(_) | What::SitemapIndex | What::Robots => 5,
    }
}

/// A folder beside the output, on the same file system, which goes away with this value.
struct Stage {
    folder: Option<tempfile::TempDir>,
    path: PathBuf,
}

impl Stage {
    fn beside(output: &Path) -> Result<Self, Failure> {
        let parent = match output.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(|error| Failure::new("create", parent, error))?;
        let name = output.file_name().unwrap_or_default().to_string_lossy();
        let folder = tempfile::Builder::new()
            .prefix(&format!(".{name}-"))
            .suffix(".stage")
            .permissions(public_folder())
            .tempdir_in(parent)
            .map_err(|error| Failure::new("create a folder in", parent, error))?;
        Ok(Self { path: folder.path().to_owned(), folder: Some(folder) })
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn become_output(mut self, output: &Path) -> Result<(), Failure> {
        if let Some(folder) = self.folder.take() {
            let staged = folder.keep();
            // A folder may be renamed over an empty one.
            if let Err(error) = fs::rename(&staged, output) {
                let _ = fs::remove_dir_all(&staged);
                return Err(Failure::new("put the pages at", output, error));
            }
        }
        Ok(())
    }
}

/// What a web server must be able to enter and to read.
#[cfg(unix)]
fn public_folder() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(0o755)
}

#[cfg(not(unix))]
fn public_folder() -> fs::Permissions {
    fs::metadata(".")
        .map(|m| m.permissions())
        .unwrap_or_else(|_| unreachable!("the current folder has permissions"))
}

/// Renders and stages outputs, from several threads.
struct Work<'a> {
    plan: &'a Plan<'a>,
    renderer: &'a Renderer<'a, 'a>,
    root: &'a Root,
    /// The output, where there is one to compare with.
    standing: Option<&'a Path>,
    stage: &'a Path,
    faults: Mutex<Vec<Diagnostic>>,
    stop: AtomicBool,
    next: AtomicUsize,
}

/// An output that was rendered.
struct Made {
    digest: Digest,
    bytes: u64,
    staged: Staged,
}

#[derive(PartialEq)]
enum Staged {
    /// The output has these bytes already.
    Equal,
    /// In the stage, at its own path.
    InPlace,
    /// In the stage, to be renamed.
    At(PathBuf),
}

impl Work<'_> {
    fn make(&self, output: &Output) -> Result<Option<Made>, Failure> {
        if self.stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        if let What::Copy { path, digest } = &output.what {
            return self.copy(output, path, *digest).map(Some);
        }
        let mut texts = Texts::new();
        for path in self.plan.bodies(output) {
            texts.insert(path.clone(), self.root.read_again(path)?);
        }
        match self.renderer.render(output, &texts) {
            Ok(bytes) => {
                let staged = self.stage(output, &bytes)?;
                Ok(Some(Made { digest: Digest::of(&bytes), bytes: bytes.len() as u64, staged }))
            }
            Err(fault) => {
                let mut faults = self.faults.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                // A fault of a shared template shows on many pages: once is enough.
                let known = faults.iter().any(|known| known.place == fault.place && known.place.is_some());
                if !known {
                    faults.push(fault);
                }
                if faults.len() >= ENOUGH {
                    self.stop.store(true, Ordering::Relaxed);
                }
                Ok(None)
            }
        }
    }

    fn stage(&self, output: &Output, bytes: &[u8]) -> Result<Staged, Failure> {
        let Some(standing) = self.standing else {
            let path = self.stage.join(output.file.as_str());
            let mut file = create(&path).map_err(|error| Failure::new("create", &path, error))?;
            file.write_all(bytes).map_err(|error| Failure::new("write", &path, error))?;
            return Ok(Staged::InPlace);
        };
        if has_bytes(&standing.join(output.file.as_str()), bytes) {
            return Ok(Staged::Equal);
        }
        let path = self.numbered();
        fs::write(&path, bytes).map_err(|error| Failure::new("write", &path, error))?;
        Ok(Staged::At(path))
    }

    fn copy(&self, output: &Output, path: &str, digest: Digest) -> Result<Made, Failure> {
        let source = self.root.locate(path);
        let built_in = if source.exists() { None } else { built_in_file(path) };
        if let Some(bytes) = built_in {
            let staged = self.stage(output, bytes)?;
            return Ok(Made { digest, bytes: bytes.len() as u64, staged });
        }
        let size = fs::metadata(&source).map_err(|error| Failure::new("read", &source, error))?.len();
        let (target, staged) = match self.standing {
            None => (self.stage.join(output.file.as_str()), Staged::InPlace),
            Some(standing) => {
                let there = standing.join(output.file.as_str());
                if fs::metadata(&there).is_ok_and(|m| m.len() == size) && digest_of(&there) == Some(digest) {
                    return Ok(Made { digest, bytes: size, staged: Staged::Equal });
                }
                let path = self.numbered();
                (path.clone(), Staged::At(path))
            }
        };
        let failed = |error| Failure::new("copy", &source, error);
        let mut from = File::open(&source).map_err(failed)?;
        let mut to = create(&target).map_err(|error| Failure::new("create", &target, error))?;
        io::copy(&mut from, &mut to).map_err(failed)?;
        Ok(Made { digest, bytes: size, staged })
    }

    fn numbered(&self) -> PathBuf {
        self.stage.join(self.next.fetch_add(1, Ordering::Relaxed).to_string())
    }
}

/// A new file, and the folders that it needs: most have theirs already or need one.
fn create(path: &Path) -> io::Result<File> {
    match File::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            File::create_new(path)
        }
        other => other,
    }
}

fn has_bytes(path: &Path, bytes: &[u8]) -> bool {
    let size = fs::symlink_metadata(path).ok().filter(|m| m.is_file()).map(|m| m.len());
    size == Some(bytes.len() as u64) && fs::read(path).is_ok_and(|there| there == bytes)
}

fn digest_of(path: &Path) -> Option<Digest> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path).ok()?).ok()?;
    Some(Digest(*hasher.finalize().as_bytes()))
}

/// Renames and removes in a standing output, never through a symbolic link out of it.
struct Folders<'a> {
    output: &'a Path,
    checked: HashSet<PathBuf>,
}

impl<'a> Folders<'a> {
    fn new(output: &'a Path) -> Self {
        Self { output, checked: HashSet::new() }
    }

    fn replace(&mut self, staged: &Path, file: &OutPath) -> Result<(), Failure> {
        let target = self.output.join(file.as_str());
        if let Some(folder) = target.parent() {
            self.enter(folder)?;
        }
        fs::rename(staged, &target).map_err(|error| Failure::new("replace", &target, error))
    }

    /// Makes sure that a folder is there and is one.
    fn enter(&mut self, folder: &Path) -> Result<(), Failure> {
        if folder == self.output || self.checked.contains(folder) {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            self.enter(above)?;
        }
        match fs::symlink_metadata(folder) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                let error = io::Error::other("it is no folder; remove it and build again");
                return Err(Failure::new("write into", folder, error));
            }
            Err(_) => fs::create_dir(folder).map_err(|error| Failure::new("create", folder, error))?,
        }
        self.checked.insert(folder.to_owned());
        Ok(())
    }

    /// Removes a file, and the folders that this leaves empty. Says whether it was there.
    fn remove(&mut self, file: &OutPath) -> Result<bool, Failure> {
        let path = self.output.join(file.as_str());
        let mut above = path.parent();
        while let Some(folder) = above.filter(|folder| *folder != self.output) {
            match fs::symlink_metadata(folder) {
                Ok(metadata) if metadata.is_dir() => above = folder.parent(),
                // Whatever stands there now, Tribune's file is gone.
                _ => return Ok(false),
            }
        }
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(Failure::new("remove", path, error)),
        }
        let mut above = path.parent();
        while let Some(folder) = above.filter(|folder| *folder != self.output) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
            above = folder.parent();
        }
        Ok(true)
    }
}
