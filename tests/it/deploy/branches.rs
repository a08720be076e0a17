//! A branch of a repository, deployed to from two machines.

use std::path::Path;
use std::process::Command;

use tribune::delivery::concern::{Concern, Consent};
use tribune::model::target::Line;
use tribune::world::deploy::git::Git;
use tribune::world::deploy::site::{Site, Stop};
use tribune::world::progress::Progress;
use tribune::world::tree::Root;

use super::Terms;
use super::folders::{deploy, roll_back};
use crate::counting::{figure, told};
use crate::harness::{Tree, tree};

struct Served {
    dir: tempfile::TempDir,
}

impl Served {
    fn new() -> Self {
        let served = Self { dir: tempfile::tempdir().unwrap() };
        served.git(&["init", "--quiet", "--bare", "served.git"]);
        served
    }

    #[track_caller]
    fn git(&self, args: &[&str]) {
        let identity = ["-c", "user.name=Autre", "-c", "user.email=autre@example.org"];
        let output =
            Command::new("git").args(identity).args(args).current_dir(self.dir.path()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// The branch as one machine deploys to it.
    fn from(&self, machine: &str) -> Git {
        let root = self.dir.path().join(machine);
        std::fs::create_dir_all(&root).unwrap();
        let served = self.dir.path().join("served.git");
        Git::new(&Root::new(root), "live", &served.display().to_string(), "pages", 2, Line::default())
            .unwrap()
    }

    /// What is served.
    fn public(&self) -> Tree {
        let _ = std::fs::remove_dir_all(self.dir.path().join("clone"));
        self.git(&["clone", "--quiet", "--branch", "pages", "served.git", "clone"]);
        let mut files = tree(&self.dir.path().join("clone"));
        files.retain(|path, _| ![".git/", ".tribune/", ".nojekyll"].iter().any(|own| path.starts_with(own)));
        files
    }

    /// Somebody else's commit.
    fn commit(&self, change: impl FnOnce(&Path)) {
        self.public();
        change(&self.dir.path().join("clone"));
        self.git(&["-C", "clone", "add", "-A"]);
        self.git(&["-C", "clone", "commit", "--quiet", "-m", "Autre"]);
        self.git(&["-C", "clone", "push", "--quiet"]);
    }
}

#[test]
fn a_branch_comes_to_each_state_and_back_and_keeps_what_others_commit() {
    let sites = crate::differential::outputs(8);
    let served = Served::new();
    let git = served.from("ici");
    for (nth, site) in sites.iter().enumerate() {
        // Every other time from another machine.
        let from = served.from(["ici", "ailleurs"][nth % 2]);
        deploy(&from, site, &Terms::at(i64::try_from(nth).unwrap())).unwrap();
        assert!(served.public() == *site, "{nth}");
    }
    roll_back(&git, 6, &Terms::at(20)).unwrap();
    assert!(served.public() == sites[5]);
    let states = git.states().unwrap();
    assert_eq!(states.iter().map(|state| state.number).collect::<Vec<_>>(), [7, 8, 9]);
    let current = states.last().unwrap();
    let parcel = git.parcel(current).unwrap();
    assert_eq!(git.findings(current, &parcel, &Progress::default()).unwrap(), []);
    // A file of somebody else stays; one of ours that somebody changed is asked about.
    served.commit(|clone| std::fs::write(clone.join("CNAME"), "parti.example").unwrap());
    deploy(&git, &sites[6], &Terms::at(21)).unwrap();
    assert_eq!(served.public()["CNAME"], b"parti.example");
    served.commit(|clone| std::fs::write(clone.join("index.html"), "altered").unwrap());
    // It was gone back from, too.
    let again = Terms { consents: vec![Consent::Older], ..Terms::at(22) };
    let refused = deploy(&git, &sites[7], &again).unwrap_err();
    let Stop::Concerns(concerns) = refused else { panic!("{refused:?}") };
    assert!(matches!(&concerns[..], [Concern::Drift { altered, .. }] if altered.len() == 1), "{concerns:?}");
    let agreed = Terms { consents: vec![Consent::Older, concerns[0].consent()], ..Terms::at(23) };
    deploy(&git, &sites[7], &agreed).unwrap();
    let mut there = served.public();
    there.remove("CNAME");
    assert!(there == sites[7]);
}

#[test]
fn of_two_machines_at_once_one_wins_whole() {
    let sites = crate::differential::outputs(6);
    let served = Served::new();
    let (here, elsewhere) = (served.from("ici"), served.from("ailleurs"));
    deploy(&here, &sites[0], &Terms::at(0)).unwrap();
    let races = figure(30, 200);
    let mut lost = 0;
    for race in 0..races {
        let terms = Terms::at(i64::try_from(race).unwrap() + 1);
        let (a, b) = (&sites[(race + 2) % 6], &sites[(race + 4) % 6]);
        let ends = std::thread::scope(|scope| {
            let first = scope.spawn(|| deploy(&here, a, &terms));
            let second = deploy(&elsewhere, b, &terms);
            [first.join().unwrap(), second]
        });
        for end in &ends {
            assert!(matches!(end, Ok(_) | Err(Stop::Overtaken)), "race {race}: {end:?}");
        }
        let won = ends.iter().filter(|end| end.is_ok()).count();
        assert!(won > 0, "race {race}: nobody won");
        lost += 2 - won;
        let there = served.public();
        assert!(there == *a || there == *b, "race {race}: a mixture");
    }
    told(&format!("{races} races for a branch: one won whole; {lost} came too late"));
}
