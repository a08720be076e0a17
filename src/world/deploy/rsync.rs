//! A folder of another machine, over SSH: as `generations` does it here, by the `ssh` and the `rsync` of this
//! machine and the shell of the other one. Readers see a link that is exchanged in one step.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::delivery::concern::Concern;
use crate::delivery::parcel::{Item, Parcel, Part};
use crate::delivery::state::{State, written};
use crate::model::target::Line;
use crate::pages::path::OutPath;
use crate::text::fingerprint::Digest;
use crate::world::clock;
use crate::world::progress::Progress;
use crate::world::tree::Failure;

use super::folder::Folder;
use super::host::{Answer, HostFault, again, pauses};
use super::site::{Done, Order, Proposal, Site, Source, Stop, concerns_of, unanswered, whole_course};
use super::ssh::{self, Account};
use super::team::each;
use super::verify::{self, Finding, What};

/// Of so many files the bytes are compared that will be lost or were written to since; of all others the
/// lengths.
const FEW: usize = 200;

/// What is called on the other machine.
const SCRIPT: &str = include_str!("rsync/there.sh");

/// The name of a new tree where there is none.
const NO_TREE: &str = "-";

/// Minutes after which a latch that nobody renews counts for nothing, and the time after which it is renewed.
const HOLDS: i64 = 10;
const RENEW: Duration = Duration::from_secs(120);

pub struct Rsync {
    account: Account,
    /// What readers see, and where the trees are.
    path: String,
    store: String,
    /// The name of the folder of the trees, as the link beside it has it.
    beside: String,
    /// Where the one connection is found that all programs share.
    control: tempfile::TempDir,
    timeout: u64,
    pauses: Vec<Duration>,
}

