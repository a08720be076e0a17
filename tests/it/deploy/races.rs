//! Two machines that deploy to the same server at the same time.

use std::thread;

use super::lines::{newsroom, public, repository, stored};
use super::servers::{self, Served};
use crate::counting::{figure, told};
use crate::harness::{Fixture, Run, Tree};

/// Has two machines deploy at once, again and again. One wins whole; the other comes after it, or hears why not.
fn race(served: &Served, toml: &str, races: usize, site: &dyn Fn() -> Tree) -> String {
    let machines = [newsroom(served), newsroom(served)];
    for (fixture, _) in &machines {
        let plain = std::fs::read_to_string(fixture.path("site.toml")).unwrap();
        fixture.edit("site.toml", format!("{plain}[deploy.live]\n{toml}public_url = false\ngrace = 0\n"));
    }
    let outputs = &machines[0].1;
    let deploy = |fixture: &Fixture, which: usize| -> Run {
        let output = format!("--output=public{which}");
        fixture.raw(&["deploy", &output, "--yes=older,deletions,shrunken"], "public0")
    };
    assert_eq!(deploy(&machines[0].0, 0).code, 0);
    let (mut late, mut there) = (0, site());
    for nth in 0..races {
        // Neither is what the race before has left.
        let now = outputs.iter().position(|output| *output == there).expect("one of them is there");
        let [a, b] = [(now + 1 + nth % 2) % 4, (now + 3 - nth % 2 * 2) % 4];
        let ends = thread::scope(|scope| {
            let first = scope.spawn(|| deploy(&machines[0].0, a));
            let second = deploy(&machines[1].0, b);
            [first.join().unwrap(), second]
        });
        for end in &ends {
            let is_fair = end.code == 0 || (end.code == 3 && end.stderr.contains("another deploy"));
            assert!(is_fair, "race {nth}: {}{}", end.stdout, end.stderr);
            late += usize::from(end.code != 0);
        }
        assert!(ends.iter().any(|end| end.code == 0), "race {nth}: nobody won");
        there = site();
        assert!([a, b].iter().any(|which| there == outputs[*which]), "race {nth}: a mixture");
    }
    format!("{races} races: one won whole; {late} came too late")
}

#[test]
fn of_two_machines_at_once_one_wins_whole_by_rsync() {
    let served = servers::ssh();
    served.is_known_at(&served.port.to_string());
    let site = || public(&served.dir().join("whole"));
    told(&format!("rsync: {}", race(&served, &served.by_rsync(), figure(3, 200), &site)));
}

#[test]
fn of_two_machines_at_once_one_wins_whole_on_object_storage() {
    let served = servers::storage();
    let host = served.bucket();
    told(&format!("object storage: {}", race(&served, &served.toml, figure(3, 200), &|| stored(&host))));
}

#[test]
fn of_two_machines_at_once_one_wins_whole_by_sftp() {
    let served = servers::ssh();
    served.is_known_at(&served.port.to_string());
    let site = || public(&served.dir().join("www"));
    told(&format!("SFTP: {}", race(&served, &served.toml, figure(2, 200), &site)));
}

#[test]
fn of_two_machines_at_once_one_wins_whole_on_a_branch() {
    let served = servers::git();
    let site = || repository(&served.dir().join("served.git"));
    told(&format!("git: {}", race(&served, &served.toml, figure(3, 200), &site)));
}

#[test]
fn of_two_machines_at_once_one_wins_whole_on_webdav() {
    let served = servers::webdav();
    let site = || public(&served.dir().join("www"));
    told(&format!("WebDAV: {}", race(&served, &served.toml, figure(3, 200), &site)));
}

#[test]
fn of_two_machines_at_once_one_wins_whole_by_ftp() {
    let served = servers::vsftpd();
    let site = || public(&served.dir().join("www/parti"));
    told(&format!("FTP: {}", race(&served, &served.toml, figure(3, 200), &site)));
}
