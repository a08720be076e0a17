//! A folder of this machine that readers see as a whole: a symbolic link to the newest of several trees
//! beside it, which is exchanged in one step. What did not change is the same file in all trees.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::SignedDuration;
use walkdir::WalkDir;

use crate::delivery::concern::Concern;
use crate::delivery::parcel::{Item, Parcel, Part};
use crate::delivery::state::{State, written};
use crate::pages::path::OutPath;
use crate::text::fingerprint::Digest;
use crate::world::cache;
use crate::world::clock;
use crate::world::progress::Progress;
use crate::world::tree::Failure;

use super::folder::Folder;
use super::host::{Answer, HostFault};
use super::site::{Done, Order, Proposal, Site, Stop, concerns_of, unanswered, whole_course};
use super::team::each;
use super::verify::{self, Finding, What};

/// Files that are written at the same time.
const AT_ONCE: usize = 4;

pub struct Generations {
    /// What readers see.
    path: PathBuf,
    /// Where the trees are.
    store: PathBuf,
}

fn failed<'p>(doing: &'static str, path: &'p Path) -> impl Fn(io::Error) -> HostFault + 'p {
    move |error| Failure::new(doing, path, error).into()
}

impl Generations {
    /// The folder at a path, which may be missing.
    pub fn at(path: &Path) -> io::Result<Self> {
        let absolute = std::path::absolute(path)?;
        let (parent, name) = absolute.parent().zip(absolute.file_name()).ok_or(ErrorKind::InvalidInput)?;
        let parent = match fs::canonicalize(parent) {
            Err(error) if error.kind() == ErrorKind::NotFound => parent.to_owned(),
            found => found?,
        };
        let store = parent.join(format!(".{}.tribune", name.to_string_lossy()));
        Ok(Self { path: parent.join(name), store })
    }

    fn tree(&self, number: u64) -> PathBuf {
        self.store.join(number.to_string())
    }

    fn state_file(&self, number: u64) -> PathBuf {
        self.store.join("states").join(format!("{number}.json"))
    }

    fn part_file(&self, digest: Digest) -> PathBuf {
        self.store.join("parts").join(format!("{digest}.json"))
    }

    /// The number of the tree that readers are led to, which may be gone.
    fn link(&self) -> Option<u64> {
        let link = fs::read_link(&self.path).ok()?;
        let tree = self.path.parent()?.join(link);
        if tree.parent()? != self.store {
            return None;
        }
        tree.file_name()?.to_str()?.parse().ok()
    }

    /// The newest state that is written down.
    fn newest(&self) -> Option<u64> {
        numbers(self.store.join("states"), ".json").map(|(number, _)| number).max()
    }

    /// The state that readers see or, where the link is gone, the newest: a link is easily lost, and that is
    /// when earlier states are needed.
    fn current(&self) -> Answer<Option<u64>> {
        let Some(number) = self.link() else { return Ok(self.newest()) };
        let file = self.state_file(number);
        if file.exists() {
            return Ok(Some(number));
        }
        if !self.tree(number).exists() {
            return Ok(self.newest());
        }
        let (path, store) = (self.path.display(), self.store.display());
        Err(HostFault::lasting(format!(
            "{} is missing, so nobody can tell what readers see: bring it back, or move {path} and {store} away to \
             begin anew",
            file.display()
        )))
    }

    fn state(&self, number: u64) -> Answer<State> {
        let path = self.state_file(number);
        let bytes = fs::read(&path).map_err(failed("read", &path))?;
        State::read(&bytes).map_err(|why| HostFault::lasting(format!("{}: {why}", path.display())))
    }

    /// The current state, with its files.
    fn seen(&self) -> Answer<Option<(State, Parcel)>> {
        let Some(number) = self.current()? else { return Ok(None) };
        let state = self.state(number)?;
        let parcel = self.parcel(&state)?;
        Ok(Some((state, parcel)))
    }

    /// Whether anything but a link to one of its trees is there.
    fn obstacle(&self) -> Answer<()> {
        let Ok(metadata) = fs::symlink_metadata(&self.path) else { return Ok(()) };
        let is_empty = || fs::read_dir(&self.path).is_ok_and(|mut entries| entries.next().is_none());
        if self.link().is_some() || (metadata.is_dir() && is_empty()) {
            return Ok(());
        }
        Err(HostFault::lasting(format!(
            "{} is there already, and no deploy put it there: move it away, or write `in_place = true` to have \
             the files in it brought up to date one by one",
            self.path.display()
        )))
    }