impl Drop for Rsync {
    fn drop(&mut self) {
        let ssh = self.ssh();
        let mut end = Command::new(&ssh[0]);
        end.args(&ssh[1..]).args(["-O", "exit", "--", &self.account.login]);
        // Without it the connection ends by itself.
        let _ = end.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// What is there.
#[derive(Default)]
struct There {
    /// The number of the tree that readers are led to, which may be gone.
    link: Option<u64>,
    /// The state that they see or, where the link is gone, the newest.
    current: Option<u64>,
    states: BTreeMap<u64, State>,
}

/// A word of the shell.
fn word(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

impl Rsync {
    pub fn new(host: &str, user: Option<&str>, path: &str, line: Line) -> Answer<Self> {
        let account = Account::new(host, user)?;
        let path = ssh::path(path)?.trim_end_matches('/');
        // No option of a program.
        let path = if path.starts_with('-') { format!("./{path}") } else { path.to_owned() };
        let (parent, name) = path.rsplit_once('/').unwrap_or((".", &path));
        if name.is_empty() || matches!(name, "." | "..") {
            return Err(HostFault::lasting(format!("`{path}` is no folder that can be a link")));
        }
        let beside = format!(".{name}.tribune");
        let store = format!("{parent}/{beside}");
        // Names of sockets are short, and `TMPDIR` may be long.
        let control = tempfile::Builder::new().prefix("ssh").tempdir_in("/tmp");
        let control = control.map_err(|error| Failure::new("create", "a folder", error))?;
        let (timeout, pauses) = (line.timeout.as_secs(), pauses(line.patience));
        Ok(Self { account, path, store, beside, control, timeout, pauses })
    }

    /// The program and its arguments, as `rsync` needs them in one line, too.
    fn ssh(&self) -> Vec<String> {
        let mut ssh = vec!["ssh".to_owned()];
        ssh.extend(self.account.options(self.timeout));
        let control = format!("ControlPath={}/s", self.control.path().display());
        for option in ["ControlMaster=auto", "ControlPersist=30", &control] {
            ssh.extend(["-o".to_owned(), option.to_owned()]);
        }
        ssh
    }

    /// Calls a function of the script there, with a text on its standard input behind the script.
    fn call(&self, function: &str, args: &[&str], input: &str) -> Answer<Vec<u8>> {
        // The shell of the account may be any: what it sees is one line, which each understands. A byte at a
        // time, as what follows is for the script.
        let read = format!("eval \"$(dd bs=1 count={} 2>/dev/null)\"", SCRIPT.len());
        let words = ["sh", "-c", &read, "tribune", &self.path, &self.store, function];
        let line = words.iter().chain(args).map(|text| word(text)).collect::<Vec<_>>().join(" ");
        again(&self.pauses, || {
            let ssh = self.ssh();
            let mut command = Command::new(&ssh[0]);
            command.args(&ssh[1..]).arg("--").arg(&self.account.login).arg(&line);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let failed = |error: std::io::Error| HostFault::lasting(format!("cannot run `ssh`: {error}"));
            let mut process = command.spawn().map_err(failed)?;
            let stdin = process.stdin.take();
            let ended = thread::scope(|scope| {
                scope.spawn(move || {
                    let mut stdin = stdin?;
                    stdin.write_all(SCRIPT.as_bytes()).and_then(|()| stdin.write_all(input.as_bytes())).ok()
                });
                process.wait_with_output()
            });
            checked("ssh", ended.map_err(failed)?)
        })
    }

    fn rsync(&self, args: &[&str], from: &str, to: &str) -> Answer<Vec<u8>> {
        again(&self.pauses, || {
            let mut command = Command::new("rsync");
            command.args(["-r", "--checksum", "--protect-args", "-e", &self.ssh().join(" ")]).args(args);
            command.arg(format!("--timeout={}", self.timeout));
            command.arg("--").arg(from).arg(to).stdin(Stdio::null());
            let failed = |error: std::io::Error| HostFault::lasting(format!("cannot run `rsync`: {error}"));
            checked("rsync", command.output().map_err(failed)?)
        })
    }

    fn remote(&self, path: &str) -> String {
        format!("{}:{path}", self.account.name)
    }

    fn store(&self, name: &str) -> String {
        format!("{}/{name}", self.store)
    }

    fn look(&self) -> Answer<There> {
        let told = self.call("look", &[], "")?;
        let told = String::from_utf8_lossy(&told).into_owned();
        let mut lines = told.lines();
        let link = lines.next().unwrap_or_default();
        let link = link.strip_prefix(&format!("{}/", self.beside)).and_then(|number| number.parse().ok());
        let leads_there = lines.next() == Some("there");
        let read = |line: &str| {
            let state = State::read(line.as_bytes());
            state.map_err(|why| {
                HostFault::lasting(format!("a state in {} is damaged: {why}", self.store("states")))
            })
        };
        let states = lines.map(read).collect::<Answer<Vec<State>>>()?;
        let states: BTreeMap<u64, State> = states.into_iter().map(|state| (state.number, state)).collect();
        let current = match link.filter(|number| leads_there || states.contains_key(number)) {
            Some(number) if !states.contains_key(&number) => {
                return Err(HostFault::lasting(format!(
                    "{} is missing, so nobody can tell what readers see: bring it back, or move {} and {} away to \
                     begin anew",
                    self.store(&format!("states/{number}.json")),
                    self.path,
                    self.store
                )));
            }
            Some(number) => Some(number),
            // A link is easily lost, and that is when earlier states are needed.
            None => states.keys().last().copied(),
        };
        Ok(There { link, current, states })
    }

    /// All files of a state; parts that are known here are not fetched.
    fn files(&self, state: &State, known: &[Part]) -> Answer<Parcel> {
        let mut parts: HashMap<Digest, Vec<Item>> =
            known.iter().map(|part| (part.digest, part.items.clone())).collect();
        let missing: Vec<Digest> =
            state.parts.iter().filter(|digest| !parts.contains_key(*digest)).copied().collect();
        if !missing.is_empty() {
            let names: String = missing.iter().map(|digest| format!("{digest}.json\n")).collect();
            let told = self.call("parts", &[], &names)?;
            for (digest, bytes) in missing.into_iter().zip(told.split(|byte| *byte == b'\n')) {
                let part = Part::read(digest, bytes).map_err(|why| {
                    HostFault::lasting(format!("part {digest} on the host is damaged: {why}"))
                })?;
                parts.insert(digest, part.items);
            }
        }
        let items = state.parts.iter().filter_map(|digest| parts.get(digest)).flatten();
        Ok(Parcel::of(items.cloned().collect()))
    }

    /// What of a tree is not as it was left, as far as lengths tell; of what will be lost, as its bytes tell.
    fn drift(
        &self,
        number: u64,
        parcel: &Parcel,
        lost: &[&OutPath],
        wanted: &Parcel,
    ) -> Answer<Option<Concern>> {
        let told = String::from_utf8_lossy(&self.call("lengths", &[&number.to_string()], "")?).into_owned();
        let (told, strange) = told.split_once("\n\n").unwrap_or((&told, ""));
        let mut there: HashMap<&str, u64> = HashMap::new();
        for line in told.lines() {
            if let Some((length, name)) = line.trim_start().split_once(' ')
                && let Some(name) = name.strip_prefix("./")
            {
                there.insert(name, length.parse().unwrap_or(u64::MAX));
            }
        }
        let (mut altered, mut missing) = (Vec::new(), Vec::new());
        for item in &parcel.items {
            match there.remove(item.path.as_str()) {
                None => missing.push(item.path.clone()),
                Some(length) if length != item.bytes => altered.push(item.path.clone()),
                Some(_) => {}
            }
        }
        let strange = strange.lines().filter_map(|name| name.strip_prefix("./"));
        let strange = there.keys().copied().chain(strange).filter_map(OutPath::parse);
        let foreign: Vec<OutPath> = strange.filter(|path| wanted.meets(path) || parcel.meets(path)).collect();
        let newer = self.newer(number)?;
        let newer: Vec<OutPath> = newer.into_iter().filter(|path| parcel.find(path).is_some()).collect();
        let mut lost: Vec<&OutPath> = lost.iter().filter(|path| !missing.contains(path)).copied().collect();
        lost.extend(&newer);
        lost.sort_unstable();
        lost.dedup();
        altered.extend(if lost.len() > FEW { newer } else { self.altered(number, parcel, &lost)? });
        altered.sort_unstable();
        altered.dedup();
        let is_nothing = altered.is_empty() && foreign.is_empty() && missing.is_empty();
        Ok((!is_nothing).then_some(Concern::Drift { altered, foreign, missing }))
    }

    /// Files of a tree that were written to since its state was deployed.
    fn newer(&self, number: u64) -> Answer<Vec<OutPath>> {
        let told = String::from_utf8_lossy(&self.call("newer", &[&number.to_string()], "")?).into_owned();
        Ok(told.lines().filter_map(|name| OutPath::parse(name.strip_prefix("./")?)).collect())
    }

    /// Those of some files of a tree whose bytes are not those of a parcel.
    fn altered(&self, number: u64, parcel: &Parcel, paths: &[&OutPath]) -> Answer<Vec<OutPath>> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let local = tempfile::tempdir().map_err(|error| Failure::new("create", "a folder", error))?;
        self.fetch(&self.store(&number.to_string()), local.path(), Some(paths))?;
        let is_altered = |path: &OutPath| {
            let bytes = fs::read(local.path().join(path.as_str())).unwrap_or_default();
            parcel.find(path).map(|item| item.digest) != Some(Digest::of(&bytes))
        };
        Ok(paths.iter().filter(|path| is_altered(path)).map(|path| (*path).clone()).collect())
    }

    /// Gets files of a tree, or all of it.
    fn fetch(&self, tree: &str, to: &Path, some: Option<&[&OutPath]>) -> Answer<()> {
        let to = format!("{}/", to.display());
        let from = self.remote(&format!("{tree}/"));
        let Some(some) = some else { return self.rsync(&[], &from, &to).map(|_| ()) };
        let mut list =
            tempfile::NamedTempFile::new().map_err(|error| Failure::new("create", "a file", error))?;
        for path in some {
            write!(list, "{}\0", path.as_str()).map_err(|error| Failure::new("write", list.path(), error))?;
        }
        let list = format!("--files-from={}", list.path().display());
        self.rsync(&["--from0", &list], &from, &to).map(|_| ())
    }

    fn hold(&self, order: &Order) -> Result<(), Stop> {
        let (now, minutes) = (order.now.as_second().to_string(), HOLDS.to_string());
        let take = |dead: &str| self.call("take", &[order.token, dead, &now, &minutes], "");
        let told = String::from_utf8_lossy(&take("-")?).into_owned();
        let Some(other) = told.strip_prefix("busy ") else { return Ok(()) };
        let mut words = other.splitn(3, ' ');
        let mut second = || words.next().and_then(|word| Timestamp::from_second(word.parse().ok()?).ok());
        let (renewed, since) = (second(), second());
        let other = words.next().unwrap_or_default();
        if !other.is_empty() && (order.dead)(other) && take(other)? == b"taken" {
            return Ok(());
        }
        let renewed = renewed.unwrap_or_else(clock::now);
        Err(Stop::Busy { since: since.unwrap_or(renewed), until: renewed + SignedDuration::from_mins(HOLDS) })
    }

    /// Goes on holding it while something is done.
    fn holding<T>(&self, order: &Order, act: impl FnOnce() -> T) -> T {
        let (done, is_done) = channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                while let Err(RecvTimeoutError::Timeout) = is_done.recv_timeout(RENEW) {
                    // Where it is lost, that is seen before readers see anything.
                    let _ = self.call("renew", &[order.token], "");
                }
            });
            let ended = act();
            drop(done);
            ended
        })
    }

    fn release(&self, order: &Order) {
        // What stays is of no use after a while, and to the next deploy from here at once.
        let _ = self.call("release", &[order.token], "");
    }

    /// Whether anything but a link to one of its trees is there.
    fn obstacle(&self) -> Answer<()> {
        let told = String::from_utf8_lossy(&self.call("obstacle", &[], "")?).trim().to_owned();
        if told.is_empty() || told.starts_with(&format!("{}/", self.beside)) {
            return Ok(());
        }
        Err(HostFault::lasting(format!(
            "{} is there already, and no deploy put it there: move it away",
            self.path
        )))
    }

    /// Makes the tree of a state, beside those that there are. Its name as long as nobody is to see it.
    fn grow(
        &self,
        there: &There,
        order: &Order,
        proposal: &Proposal,
        gone: &[&OutPath],
        all: bool,
        progress: &Progress,
    ) -> Answer<String> {
        let number = proposal.number.to_string();
        let current = there.current.map(|current| current.to_string());
        let args: Vec<&str> = [number.as_str()].into_iter().chain(current.as_deref()).collect();
        let name = String::from_utf8_lossy(&self.call("grow", &args, "")?).into_owned();
        let name = name.strip_prefix("./").filter(|name| name.starts_with(&format!("{number}.")));
        let name = name.ok_or_else(|| HostFault::lasting("`mktemp` there makes no folder"))?;
        let tree = self.store(name);
        let lines = |paths: &mut dyn Iterator<Item = &OutPath>| -> Answer<String> {
            let mut text = String::new();
            for path in paths {
                if path.as_str().contains('\n') {
                    return Err(HostFault::lasting(format!("the name {:?} has a line end", path.as_str())));
                }
                text.push_str(path.as_str());
                text.push('\n');
            }
            Ok(text)
        };
        if !gone.is_empty() {
            self.call("remove", &[name], &lines(&mut gone.iter().copied())?)?;
        }
        let puts: Vec<&Item> = match all {
            true => order.wanted.items.iter().collect(),
            false => proposal.course.puts().map(|put| &put.item).collect(),
        };
        if let Source::Kept(from) = order.source {
            let newer = self.newer(from)?;
            let paths = puts.iter().map(|item| &item.path).filter(|path| newer.contains(path));
            if let Some(path) = self.altered(from, order.wanted, &paths.collect::<Vec<_>>())?.first() {
                let path = path.as_str();
                return Err(HostFault::lasting(format!("`{path}` of that state was altered since")));
            }
            let list = lines(&mut puts.iter().map(|item| &item.path))?;
            self.call("share", &[name, &from.to_string()], &list)?;
        } else {
            let local = tempfile::tempdir().map_err(|error| Failure::new("create", "a folder", error))?;
            progress.begin("gathering files", puts.len());
            each(4, &puts, |item| {
                progress.step();
                let place = local.path().join(item.path.as_str());
                let folder = place.parent().unwrap_or(local.path());
                fs::create_dir_all(folder).map_err(|error| Failure::new("create", folder, error))?;
                fs::write(&place, order.source.read(item)?)
                    .map_err(|error| Failure::new("write", &place, error).into())
            })?;
            progress.begin("putting files", 0);
            // Where nothing was there before, there may be what was cut.
            let args: &[&str] = if there.current.is_none() { &["--delete"] } else { &[] };
            let args = [args, &["--perms", "--chmod=D755,F644"]].concat();
            self.rsync(&args, &format!("{}/", local.path().display()), &self.remote(&format!("{tree}/")))?;
        }
        self.call("prune", &[name], "")?;
        Ok(name.to_owned())
    }

    /// Writes down a state with its parts: the state under another name, until readers see it.
    fn note(&self, state: &State, parts: &[Part], order: &Order) -> Answer<()> {
        let local = tempfile::tempdir().map_err(|error| Failure::new("create", "a folder", error))?;
        let write = |name: String, bytes: &[u8]| -> Answer<()> {
            let place = local.path().join(name);
            let folder = place.parent().unwrap_or(local.path());
            fs::create_dir_all(folder).map_err(|error| Failure::new("create", folder, error))?;
            fs::write(&place, bytes).map_err(|error| Failure::new("write", &place, error).into())
        };
        for part in parts {
            write(format!("parts/{}.json", part.digest), &part.bytes)?;
        }
        write(format!("next.{}.json", order.token), &written(state))?;
        self.rsync(&[], &format!("{}/", local.path().display()), &self.remote(&format!("{}/", self.store)))?;
        Ok(())
    }

    /// Has readers see another tree, in one step: if this deploy still holds the host, and not before what is
    /// written down of it stands.
    fn exchange(&self, number: u64, name: &str, order: &Order) -> Result<(), Stop> {
        let target = format!("{}/{number}", self.beside);
        match self.call("exchange", &[&number.to_string(), name, order.token, &target], "")?.as_slice() {
            b"lost" => Err(Stop::Overtaken),
            _ => Ok(()),
        }
    }

    /// Removes what no state has that can be gone back to.
    fn forget(&self, there: &There, current: &State) -> Answer<()> {
        let stays: HashSet<u64> = current.history.iter().copied().chain([current.number]).collect();
        let old = there.states.values().filter(|state| !stays.contains(&state.number));
        let rest = there.states.values().filter(|state| stays.contains(&state.number));
        let needed: HashSet<&Digest> = rest.flat_map(|state| &state.parts).chain(&current.parts).collect();
        let mut names = String::new();
        for state in old {
            names.push_str(&format!("{0}\nstates/{0}.json\n", state.number));
            let parts = state.parts.iter().filter(|digest| !needed.contains(digest));
            parts.for_each(|digest| names.push_str(&format!("parts/{digest}.json\n")));
        }
        if names.is_empty() {
            return Ok(());
        }
        self.call("forget", &[], &names).map(|_| ())
    }
}

