//! Brings an output folder to a plan. Everything that differs is rendered and checked before the
//! first file of the output is touched: an absent output is staged whole and renamed once; in a
//! standing one the changed files are staged beside it and put in place step by step (`journal`).

mod account;
mod journal;
mod lock;
mod make;
mod record;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;
use rayon::prelude::*;

use crate::pages::manifest::{Amendment, Entry, Manifest, OutStamp, Published};
use crate::pages::path::{OutKey, OutPath};
use crate::pages::plan::{Output, Plan, What};
use crate::pages::render::Renderer;
use crate::pages::site::{Index, Page};
use crate::text::diagnostic::Diagnostic;
use crate::text::fingerprint::Fingerprint;

use self::account::Account;
use self::journal::{Journal, Step, in_the_way, is_missing};
use self::lock::Lock;
use self::make::{Made, Staged, Work};
pub use self::record::Record;
use super::cache;
use super::progress::Progress;
use super::tree::{Failure, Root};

/// What a commit did.
#[derive(Debug, Default)]
pub struct Outcome {
    pub planned: usize,
    pub rendered: usize,
    pub written: usize,
    pub unchanged: usize,
    pub removed: usize,
    /// Files of the output of which nobody knows who put them there.
    pub strange: Vec<OutPath>,
}

/// How a build is to be made and remembered.
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    /// It holds what is not public.
    pub preview: bool,
    /// Of everything that it was made of but the clock.
    pub state: Option<Fingerprint>,
    /// The clock, and when the portal next changes by itself.
    pub valid: (Timestamp, Option<Timestamp>),
    /// Everything is made anew, whatever is remembered.
    pub clean: bool,
    /// Somebody told what changed: files of the output whose inputs are the same are not looked at.
    pub told: bool,
}

/// What is to be brought to an output.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    pub plan: &'a Plan<'a>,
    pub renderer: &'a Renderer<'a, 'a>,
    pub root: &'a Root,
    pub marks: Marks,
    pub progress: &'a Progress,
}

/// Why nothing was committed.
#[derive(Debug)]
pub enum Refusal {
    /// What a person wrote does not render.
    Faults(Vec<Diagnostic>),
    /// A file or the machine failed.
    Failed(Failure),
    /// What is remembered of the portal was damaged: it must be put together anew.
    Lost,
    /// What was published last can't be read any more.
    Unknown,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The output folder, without links and `..`, unless it would swallow the portal's sources.
pub fn place(root: &Root, given: Option<&Path>) -> Result<PathBuf, String> {
    let given = given.map_or_else(|| root.dir().join("public"), Path::to_owned);
    see_apart(root, "output", &given)?;
    Ok(resolved(&given))
}

/// Sees that a folder which is written to neither holds the portal's sources nor lies in them.
pub fn see_apart(root: &Root, what: &str, folder: &Path) -> Result<(), String> {
    let sources = ["content", "themes", "templates", "lang", ".cache", ".git"];
    let sources = sources.map(|source| both(&root.dir().join(source)));
    let meets = |there: &PathBuf, source: &PathBuf| there.starts_with(source) || source.starts_with(there);
    match both(folder).iter().any(|there| sources.iter().flatten().any(|source| meets(there, source))) {
        true => Err(format!(
            "the {what} {} holds the portal's sources or lies in them; choose another folder",
            folder.display()
        )),
        false => Ok(()),
    }
}

/// Whether a folder is another or lies in it.
pub fn is_within(folder: &Path, other: &Path) -> bool {
    both(folder).iter().any(|there| there.starts_with(other))
}

/// Where a path stands, and where it leads if it is a link: the one or the other may be written to.
fn both(path: &Path) -> [PathBuf; 2] {
    let stands = path.parent().zip(path.file_name()).map(|(parent, name)| resolved(parent).join(name));
    let leads = resolved(path);
    [stands.unwrap_or_else(|| leads.clone()), leads]
}

/// Where a path leads, as far as it is there; what is not yet is taken as written.
pub fn resolved(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            std::path::Component::ParentDir => _ = resolved.pop(),
            part => resolved.push(part),
        }
        if let Ok(real) = fs::canonicalize(&resolved) {
            resolved = real;
        }
    }
    resolved
}