    /// Files in a tree that no deploy put there, and what of a state is not as it was left. The bytes of what
    /// will be lost are looked at, and of what may have changed since the state was written down; of all
    /// where that is asked for.
    fn look(&self, number: u64, parcel: &Parcel, lost: &HashSet<&OutPath>, whole: bool) -> Answer<Looked> {
        let file = self.state_file(number);
        let left =
            fs::metadata(&file).and_then(|metadata| metadata.modified()).map_err(failed("read", &file))?;
        let tree = self.tree(number);
        let mut looked = Looked::default();
        let mut missing: BTreeMap<&str, &Item> =
            parcel.items.iter().map(|item| (item.path.as_str(), item)).collect();
        // Where the whole tree is gone all of it is missing.
        for entry in tree.exists().then(|| WalkDir::new(&tree)).into_iter().flatten() {
            let entry = entry.map_err(|error| HostFault::lasting(error.to_string()))?;
            if entry.file_type().is_dir() {
                continue;
            }
            let Ok(place) = entry.path().strip_prefix(&tree) else { continue };
            let name = place.to_str().and_then(OutPath::parse);
            let item = name.as_ref().and_then(|name| missing.remove(name.as_str()));
            match (item, name) {
                // Whatever its name is: it is not for us to lose.
                (None, _) | (_, None) => looked.foreign.push(place.to_owned()),
                (Some(item), Some(name)) => {
                    let metadata = entry.metadata();
                    let is_long = metadata.as_ref().is_ok_and(|metadata| metadata.len() == item.bytes);
                    let may_differ =
                        whole || lost.contains(&name) || !metadata.is_ok_and(|it| is_left(&it, left));
                    let bytes = || fs::read(entry.path()).unwrap_or_default();
                    if !is_long || (may_differ && Digest::of(&bytes()) != item.digest) {
                        looked.altered.push(name);
                    }
                }
            }
        }
        looked.missing = missing.into_values().map(|item| item.path.clone()).collect();
        Ok(looked)
    }

    /// The latch of this machine: the file is locked until it is dropped.
    fn hold(&self) -> Result<File, Stop> {
        let path = self.store.join("lock");
        cache::make_folder(&path).map_err(HostFault::from)?;
        let file = File::options().append(true).create(true).open(&path).map_err(failed("lock", &path))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let since = clock::now();
                Err(Stop::Busy { since, until: since + SignedDuration::from_mins(1) })
            }
            // File systems without locks: the last one to exchange the link wins, whole.
            Err(TryLockError::Error(_)) | Ok(()) => Ok(file),
        }
    }

    /// Makes a tree of what is wanted, and of foreign files. What is not as it was left is taken anew.
    fn grow(
        &self,
        number: u64,
        order: &Order,
        seen: Option<&(State, Parcel)>,
        (foreign, strange): (&[PathBuf], &HashSet<OutPath>),
        progress: &Progress,
    ) -> Answer<()> {
        let tree = self.tree(number);
        remove_tree(&tree)?;
        let wanted = order.wanted.items.iter().map(|item| Path::new(item.path.as_str()));
        let folders: HashSet<&Path> =
            wanted.chain(foreign.iter().map(PathBuf::as_path)).filter_map(Path::parent).collect();
        fs::create_dir_all(&tree).map_err(failed("create", &tree))?;
        for folder in folders {
            let folder = tree.join(folder);
            fs::create_dir_all(&folder).map_err(failed("create", &folder))?;
        }
        let old = seen.map(|(state, parcel)| (self.tree(state.number), parcel));
        let restored = order.source.restores().map(|number| self.tree(number));
        progress.begin("putting files", order.wanted.items.len());
        each(AT_ONCE, &order.wanted.items, |item| {
            progress.step();
            let (path, to) = (item.path.as_str(), tree.join(item.path.as_str()));
            let is_same =
                |parcel: &&Parcel| parcel.find(&item.path).is_some_and(|old| old.digest == item.digest);
            let old = old.as_ref().filter(|(_, parcel)| is_same(parcel) && !strange.contains(&item.path));
            // Elsewhere, or on a file system that gives a file one name.
            if old.is_some_and(|(tree, _)| fs::hard_link(tree.join(path), &to).is_ok()) {
                return Ok(());
            }
            let kept = restored.as_ref().map(|tree| tree.join(path));
            let bytes = match &kept {
                Some(kept) => fs::read(kept).map_err(failed("read", kept))?,
                None => order.source.read(item)?,
            };
            if Digest::of(&bytes) != item.digest {
                return Err(HostFault::lasting(format!("`{path}` of that state was altered since")));
            }
            if kept.is_some_and(|kept| fs::hard_link(kept, &to).is_ok()) {
                return Ok(());
            }
            fs::write(&to, bytes).map_err(failed("write", &to))
        })?;
        if let Some((state, _)) = seen {
            for path in foreign {
                let (from, to) = (self.tree(state.number).join(path), tree.join(path));
                fs::hard_link(&from, &to)
                    .or_else(|_| fs::copy(&from, &to).map(|_| ()))
                    .map_err(failed("keep", &from))?;
            }
        }
        Ok(())
    }

    /// Has readers see another tree, in one step.
    #[cfg(unix)]
    fn exchange(&self, number: u64) -> Answer<()> {
        let next = self.store.join("next");
        let _ = fs::remove_file(&next);
        let store = self.store.file_name().map(Path::new).unwrap_or(&self.store);
        std::os::unix::fs::symlink(store.join(number.to_string()), &next).map_err(failed("create", &next))?;
        if fs::symlink_metadata(&self.path).is_ok_and(|metadata| metadata.is_dir()) {
            // An empty folder, as hosts make it for a new portal.
            fs::remove_dir(&self.path).map_err(failed("replace", &self.path))?;
        }
        fs::rename(&next, &self.path).map_err(failed("replace", &self.path))
    }

    #[cfg(not(unix))]
    fn exchange(&self, _: u64) -> Answer<()> {
        Err(HostFault::lasting("folders are exchanged as a whole on Unix alone: write `in_place = true`"))
    }

    /// Removes what no state has that can be gone back to.
    fn forget(&self, current: &State) -> Answer<()> {
        let stays: HashSet<u64> = current.history.iter().copied().chain([current.number]).collect();
        let mut parts: HashSet<Digest> = HashSet::new();
        for number in &stays {
            parts.extend(self.state(*number)?.parts);
        }
        let is_gone = |(number, _): &(u64, PathBuf)| !stays.contains(number);
        for (_, tree) in numbers(self.store.clone(), "").filter(is_gone) {
            remove_tree(&tree)?;
        }
        for (_, file) in numbers(self.store.join("states"), ".json").filter(is_gone) {
            fs::remove_file(&file).map_err(failed("remove", &file))?;
        }
        for (name, file) in named(self.store.join("parts"), ".json") {
            if Digest::parse(&name).is_some_and(|digest| !parts.contains(&digest)) {
                fs::remove_file(&file).map_err(failed("remove", &file))?;
            }
        }
        Ok(())
    }
}

