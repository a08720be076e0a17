//! A branch of a repository, as hosts of pages serve it: each deploy is a commit upon the one before, made
//! without a working tree, and pushed only where the branch is what it was when the deploy began.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::delivery::concern::Concern;
use crate::delivery::parcel::{Item, Parcel, Part};
use crate::delivery::state::{self, State, written};
use crate::model::target::Line;
use crate::pages::path::OutPath;
use crate::text::fingerprint::Digest;
use crate::world::cache;
use crate::world::output::resolved;
use crate::world::progress::Progress;
use crate::world::tree::Root;

use super::host::{Answer, HostFault, again, pauses};
use super::site::{Done, Order, Proposal, Site, Source, Stop, concerns_of, unanswered, whole_course};
use super::verify::{Finding, What};

/// The branch as it was found, and as it is to be, in the repository of this machine.
const SEEN: &str = "refs/tribune/seen";
const NEXT: &str = "refs/tribune/next";

/// Has hosts of pages serve files as they are, names that begin with an underscore, too.
const AS_IT_IS: &str = ".nojekyll";

pub struct Git {
    repository: String,
    branch: String,
    /// A repository without working tree, of this machine alone.
    dir: PathBuf,
    /// How many earlier states can be gone back to.
    history: usize,
    timeout: u64,
    pauses: Vec<Duration>,
}

/// A commit with the state that it brought.
struct Commit {
    id: String,
    state: State,
}

impl Git {
    /// The branch of a target. A repository that is a path is one from the root of the portal.
    pub fn new(
        root: &Root,
        target: &str,
        repository: &str,
        branch: &str,
        history: usize,
        line: Line,
    ) -> Answer<Self> {
        let dir = cache::named(root, &format!("git-{target}"));
        cache::make_folder(&dir)?;
        let path = root.dir().join(repository);
        let repository = match path.is_dir() {
            true => resolved(&path).display().to_string(),
            false => repository.to_owned(),
        };
        let (timeout, pauses) = (line.timeout.as_secs(), pauses(line.patience));
        let git = Self { repository, branch: branch.to_owned(), dir, history, timeout, pauses };
        if !git.dir.join("HEAD").is_file() {
            let made = Command::new("git").args(["init", "--bare", "--quiet"]).arg(&git.dir).output();
            checked(made.map_err(|error| missing(&error))?)?;
        }
        Ok(git)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("--git-dir").arg(&self.dir);
        // A line that carries next to nothing for so long is dead.
        command.args(["-c", "http.lowSpeedLimit=1", "-c"]).arg(format!("http.lowSpeedTime={}", self.timeout));
        command.args(args);
        // Nobody is there to answer, and what is said is read.
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C").stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Answer<Vec<u8>> {
        let output = self.command(args).output().map_err(|error| missing(&error))?;
        checked(output)
    }

    /// The same with a host on the other side, which is asked again where it fails in passing.
    fn ask(&self, args: &[&str]) -> Answer<Vec<u8>> {
        again(&self.pauses, || self.run(args))
    }

    /// Gets the branch, if it is there.
    fn fetch(&self) -> Answer<Option<String>> {
        let branch = format!("refs/heads/{}", self.branch);
        let listed = self.ask(&["ls-remote", "--", &self.repository, &branch])?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let Some(tip) = listed.split_whitespace().next() else { return Ok(None) };
        // As many as can be gone back to; each may have commits of others upon it.
        let depth = format!("--depth={}", (self.history + 1) * 4);
        let spec = format!("+{branch}:{SEEN}");
        self.ask(&["fetch", "--quiet", "--no-tags", &depth, "--", &self.repository, &spec])?;
        Ok(Some(tip.to_owned()))
    }

    fn blob(&self, commit: &str, path: &str) -> Answer<Vec<u8>> {
        self.run(&["cat-file", "blob", &format!("{commit}:{path}")])
    }

    /// The commits of deploys, newest first.
    fn commits(&self, tip: &str) -> Answer<Vec<Commit>> {
        let most = format!("--max-count={}", self.history + 1);
        let current = state::current();
        let listed =
            self.run(&["log", "--full-history", "--no-merges", "--format=%H", &most, tip, "--", &current])?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let mut commits = Vec::new();
        for id in listed.lines() {
            // The oldest of a shallow history may be one of somebody else, or one that took it away.
            let Ok(bytes) = self.blob(id, &current) else { break };
            let state = State::read(&bytes)
                .map_err(|why| HostFault::lasting(format!("`{current}` of commit {id}: {why}")))?;
            commits.push(Commit { id: id.to_owned(), state });
        }
        Ok(commits)
    }

