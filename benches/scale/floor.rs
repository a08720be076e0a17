//! What a build costs at the least: a bare program that writes a tree of files from memory.
//!
//! It runs in a process of its own. Reading the tree ahead is not timed; timed is, from the first
//! folder to the last closed file, nothing but creating folders and files and writing the bytes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::measure::{Ticks, own_ticks};

/// What a floor cost.
#[derive(Serialize, Deserialize)]
pub struct Cost {
    pub wall: f64,
    pub cpu: Option<Ticks>,
}

/// Identity of a tree of files.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tree {
    pub files: usize,
    pub bytes: u64,
    /// BLAKE3 of all paths, lengths and contents, in the order of the paths.
    pub digest: String,
}

/// Folders that one thread takes at once: neighbours share parents, which two threads would contend for.
const CHUNK: usize = 64;

/// Writes the tree at `source` again at `target`, which must not exist.
pub fn run(source: &Path, target: &Path, threads: usize) -> io::Result<Cost> {
    let mut folders: BTreeMap<PathBuf, Vec<(PathBuf, Vec<u8>)>> = BTreeMap::new();
    let paths = files(source)?;
    let read: Vec<Vec<u8>> = paths.par_iter().map(fs::read).collect::<io::Result<_>>()?;
    for (path, bytes) in paths.iter().zip(read) {
        let there = target.join(path.strip_prefix(source).unwrap_or(path));
        let folder = there.parent().unwrap_or(target).to_owned();
        folders.entry(folder).or_default().push((there, bytes));
    }
    let folders: Vec<_> = folders.into_iter().collect();
    let next = AtomicUsize::new(0);
    let work = || -> io::Result<()> {
        loop {
            let start = next.fetch_add(CHUNK, Ordering::Relaxed);
            let Some(rest) = folders.get(start..) else { return Ok(()) };
            for (folder, files) in rest.iter().take(CHUNK) {
                create(folder)?;
                for (path, bytes) in files {
                    File::create_new(path)?.write_all(bytes)?;
                }
            }
        }
    };
    let (before, start) = (own_ticks(), Instant::now());
    let written: io::Result<()> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        let failed = || Err(io::Error::other("a thread of the floor failed"));
        others.into_iter().fold(own, |all, other| all.and(other.join().unwrap_or_else(|_| failed())))
    });
    let wall = start.elapsed().as_secs_f64();
    written?;
    let cpu = before.zip(own_ticks()).map(|(before, after)| after - before);
    Ok(Cost { wall, cpu })
}

/// A folder whose parent another thread may have yet to create.
fn create(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(folder),
        other => other,
    }
}

/// What stands at `folder`.
pub fn tree(folder: &Path) -> io::Result<Tree> {
    let one = |path: &PathBuf| {
        let bytes = fs::read(path)?;
        let inside = path.strip_prefix(folder).unwrap_or(path);
        let mut hasher = blake3::Hasher::new();
        for part in [inside.as_os_str().as_encoded_bytes(), &bytes] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        Ok((bytes.len() as u64, hasher.finalize()))
    };
    let read: Vec<(u64, blake3::Hash)> = files(folder)?.par_iter().map(one).collect::<io::Result<_>>()?;
    let mut all = blake3::Hasher::new();
    for (_, digest) in &read {
        all.update(digest.as_bytes());
    }
    Ok(Tree {
        files: read.len(),
        bytes: read.iter().map(|(bytes, _)| bytes).sum(),
        digest: all.finalize().to_hex().to_string(),
    })
}

/// All files below a folder, sorted.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let list = if entry.file_type()?.is_dir() { &mut open } else { &mut found };
            list.push(entry.path());
        }
    }
    found.sort_unstable();
    Ok(found)
}
