//! The steps from one output to the next. Each can be undone as long as the stage stands, and all
//! are written down before the first is taken: a run that is killed on the way is finished by the
//! next one, a step that fails undoes those before it.

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
    /// A staged file takes its place, whatever file stands there.
    Put(u32, OutPath),
    /// A file goes.
    Take(u32, OutPath),
}

/// First bytes of a journal: one of another format is not taken for one.
const MAGIC: &[u8] = b"tribune journal 1\n";

/// Takes steps in an output, never through a symbolic link out of it.
pub struct Journal<'a> {
    output: &'a Path,
    stage: &'a Path,
    steps: Vec<Step>,
    /// Folders that are known to be there, and those that were made for a step.
    entered: HashSet<PathBuf>,
    made: Vec<PathBuf>,
}

/// Where new files wait.
pub fn new_file(stage: &Path, number: u32) -> PathBuf {
    stage.join("new").join(number.to_string())
}

fn old_file(stage: &Path, number: u32) -> PathBuf {
    stage.join("old").join(number.to_string())
}

fn journal_file(stage: &Path) -> PathBuf {
    stage.join("journal")
}

/// Whether a run is to be finished from a stage.
pub fn is_there(stage: &Path) -> bool {
    journal_file(stage).exists()
}

impl<'a> Journal<'a> {
    /// Writes down what is going to be done.
    pub fn write(output: &'a Path, stage: &'a Path, steps: Vec<Step>) -> Result<Self, Failure> {
        let path = journal_file(stage);
        let failed = |error| Failure::new("write", &path, error);
        let body = postcard::to_stdvec(&steps).map_err(|error| failed(io::Error::other(error)))?;
        let old = stage.join("old");
        fs::create_dir(&old).map_err(|error| Failure::new("create", &old, error))?;
        let mut file = tempfile::NamedTempFile::new_in(stage).map_err(failed)?;
        for part in [MAGIC, blake3::hash(&body).as_bytes(), &body] {
            file.write_all(part).map_err(failed)?;
        }
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(Self { output, stage, steps, entered: HashSet::new(), made: Vec::new() })
    }

    /// The journal of a run that did not end; `None` where nothing had begun.
    pub fn read(output: &'a Path, stage: &'a Path) -> Option<Self> {
        let bytes = fs::read(journal_file(stage)).ok()?;
        let (sum, body) = bytes.strip_prefix(MAGIC)?.split_at_checked(32)?;
        if blake3::hash(body).as_bytes() != sum {
            return None;
        }
        let steps = postcard::from_bytes(body).ok()?;
        Some(Self { output, stage, steps, entered: HashSet::new(), made: Vec::new() })
    }

    /// Takes all steps, those that were taken already not again. A failure undoes what was done.
    pub fn run(mut self) -> Result<(), Failure> {
        let steps = std::mem::take(&mut self.steps);
        for (at, step) in steps.iter().enumerate() {
            if let Err(failure) = self.take(step) {
                self.undo(&steps[..=at])?;
                return Err(failure);
            }
        }
        Ok(())
    }

    fn take(&mut self, step: &Step) -> Result<(), Failure> {
        let (stage, output) = (self.stage, self.output);
        match step {
            Step::Put(number, file) => {
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

    /// Undoes steps, the last one first.
    fn undo(&mut self, steps: &[Step]) -> Result<(), Failure> {
        for step in steps.iter().rev() {
            let (Step::Put(number, file) | Step::Take(number, file)) = step;
            let (kept, target) = (old_file(self.stage, *number), self.output.join(file.as_str()));
            let failed = |error| Failure::new("restore", &target, error);
            let was_put = matches!(step, Step::Put(..)) && !new_file(self.stage, *number).exists();
            if kept.exists() {
                if let Some(folder) = target.parent() {
                    self.enter(folder)?;
                }
                fs::rename(&kept, &target).map_err(failed)?;
            } else if was_put {
                fs::remove_file(&target).map_err(failed)?;
            }
        }
        for folder in self.made.iter().rev() {
            // One that is not empty was there before.
            let _ = fs::remove_dir(folder);
        }
        // What was undone must not be done by the next run.
        let path = journal_file(self.stage);
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
                self.made.push(folder.to_owned());
            }
        }
        self.entered.insert(folder.to_owned());
        Ok(())
    }

    /// Removes the folders that a file leaves empty.
    fn leave(&mut self, file: &Path) {
        let mut above = file.parent();
        while let Some(folder) = above.filter(|folder| *folder != self.output) {
            if fs::remove_dir(folder).is_err() {
                break;
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

/// Whether all folders between the output and a file are folders, and none a link.
fn is_beneath(output: &Path, file: &Path) -> bool {
    let above = file.ancestors().skip(1).take_while(|folder| *folder != output);
    above.map(fs::symlink_metadata).all(|folder| folder.is_ok_and(|metadata| metadata.is_dir()))
}

/// Neither the file nor a folder that it could stand in is there.
pub fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