/// Whether a file is since before an instant as it is. Nobody sets the time at which a file last changed in
/// any way: not its owner, and no program that keeps the time of its bytes.
#[cfg(unix)]
fn is_left(metadata: &fs::Metadata, at: SystemTime) -> bool {
    use std::os::unix::fs::MetadataExt;
    let parts = (u64::try_from(metadata.ctime()), u32::try_from(metadata.ctime_nsec()));
    let (Ok(seconds), Ok(nanos)) = parts else { return false };
    UNIX_EPOCH + Duration::new(seconds, nanos) < at
}

#[cfg(not(unix))]
fn is_left(metadata: &fs::Metadata, at: SystemTime) -> bool {
    metadata.modified().is_ok_and(|modified| modified < at)
}

/// What was seen in a tree.
#[derive(Default)]
struct Looked {
    foreign: Vec<PathBuf>,
    altered: Vec<OutPath>,
    missing: Vec<OutPath>,
}

/// What stands in a folder and ends so, with its name before that.
fn named(folder: PathBuf, ending: &str) -> impl Iterator<Item = (String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(move |entry| {
        Some((entry.file_name().to_str()?.strip_suffix(ending)?.to_owned(), entry.path()))
    })
}

/// The same of what is named by a number.
fn numbers(folder: PathBuf, ending: &str) -> impl Iterator<Item = (u64, PathBuf)> {
    named(folder, ending).filter_map(|(name, path)| Some((name.parse().ok()?, path)))
}

fn remove_tree(tree: &Path) -> Answer<()> {
    match fs::remove_dir_all(tree) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", tree)(error)),
        _ => Ok(()),
    }
}

impl Site for Generations {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn keeps_headers(&self) -> bool {
        false
    }

    fn states(&self) -> Result<Vec<State>, Stop> {
        let Some(number) = self.current()? else { return Ok(Vec::new()) };
        let current = self.state(number)?;
        let mut states =
            current.history.iter().map(|number| self.state(*number)).collect::<Answer<Vec<State>>>()?;
        states.push(current);
        Ok(states)
    }

