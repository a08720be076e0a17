//! A file of the heads of releases, of which a later process reads those that it looks at.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use parking_lot::Mutex;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::model::portal::Release;
use crate::model::releases::{self, Releases};
use crate::text::fingerprint::Fingerprint;
use crate::text::long::Long;

use super::cache;
use super::tree::Failure;

/// Releases that are put into bytes at a time: memory holds no more.
const BATCH: usize = 4096;

/// Bytes of the mark.
const MARK: usize = 16;

/// Where heads begin in their file.
const START: u64 = (cache::MAGIC.len() + MARK) as u64;

/// Where each head stands in its file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Index {
    /// By which the file is known to be the one that this tells of.
    mark: Fingerprint,
    /// Start, length and checksum of each.
    places: Long<[u64; 3]>,
    /// Where the last one ends.
    end: u64,
}

/// Heads to be read.
#[derive(Debug)]
pub struct Heads {
    file: Mutex<File>,
    places: Long<[u64; 3]>,
    end: u64,
}

/// Writes all heads in the place of those before. `mark` is unlike that of any other such file.
pub fn save(path: &Path, mark: Fingerprint, releases: &Releases) -> Result<Index, Failure> {
    let failed = |error| Failure::new("write", path, error);
    let mut temporary = cache::temporary(path)?;
    let mut to = BufWriter::with_capacity(1 << 16, temporary.as_file_mut());
    to.write_all(cache::MAGIC).and_then(|()| to.write_all(&mark.0.to_le_bytes())).map_err(failed)?;
    let mut places = Vec::with_capacity(releases.len());
    let mut end = START;
    for first in (0..releases.len()).step_by(BATCH) {
        let batch = first..releases.len().min(first + BATCH);
        let encoded: Result<Vec<Vec<u8>>, _> =
            batch.into_par_iter().map(|ix| postcard::to_stdvec(&releases[ix])).collect();
        for head in encoded.map_err(|error| failed(std::io::Error::other(error)))? {
            to.write_all(&head).map_err(failed)?;
            places.push([end, head.len() as u64, xxh3_64(&head)]);
            end += head.len() as u64;
        }
    }
    to.flush().map_err(failed)?;
    drop(to);
    // Some may have had to be read back from the file that this one replaces.
    if !releases.are_whole() {
        return Err(failed(std::io::Error::other("what was remembered of releases is damaged")));
    }
    temporary.persist(path).map_err(|error| failed(error.error))?;
    Ok(Index { mark, places: places.into(), end })
}

impl Heads {
    /// The heads of an index, where their file is the one that it tells of.
    pub fn open(path: &Path, index: Index) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let mut begin = vec![0; cache::MAGIC.len() + MARK];
        file.read_exact(&mut begin).ok()?;
        let Index { mark, places, end } = index;
        let is_own = begin.strip_prefix(cache::MAGIC)? == mark.0.to_le_bytes();
        (is_own && file.metadata().ok()?.len() == end).then(|| Self { file: Mutex::new(file), places, end })
    }

    /// Whether all of them can be read as they are now.
    pub fn can_be_read(&self) -> bool {
        let mut all = Vec::new();
        let read = {
            let mut file = self.file.lock();
            file.seek(SeekFrom::Start(START)).and_then(|_| file.read_to_end(&mut all))
        };
        let is_same = |[at, length, sum]: &[u64; 3]| {
            let at = at.checked_sub(START).and_then(|at| usize::try_from(at).ok());
            let end = at.and_then(|at| at.checked_add(usize::try_from(*length).ok()?));
            let head = at.zip(end).and_then(|(at, end)| all.get(at..end));
            head.is_some_and(|head| xxh3_64(head) == *sum)
        };
        let is_whole = read.is_ok() && START + all.len() as u64 == self.end;
        is_whole && self.places.par_iter().all(is_same) && self.places.is_whole()
    }
}

impl releases::Heads for Heads {
    fn head(&self, place: usize) -> Option<Release> {
        let [at, length, sum] = *self.places.get(place)?;
        // A place that can't be read any more is that of nothing.
        let mut head = vec![0; usize::try_from(length).ok().filter(|length| *length > 0)?];
        {
            let mut file = self.file.lock();
            file.seek(SeekFrom::Start(at)).ok()?;
            file.read_exact(&mut head).ok()?;
        }
        (xxh3_64(&head) == sum).then(|| postcard::from_bytes(&head).ok())?
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Debug)]
    struct Damaged;

    impl releases::Heads for Damaged {
        fn head(&self, _: usize) -> Option<Release> {
            None
        }
    }

    #[test]
    fn what_is_lost_is_not_written_in_the_place_of_what_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heads");
        std::fs::write(&path, "before").unwrap();
        let releases = Releases::kept(vec![Fingerprint(1); 3], Arc::new(Damaged));
        assert!(save(&path, Fingerprint(7), &releases).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"before");
    }

    #[test]
    fn heads_come_back_one_by_one_and_only_from_their_own_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heads");
        let named = |title: &str| Arc::new(Release { title: title.into(), ..Release::lost() });
        let releases = Releases::from(vec![named("un"), named("deux"), named("trois")]);
        let index = save(&path, Fingerprint(7), &releases).unwrap();
        let other = save(&folder.path().join("other"), Fingerprint(8), &releases).unwrap();
        let heads = Heads::open(&path, index).unwrap();
        let title = |place| releases::Heads::head(&heads, place).map(|release| release.title);
        assert_eq!([title(2), title(0), title(3)], [Some("trois".into()), Some("un".into()), None]);
        assert!(Heads::open(&path, other).is_none());
        assert!(heads.can_be_read());
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(!heads.can_be_read());
    }
}