    /// All files of a commit with their blobs.
    fn files(&self, commit: &str) -> Answer<BTreeMap<String, String>> {
        let listed = self.run(&["ls-tree", "-r", "-z", commit])?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let entries = listed.split('\0').filter_map(|entry| entry.split_once('\t'));
        Ok(entries
            .filter_map(|(told, path)| Some((path.to_owned(), told.split(' ').nth(2)?.to_owned())))
            .collect())
    }

    fn parcel_of(&self, commit: &str, state: &State) -> Answer<Parcel> {
        let mut items = Vec::with_capacity(state.files);
        for digest in &state.parts {
            let path = state::part(*digest);
            let part = Part::read(*digest, &self.blob(commit, &path)?)
                .map_err(|why| HostFault::lasting(format!("`{path}` is not as Tribune wrote it: {why}")))?;
            items.extend(part.items);
        }
        Ok(Parcel::of(items))
    }

    /// What others have done to a branch since a deploy.
    fn drift(&self, ours: &str, tip: &str, parcel: &Parcel, wanted: &Parcel) -> Answer<Option<Concern>> {
        if ours == tip {
            return Ok(None);
        }
        let listed = self.run(&["diff", "--name-status", "--no-renames", "-z", ours, tip])?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let mut told = listed.split('\0');
        let (mut altered, mut foreign, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        while let (Some(what), Some(path)) = (told.next(), told.next()) {
            let Some(path) = OutPath::parse(path) else { continue };
            let is_ours = parcel.find(&path).is_some();
            match what {
                "D" if is_ours => missing.push(path),
                _ if is_ours => altered.push(path),
                _ if what != "D" && wanted.meets(&path) => foreign.push(path),
                _ => {}
            }
        }
        let is_nothing = altered.is_empty() && foreign.is_empty() && missing.is_empty();
        Ok((!is_nothing).then_some(Concern::Drift { altered, foreign, missing }))
    }

    /// Makes the commit of a state upon the tip.
    fn commit(&self, tip: Option<&str>, changes: &Changes, order: &Order, progress: &Progress) -> Answer<()> {
        let mut command = self.command(&["fast-import", "--quiet", "--force", "--date-format=raw"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut importer = command.spawn().map_err(|error| missing(&error))?;
        let fed = self.feed(&mut importer, tip, changes, order, progress);
        drop(importer.stdin.take());
        let ended = importer.wait_with_output().map_err(|error| missing(&error))?;
        // What it says itself says more than a pipe that broke.
        checked(ended)?;
        fed
    }

    fn feed(
        &self,
        importer: &mut Child,
        tip: Option<&str>,
        changes: &Changes,
        order: &Order,
        progress: &Progress,
    ) -> Answer<()> {
        let Some(stdin) = importer.stdin.as_mut() else { return Ok(()) };
        let failed = |error: std::io::Error| HostFault::lasting(format!("git fast-import: {error}"));
        let mut to = std::io::BufWriter::new(stdin);
        let State { number, files, built, .. } = &changes.state;
        let message = format!("State {number}: {files} files, built {built}\n");
        let seconds = order.now.as_second();
        write!(to, "commit {NEXT}\ncommitter Tribune <tribune@localhost> {seconds} +0000\n")
            .map_err(failed)?;
        write!(to, "data {}\n{message}", message.len()).map_err(failed)?;
        if let Some(tip) = tip {
            writeln!(to, "from {tip}").map_err(failed)?;
        }
        for path in &changes.remove {
            writeln!(to, "D {}", quoted(path)).map_err(failed)?;
        }
        let restored = match order.source.restores() {
            Some(number) => {
                let commit = changes.commits.iter().find(|commit| commit.state.number == number);
                let gone = || HostFault::lasting(format!("state {number} is not in the history any more"));
                self.files(&commit.ok_or_else(gone)?.id)?
            }
            None => BTreeMap::new(),
        };
        progress.begin("putting files", changes.put.len());
        for item in &changes.put {
            progress.step();
            let path = item.path.as_str();
            match (&order.source, restored.get(path)) {
                (Source::Kept(_), Some(blob)) => {
                    writeln!(to, "M 100644 {blob} {}", quoted(path)).map_err(failed)?
                }
                _ => put(&mut to, path, &order.source.read(item)?).map_err(failed)?,
            }
        }
        for (path, bytes) in &changes.notes {
            put(&mut to, path, bytes).map_err(failed)?;
        }
        writeln!(to, "done").and_then(|()| to.flush()).map_err(failed)
    }

    /// Pushes the commit, if the branch is still where it was.
    fn push(&self, tip: Option<&str>) -> Result<(), Stop> {
        let branch = format!("refs/heads/{}", self.branch);
        let lease = format!("--force-with-lease={branch}:{}", tip.unwrap_or_default());
        let spec = format!("{NEXT}:{branch}");
        match self.ask(&["push", "--quiet", "--porcelain", &lease, "--", &self.repository, &spec]) {
            Ok(_) => Ok(()),
            Err(fault) => match self.ask(&["ls-remote", "--", &self.repository, &branch]) {
                // Its answer may have been lost.
                Ok(listed) => {
                    let next = self.run(&["rev-parse", NEXT])?;
                    let now = String::from_utf8_lossy(&listed).split_whitespace().next().map(str::to_owned);
                    match now {
                        Some(now) if now == String::from_utf8_lossy(&next).trim() => Ok(()),
                        now if now.as_deref() != tip => Err(Stop::Overtaken),
                        _ => Err(fault.into()),
                    }
                }
                Err(_) => Err(fault.into()),
            },
        }
    }
}

/// What parts one commit from the next.
struct Changes<'c> {
    state: State,
    remove: Vec<String>,
    put: Vec<&'c Item>,
    notes: Vec<(String, Vec<u8>)>,
    commits: &'c [Commit],
}

fn put(to: &mut impl Write, path: &str, bytes: &[u8]) -> std::io::Result<()> {
    write!(to, "M 100644 inline {}\ndata {}\n", quoted(path), bytes.len())?;
    to.write_all(bytes)?;
    to.write_all(b"\n")
}

/// A path as `git fast-import` reads it, whatever is in it.
fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn missing(error: &std::io::Error) -> HostFault {
    HostFault::lasting(format!("cannot run `git`: {error}"))
}

fn checked(output: Output) -> Answer<Vec<u8>> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = [output.stderr, output.stdout].map(|said| String::from_utf8_lossy(&said).trim().to_owned());
    let message = said.iter().find(|said| !said.is_empty()).cloned().unwrap_or_default();
    let passes =
        ["Could not resolve", "timed out", "Connection", "early EOF", "RPC failed", "unexpected disconnect"];
    let is_passing = passes.iter().any(|words| message.contains(words));
    Err(HostFault { is_passing, message: format!("git: {message}") })
}

impl Site for Git {
    fn name(&self) -> String {
        format!("branch {} of {}", self.branch, self.repository)
    }