    fn parcel(&self, state: &State) -> Answer<Parcel> {
        let mut items = Vec::with_capacity(state.files);
        for digest in &state.parts {
            let path = self.part_file(*digest);
            let bytes = fs::read(&path).map_err(failed("read", &path))?;
            let part = Part::read(*digest, &bytes)
                .map_err(|why| HostFault::lasting(format!("{}: {why}", path.display())))?;
            items.extend(part.items);
        }
        Ok(Parcel::of(items))
    }

    fn fulfil(
        &self,
        order: &Order,
        only_propose: bool,
        progress: &Progress,
    ) -> Result<(Proposal, Option<Done>), Stop> {
        self.obstacle()?;
        let held = if only_propose { None } else { Some(self.hold()?) };
        let seen = self.seen()?;
        let before = seen.as_ref().map(|(state, _)| state);
        let course = whole_course(seen.as_ref().map_or(&[], |(_, parcel)| &parcel.items), order);
        let mut concerns = concerns_of(order, before, course.removed);
        let (mut foreign, mut strange) = (Vec::new(), HashSet::new());
        if let Some((state, parcel)) = &seen {
            let lost = course.keep.iter().map(|keep| &keep.path).collect();
            let looked = self.look(state.number, parcel, &lost, order.repairs)?;
            let name = |path: &Path| path.to_str().and_then(OutPath::parse);
            let is_in_the_way = |path: &PathBuf| name(path).is_some_and(|name| order.wanted.meets(&name));
            let (in_the_way, beside): (Vec<_>, Vec<_>) = looked.foreign.into_iter().partition(is_in_the_way);
            let in_the_way: Vec<OutPath> = in_the_way.iter().filter_map(|path| name(path)).collect();
            foreign = beside;
            if !(looked.altered.is_empty() && looked.missing.is_empty() && in_the_way.is_empty()) {
                let (altered, missing) = (looked.altered, looked.missing);
                strange.extend(altered.iter().chain(&missing).cloned());
                concerns.push(Concern::Drift { altered, foreign: in_the_way, missing });
            }
        }
        let is_adrift = concerns.iter().any(|concern| matches!(concern, Concern::Drift { .. }));
        let is_there = before.is_some_and(|state| state.history.len() <= order.history);
        let is_same = is_there && course.is_done() && !is_adrift;
        let (link, last) = (self.link(), before.map_or(0, |state| state.number));
        let is_done = is_same && link == Some(last);
        // Never that of a tree which readers are led to.
        let number = if is_same { last } else { last.max(link.unwrap_or(0)) + 1 };
        if is_same && !is_done {
            // The link is put back, which changes nothing that anybody could be asked about.
            concerns.clear();
        }
        let proposal = Proposal { number, concerns, course, is_done };
        if only_propose || is_done {
            return Ok((proposal, None));
        }
        if is_same {
            self.exchange(number)?;
            let done = proposal.done();
            return Ok((proposal, Some(done)));
        }
        unanswered(&proposal.concerns, order)?;
        self.grow(number, order, seen.as_ref(), (&foreign, &strange), progress)?;
        let parts = order.wanted.parts();
        for part in &parts {
            let to = self.write_to(self.part_file(part.digest)).map_err(HostFault::from)?;
            cache::replace(&to, &[&part.bytes]).map_err(HostFault::from)?;
        }
        let state = order.whole_state(number, before, &parts);
        let note = || cache::replace(&self.write_to(self.state_file(number))?, &[&written(&state)]);
        note().map_err(HostFault::from)?;
        self.exchange(number)?;
        // Readers see it; what follows only tidies up.
        // What changes from then on was not done by this.
        let untidy = self.forget(&state).and_then(|()| note().map_err(HostFault::from)).err();
        drop(held);
        let done = Done { untidy, ..proposal.done() };
        Ok((proposal, Some(done)))
    }

    fn findings(&self, current: &State, parcel: &Parcel, progress: &Progress) -> Result<Vec<Finding>, Stop> {
        let tree = self.tree(current.number);
        let folder = Folder::open(&tree).map_err(failed("open", &tree))?;
        let ours = parcel.items.iter().map(|item| item.path.as_str().to_owned()).collect();
        let mut found = verify::compare(&folder, &ours, parcel, progress)?;
        if self.link() != Some(current.number) {
            found.push(Finding { place: self.name(), what: What::Missing });
        }
        Ok(found)
    }
}

impl Generations {
    /// A file whose folder is there.
    fn write_to(&self, path: PathBuf) -> Result<PathBuf, Failure> {
        cache::make_folder(&path)?;
        Ok(path)
    }
}