/// What was published last into an output folder, where that is known.
pub fn published(root: &Root, output: &Path) -> Option<Manifest> {
    record(root, output).map(|record| record.manifest)
}

/// The bytes of a file of an output.
pub fn read(output: &Path, file: &OutPath) -> Result<Vec<u8>, Failure> {
    let path = output.join(file.as_str());
    fs::read(&path).map_err(|error| Failure::new("read", path, error))
}

/// The same for whoever is going to take the output.
pub fn record(root: &Root, output: &Path) -> Option<Record> {
    record::Place::of(root, output).load()
}

/// An output folder in the hands of one build.
#[derive(Debug)]
pub struct Held {
    output: PathBuf,
    lock: Lock,
    account: Account,
    place: record::Place,
    /// What was published last; `None` where that is not known.
    before: Option<Record>,
}

impl Held {
    /// Takes an output folder, and ends what a killed run had begun. What this process knows of it
    /// counts as long as no other has been there.
    pub fn take(root: &Root, output: &Path, known: Option<Record>) -> Result<Self, Failure> {
        let lock = Lock::take(root, output)?;
        let stage = beside(output, "stage");
        let place = record::Place::of(root, output);
        let account = Account::of(root, output);
        cache::sweep(root);
        match Journal::read(output, &stage) {
            Some(journal) => journal.run(|| accept(&account, &place))?,
            // Nobody can tell how far that run came. The account can tell what may be there.
            None if journal::is_there(&stage) => place.remove()?,
            None => {}
        }
        clear(&stage)?;
        cache::remove(&cache::waiting(account.path()))?;
        place.reject()?;
        let before = place.load_again(known);
        Ok(Self { output: output.to_owned(), lock, account, place, before })
    }

    /// Of everything but the clock that the last build was made of, where that is known.
    pub fn state(&self) -> Option<Fingerprint> {
        self.before.as_ref().and_then(|record| record.manifest.state)
    }

    /// Lets go of the output, and keeps what is known of it.
    pub fn release(self) -> Option<Record> {
        self.before
    }

    /// What a build of this state would come to, where the output is just that already.
    pub fn is_current(
        &self,
        state: Option<Fingerprint>,
        now: Timestamp,
        preview: bool,
    ) -> Option<(usize, Outcome)> {
        let known = self.before.as_ref().map(|record| &record.manifest);
        let known = known.filter(|known| known.preview == preview)?;
        let (since, until) = known.valid;
        let is_same = state.is_some() && known.state == state && known.strange.is_empty();
        let is_same = is_same && known.account.is_some() && known.account == self.account.stamp();
        if !is_same || now < since || until.is_some_and(|until| now >= until) {
            return None;
        }
        let count = known.files.len();
        let outcome = Outcome { planned: count, unchanged: count, ..Default::default() };
        let files: Vec<_> = known.files.par_iter().map(|one| (one.file(), one.stamp())).collect();
        let changed = self.changed(&files).find_any(|_| true);
        changed.is_none().then_some((known.releases, outcome))
    }

    /// The places of files that are not as they were left.
    fn changed(&self, files: &[(&str, OutStamp)]) -> impl ParallelIterator<Item = usize> {
        // What stands in one folder is looked at together: a system finds it sooner than in any order. Of
        // a path its first bytes count, as many as language, year and month take; the file's place follows.
        const START: usize = 12;
        let ranked = |(at, (file, _)): (usize, &(&str, OutStamp))| {
            let mut rank = [0; size_of::<u128>()];
            let start = &file.as_bytes()[..file.len().min(START)];
            rank[..start.len()].copy_from_slice(start);
            u128::from_be_bytes(rank) | at as u128
        };
        let mut order: Vec<u128> = files.par_iter().enumerate().map(ranked).collect();
        order.par_sort_unstable();
        let output = &self.output;
        order.into_par_iter().map(|rank| rank as u32 as usize).filter(move |at| {
            let (file, stamp) = files[*at];
            make::stamp_at(&output.join(file)) != Some(stamp)
        })
    }

