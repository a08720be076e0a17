//! The account of an output folder: a plain list of what Tribune put there, beside the manifest.
//! The manifest knows more and counts for nothing once a byte of it is damaged; a list of lines
//! survives that, and another version of the tool.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::pages::manifest::OutStamp;
use crate::pages::path::OutPath;
use crate::world::cache;
use crate::world::tree::{Failure, Root};

use super::make::stamp_at;

/// Where the account of one output stands.
#[derive(Debug)]
pub struct Account {
    path: PathBuf,
}

impl Account {
    pub fn of(root: &Root, output: &Path) -> Self {
        Self { path: cache::file(root, "account", output) }
    }

    /// What was put into the output, or more: a path is listed before its file is there. `None`
    /// where nobody knows.
    pub fn files(&self) -> Result<Option<Vec<OutPath>>, Failure> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::new("read", &self.path, error)),
        };
        // A line without end is one whose writing was cut off: its file is not there yet.
        let whole = bytes.split_inclusive(|byte| *byte == b'\n').filter_map(|line| line.strip_suffix(b"\n"));
        Ok(Some(whole.filter_map(|line| OutPath::parse(std::str::from_utf8(line).ok()?)).collect()))
    }

    /// Adds what is going to be put into the output.
    pub fn add<'f>(&self, files: impl Iterator<Item = &'f OutPath>) -> Result<(), Failure> {
        let lines = lines(files);
        if lines.is_empty() {
            return Ok(());
        }
        cache::make_folder(&self.path)?;
        let open = OpenOptions::new().append(true).create(true).open(&self.path);
        // The first line end closes a line that was cut off.
        let written = open.and_then(|mut file| file.write_all(format!("\n{lines}").as_bytes()));
        written.map_err(|error| Failure::new("write", &self.path, error))
    }

    /// Puts exactly `files` in the place of all that was listed.
    pub fn replace<'f>(&self, files: impl Iterator<Item = &'f OutPath>) -> Result<(), Failure> {
        cache::replace(&self.path, &[lines(files).as_bytes()])
    }

    /// Has exactly `files` wait to take the place of all that is listed.
    pub fn prepare<'f>(&self, files: impl Iterator<Item = &'f OutPath>) -> Result<(), Failure> {
        cache::replace(&cache::waiting(&self.path), &[lines(files).as_bytes()])
    }

    /// By which the list is known to be as it was left.
    pub fn stamp(&self) -> Option<OutStamp> {
        stamp_at(&self.path)
    }

    /// The stamp of the list as it is going to be.
    pub fn next_stamp(&self) -> Option<OutStamp> {
        stamp_at(&cache::waiting(&self.path)).or_else(|| self.stamp())
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn lines<'f>(files: impl Iterator<Item = &'f OutPath>) -> String {
    files.flat_map(|file| [file.as_str(), "\n"]).collect()
}