fn checked(program: &str, output: Output) -> Answer<Vec<u8>> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let (said, status) = (String::from_utf8_lossy(&output.stderr), output.status.to_string());
    Err(ssh::fault(program, if said.trim().is_empty() { &status } else { &said }))
}

impl Site for Rsync {
    fn name(&self) -> String {
        format!("{}:{}", self.account.name, self.path)
    }

    fn keeps_headers(&self) -> bool {
        false
    }

    fn states(&self) -> Result<Vec<State>, Stop> {
        let There { current, mut states, .. } = self.look()?;
        let Some(current) = current.and_then(|number| states.remove(&number)) else { return Ok(Vec::new()) };
        let mut all: Vec<State> = current.history.iter().filter_map(|number| states.remove(number)).collect();
        all.push(current);
        Ok(all)
    }

    fn parcel(&self, state: &State) -> Answer<Parcel> {
        self.files(state, &[])
    }

    fn fulfil(
        &self,
        order: &Order,
        only_propose: bool,
        progress: &Progress,
    ) -> Result<(Proposal, Option<Done>), Stop> {
        if only_propose {
            return Ok((self.propose(order, progress)?.2, None));
        }
        // What there is to do is found out by whoever holds it.
        let (.., proposal) = self.propose(order, progress)?;
        if proposal.is_done {
            return Ok((proposal, None));
        }
        unanswered(&proposal.concerns, order)?;
        self.hold(order)?;
        let ended = self.holding(order, || self.deploy(order, progress));
        self.release(order);
        ended
    }