    /// When the portal next changes by itself, as far as the last build knew.
    pub fn due(&self) -> Option<Timestamp> {
        self.before.as_ref().and_then(|record| record.manifest.valid.1)
    }

    /// Writes everything that is planned, and removes what Tribune had put there and is not planned
    /// any more. What the last build made of the same inputs is neither rendered nor written.
    pub fn commit(&mut self, job: Job) -> Result<Outcome, Refusal> {
        match self.bring(job) {
            Err(Refusal::Unknown) => {
                // The account can tell what may be there.
                self.place.remove()?;
                self.before = None;
                self.bring(job)
            }
            ended => ended,
        }
    }

    /// The same, as far as it can be done with what is known of the last build.
    fn bring(&mut self, job: Job) -> Result<Outcome, Refusal> {
        let Job { plan, renderer, marks, .. } = job;
        let record = self.before.take();
        let before = record.as_ref().map(|record| &record.manifest);
        let standing = self.stands()?;
        let stage = Stage::beside(&self.output)?;
        let standing_at = standing.then_some(&*self.output);
        let work = Work::new(job, standing_at, stage.path());
        let may_keep = standing && !marks.clean;
        let compared = self.compare(plan, before, &work, may_keep, marks.told)?;
        let is_lost = || before.is_some_and(|known| !known.files.is_whole());
        if is_lost() {
            return Err(Refusal::Unknown);
        }
        let made = work.run(compared.make)?;
        renderer.rest();
        if !plan.is_whole() {
            return Err(Refusal::Lost);
        }
        let written = made.iter().filter(|one| one.staged.is_new()).count();
        let mut outcome = Outcome {
            planned: plan.outputs.len(),
            rendered: made.len(),
            written,
            unchanged: plan.outputs.len() - written,
            ..Default::default()
        };
        let gone_keys = compared.gone.iter().map(|one| one.key).filter(|key| plan.position(*key).is_none());
        let gone_keys = gone_keys.collect();
        let (gone, strange) = self.gone(before, compared.gone, plan)?;
        if is_lost() {
            return Err(Refusal::Unknown);
        }
        let steps = if standing { self.steps(&made, &gone)? } else { Vec::new() };
        outcome.removed = steps.iter().filter(|step| matches!(step, Step::Take(..))).count();
        // What is recorded of the new output waits until that is in its place.
        self.list(before, plan, &compared.new, outcome.removed > 0)?;
        let mut changed: Vec<Published> = made.into_iter().map(Made::published).collect();
        let is_known =
            |one: &Published| before.and_then(|known| known.files.find(one.key)?.tells(one).then_some(()));
        changed.retain(|one| is_known(one).is_none());
        changed.sort_unstable_by_key(|one| one.key);
        outcome.strange.clone_from(&strange);
        let change = Amendment {
            preview: marks.preview,
            state: marks.state,
            valid: marks.valid,
            releases: plan.site.portal.releases.len(),
            strange,
            account: self.account.next_stamp(),
            changed,
            gone: gone_keys,
        };
        let is_recorded = standing && steps.is_empty() && before.is_some_and(|known| known.tells(&change));
        let record = match record {
            Some(record) if is_recorded => {
                self.before = Some(record);
                return Ok(outcome);
            }
            Some(record) => self.place.prepare_change(record, change)?,
            None => self.place.prepare(Manifest::of(change))?,
        };
        let accept = || accept(&self.account, &self.place);
        if !steps.is_empty() {
            stage.take(&self.output, steps, accept)?;
        } else if standing {
            accept()?;
        } else {
            // A record of files that are not there yet does no harm: they are missed and made.
            accept()?;
            self.lock.extend(&stage.path().join("new"));
            stage.become_output(&self.output)?;
        }
        self.before = Some(self.place.written(record));
        Ok(outcome)
    }

