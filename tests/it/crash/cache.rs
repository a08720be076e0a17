//! A memory that is damaged.

use std::fs;
use std::path::PathBuf;

use crate::harness::tree;

use super::states::{Portal, STATES, States};
use crate::counting::{Random, figure, told};

#[test]
fn whatever_is_damaged_of_what_is_remembered_the_output_is_that_of_a_clean_build() {
    let corruptions = figure(200, 10_000);
    std::thread::scope(|scope| {
        for seed in 0..PORTALS {
            scope.spawn(move || damage_and_build(corruptions / PORTALS, seed));
        }
    });
    told(&format!("{corruptions} corruptions of the memory: 0 wrong, 0 panics"));
}

/// How many portals are damaged at the same time.
const PORTALS: usize = 2;

fn damage_and_build(times: usize, seed: usize) {
    let (states, mut random) = (States::new(), Random(90 + seed as u64));
    let mut portal = Portal::new(&states);
    for round in 0..times {
        let told = damage(&portal, &mut random);
        // A build of what is there, or of something else.
        if random.below(2) == 0 {
            portal.bring((portal.state + 1) % STATES);
        }
        portal.assert_heals(&format!("seed {seed}, round {round}: {told}"));
    }
}

/// Damages one file of the memory, and says how.
fn damage(portal: &Portal, random: &mut Random) -> String {
    let memory = portal.fixture.path(".cache/tribune");
    let files: Vec<(String, Vec<u8>)> = tree(&memory).into_iter().collect();
    let (name, mut bytes) = files[random.below(files.len())].clone();
    let path: PathBuf = memory.join(&name);
    let at = random.below(bytes.len().max(1));
    let how = match random.below(5) {
        0 => {
            fs::remove_file(path).unwrap();
            return format!("{name} is missing");
        }
        1 => {
            bytes.truncate(at);
            "cut"
        }
        2 => {
            bytes.drain(at..(at + 1 + random.below(40)).min(bytes.len()));
            "without some bytes"
        }
        3 => {
            bytes.splice(at..at, [0xff, 0, b'\n']);
            "with more bytes"
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
            "flipped"
        }
    };
    fs::write(path, bytes).unwrap();
    format!("{name} is {how} at {at}")
}