    fn findings(&self, current: &State, parcel: &Parcel, progress: &Progress) -> Result<Vec<Finding>, Stop> {
        let mut found = self.compared(current, parcel, progress)?;
        if self.look()?.link != Some(current.number) {
            found.push(Finding { place: self.name(), what: What::Missing });
        }
        Ok(found)
    }
}

impl Rsync {
    /// What of the tree of a state is not as it was deployed.
    fn compared(&self, current: &State, parcel: &Parcel, progress: &Progress) -> Result<Vec<Finding>, Stop> {
        let local = tempfile::tempdir()
            .map_err(|error| HostFault::from(Failure::new("create", "a folder", error)))?;
        self.fetch(&self.store(&current.number.to_string()), local.path(), None)?;
        let folder = Folder::open(local.path())
            .map_err(|error| HostFault::from(Failure::new("open", local.path(), error)))?;
        let ours = parcel.items.iter().map(|item| item.path.as_str().to_owned()).collect();
        verify::compare(&folder, &ours, parcel, progress)
    }

    /// What of a tree is not as it was left, by the bytes of all files.
    fn whole_drift(
        &self,
        state: &State,
        parcel: &Parcel,
        wanted: &Parcel,
        progress: &Progress,
    ) -> Result<Option<Concern>, Stop> {
        let (mut altered, mut missing) = (Vec::new(), Vec::new());
        for finding in self.compared(state, parcel, progress)? {
            let Some(path) = OutPath::parse(&finding.place) else { continue };
            match finding.what {
                What::Missing => missing.push(path),
                What::Planted => {}
                _ => altered.push(path),
            }
        }
        // Links are not among what was fetched.
        let foreign = match self.drift(state.number, parcel, &[], wanted)? {
            Some(Concern::Drift { foreign, .. }) => foreign,
            _ => Vec::new(),
        };
        let is_nothing = altered.is_empty() && foreign.is_empty() && missing.is_empty();
        Ok((!is_nothing).then_some(Concern::Drift { altered, foreign, missing }))
    }