    /// What parts a plan from what was published last.
    fn compare<'w>(
        &self,
        plan: &'w Plan<'w>,
        before: Option<&'w Manifest>,
        work: &Work,
        may_keep: bool,
        told: bool,
    ) -> Result<Compared<'w>, Refusal> {
        let mut compared = Compared::default();
        let mut old = before.iter().flat_map(|known| known.files.iter()).peekable();
        let (mut same, mut files) = (Vec::new(), Vec::new());
        for output in &plan.outputs {
            while let Some(gone) = old.next_if(|one| one.key < output.key) {
                compared.gone.push(gone);
            }
            match old.next_if(|one| one.key == output.key) {
                Some(known) if may_keep && known.fingerprint == output.fingerprint => {
                    // Whoever told what changed vouches for the rest.
                    if !told {
                        same.push(output);
                        files.push((known.file(), known.stamp()));
                    }
                }
                // A file system may know the cases of letters, which keys don't.
                Some(known) if known.file() != plan.file(output).as_str() => {
                    compared.gone.push(known);
                    compared.new.push(output);
                    compared.make.push(output);
                }
                Some(_) => compared.make.push(output),
                None => {
                    compared.new.push(output);
                    compared.make.push(output);
                }
            }
        }
        compared.gone.extend(old);
        let missed: Vec<&Output> = self.changed(&files).map(|at| same[at]).collect();
        // A share is made all the same where it costs nobody time, to see that it may be left.
        if cfg!(debug_assertions) {
            let make: HashSet<OutKey> =
                missed.iter().chain(&compared.make).map(|output| output.key).collect();
            for output in plan.outputs.iter().filter(|output| !make.contains(&output.key)) {
                let known = before.and_then(|known| known.files.find(output.key));
                if let Some(known) = known.filter(|known| known.fingerprint.0.is_multiple_of(8)) {
                    let verified = work.verify(output, known);
                    if before.is_some_and(|known| !known.files.is_whole()) {
                        return Err(Refusal::Unknown);
                    }
                    verified?;
                }
            }
        }
        compared.make.extend(missed);
        Ok(compared)
    }

    /// Lists all that is there or is going to be, before it is.
    fn list(
        &self,
        before: Option<&Manifest>,
        plan: &Plan,
        new: &[&Output],
        removes: bool,
    ) -> Result<(), Refusal> {
        let files = |outputs: &[&Output]| -> Vec<OutPath> {
            outputs.par_iter().map(|output| plan.file(output)).collect()
        };
        // Of what is not new the file is known, without the head of its release.
        let of_new: HashSet<OutKey> = new.iter().map(|output| output.key).collect();
        let file = |output: &Output| {
            let known = before.filter(|_| !of_new.contains(&output.key));
            let known = known.and_then(|known| OutPath::parse(known.files.find(output.key)?.file()));
            known.unwrap_or_else(|| plan.file(output))
        };
        let planned = || plan.outputs.par_iter().map(file).collect::<Vec<OutPath>>();
        let known = before.filter(|known| known.account.is_some() && known.account == self.account.stamp());
        match (known, before) {
            (Some(_), _) => self.account.add(files(new).iter())?,
            (None, Some(before)) => {
                let planned = planned();
                let known = before.files.iter().filter_map(|one| OutPath::parse(one.file()));
                let all: BTreeSet<OutPath> = known.chain(planned).collect();
                if !before.files.is_whole() {
                    return Err(Refusal::Unknown);
                }
                self.account.replace(all.iter())?;
            }
            (None, None) => self.account.add(planned().iter())?,
        }
        if removes || before.is_none() {
            self.account.prepare(planned().iter())?;
        }
        Ok(())
    }

    /// Whether there is an output to be kept until the new one is complete.
    fn stands(&self) -> Result<bool, Failure> {
        match fs::read_dir(&self.output) {
            Ok(mut entries) => Ok(entries.next().is_some()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Failure::new("open", &self.output, error)),
        }
    }

    /// What Tribune put into the output and is not planned any more: feeds, then pages, then what
    /// these show; and what nobody knows the origin of.
    fn gone(
        &self,
        before: Option<&Manifest>,
        gone: Vec<Entry>,
        plan: &Plan,
    ) -> Result<(Vec<OutPath>, Vec<OutPath>), Failure> {
        let is_gone = |file: &OutPath| plan.find(file.as_str()).is_none();
        let (mut put, mut strange) = match before {
            Some(manifest) => {
                let gone = gone.iter().filter_map(|one| OutPath::parse(one.file())).filter(is_gone);
                (gone.collect(), manifest.strange.clone())
            }
            None => match self.account.files()? {
                Some(listed) => (listed.into_iter().filter(is_gone).collect::<Vec<_>>(), Vec::new()),
                None => (Vec::new(), self.there()),
            },
        };
        strange.retain(|file| is_gone(file) && self.output.join(file.as_str()).exists());
        let ends = |file: &OutPath, ending: &str| file.as_str().ends_with(ending);
        put.sort_by_cached_key(|file| (!ends(file, ".xml"), !ends(file, ".html"), file.clone()));
        put.dedup();
        Ok((put, strange))
    }

    /// Every file in the output.
    fn there(&self) -> Vec<OutPath> {
        let entries =
            walkdir::WalkDir::new(&self.output).sort_by_file_name().into_iter().filter_map(Result::ok);
        let files = entries.filter(|entry| !entry.file_type().is_dir());
        let inside = |entry: walkdir::DirEntry| {
            OutPath::parse(entry.path().strip_prefix(&self.output).ok()?.to_str()?)
        };
        files.filter_map(inside).collect()
    }

    /// The steps to the new output, in an order in which no page ever lacks what it shows.
    fn steps(&self, made: &[Made], gone: &[OutPath]) -> Result<Vec<Step>, Failure> {
        let there =
            |file: &OutPath| fs::symlink_metadata(self.output.join(file.as_str())).is_ok_and(|m| !m.is_dir());
        let mut puts: Vec<Put> = Vec::new();
        for one in made {
            if let Staged::At(number) = one.staged {
                puts.push(Put { made: one, number, replaces: there(&one.file) });
            }
        }
        // What is new is led to by nothing yet, and may be led to by all that changes.
        puts.sort_by_key(|put| (put.replaces, rank(&put.made.output.what)));
        let gone: Vec<&OutPath> = gone.iter().filter(|file| there(file)).collect();
        let obstacles = self.obstacles(&puts, &gone)?;
        let taken =
            |file: &OutPath, n: usize| Step::Take(u32::MAX - u32::try_from(n).unwrap_or(0), file.clone());
        let (first, last): (Vec<_>, Vec<_>) =
            gone.into_iter().enumerate().partition(|(_, file)| obstacles.contains(file));
        let first = first.into_iter().map(|(n, file)| taken(file, n));
        let puts = puts.into_iter().map(|put| match put.replaces {
            true => Step::Replace(put.number, put.made.file.clone()),
            false => Step::Add(put.number, put.made.file.clone()),
        });
        Ok(first.chain(puts).chain(last.into_iter().map(|(n, file)| taken(file, n))).collect())
    }

    /// Of what goes, the files that stand where a folder is needed or in a folder where a file is.
    fn obstacles<'g>(&self, puts: &[Put], gone: &[&'g OutPath]) -> Result<HashSet<&'g OutPath>, Failure> {
        let going: HashMap<&str, &OutPath> = gone.iter().map(|file| (file.as_str(), *file)).collect();
        let mut obstacles = HashSet::default();
        let mut passable: HashSet<&str> = HashSet::default();
        for put in puts {
            let file = put.made.file.as_str();
            for (at, _) in file.match_indices('/') {
                let folder = &file[..at];
                if !passable.insert(folder) {
                    continue;
                }
                let path = self.output.join(folder);
                match (fs::symlink_metadata(&path), going.get(folder)) {
                    (Ok(metadata), _) if metadata.is_dir() => {}
                    (Ok(_), Some(obstacle)) => _ = obstacles.insert(*obstacle),
                    (Ok(_), None) => return Err(in_the_way(&path)),
                    (Err(_), _) => {}
                }
            }
            let path = self.output.join(file);
            if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir()) {
                for entry in walkdir::WalkDir::new(&path).into_iter().filter_map(Result::ok) {
                    if entry.file_type().is_dir() {
                        continue;
                    }
                    let inside = entry.path().strip_prefix(&self.output).ok().and_then(Path::to_str);
                    match inside.and_then(|inside| going.get(inside)) {
                        Some(obstacle) => _ = obstacles.insert(*obstacle),
                        None => return Err(in_the_way(entry.path())),
                    }
                }
            }
        }
        Ok(obstacles)
    }
}

