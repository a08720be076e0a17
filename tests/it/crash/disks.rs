//! Disks that are too small.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::{Fixture, NOW, Tree, toml, tree};

use crate::counting::{figure, told};

/// Set where this test runs again, in a space of its own in which it may mount.
const INSIDE: &str = "TRIBUNE_MOUNTS";

#[test]
fn a_build_that_does_not_fit_on_the_disk_leaves_the_output_as_it_was() {
    if std::env::var_os(INSIDE).is_some() {
        return try_sizes(figure(5, 10));
    }
    // What is mounted goes with the process that mounted it, whatever becomes of this test.
    let name = std::thread::current().name().unwrap().to_owned();
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--map-root-user"]).arg(std::env::current_exe().unwrap());
    let ended = unshare.args([&name, "--exact", "--nocapture"]).env(INSIDE, "1").output();
    let ended = ended.expect("unshare is needed to run this test, and can be run here");
    let (said, wrong) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{said}{wrong}\n(a tmpfs must be mounted: is that allowed here?)");
    let line = said.lines().find(|line| line.contains("disks of")).expect("the test ran inside");
    told(line);
}

#[track_caller]
fn mount(options: &str, at: &Path) {
    let mut mount = Command::new("mount");
    let done = mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at).output().unwrap();
    assert!(done.status.success(), "cannot mount: {}", String::from_utf8_lossy(&done.stderr));
}

/// Sizes from one that holds hardly more than what stands to one that holds what is built beside
/// it: of bytes and of files, with the memory on the same disk and elsewhere.
fn try_sizes(sizes: usize) {
    let (mut refused, mut fit) = (0, 0);
    for number in 0..sizes {
        for (of_files, whole) in [(false, false), (false, true), (true, false), (true, true)] {
            let disk = tempfile::tempdir().unwrap();
            mount("size=64m", disk.path());
            let portal =
                if whole { disk.path().join("portail") } else { disk.path().with_extension("portail") };
            put(&portal, 0);
            let output = disk.path().join("public");
            assert_eq!(build(&portal, &output).0, 0);
            let before = tree(&output);
            put(&portal, 1);
            // What is built in the end is half a megabyte, and some two hundred files, more.
            let share = number * 100 / (sizes - 1).max(1);
            let room = match of_files {
                false => format!("size={}k", used(disk.path(), "--output=used") + 8 + share * 30),
                true => format!("nr_inodes={}", used(disk.path(), "--output=iused") + 4 + share * 8),
            };
            mount(&format!("remount,{room}"), disk.path());
            let (code, said) = build(&portal, &output);
            let after = tree(&output);
            let when = format!("{room}, memory there: {whole}: {code} {said}");
            match code {
                0 => assert!(number > 0 && after.len() > before.len(), "{when}"),
                _ => assert!(code == 3 && after == before, "{when}"),
            }
            *(if code == 0 { &mut fit } else { &mut refused }) += 1;
            assert!(code == 0 || number + 1 < sizes, "the largest is large enough: {when}");
            mount("remount,size=64m,nr_inodes=100000", disk.path());
            assert_eq!(build(&portal, &output).0, 0, "{when}");
            assert!(tree(&output) == clean(&portal), "{when}");
            let left: Vec<_> =
                fs::read_dir(disk.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            assert!(left.iter().all(|name| name == "public" || name == "portail"), "{when}: {left:?}");
            if !whole {
                fs::remove_dir_all(&portal).unwrap();
            }
            assert!(Command::new("umount").arg(disk.path()).status().unwrap().success());
        }
    }
    told(&format!(
        "{} disks of {sizes} sizes, {refused} too small, {fit} not: 0 changed files, all healed",
        refused + fit
    ));
}

/// A portal that grows from one state to the next.
fn put(portal: &Path, state: usize) {
    let write = |path: &str, bytes: &[u8]| {
        let path = portal.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    write("site.toml", crate::harness::SITE.as_bytes());
    for number in 0..=state * 20 {
        let text = toml("").replace("2026-03-12", &format!("2025-{:02}-12", number % 12 + 1));
        write(&format!("content/r{number}.md"), (text + &"Un mot. ".repeat(100 + state)).as_bytes());
    }
    write("content/static/gros.bin", &vec![u8::try_from(state).unwrap(); 100_000 + state * 400_000]);
}

/// `tribune build` into `output`: its status and what it said.
fn build(portal: &Path, output: &Path) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tribune"));
    command.args(["build", "--quiet", "--as-of", NOW, "--root"]).arg(portal).arg("--output").arg(output);
    let ended = command.output().unwrap();
    (ended.status.code().unwrap_or(-1), String::from_utf8(ended.stderr).unwrap())
}

/// What a clean build makes of these sources, elsewhere.
fn clean(portal: &Path) -> Tree {
    let fixture = Fixture::parse("");
    for part in ["site.toml", "content"] {
        let from = portal.join(part);
        match from.is_file() {
            true => _ = fixture.edit(part, fs::read(from).unwrap()),
            false => crate::harness::copy(&from, &fixture.path(part)),
        }
    }
    fixture.build().assert_clean().output
}

/// What is used of a disk, in kilobytes or files.
fn used(disk: &Path, column: &str) -> usize {
    let ended = Command::new("df").args(["-k", column]).arg(disk).output().unwrap();
    let text = String::from_utf8(ended.stdout).unwrap();
    text.lines().last().unwrap().trim().parse().expect(&text)
}