    fn propose(&self, order: &Order, progress: &Progress) -> Result<(There, Parcel, Proposal), Stop> {
        self.obstacle()?;
        let there = self.look()?;
        let before = there.current.and_then(|number| there.states.get(&number));
        let seen = match before {
            Some(state) => self.files(state, &order.wanted.parts())?,
            None => Parcel::default(),
        };
        let course = whole_course(&seen.items, order);
        let mut concerns = concerns_of(order, before, course.removed);
        let is_done = before.is_some_and(|state| state.history.len() <= order.history) && course.is_done();
        let adrift = match before {
            Some(state) if order.repairs => self.whole_drift(state, &seen, order.wanted, progress)?,
            Some(state) if !is_done => {
                let lost: Vec<&OutPath> = course.keep.iter().map(|keep| &keep.path).collect();
                self.drift(state.number, &seen, &lost, order.wanted)?
            }
            _ => None,
        };
        let is_same = is_done && adrift.is_none();
        let is_done = is_same && there.link == there.current;
        concerns.extend(adrift);
        if is_same && !is_done {
            // The link is put back, which changes nothing that anybody could be asked about.
            concerns.clear();
        }
        // Never that of a tree which readers may see.
        let last = there.states.keys().last().copied().max(there.link).unwrap_or(0);
        let number = if is_same { before.map_or(0, |state| state.number) } else { last + 1 };
        Ok((there, seen, Proposal { number, concerns, course, is_done }))
    }

