//! Renders and stages what differs from the last build, from several threads.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use parking_lot::Mutex;
use rayon::prelude::*;

use crate::pages::manifest::{Entry, OutStamp, Published};
use crate::pages::path::OutPath;
use crate::pages::plan::{Copy, Output, What};
use crate::pages::render::Texts;
use crate::text::diagnostic::Diagnostic;
use crate::text::fingerprint::Digest;
use crate::world::themes::built_in_file;
use crate::world::tree::Failure;

use super::journal::new_file;
use super::{Job, Refusal};

/// Faults of rendering after which a run has said enough.
const ENOUGH: usize = 100;

pub struct Work<'a> {
    job: Job<'a>,
    /// The output, where there is one to compare with.
    standing: Option<&'a Path>,
    stage: &'a Path,
    faults: Mutex<Vec<Diagnostic>>,
    stop: AtomicBool,
    next: AtomicU32,
}

/// An output as it will stand.
pub struct Made<'a> {
    pub output: &'a Output,
    pub file: OutPath,
    digest: Digest,
    stamp: OutStamp,
    pub staged: Staged,
}

#[derive(PartialEq)]
pub enum Staged {
    /// The output has these bytes already.
    Equal,
    /// In the stage, at its own path.
    InPlace,
    /// In the stage, under a number.
    At(u32),
}

impl Staged {
    pub fn is_new(&self) -> bool {
        matches!(self, Self::InPlace | Self::At(_))
    }
}

impl Made<'_> {
    /// The record of it.
    pub fn published(self) -> Published {
        let Output { key, fingerprint, .. } = *self.output;
        Published { key, file: self.file, fingerprint, digest: self.digest, stamp: self.stamp }
    }
}

impl<'a> Work<'a> {
    pub fn new(job: Job<'a>, standing: Option<&'a Path>, stage: &'a Path) -> Self {
        let (faults, stop, next) = (Mutex::default(), AtomicBool::new(false), AtomicU32::new(0));
        Self { job, standing, stage, faults, stop, next }
    }

    /// Makes these outputs, those of one month one after another: they show the same rows.
    pub fn run(self, outputs: Vec<&'a Output>) -> Result<Vec<Made<'a>>, Refusal> {
        self.job.progress.begin("rendering and writing", outputs.len());
        let placed = |output: &'a Output| {
            ((output.lang, self.job.plan.month(output)), self.job.plan.file(output), output)
        };
        let mut files: Vec<_> = outputs.into_par_iter().map(placed).collect();
        files.par_sort_unstable_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        let counted = |folder: &mut PathBuf, (_, file, output)| {
            let made = self.one(output, file, folder);
            self.job.progress.step();
            made
        };
        let made: Result<Vec<Option<Made>>, Failure> =
            files.into_par_iter().map_init(PathBuf::new, counted).collect();
        let faults = self.faults.into_inner();
        if !faults.is_empty() {
            return Err(Refusal::Faults(faults));
        }
        Ok(made?.into_iter().flatten().collect())
    }

