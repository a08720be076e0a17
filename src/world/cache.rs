//! Files under `.cache/`: disposable, checksummed, of no use to another build of the tool. Anything
//! unexpected in one makes it as good as absent.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::Xxh3;

use crate::text::fingerprint::Fingerprint;
use crate::text::long::{self, Way};

use super::tree::{Failure, Root};

/// First bytes of a file: that of another build of the tool reads as absent.
pub(super) const MAGIC: &[u8] = concat!("tribune cache ", env!("TRIBUNE_BUILD"), "\n").as_bytes();

/// Bytes of the checksum that follows: of damage, not of malice, and by far the fastest.
const SUM: usize = 16;

/// Bytes that are read or written at once.
const CHUNK: usize = 1 << 16;

/// Bytes that are read ahead: what lies between lists that are passed over is short.
const AHEAD: usize = 1 << 13;

/// Bytes beyond which a file is none that was written here.
const LARGEST: u64 = 1 << 32;

/// How the names of files begin that are not written to their end.
const TEMPORARY: &str = ".tmp";

/// The file of one kind for one folder. A folder in the portal is known by its place in it, so that
/// both may move together.
pub fn file(root: &Root, kind: &str, of: &Path) -> PathBuf {
    let whole = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (here, of) = (whole(root.dir()), whole(of));
    let place = of.strip_prefix(&here).unwrap_or(&of);
    let name = blake3::hash(place.as_os_str().as_encoded_bytes()).to_hex();
    named(root, &format!("{kind}-{}", &name[..16]))
}

/// A file that is about no folder in particular.
pub fn named(root: &Root, name: &str) -> PathBuf {
    root.dir().join(".cache").join("tribune").join(name)
}

/// What was saved, if it can be trusted.
pub fn load<T: DeserializeOwned>(path: &Path) -> Option<T> {
    load_known(path).map(|(value, _)| value)
}

/// The same with the fingerprint by which it is known. A file is not gathered in memory, and long lists stay
/// in it: getting memory is what most of the time would go into.
pub fn load_known<T: DeserializeOwned>(path: &Path) -> Option<(T, Fingerprint)> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let body = length.checked_sub((MAGIC.len() + SUM) as u64).filter(|_| length <= LARGEST)?;
    let (mut magic, mut sum) = ([0; MAGIC.len()], [0; SUM]);
    file.read_exact(&mut magic).and_then(|()| file.read_exact(&mut sum)).ok()?;
    if magic != MAGIC {
        return None;
    }
    // Nothing damaged is tried to be understood.
    let mut hashing = Hashing { hasher: Xxh3::new(), to: io::sink() };
    io::copy(&mut BufReader::with_capacity(CHUNK, &file), &mut hashing).ok()?;
    let known = hashing.hasher.digest128();
    if known.to_le_bytes() != sum {
        return None;
    }
    file.seek(SeekFrom::Start(length - body)).ok()?;
    // One after another, texts and what is read at once of columns stand in here: the rest goes unused.
    let mut room = vec![0; usize::try_from(body).ok()?];
    let way = Rc::new(Way::default());
    way.at.set(length - body);
    let from = BufReader::with_capacity(AHEAD, file.try_clone().ok()?);
    let from = Passing { from, way: Rc::clone(&way) };
    let store = Arc::new(Opened { file: Mutex::new(file), lost: AtomicBool::new(false) });
    let (value, _) = long::reading(store, way, || postcard::from_io((from, &mut room[..]))).ok()?;
    Some((value, Fingerprint(known)))
}

/// Reads a file but for what nobody looks at.
struct Passing {
    from: BufReader<File>,
    way: Rc<Way>,
}

impl Read for Passing {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let length = to.len() as u64;
        // A single byte may be one of a length, which is looked at.
        let read = match i64::try_from(length) {
            Ok(ahead) if self.way.passes.get() && ahead > 1 => {
                self.from.seek_relative(ahead)?;
                to.len()
            }
            _ => self.from.read(to)?,
        };
        self.way.at.set(self.way.at.get() + read as u64);
        Ok(read)
    }
}

/// A file that long lists stay in. Another may take its name: this one is what it was.
#[derive(Debug)]
struct Opened {
    file: Mutex<File>,
    lost: AtomicBool,
}

impl long::Store for Opened {
    fn read(&self, at: u64, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        let mut file = self.file.lock();
        file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut bytes)).ok()?;
        Some(bytes)
    }

    fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    fn is_whole(&self) -> bool {
        !self.lost.load(Ordering::Relaxed)
    }
}