    fn deploy(&self, order: &Order, progress: &Progress) -> Result<(Proposal, Option<Done>), Stop> {
        let (there, seen, proposal) = self.propose(order, progress)?;
        if proposal.is_done {
            return Ok((proposal, None));
        }
        unanswered(&proposal.concerns, order)?;
        if there.current == Some(proposal.number) {
            self.exchange(proposal.number, NO_TREE, order)?;
            let done = proposal.done();
            return Ok((proposal, Some(done)));
        }
        let before = there.current.and_then(|number| there.states.get(&number));
        let gone = seen.items.iter().map(|item| &item.path).filter(|path| order.wanted.find(path).is_none());
        // What is in the way goes where somebody has agreed to that.
        let foreign = proposal.concerns.iter().flat_map(|concern| match concern {
            Concern::Drift { foreign, .. } => foreign.as_slice(),
            _ => &[],
        });
        // That first: it may be a link, through which nothing is removed.
        let gone: Vec<&OutPath> = foreign.chain(gone).collect();
        // Where others have been at our files all are put anew.
        let is_adrift = proposal.concerns.iter().any(|concern| matches!(concern, Concern::Drift { .. }));
        let number = proposal.number;
        let name = self.grow(&there, order, &proposal, &gone, is_adrift, progress)?;
        let parts = order.wanted.parts();
        let state = order.whole_state(number, before, &parts);
        self.note(&state, &parts, order)?;
        self.exchange(number, &name, order)?;
        let stamped = |()| self.call("stamp", &[&number.to_string()], "");
        let untidy = self.forget(&there, &state).and_then(stamped).err();
        let done = Done { untidy, ..proposal.done() };
        Ok((proposal, Some(done)))
    }
}