    fn keeps_headers(&self) -> bool {
        false
    }

    fn states(&self) -> Result<Vec<State>, Stop> {
        let Some(tip) = self.fetch()? else { return Ok(Vec::new()) };
        Ok(self.commits(&tip)?.into_iter().rev().map(|commit| commit.state).collect())
    }

    fn parcel(&self, state: &State) -> Answer<Parcel> {
        let tip = self.run(&["rev-parse", SEEN])?;
        let commits = self.commits(String::from_utf8_lossy(&tip).trim())?;
        let found = commits.iter().find(|commit| commit.state.number == state.number);
        let found = found.ok_or_else(|| HostFault::lasting("the branch was changed meanwhile"))?;
        self.parcel_of(&found.id, state)
    }

    fn fulfil(
        &self,
        order: &Order,
        only_propose: bool,
        progress: &Progress,
    ) -> Result<(Proposal, Option<Done>), Stop> {
        let tip = self.fetch()?;
        let commits = tip.as_deref().map_or(Ok(Vec::new()), |tip| self.commits(tip))?;
        let current = commits.first();
        let seen = match current {
            Some(commit) => self.parcel_of(&commit.id, &commit.state)?,
            None => Parcel::default(),
        };
        let before = current.map(|commit| &commit.state);
        let course = whole_course(&seen.items, order);
        let mut concerns = concerns_of(order, before, course.removed);
        let there = tip.as_deref().map_or(Ok(BTreeMap::new()), |tip| self.files(tip))?;
        let adrift = match (&tip, current) {
            (Some(tip), Some(commit)) => self.drift(&commit.id, tip, &seen, order.wanted)?,
            // Files of a branch that nobody has deployed to.
            _ => {
                let taken = there.keys().filter_map(|path| OutPath::parse(path));
                let foreign: Vec<OutPath> = taken.filter(|path| order.wanted.meets(path)).collect();
                let (altered, missing) = (Vec::new(), Vec::new());
                (!foreign.is_empty()).then_some(Concern::Drift { altered, foreign, missing })
            }
        };
        let is_adrift = adrift.is_some();
        concerns.extend(adrift);
        let is_done = before.is_some() && course.is_done() && !is_adrift;
        let number = before.map_or(0, |state| state.number) + u64::from(!is_done);
        let proposal = Proposal { number, concerns, course, is_done };
        if only_propose || is_done {
            return Ok((proposal, None));
        }
        unanswered(&proposal.concerns, order)?;
        let parts = order.wanted.parts();
        let state = order.whole_state(number, before, &parts);
        let part_files: BTreeSet<String> = parts.iter().map(|part| state::part(part.digest)).collect();
        let stale = there
            .keys()
            .filter(|path| path.starts_with(&state::own("parts/")) && !part_files.contains(*path));
        let gone = seen.items.iter().filter(|item| order.wanted.find(&item.path).is_none());
        let gone = gone.map(|item| item.path.as_str().to_owned()).filter(|path| there.contains_key(path));
        let new_parts = parts.into_iter().filter(|part| !there.contains_key(&state::part(part.digest)));
        let mut notes: Vec<(String, Vec<u8>)> =
            new_parts.map(|part| (state::part(part.digest), part.bytes)).collect();
        notes.push((state::current(), written(&state)));
        if !there.contains_key(AS_IT_IS) {
            notes.push((AS_IT_IS.into(), Vec::new()));
        }
        // Where others have been at our files all are put anew.
        let all = || order.wanted.items.iter().collect();
        let put = if is_adrift { all() } else { proposal.course.puts().map(|put| &put.item).collect() };
        let remove = gone.chain(stale.cloned()).collect();
        let changes = Changes { state, remove, put, notes, commits: &commits };
        self.commit(tip.as_deref(), &changes, order, progress)?;
        self.push(tip.as_deref())?;
        let done = proposal.done();
        Ok((proposal, Some(done)))
    }

