//! The default theme is built into the program: what changes in it, added files too, is built in
//! anew. What is remembered across runs is worth nothing to a program of other sources, whatever
//! its version says: `TRIBUNE_BUILD` tells them apart.

#![allow(clippy::disallowed_methods)]

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let mut hasher = DefaultHasher::new();
    for input in ["src", "themes/default", "Cargo.toml"] {
        println!("cargo::rerun-if-changed={input}");
        hash(Path::new(input), &mut hasher)?;
    }
    println!("cargo::rustc-env=TRIBUNE_BUILD={:016x}", hasher.finish());
    Ok(())
}

fn hash(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    if !path.is_dir() {
        (path.to_string_lossy(), fs::read(path)?).hash(hasher);
        return Ok(());
    }
    let entries: io::Result<Vec<_>> = fs::read_dir(path)?.collect();
    let mut entries = entries?;
    entries.sort_by_key(fs::DirEntry::file_name);
    entries.iter().try_for_each(|entry| hash(&entry.path(), hasher))
}