/// Saves a value in the place of the one before, whole or not at all. Returns its fingerprint.
pub fn save<T: Serialize>(path: &Path, value: &T) -> Result<Fingerprint, Failure> {
    let failed = |error| Failure::new("write", path, error);
    let mut temporary = temporary(path)?;
    let sum_at = MAGIC.len() as u64;
    temporary.write_all(MAGIC).and_then(|()| temporary.write_all(&[0; SUM])).map_err(failed)?;
    // What is saved may be large: it is not gathered in memory first.
    let mut hashing = Hashing { hasher: Xxh3::new(), to: &mut temporary };
    let body = BufWriter::with_capacity(CHUNK, &mut hashing);
    let mut body = postcard::to_io(value, body).map_err(|error| failed(io::Error::other(error)))?;
    body.flush().map_err(failed)?;
    drop(body);
    let known = hashing.hasher.digest128();
    let sum = known.to_le_bytes();
    temporary.seek(SeekFrom::Start(sum_at)).and_then(|_| temporary.write_all(&sum)).map_err(failed)?;
    temporary.persist(path).map_err(|error| failed(error.error))?;
    Ok(Fingerprint(known))
}

/// Hashes what it writes.
struct Hashing<W> {
    hasher: Xxh3,
    to: W,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Where the next version of a file waits for what it tells of to be done.
pub fn waiting(path: &Path) -> PathBuf {
    path.with_extension("next")
}

/// Puts what waits in its place. Whether anything did.
pub fn accept(path: &Path) -> Result<bool, Failure> {
    match fs::rename(waiting(path), path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Failure::new("replace", path, error)),
    }
}

/// Removes a file that may be there.
pub fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::new("remove", path, error)),
        _ => Ok(()),
    }
}

/// Removes what runs that were killed had not written to its end, long enough after they did.
pub fn sweep(root: &Root) {
    const LONG: Duration = Duration::from_secs(3600);
    let is_old = |entry: &fs::DirEntry| {
        let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        modified.and_then(|time| time.elapsed().ok()).is_some_and(|age| age > LONG)
    };
    let entries = fs::read_dir(named(root, "")).into_iter().flatten().filter_map(Result::ok);
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(TEMPORARY)) {
        if is_old(&entry) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Puts a file in the place of the one before, whole or not at all.
pub fn replace(path: &Path, parts: &[&[u8]]) -> Result<(), Failure> {
    let failed = |error| Failure::new("write", path, error);
    let mut temporary = temporary(path)?;
    for part in parts {
        temporary.write_all(part).map_err(failed)?;
    }
    temporary.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A file that is going to take the place of another.
pub(super) fn temporary(path: &Path) -> Result<tempfile::NamedTempFile, Failure> {
    let made = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(make_folder(path)?);
    made.map_err(|error| Failure::new("write", path, error))
}

/// Makes the folder that a file stands in.
pub fn make_folder(path: &Path) -> Result<&Path, Failure> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|error| Failure::new("create", folder, error))?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use crate::text::long::{Long, Texts};

    use super::*;

    #[test]
    fn long_lists_stay_in_their_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        let numbers: Vec<u128> = (0..5000).collect();
        let texts: Vec<String> = numbers.iter().map(u128::to_string).collect();
        let texts: Texts = texts.iter().map(String::as_str).collect();
        // Before, between and after them stands what is read at once.
        let saved = ("é".repeat(CHUNK), Long::from(numbers.clone()), 7u32, texts, "end".to_owned());
        save(&path, &saved).unwrap();
        let back: (String, Long<u128>, u32, Texts, String) = load(&path).unwrap();
        assert_eq!((&back.0, back.2, &*back.4), (&saved.0, 7, "end"));
        assert_eq!((back.1[4999], back.3.get(1024), back.3.binary_search("x")), (4999, "1024", Err(5000)));
        // Another file takes its name, and this one is read on.
        save(&path, &0u8).unwrap();
        assert!(back.1.iter().eq(&numbers) && (0..5000).all(|at| back.3.get(at) == at.to_string()));
        assert!(back.1.is_whole());
        // It is altered where it stands.
        save(&path, &saved).unwrap();
        let back: (String, Long<u128>, u32, Texts, String) = load(&path).unwrap();
        let mut file = File::options().write(true).open(&path).unwrap();
        // Within the numbers, which begin after 130,000 bytes and are 80,000.
        file.seek(SeekFrom::Start(170_000)).and_then(|_| file.write_all(&[255; 64])).unwrap();
        assert!(back.1.iter().count() == 5000 && !back.1.is_whole());
    }

    #[test]
    fn what_was_saved_comes_back_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        let known = save(&path, &("é".repeat(CHUNK), 7u32)).unwrap();
        assert!(load_known::<(String, u32)>(&path) == Some((("é".repeat(CHUNK), 7), known)));
        let whole = fs::read(&path).unwrap();
        for damaged in
            [&whole[..whole.len() - 1], &whole[..MAGIC.len() + 1], b"", &[&whole[..], b"x"].concat()]
        {
            fs::write(&path, damaged).unwrap();
            assert!(load::<(String, u32)>(&path).is_none());
        }
        // Longer than any memory, on disks that have files with holes.
        fs::write(&path, &whole).unwrap();
        if File::options().write(true).open(&path).unwrap().set_len(1 << 40).is_ok() {
            assert!(load::<(String, u32)>(&path).is_none());
        }
    }
}
