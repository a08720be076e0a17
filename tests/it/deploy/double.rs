//! A host in memory that says of each operation what it was, lets a test look at what readers find after
//! it, and can be cut anywhere.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tribune::delivery::parcel::Headers;
use tribune::text::fingerprint::Digest;
use tribune::world::deploy::host::{Abilities, Answer, Host, HostFault, Sight};

use crate::harness::Tree;

/// How the line breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The operation is not done, and none after it.
    Close,
    /// It is done, but nobody hears of it, and none after it.
    Reset,
    /// No answer comes, once.
    Stall,
    /// It is done, and the answer is lost, once.
    Lost,
}

pub const CUTS: [Cut; 4] = [Cut::Close, Cut::Reset, Cut::Stall, Cut::Lost];

/// What kinds of hosts there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Copies by itself, makes files only once, keeps headers; no folders.
    Storage,
    /// Files in folders: a file is in the way of a folder of its name.
    Files,
    /// The same that can only take and give.
    Plain,
}

pub const KINDS: [Kind; 3] = [Kind::Storage, Kind::Files, Kind::Plain];

type After<'d> = Box<dyn Fn(&str, &Tree) + Sync + Send + 'd>;

pub struct Double<'d> {
    pub kind: Kind,
    pub files: Mutex<Tree>,
    pub headers: Mutex<BTreeMap<String, Headers>>,
    digests: Mutex<BTreeMap<String, Digest>>,
    /// Operations that change something, and all.
    counts: Mutex<(usize, usize)>,
    /// At which operation, and how.
    cut: Mutex<Option<(usize, Cut)>>,
    dead: Mutex<bool>,
    /// Looks at what is there after each change.
    after: Mutex<Option<After<'d>>>,
}

impl<'d> Double<'d> {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            files: Mutex::default(),
            headers: Mutex::default(),
            digests: Mutex::default(),
            counts: Mutex::default(),
            cut: Mutex::default(),
            dead: Mutex::default(),
            after: Mutex::default(),
        }
    }

    pub fn watch(&self, after: impl Fn(&str, &Tree) + Sync + Send + 'd) {
        *self.after.lock().unwrap() = Some(Box::new(after));
    }

    pub fn unwatch(&self) {
        *self.after.lock().unwrap() = None;
    }

    /// Cuts the line at an operation from now on.
    pub fn cut(&self, after: usize, how: Cut) {
        *self.cut.lock().unwrap() = Some((self.counts.lock().unwrap().1 + after, how));
    }

    /// Whether the cut came. The line is whole again.
    pub fn mend(&self) -> bool {
        *self.dead.lock().unwrap() = false;
        self.cut.lock().unwrap().take().is_none()
    }

    /// Operations that changed something, and all.
    pub fn counts(&self) -> (usize, usize) {
        *self.counts.lock().unwrap()
    }

    /// What readers can ask for.
    pub fn site(&self) -> Tree {
        let files = self.files.lock().unwrap();
        files
            .iter()
            .filter(|(path, _)| !path.starts_with(".tribune/"))
            .map(|(p, b)| (p.clone(), b.clone()))
            .collect()
    }

    /// One operation at a time, as each must leave something whole.
    fn operate<T>(&self, what: &str, changes: bool, act: impl FnOnce(&mut Tree) -> Answer<T>) -> Answer<T> {
        let fails = |is_passing| HostFault { is_passing, message: "the line broke".into() };
        let mut files = self.files.lock().unwrap();
        if *self.dead.lock().unwrap() {
            return Err(fails(true));
        }
        let number = {
            let mut counts = self.counts.lock().unwrap();
            counts.0 += usize::from(changes);
            counts.1 += 1;
            counts.1
        };
        let mut cut = self.cut.lock().unwrap();
        let how = cut.filter(|(at, _)| number >= *at).map(|(_, how)| how);
        if how.is_some() {
            *cut = None;
        }
        *self.dead.lock().unwrap() = matches!(how, Some(Cut::Close | Cut::Reset));
        if matches!(how, Some(Cut::Close | Cut::Stall)) {
            return Err(fails(true));
        }
        let answer = act(&mut files)?;
        if let Some(after) = self.after.lock().unwrap().as_ref().filter(|_| changes) {
            after(what, &files);
        }
        match how {
            Some(_) => Err(fails(true)),
            None => Ok(answer),
        }
    }

    fn put(&self, files: &mut Tree, path: &str, bytes: &[u8], headers: &Headers) -> Answer<()> {
        if self.kind != Kind::Storage {
            let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
            let inside = format!("{path}/");
            if folders.into_iter().any(|folder| files.contains_key(folder))
                || files.range(inside.clone()..).next().is_some_and(|(name, _)| name.starts_with(&inside))
            {
                return Err(HostFault::lasting(format!("a file or folder is in the way of {path}")));
            }
        }
        files.insert(path.to_owned(), bytes.to_vec());
        self.digests.lock().unwrap().insert(path.to_owned(), Digest::of(bytes));
        self.headers.lock().unwrap().insert(path.to_owned(), headers.clone());
        Ok(())
    }
}

