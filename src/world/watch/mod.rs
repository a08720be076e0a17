//! Waits until something that a portal is built from may have changed. What the system tells of
//! files is a hint and no more: it may be late, doubled, lost or about nothing. Whoever is woken
//! looks at the tree itself.

mod poll;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use notify::event::{CreateKind, RemoveKind};
use notify::{Config, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use self::poll::Seen;
use super::clock::now;
use super::interrupt::on_interrupt;

/// A change is settled when nothing was heard for so long.
pub const QUIET: Duration = Duration::from_millis(60);
/// What never settles is looked at all the same.
const LONGEST: Duration = Duration::from_secs(3);
/// How often the tree is looked at where no events come.
const EVERY: Duration = Duration::from_millis(500);
/// Clocks are set and machines sleep: an instant is looked for at least so often.
const NAP: Duration = Duration::from_secs(10);
/// Paths beyond which a hint is about everything.
const MOST_PATHS: usize = 10_000;

/// The folders of a portal in which sources stand.
const FOLDERS: [&str; 4] = ["content", "themes", "templates", "lang"];
const SITE: &str = "site.toml";

/// What may have changed. A path that is not named may have changed all the same: a survey of all
/// sources follows the one that hints narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// Relative to the portal's folder: files and folders, whether or not they are still there.
    pub paths: BTreeSet<PathBuf>,
    /// Nobody knows what changed.
    pub everything: bool,
}

impl Hints {
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    pub fn is_empty(&self) -> bool {
        !self.everything && self.paths.is_empty()
    }

    fn add(&mut self, path: PathBuf) {
        self.paths.insert(path);
        if self.paths.len() > MOST_PATHS {
            *self = Self::everything();
        }
    }
}

/// Why a wait ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Wake {
    /// Something may have changed, and it has settled.
    Hints(Hints),
    /// The instant came at which the portal changes by itself.
    Due,
    /// Nothing happened for as long as was asked for.
    Patience,
    /// The person at the terminal has had enough.
    Interrupted,
}

enum Message {
    Hint {
        path: PathBuf,
        folder: bool,
    },
    /// Events were lost.
    Lost,
    /// No more folders can be watched.
    Blind(String),
    Interrupted,
}

enum Eyes {
    Events(RecommendedWatcher),
    Polling { seen: Seen, last: Instant },
}

/// The sources of one portal, watched.
pub struct Watch {
    /// Without links, as events name it.
    dir: PathBuf,
    /// Files outside the folders of sources.
    others: Vec<PathBuf>,
    eyes: Eyes,
    sender: Sender<Message>,
    inbox: Receiver<Message>,
    hints: Hints,
    /// Folders came or went, or events were lost: not every folder may be watched.
    stale: bool,
    interrupted: bool,
    /// The system can't tell of changes.
    blind: bool,
    notice: Option<String>,
}

impl Watch {
    /// Watches from now on; where the system can't, or isn't asked, by looking at all files.
    pub fn start(dir: &Path, poll: bool) -> Self {
        let (sender, inbox) = channel();
        let dir = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
        let interrupt = sender.clone();
        on_interrupt(move || _ = interrupt.send(Message::Interrupted));
        let mut watch = Self {
            eyes: Eyes::Polling { seen: Seen::default(), last: Instant::now() },
            others: Vec::new(),
            sender,
            inbox,
            dir,
            hints: Hints::default(),
            stale: false,
            interrupted: false,
            blind: false,
            notice: None,
        };
        if poll {
            watch.look();
        } else {
            watch.listen();
        }
        watch
    }

    /// Watches these files as well, relative to the portal's folder.
    pub fn follow(&mut self, others: Vec<PathBuf>) {
        let outside = |path: &PathBuf| !is_source(path, &[]);
        let others: Vec<PathBuf> = others.into_iter().filter(outside).collect();
        if others != self.others {
            self.others = others;
            self.stale = true;
        }
    }

    /// What a person must know about how the portal is watched; said once.
    pub fn notice(&mut self) -> Option<String> {
        self.notice.take()
    }

