//! System calls that fail.

use super::states::{Portal, STATES, States};
use super::trace::{Call, changes, inject, record};
use crate::counting::{Random, figure, told};

const ERRORS: [&str; 4] = ["ENOSPC", "EIO", "EACCES", "EDQUOT"];

#[test]
fn a_build_whose_system_call_fails_changes_nothing_and_is_made_up_for_by_the_next_one() {
    let (states, mut random) = (States::new(), Random(5));
    let mut portal = Portal::new(&states);
    let log = tempfile::NamedTempFile::new().unwrap();
    // Whether there is an output, the state that is built, and the call.
    let mut calls: Vec<(bool, usize, Call)> = Vec::new();
    for round in 0..2 * STATES {
        let standing = prepare(&mut portal, round % 2 == 0);
        let (ended, made) = record(portal.build(&[]), log.path());
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
        calls.extend(made.into_iter().map(|call| (standing, portal.state, call)));
    }
    random.shuffle(&mut calls);
    let known = calls.len();
    let (moves, others): (Vec<_>, Vec<_>) = calls.into_iter().partition(|(_, _, call)| call.first);
    let calls = moves.into_iter().zip(others).flat_map(|(a, b)| [a, b]);
    let (wanted, mut failed, mut harmless) = (figure(30, 300), 0, 0);
    for (round, (standing, to, call)) in calls.enumerate() {
        if failed + harmless == wanted {
            break;
        }
        while (portal.state + 1) % STATES != to {
            portal.bring((portal.state + 1) % STATES);
            portal.assert_heals("a build on the way");
        }
        prepare(&mut portal, standing);
        let before = portal.output();
        let error = ERRORS[round % ERRORS.len()];
        let ended = inject(portal.build(&[]), log.path(), &call, &format!("error={error}"));
        let when = format!("to state {to}, {error} at {call:?}, met by {:?}: {}", ended.hit, ended.stderr);
        let after = portal.output();
        match ended.code {
            Some(0) => assert!(after == states.clean[to], "{when}: done, and not as a clean build"),
            _ => assert!(after == before, "{when}: failed, and the output is another"),
        }
        // Which call is met depends on the order in which threads open files.
        let met = ended.hit.iter().filter_map(|line| line.split_once('('));
        if met.clone().count() > 0
            && met.clone().all(|(name, rest)| changes(name.rsplit(' ').next().unwrap(), rest))
        {
            assert!(matches!(ended.code, Some(0 | 3)), "{when}: status {:?}", ended.code);
            *(if ended.code == Some(0) { &mut harmless } else { &mut failed }) += 1;
        }
        portal.assert_heals(&when);
    }
    assert_eq!(failed + harmless, wanted, "there are enough calls");
    told(&format!(
        "{wanted} of {known} system calls failed, {harmless} without harm: 0 changed files, all healed"
    ));
}

/// Goes to the next state. Whether there is an output.
fn prepare(portal: &mut Portal, standing: bool) -> bool {
    portal.bring((portal.state + 1) % STATES);
    if !standing {
        std::fs::remove_dir_all(portal.fixture.path("public")).unwrap();
    }
    standing
}