impl Host for Double<'_> {
    fn name(&self) -> String {
        format!("{:?}", self.kind)
    }

    fn abilities(&self) -> Abilities {
        let is_storage = self.kind == Kind::Storage;
        let creates = self.kind != Kind::Plain;
        Abilities { copies: is_storage, creates, has_headers: is_storage, tells_lengths: true, at_once: 3 }
    }

    fn read(&self, path: &str) -> Answer<Option<Vec<u8>>> {
        self.operate(&format!("read {path}"), false, |files| Ok(files.get(path).cloned()))
    }

    fn look(&self, path: &str) -> Answer<Option<Sight>> {
        self.operate(&format!("look at {path}"), false, |files| {
            let headers = self.headers.lock().unwrap();
            let headers = headers.get(path).filter(|_| self.kind == Kind::Storage);
            Ok(files.get(path).map(|bytes| Sight {
                bytes: bytes.len() as u64,
                content_type: headers.map(|headers| headers.content_type.to_string()),
                cache_control: headers.map(|headers| headers.cache_control.to_string()),
                // One that somebody else has put is without it.
                digest: headers
                    .and(self.digests.lock().unwrap().get(path).copied())
                    .filter(|known| *known == Digest::of(bytes)),
            }))
        })
    }

    fn write(&self, path: &str, bytes: &[u8], headers: &Headers) -> Answer<()> {
        self.operate(&format!("write {path}"), true, |files| self.put(files, path, bytes, headers))
    }

    fn create(&self, path: &str, bytes: &[u8], headers: &Headers) -> Answer<bool> {
        if self.kind == Kind::Plain {
            // In two steps, between which another may come.
            return match self.read(path)? {
                Some(_) => Ok(false),
                None => self.write(path, bytes, headers).map(|()| true),
            };
        }
        self.operate(&format!("create {path}"), true, |files| match files.contains_key(path) {
            true => Ok(false),
            false => self.put(files, path, bytes, headers).map(|()| true),
        })
    }

    fn copy(&self, from: &str, to: &str) -> Answer<()> {
        assert_eq!(self.kind, Kind::Storage, "only storage copies");
        self.operate(&format!("copy {from} to {to}"), true, |files| {
            let bytes = files.get(from).cloned().ok_or_else(|| HostFault::lasting("nothing to copy"))?;
            let headers = self.headers.lock().unwrap().get(from).cloned().expect("files have headers");
            self.put(files, to, &bytes, &headers)
        })
    }

    fn remove(&self, path: &str) -> Answer<()> {
        self.operate(&format!("remove {path}"), true, |files| {
            files.remove(path);
            Ok(())
        })
    }

    fn list(&self, folder: &str) -> Answer<Vec<(String, u64)>> {
        self.operate(&format!("list {folder}"), false, |files| {
            let inside = files.iter().filter(|(path, _)| path.starts_with(folder));
            Ok(inside.map(|(path, bytes)| (path.clone(), bytes.len() as u64)).collect())
        })
    }
}