    /// Watches all folders that there are now. What happened in one before is not told: whoever
    /// calls this looks at the tree afterwards.
    pub fn refresh(&mut self) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        let places = self.places();
        if let Eyes::Events(watcher) = &mut self.eyes
            && let Err(error) = again(watcher, &places)
        {
            self.give_up(&error.to_string());
        }
    }

    /// Waits for a change and until it has settled; until `due`; or for as long as `patience` lasts.
    pub fn wait(&mut self, patience: Option<Duration>, due: Option<Timestamp>) -> Wake {
        let began = Instant::now();
        loop {
            while let Ok(message) = self.inbox.try_recv() {
                self.take(message);
            }
            if self.interrupted {
                return Wake::Interrupted;
            }
            if !self.hints.is_empty() {
                self.settle();
                return Wake::Hints(std::mem::take(&mut self.hints));
            }
            let mut nap = if matches!(self.eyes, Eyes::Polling { .. }) { EVERY } else { NAP };
            if let Some(due) = due {
                let left = due.duration_since(now());
                match Duration::try_from(left) {
                    Ok(left) if !left.is_zero() => nap = nap.min(left),
                    _ => return Wake::Due,
                }
            }
            if let Some(patience) = patience {
                match patience.checked_sub(began.elapsed()) {
                    Some(left) if !left.is_zero() => nap = nap.min(left),
                    _ => return Wake::Patience,
                }
            }
            match self.inbox.recv_timeout(nap) {
                Ok(message) => _ = self.take(message),
                Err(_) => self.look_again(),
            }
        }
    }

    /// Waits for quiet.
    fn settle(&mut self) {
        let began = Instant::now();
        let mut last = Instant::now();
        while began.elapsed() < LONGEST && !self.interrupted {
            let Some(left) = QUIET.checked_sub(last.elapsed()) else {
                let before = self.hints.clone();
                self.look();
                if self.hints == before {
                    return;
                }
                last = Instant::now();
                continue;
            };
            match self.inbox.recv_timeout(left) {
                Ok(message) => {
                    if self.take(message) {
                        last = Instant::now();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Whether a message is a hint.
    fn take(&mut self, message: Message) -> bool {
        match message {
            Message::Hint { path, folder } => {
                let Ok(inside) = path.strip_prefix(&self.dir) else { return false };
                if !is_source(inside, &self.others) {
                    return false;
                }
                // A name that appeared may be that of a folder with files in it.
                self.stale |= folder || path.is_dir() || inside.components().count() < 2;
                self.hints.add(inside.to_owned());
            }
            Message::Lost => {
                self.stale = true;
                self.hints = Hints::everything();
            }
            Message::Blind(reason) => {
                self.give_up(&reason);
                self.hints = Hints::everything();
            }
            Message::Interrupted => {
                self.interrupted = true;
                return false;
            }
        }
        true
    }

    fn listen(&mut self) {
        let sender = self.sender.clone();
        let hear = move |event: notify::Result<notify::Event>| match event {
            Ok(event) => {
                if event.need_rescan() {
                    let _ = sender.send(Message::Lost);
                }
                // Reading is no change: a build would wake itself.
                if matches!(event.kind, EventKind::Access(_)) {
                    return;
                }
                let folder = matches!(
                    event.kind,
                    EventKind::Create(CreateKind::Folder) | EventKind::Remove(RemoveKind::Folder)
                );
                for path in event.paths {
                    let _ = sender.send(Message::Hint { path, folder });
                }
            }
            Err(error) if matches!(error.kind, notify::ErrorKind::MaxFilesWatch) => {
                let _ = sender.send(Message::Blind(error.to_string()));
            }
            Err(_) => _ = sender.send(Message::Lost),
        };
        let places = self.places();
        let watcher = RecommendedWatcher::new(hear, Config::default().with_follow_symlinks(false));
        match watcher.and_then(|mut watcher| again(&mut watcher, &places).map(|()| watcher)) {
            Ok(watcher) => self.eyes = Eyes::Events(watcher),
            Err(error) => self.give_up(&error.to_string()),
        }
    }

    /// Looks at all files from now on.
    fn give_up(&mut self, reason: &str) {
        if std::mem::replace(&mut self.blind, true) {
            return;
        }
        self.notice = Some(format!(
            "warning: the system cannot watch this portal ({reason}); every file is looked at twice a second \
             instead, as with `--poll`"
        ));
        self.eyes = Eyes::Polling { seen: Seen::default(), last: Instant::now() };
        self.look();
    }

    fn look_again(&mut self) {
        if let Eyes::Polling { last, seen } = &self.eyes
            && last.elapsed() >= EVERY.max(seen.took * 2)
        {
            self.look();
        }
    }

    /// Looks at all files, where that is how changes are found.
    fn look(&mut self) {
        let Eyes::Polling { seen, last } = &mut self.eyes else { return };
        let files = self.others.iter().map(PathBuf::as_path).chain([Path::new(SITE)]);
        for path in seen.look(&self.dir, FOLDERS.iter().map(Path::new).chain(files)) {
            self.hints.add(path);
        }
        *last = Instant::now();
    }

    /// What is watched: the portal's folder for what comes and goes in it, the folders of sources
    /// with all that is in them, and the folders of other files.
    fn places(&self) -> Vec<(PathBuf, RecursiveMode)> {
        let mut places = vec![(self.dir.clone(), RecursiveMode::NonRecursive)];
        let folders = FOLDERS.iter().map(|folder| self.dir.join(folder));
        places.extend(folders.filter(|folder| is_folder(folder)).map(|at| (at, RecursiveMode::Recursive)));
        for other in &self.others {
            let folders = other.ancestors().skip(1).filter(|folder| *folder != Path::new(""));
            let folders = folders.map(|folder| self.dir.join(folder)).filter(|folder| is_folder(folder));
            places.extend(folders.map(|at| (at, RecursiveMode::NonRecursive)));
        }
        places
    }
}

/// Watches places, also those that were watched under these names before.
fn again(watcher: &mut RecommendedWatcher, places: &[(PathBuf, RecursiveMode)]) -> notify::Result<()> {
    const TRIES: usize = 5;
    for (place, mode) in places {
        let mut tries = 0;
        loop {
            // It may be another folder of this name, or not be watched at all.
            let _ = watcher.unwatch(place);
            match watcher.watch(place, *mode) {
                Ok(()) => break,
                // Folders that go while they are listed; one that is gone for good is no source.
                Err(error) if is_gone(&error) && tries < TRIES => {
                    tries += 1;
                    if !is_folder(place) && *mode == RecursiveMode::Recursive {
                        break;
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

fn is_gone(error: &notify::Error) -> bool {
    match &error.kind {
        notify::ErrorKind::PathNotFound => true,
        notify::ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// Whether a path of the portal can matter to a build. All that builds write lies elsewhere.
fn is_source(inside: &Path, others: &[PathBuf]) -> bool {
    let first = match inside.components().next() {
        Some(Component::Normal(first)) => first,
        // The portal's own folder, moved or removed.
        None => return true,
        Some(_) => return false,
    };
    first == SITE
        || FOLDERS.iter().any(|folder| first == *folder)
        || others.iter().any(|other| other.starts_with(inside))
}