    fn one(
        &self,
        output: &'a Output,
        file: OutPath,
        folder: &mut PathBuf,
    ) -> Result<Option<Made<'a>>, Failure> {
        if self.stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        if let What::Copy(copy) = &output.what {
            return self.copy(output, file, copy, folder).map(Some);
        }
        let Some(bytes) = self.render(output)? else { return Ok(None) };
        self.stage(output, file, &bytes, Digest::of(&bytes), folder).map(Some)
    }

    /// Makes what need not be made, to see that it need not.
    pub fn verify(&self, output: &Output, known: Entry) -> Result<(), Failure> {
        let digest = match &output.what {
            What::Copy(copy) => Some(copy.digest),
            _ => self.render(output)?.map(|bytes| Digest::of(&bytes)),
        };
        match digest {
            Some(digest) if digest != known.digest() => {
                let error = io::Error::other("its fingerprint is the same, its bytes are not");
                Err(Failure::new("trust what is remembered of", known.file(), error))
            }
            _ => Ok(()),
        }
    }

    fn render(&self, output: &Output) -> Result<Option<Vec<u8>>, Failure> {
        let mut texts = Texts::default();
        for path in self.job.renderer.needs(output) {
            texts.insert(path.clone(), self.job.root.read_again(path)?);
        }
        match self.job.renderer.render(output, &texts) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(fault) => {
                let mut faults = self.faults.lock();
                // A fault of a shared template shows on many pages: once is enough.
                let told = faults.iter().any(|told| told.place == fault.place && told.place.is_some());
                if !told {
                    faults.push(fault);
                }
                if faults.len() >= ENOUGH {
                    self.stop.store(true, Ordering::Relaxed);
                }
                Ok(None)
            }
        }
    }

    fn stage(
        &self,
        output: &'a Output,
        file: OutPath,
        bytes: &[u8],
        digest: Digest,
        folder: &mut PathBuf,
    ) -> Result<Made<'a>, Failure> {
        if let Some(there) = self.standing.map(|standing| standing.join(file.as_str()))
            && let Ok(metadata) = fs::symlink_metadata(&there)
            && metadata.is_file()
            && metadata.len() == bytes.len() as u64
            && fs::read(&there).is_ok_and(|old| old == bytes)
        {
            return Ok(Made { output, file, digest, stamp: stamp(&metadata), staged: Staged::Equal });
        }
        self.write(output, file, digest, folder, |to| to.write_all(bytes))
    }

    fn copy(
        &self,
        output: &'a Output,
        file: OutPath,
        copy: &Copy,
        folder: &mut PathBuf,
    ) -> Result<Made<'a>, Failure> {
        let (path, digest) = (&copy.path, copy.digest);
        let source = self.job.root.locate(path);
        if let Some(bytes) = built_in_file(path).filter(|_| !source.exists()) {
            return self.stage(output, file, bytes, digest, folder);
        }
        if let Some(there) = self.standing.map(|standing| standing.join(file.as_str()))
            && let Ok(metadata) = fs::symlink_metadata(&there)
            && metadata.is_file()
            && digest_of(&there) == Some(digest)
        {
            return Ok(Made { output, file, digest, stamp: stamp(&metadata), staged: Staged::Equal });
        }
        let mut from = File::open(&source).map_err(|error| Failure::new("copy", &source, error))?;
        self.write(output, file, digest, folder, |to| {
            let mut hasher = blake3::Hasher::new();
            let mut buffer = vec![0; 64 * 1024];
            loop {
                let read = from.read(&mut buffer)?;
                if read == 0 {
                    break;
                }
                hasher.update(&buffer[..read]);
                to.write_all(&buffer[..read])?;
            }
            let same = hasher.finalize().as_bytes() == &digest.0;
            same.then_some(()).ok_or_else(|| {
                io::Error::other(format!("{path} changed while the portal was being built; build again"))
            })
        })
    }

    /// Writes a file into the stage: at its own path where the stage becomes the output.
    fn write(
        &self,
        output: &'a Output,
        file: OutPath,
        digest: Digest,
        folder: &mut PathBuf,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<Made<'a>, Failure> {
        let (path, staged) = match self.standing {
            None => (self.stage.join("new").join(file.as_str()), Staged::InPlace),
            Some(_) => {
                let number = self.next.fetch_add(1, Ordering::Relaxed);
                (new_file(self.stage, number), Staged::At(number))
            }
        };
        let mut to = create(&path, folder).map_err(|error| Failure::new("create", &path, error))?;
        let written = fill(&mut to).and_then(|()| to.metadata());
        let metadata = written.map_err(|error| Failure::new("write", &path, error))?;
        Ok(Made { output, file, digest, stamp: stamp(&metadata), staged })
    }
}

/// The stamp of a file that is one.
pub fn stamp_at(path: &Path) -> Option<OutStamp> {
    fs::symlink_metadata(path).ok().filter(Metadata::is_file).map(|metadata| stamp(&metadata))
}

fn stamp(metadata: &Metadata) -> OutStamp {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let modified = since.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or_default();
    OutStamp { bytes: metadata.len(), modified }
}

/// A new file, and the folders that it needs. `last` is the folder of the file before: most files are the
/// first of theirs, or stand where that does.
fn create(path: &Path, last: &mut PathBuf) -> io::Result<File> {
    let folder = path.parent().unwrap_or(path);
    if folder != last {
        match fs::create_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(folder)?,
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        folder.clone_into(last);
    }
    File::create_new(path)
}

fn digest_of(path: &Path) -> Option<Digest> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path).ok()?).ok()?;
    Some(Digest(*hasher.finalize().as_bytes()))
}