/// What parts a plan from what was published last.
#[derive(Default)]
struct Compared<'w> {
    /// Outputs to be made.
    make: Vec<&'w Output>,
    /// Those of them that were not published before.
    new: Vec<&'w Output>,
    /// What is not planned any more.
    gone: Vec<Entry<'w>>,
}

/// A staged file that takes its place.
struct Put<'m> {
    made: &'m Made<'m>,
    number: u32,
    /// Another file stands there.
    replaces: bool,
}

/// Readers meet no page before what it needs: files first, then pages, lists, feeds, home, maps.
fn rank(what: &What) -> u8 {
    match what {
        What::Copy(_) => 0,
        What::Page(Page::Index(Index::Home)) => 4,
        What::Page(Page::Index(Index::NotFound)) => 5,
        What::Page(Page::Release(_) | Page::Static(_)) | What::Redirect(_) => 1,
        What::Page(_) => 2,
        What::Feed(_) => 3,
        What::Sitemap(_) => 6,
        What::SitemapIndex => 7,
        What::Robots => 8,
    }
}

/// A path beside an output folder, hidden, for what belongs to it: `.public.stage`.
fn beside(output: &Path, what: &str) -> PathBuf {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    output.with_file_name(format!(".{name}.{what}"))
}

/// Has the records tell of the output as it is now: the manifest after the account, which is known
/// by it.
fn accept(account: &Account, place: &record::Place) -> Result<(), Failure> {
    cache::accept(account.path())?;
    match place.accept()? {
        true => Ok(()),
        // The one that is there tells of another output; without it the account counts.
        false => place.remove(),
    }
}

