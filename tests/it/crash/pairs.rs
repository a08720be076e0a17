//! Two builds at once.

use std::process::{Command, Stdio};

use crate::harness::{Tree, tree};

use super::states::{Portal, STATES, States};
use crate::counting::{Random, figure, told};

/// Runs two builds at once: their statuses. One that lost says why.
#[track_caller]
fn at_once(random: &mut Random, pair: [Command; 2]) -> [bool; 2] {
    let children = pair.map(|mut command| {
        std::thread::sleep(std::time::Duration::from_micros(random.next() % 3000));
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    });
    let done = children.map(|child| {
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        let done = ended.status.success();
        let locked = ended.status.code() == Some(3) && said.contains("another build is writing there");
        assert!(done || locked, "{:?}: {said}", ended.status);
        done
    });
    assert!(done[0] || done[1], "both were told to wait");
    done
}

/// Whether an output is that of one build, whole. Files of the other may stand beside where it was
/// there before: they are somebody else's, who is named and keeps them.
fn is_whole(output: &Tree, of: &Tree, beside: Option<&Tree>) -> bool {
    of.iter().all(|(path, bytes)| output.get(path) == Some(bytes))
        && output
            .iter()
            .all(|(path, bytes)| of.contains_key(path) || beside.is_some_and(|b| b.get(path) == Some(bytes)))
}

#[test]
fn of_two_builds_of_one_portal_at_once_one_is_whole_and_the_other_the_same_or_told_to_wait() {
    let (states, mut random) = (States::new(), Random(6));
    let mut portal = Portal::new(&states);
    let (pairs, mut both) = (figure(8, 80), 0);
    for round in 0..pairs {
        portal.bring((portal.state + 1) % STATES);
        if round % 2 == 0 {
            std::fs::remove_dir_all(portal.fixture.path("public")).unwrap();
        }
        let done = at_once(&mut random, [portal.build(&[]), portal.build(&[])]);
        both += usize::from(done[0] && done[1]);
        assert!(portal.output() == states.clean[portal.state], "round {round}");
        portal.assert_heals(&format!("round {round}"));
    }
    told(&format!("{pairs} pairs of one portal, in {both} of which both were done: 0 wrong"));
}

#[test]
fn of_builds_of_two_portals_into_one_folder_at_once_one_is_whole() {
    let (states, mut random) = (States::new(), Random(7));
    let (mut one, mut other) = (Portal::new(&states), Portal::new(&states));
    let (pairs, mut both) = (figure(8, 80), 0);
    for round in 0..pairs {
        // Two states without a file of the one where the other has a folder.
        let (a, b) = if round % 2 == 0 { (0, 2) } else { (2, 0) };
        one.bring(a);
        other.bring(b);
        let shared = tempfile::tempdir().unwrap();
        let output = shared.path().join("public");
        let args = ["--output", output.to_str().unwrap()];
        let done = at_once(&mut random, [one.build(&args), other.build(&args)]);
        let (of_one, of_other) = (&states.clean[one.state], &states.clean[other.state]);
        let there = tree(&output);
        let whole = match done {
            [true, true] => {
                is_whole(&there, of_one, Some(of_other)) || is_whole(&there, of_other, Some(of_one))
            }
            [true, false] => there == *of_one,
            _ => there == *of_other,
        };
        assert!(whole, "round {round}: {done:?}");
        both += usize::from(done[0] && done[1]);
        let left: Vec<_> =
            std::fs::read_dir(shared.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["public"], "round {round}");
    }
    told(&format!(
        "{pairs} pairs of two portals into one folder, in {both} of which both were done: 0 wrong"
    ));
}

/// They share what is remembered of the sources.
#[test]
fn two_builds_of_one_portal_into_two_folders_at_once_are_both_whole() {
    let (states, mut random) = (States::new(), Random(8));
    let mut portal = Portal::new(&states);
    let pairs = figure(4, 40);
    for round in 0..pairs {
        portal.bring((portal.state + 1) % STATES);
        let done = at_once(&mut random, [portal.build(&[]), portal.build(&["--output", "ailleurs"])]);
        assert_eq!(done, [true, true]);
        for folder in ["public", "ailleurs"] {
            assert!(
                tree(&portal.fixture.path(folder)) == states.clean[portal.state],
                "round {round}: {folder}"
            );
        }
    }
    told(&format!("{pairs} pairs of one portal into two folders: 0 wrong"));
}
