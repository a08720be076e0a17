//! Builds that are killed.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crate::harness::Fixture;

use super::states::{Portal, STATES, States};
use super::trace::{Call, inject, record};
use crate::counting::{Random, figure, told};

/// What a build finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The output of the state before.
    Change,
    /// The same, and it is told to forget what it knows.
    Clean,
    /// No output.
    First,
    /// Neither an output nor anything remembered.
    New,
}

const KINDS: [Kind; 4] = [Kind::Change, Kind::Clean, Kind::First, Kind::New];

impl Kind {
    /// Goes to the next state; what is in the output may be of these.
    fn prepare(self, portal: &mut Portal) -> Vec<usize> {
        let from = portal.state;
        portal.bring((from + 1) % STATES);
        let remove = |what: &str| std::fs::remove_dir_all(portal.fixture.path(what)).unwrap();
        match self {
            Self::Change | Self::Clean => return vec![from, portal.state],
            Self::First => remove("public"),
            Self::New => ["public", ".cache"].into_iter().for_each(remove),
        }
        vec![portal.state]
    }

    fn build(self, portal: &Portal) -> Command {
        portal.build(if self == Self::Clean { &["--clean"] } else { &[] })
    }
}

/// Kills a build in `within` of its beginning. Whether it was still running.
fn killed(mut command: Command, random: &mut Random, within: Duration) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let within = u64::try_from(within.as_micros()).unwrap();
    std::thread::sleep(Duration::from_micros(within / 8 + random.next() % within));
    child.kill().unwrap();
    child.wait().unwrap().signal() == Some(9)
}

/// What may happen between a build that was killed and the one that heals.
fn aftermath(
    portal: &mut Portal,
    random: &mut Random,
    mut of: Vec<usize>,
    within: Duration,
    when: &str,
) -> usize {
    portal.assert_sound(&of, when);
    let mut more = 0;
    // Sources don't wait for the next build.
    if random.below(3) == 0 {
        portal.bring((portal.state + 1) % STATES);
        of.push(portal.state);
    }
    // The build that heals may be killed, too.
    while random.below(3) == 0 {
        more += usize::from(killed(portal.build(&[]), random, within));
        portal.assert_sound(&of, &format!("{when}, and the next build as well"));
    }
    portal.assert_heals(when);
    portal.assert_no_empty_folder(when);
    more
}

#[test]
fn a_build_that_is_killed_at_any_instant_leaves_whole_pages_and_is_finished_by_the_next_one() {
    let (states, mut random) = (States::new(), Random(3));
    let mut portal = Portal::new(&states);
    let mut took = [Duration::ZERO; KINDS.len()];
    let (wanted, mut kills, mut again, mut survived) = (figure(25, 250), 0, 0, 0);
    for round in 0.. {
        if kills >= wanted {
            break;
        }
        let at = round % KINDS.len();
        let of = KINDS[at].prepare(&mut portal);
        if round < KINDS.len() {
            let started = Instant::now();
            assert!(KINDS[at].build(&portal).status().unwrap().success());
            took[at] = started.elapsed();
            continue;
        }
        let was_killed = killed(KINDS[at].build(&portal), &mut random, took[at]);
        *(if was_killed { &mut kills } else { &mut survived }) += 1;
        assert!(survived < 20 * wanted, "builds end before they can be killed");
        let when = format!("round {round}, {:?} to state {}", KINDS[at], portal.state);
        again += aftermath(&mut portal, &mut random, of, took[at], &when);
    }
    told(&format!(
        "{kills} kills at random instants, {again} of healing builds: 0 torn, 0 broken, all healed"
    ));
}