    fn findings(&self, current: &State, parcel: &Parcel, progress: &Progress) -> Result<Vec<Finding>, Stop> {
        let Some(tip) = self.fetch()? else {
            return Ok(vec![Finding { place: self.name(), what: What::Missing }]);
        };
        let mut there = self.files(&tip)?;
        let mut findings = Vec::new();
        let mut batch = self.command(&["cat-file", "--batch"]);
        batch.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut batch = batch.spawn().map_err(|error| missing(&error))?;
        let failed = |error: std::io::Error| HostFault::lasting(format!("git cat-file: {error}"));
        let (asks, answers) = (batch.stdin.take(), batch.stdout.take());
        let (Some(mut asks), Some(answers)) = (asks, answers) else { return Ok(findings) };
        let mut answers = BufReader::new(answers);
        progress.begin("looking at the host", parcel.items.len());
        for item in &parcel.items {
            progress.step();
            let place = item.path.as_str().to_owned();
            let Some(blob) = there.remove(&place) else {
                findings.push(Finding { place, what: What::Missing });
                continue;
            };
            writeln!(asks, "{blob}").and_then(|()| asks.flush()).map_err(failed)?;
            let mut told = String::new();
            answers.read_line(&mut told).map_err(failed)?;
            let length = told.trim().rsplit(' ').next().and_then(|length| length.parse::<usize>().ok());
            let mut bytes = vec![0; length.unwrap_or(0) + 1];
            answers.read_exact(&mut bytes).map_err(failed)?;
            bytes.pop();
            if Digest::of(&bytes) != item.digest {
                findings.push(Finding { place, what: What::Altered });
            }
        }
        drop(asks);
        let _ = batch.wait();
        let mut ours: BTreeSet<String> = current.parts.iter().map(|digest| state::part(*digest)).collect();
        ours.extend([state::current(), AS_IT_IS.to_owned()]);
        let planted = there.into_keys().filter(|path| !ours.contains(path));
        findings.extend(planted.map(|place| Finding { place, what: What::Planted }));
        findings.sort();
        Ok(findings)
    }
}