/// Removes a stage that a run left behind.
fn clear(stage: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(stage) {
        Err(error) if !is_missing(&error) => Err(Failure::new("remove", stage, error)),
        _ => Ok(()),
    }
}

/// A folder beside the output, on the same file system, which goes away with this value unless a
/// run is to be finished from it.
struct Stage {
    path: PathBuf,
    keep: bool,
}

impl Stage {
    fn beside(output: &Path) -> Result<Self, Failure> {
        let path = beside(output, "stage");
        let new = path.join("new");
        fs::create_dir_all(&new).map_err(|error| Failure::new("create", &new, error))?;
        Ok(Self { path, keep: false })
    }

    fn path(&self) -> &Path {
        &self.path
    }

    /// Takes steps. Those that can neither be ended nor undone stay for the next run.
    fn take(
        mut self,
        output: &Path,
        steps: Vec<Step>,
        record: impl FnOnce() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let journal = Journal::write(output, &self.path, steps)?;
        self.keep = true;
        let ended = journal.run(record);
        self.keep = journal::is_there(&self.path);
        ended
    }

    fn become_output(self, output: &Path) -> Result<(), Failure> {
        // A folder may be renamed over an empty one.
        fs::rename(self.path.join("new"), output)
            .map_err(|error| Failure::new("put the pages at", output, error))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !self.keep {
            // What cannot be removed now is removed by the next run.
            let _ = clear(&self.path);
        }
    }
}