#[test]
fn a_build_that_is_killed_at_any_system_call_leaves_whole_pages_and_is_finished_by_the_next_one() {
    let (states, mut random) = (States::new(), Random(4));
    let mut portal = Portal::new(&states);
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut calls: Vec<(Kind, usize, Call)> = Vec::new();
    for round in 0..KINDS.len() * STATES {
        let kind = KINDS[round % KINDS.len()];
        kind.prepare(&mut portal);
        let (ended, made) = record(kind.build(&portal), log.path());
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
        portal.assert_heals("a build that was only watched");
        calls.extend(made.into_iter().map(|call| (kind, portal.state, call)));
    }
    random.shuffle(&mut calls);
    // Every other one moves something: those that only fill a stage are many and much the same.
    let known = calls.len();
    let (moves, others): (Vec<_>, Vec<_>) =
        calls.into_iter().partition(|(kind, _, call)| call.first && call.moves() && *kind != Kind::New);
    let calls = moves.into_iter().zip(others).flat_map(|(a, b)| [a, b]);
    let (wanted, mut kills, mut again) = (figure(25, 250), 0, 0);
    for (kind, to, call) in calls {
        if kills == wanted {
            break;
        }
        while (portal.state + 1) % STATES != to {
            portal.bring((portal.state + 1) % STATES);
            portal.assert_heals("a build on the way");
        }
        let of = kind.prepare(&mut portal);
        let ended = inject(kind.build(&portal), log.path(), &call, "signal=SIGKILL");
        kills += usize::from(ended.code.is_none());
        let when = format!("{kind:?} to state {to}, killed at {call:?}");
        again += aftermath(&mut portal, &mut random, of, Duration::from_millis(50), &when);
    }
    assert_eq!(kills, wanted, "there are enough calls");
    told(&format!(
        "{kills} kills at {known} system calls, {again} of healing builds: 0 torn, 0 broken, all healed"
    ));
}

/// The build that finishes what a killed one began may have a fault of its own to tell.
#[test]
fn what_a_killed_build_added_goes_even_when_the_next_build_is_refused() {
    let states = States::new();
    let mut portal = Portal::new(&states);
    let log = tempfile::NamedTempFile::new().unwrap();
    let extra = "+++\ntitle = \"Zahra\"\ndate = 2026-05-09\nregion = \"oriental\"\n+++\n\nZahra.\n";
    let add = |fixture: &Fixture| _ = fixture.edit("content/zahra.md", extra);
    add(&portal.fixture);
    let (_, calls) = record(portal.build(&[]), log.path());
    let mut calls: Vec<Call> = calls.into_iter().filter(|call| call.first).collect();
    Random(10).shuffle(&mut calls);
    calls.truncate(figure(10, 1000));
    for call in &calls {
        portal.bring(0);
        portal.assert_heals("before");
        add(&portal.fixture);
        inject(portal.build(&[]), log.path(), call, "signal=SIGKILL");
        portal.fixture.edit("content/zahra.md", extra.replace("oriental", "atlantide"));
        assert_eq!(portal.build(&[]).output().unwrap().status.code(), Some(1));
        portal.bring(0);
        portal.assert_heals(&format!("killed at {call:?}"));
    }
    told(&format!("{} kills before a build that was refused: 0 files left", calls.len()));
}

#[test]
fn what_a_killed_build_had_only_begun_to_write_goes_after_an_hour() {
    let states = States::new();
    let portal = Portal::new(&states);
    for (name, age) in [(".tmp-old", 3700), (".tmp-new", 3000)] {
        let file = portal.fixture.edit(&format!(".cache/tribune/{name}"), "tribune").path(".cache/tribune");
        let file = std::fs::File::options().append(true).open(file.join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
    }
    portal.assert_heals("after two kills");
    let stands = |name| portal.fixture.path(&format!(".cache/tribune/{name}")).exists();
    assert_eq!((stands(".tmp-old"), stands(".tmp-new")), (false, true));
}

/// Then nobody can tell how far it came, only what it may have put there.
#[test]
fn a_killed_build_whose_journal_is_damaged_is_made_up_for() {
    let states = States::new();
    let mut portal = Portal::new(&states);
    let log = tempfile::NamedTempFile::new().unwrap();
    for damage in [&b""[..], b"tribune journal 2\n", &[0xff; 300]] {
        portal.bring(1);
        let (_, calls) = record(portal.build(&[]), log.path());
        let renames: Vec<Call> =
            calls.into_iter().filter(|call| call.first && call.name == "rename").collect();
        portal.bring(0);
        portal.assert_heals("before");
        portal.bring(1);
        inject(portal.build(&[]), log.path(), &renames[renames.len() / 2], "signal=SIGKILL");
        let journal = portal.fixture.path(".public.stage/journal");
        assert!(journal.exists(), "it was killed on its way");
        std::fs::write(journal, damage).unwrap();
        portal.bring(0);
        portal.assert_heals("with a damaged journal");
        portal.assert_no_empty_folder("with a damaged journal");
    }
}
