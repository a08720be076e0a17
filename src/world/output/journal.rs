//! The steps from one output to the next. Each can be undone as long as the stage stands, and all
//! are written down before the first is taken: a run that is killed on the way is finished by the
//! next one, a step that fails undoes those before it. Steps and their undoing may be begun anew at
//! any point, so it doesn't matter how often a run is killed.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::pages::path::OutPath;
use crate::world::tree::Failure;

/// One change of the output. The number is that of the file in the stage.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// A staged file takes a place where none stands.
    Add(u32, OutPath),
    /// A staged file takes the place of another.
    Replace(u32, OutPath),
    /// A file goes.
    Take(u32, OutPath),
}

/// First bytes of a journal: one of another format is not taken for one.
const MAGIC: &[u8] = b"tribune journal 2\n";

/// Takes steps in an output, never through a symbolic link out of it.
pub struct Journal<'a> {
    output: &'a Path,
    stage: &'a Path,
    steps: Vec<Step>,
    /// A step has failed, so all are undone.
    undoing: bool,
    /// Folders that are known to be there.
    entered: HashSet<PathBuf>,
}

/// Where new files wait.
pub fn new_file(stage: &Path, number: u32) -> PathBuf {
    stage.join("new").join(number.to_string())
}

fn old_file(stage: &Path, number: u32) -> PathBuf {
    stage.join("old").join(number.to_string())
}

/// Where a journal stands, whose name says what is to be done with it.
fn journal_file(stage: &Path, undoing: bool) -> PathBuf {
    stage.join(if undoing { "undo" } else { "journal" })
}

/// Whether a run is to be finished from a stage.
pub fn is_there(stage: &Path) -> bool {
    [false, true].into_iter().any(|undoing| journal_file(stage, undoing).exists())
}

impl<'a> Journal<'a> {
    /// Writes down what is going to be done.
    pub fn write(output: &'a Path, stage: &'a Path, steps: Vec<Step>) -> Result<Self, Failure> {
        let path = journal_file(stage, false);
        let failed = |error| Failure::new("write", &path, error);
        let body = postcard::to_stdvec(&steps).map_err(|error| failed(io::Error::other(error)))?;
        let old = stage.join("old");
        fs::create_dir(&old).map_err(|error| Failure::new("create", &old, error))?;
        let mut file = tempfile::NamedTempFile::new_in(stage).map_err(failed)?;
        for part in [MAGIC, blake3::hash(&body).as_bytes(), &body] {
            file.write_all(part).map_err(failed)?;
        }
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(Self { output, stage, steps, undoing: false, entered: HashSet::new() })
    }

    /// The journal of a run that did not end; `None` where nothing had begun.
    pub fn read(output: &'a Path, stage: &'a Path) -> Option<Self> {
        let undoing = journal_file(stage, true).exists();
        let bytes = fs::read(journal_file(stage, undoing)).ok()?;
        let (sum, body) = bytes.strip_prefix(MAGIC)?.split_at_checked(32)?;
        if blake3::hash(body).as_bytes() != sum {
            return None;
        }
        let steps = postcard::from_bytes(body).ok()?;
        Some(Self { output, stage, steps, undoing, entered: HashSet::new() })
    }

    /// Takes all steps, those that were taken already not again, and has the result recorded. A
    /// failure undoes everything. Where one was to be undone, it is, and nothing is recorded.
    pub fn run(mut self, record: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        let steps = std::mem::take(&mut self.steps);
        if self.undoing {
            return self.undo(&steps);
        }
        match steps.iter().try_for_each(|step| self.take(step)).and_then(|()| record()) {
            Ok(()) => {
                // Should it stand, the next run finds every step taken.
                let _ = fs::remove_file(journal_file(self.stage, false));
                Ok(())
            }
            Err(failure) => {
                let (from, to) = (journal_file(self.stage, false), journal_file(self.stage, true));
                fs::rename(&from, to).map_err(|error| Failure::new("rename", &from, error))?;
                self.undo(&steps)?;
                Err(failure)
            }
        }
    }

    fn take(&mut self, step: &Step) -> Result<(), Failure> {
        let (stage, output) = (self.stage, self.output);
        match step {
            Step::Add(number, file) | Step::Replace(number, file) => {
                let (staged, target) = (new_file(stage, *number), output.join(file.as_str()));
                if let Some(folder) = target.parent() {
                    self.enter(folder)?;
                }
                let failed = |error| Failure::new("replace", &target, error);
                match keep(&target, &old_file(stage, *number)) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    kept => kept.map_err(failed)?,
                }
                match fs::rename(&staged, &target) {
                    // Done by the run that was killed.
                    Err(error) if error.kind() == io::ErrorKind::NotFound && !staged.exists() => Ok(()),
                    moved => moved.map_err(failed),
                }
            }
            Step::Take(number, file) => {
                let target = output.join(file.as_str());
                // Whatever is reached through a link now, Tribune's file is gone.
                if !is_beneath(output, &target) {
                    return Ok(());
                }
                match fs::rename(&target, old_file(stage, *number)) {
                    Err(error) if is_missing(&error) => {}
                    moved => moved.map_err(|error| Failure::new("remove", &target, error))?,
                }
                self.leave(&target);
                Ok(())
            }
        }
    }

    /// Undoes steps, the last one first; those that were not taken, or are undone already, are left.
    fn undo(&mut self, steps: &[Step]) -> Result<(), Failure> {
        for step in steps.iter().rev() {
            let (Step::Add(number, file) | Step::Replace(number, file) | Step::Take(number, file)) = step;
            let (kept, target) = (old_file(self.stage, *number), self.output.join(file.as_str()));
            let failed = |error| Failure::new("restore", &target, error);
            if is_at(&kept) {
                if let Some(folder) = target.parent() {
                    self.enter(folder)?;
                }
                fs::rename(&kept, &target).map_err(failed)?;
            } else if let Step::Add(..) = step {
                let staged = new_file(self.stage, *number);
                if !is_at(&staged) {
                    match fs::rename(&target, staged) {
                        Err(error) if is_missing(&error) => {}
                        moved => moved.map_err(failed)?,
                    }
                }
                self.leave(&target);
            }
        }
        // What was undone must not be done by the next run.
        let path = journal_file(self.stage, true);
        fs::remove_file(&path).map_err(|error| Failure::new("remove", &path, error))
    }

    /// Makes sure that a folder is there and is one.
    fn enter(&mut self, folder: &Path) -> Result<(), Failure> {
        if folder == self.output || self.entered.contains(folder) {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            self.enter(above)?;
        }
        match fs::symlink_metadata(folder) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(in_the_way(folder)),
            Err(_) => {
                fs::create_dir(folder).map_err(|error| Failure::new("create", folder, error))?;
            }
        }
        self.entered.insert(folder.to_owned());
        Ok(())
    }

    /// Removes the folders that a file leaves empty.
    fn leave(&mut self, file: &Path) {
        let mut above = file.parent();
        while let Some(folder) = above.filter(|folder| *folder != self.output) {
            match fs::remove_dir(folder) {
                // A run that was killed may have removed it, and not yet the one above.
                Err(error) if !is_missing(&error) => break,
                _ => {}
            }
            self.entered.remove(folder);
            above = folder.parent();
        }
    }
}

/// What stands where Tribune would write and is none of its files.
pub fn in_the_way(path: &Path) -> Failure {
    let reason = "something that Tribune did not put there stands in its place; move it away and build again";
    Failure::new("write to", path, io::Error::other(reason))
}

/// Keeps a file under a second name: without copying, where the file system can.
fn keep(file: &Path, kept: &Path) -> io::Result<()> {
    match fs::hard_link(file, kept) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        Err(_) => {
            // A copy must be whole before it counts, or undoing would tear the file.
            let part = kept.with_extension("part");
            fs::copy(file, &part)?;
            fs::rename(part, kept)
        }
        Ok(()) => Ok(()),
    }
}

/// Whether anything stands at a path, be it a link that leads nowhere.
fn is_at(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether all that stands between the output and a file are folders, and none a link.
fn is_beneath(output: &Path, file: &Path) -> bool {
    let above = file.ancestors().skip(1).take_while(|folder| *folder != output);
    above.map(fs::symlink_metadata).all(|folder| match folder {
        Ok(metadata) => metadata.is_dir(),
        Err(error) => is_missing(&error),
    })
}

/// Neither the file nor a folder that it could stand in is there.
pub fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
