//! What a host with generations may lose: the link that readers follow, or what was kept beside it. A deploy
//! goes on with what is left, and takes nothing of it.

use std::fs;
use std::path::Path;

use tribune::delivery::concern::{Concern, Consent};
use tribune::world::deploy::generations::Generations;
use tribune::world::deploy::site::{Done, Site, Stop};
use tribune::world::deploy::verify::What;
use tribune::world::progress::Progress;

use super::folders::{deploy, public, roll_back};
use super::{Terms, servers};
use crate::harness::{Fixture, tree};

fn numbers(site: &dyn Site) -> Vec<u64> {
    site.states().unwrap().iter().map(|state| state.number).collect()
}

/// A folder with the states 1, 2 and 3.
fn three(path: &Path) -> (Generations, Vec<crate::harness::Tree>) {
    let sites = crate::differential::outputs(5);
    let whole = Generations::at(path).unwrap();
    for (nth, site) in sites.iter().take(3).enumerate() {
        deploy(&whole, site, &Terms::at(i64::try_from(nth).unwrap())).unwrap();
    }
    (whole, sites)
}

#[test]
fn a_link_that_is_gone_takes_no_state_with_it() {
    // Gone, or a folder in its place as hosts make it.
    let losses: [fn(&Path); 2] = [|_| (), |path| fs::create_dir(path).unwrap()];
    for loss in losses {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("www");
        let (whole, sites) = three(&path);
        let store = folder.path().join(".www.tribune");
        let lose = || {
            fs::remove_file(&path).unwrap();
            loss(&path);
        };
        lose();
        let before = tree(&store);
        assert_eq!(numbers(&whole), [1, 2, 3]);
        // Who asks whether all is there hears that it is not.
        let states = whole.states().unwrap();
        let parcel = whole.parcel(&states[2]).unwrap();
        let found = whole.findings(&states[2], &parcel, &Progress::default()).unwrap();
        assert!(matches!(&found[..], [one] if one.what == What::Missing), "{found:?}");
        // The same once more: the link is put back, and nothing else is done.
        let done = deploy(&whole, &sites[2], &Terms::at(3)).unwrap();
        assert_eq!(done, Done { number: 3, ..Done::default() });
        assert!(public(&path) == sites[2] && tree(&store) == before);
        // Another: it counts on from there, and what can be gone back to stays that.
        lose();
        assert_eq!(deploy(&whole, &sites[3], &Terms::at(4)).unwrap().number, 4);
        assert_eq!(numbers(&whole), [2, 3, 4]);
        assert!(public(&path) == sites[3]);
        lose();
        assert_eq!(roll_back(&whole, 2, &Terms::at(5)).unwrap().number, 5);
        assert!(public(&path) == sites[1]);
        // What gives concern does so all the same.
        lose();
        assert!(matches!(deploy(&whole, &sites[4], &Terms::at(0)), Err(Stop::Concerns(_))));
    }
}

#[test]
fn a_folder_that_has_lost_all_begins_anew_and_one_that_has_lost_some_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("www");
    let (whole, sites) = three(&path);
    let store = folder.path().join(".www.tribune");
    fs::remove_dir_all(&store).unwrap();
    assert_eq!(numbers(&whole), [0; 0]);
    let repairs = Terms { repairs: true, ..Terms::at(3) };
    // Readers are led to the number of the link: another one is put.
    assert_eq!(deploy(&whole, &sites[3], &repairs).unwrap().number, 4);
    assert!(public(&path) == sites[3]);
    assert_eq!(deploy(&whole, &sites[4], &Terms::at(5)).unwrap().number, 5);
    assert_eq!(numbers(&whole), [4, 5]);
    // A tree that is gone is asked about, as its files are, and put again.
    fs::remove_dir_all(store.join("5")).unwrap();
    let refused = deploy(&whole, &sites[4], &repairs).unwrap_err();
    let Stop::Concerns(concerns) = refused else { panic!("{refused:?}") };
    assert!(concerns.iter().any(|concern| matches!(concern, Concern::Drift { .. })), "{concerns:?}");
    let agreed = Terms { consents: vec![Consent::Drift], repairs: true, ..Terms::at(6) };
    assert_eq!(deploy(&whole, &sites[4], &agreed).unwrap().number, 6);
    assert!(public(&path) == sites[4]);
    // Readers have a portal of which nothing is written down.
    fs::remove_file(store.join("states/6.json")).unwrap();
    let before = tree(folder.path());
    let refused = deploy(&whole, &sites[3], &Terms::at(7)).unwrap_err();
    let Stop::Host(fault) = refused else { panic!("{refused:?}") };
    for told in ["states/6.json", "is missing", "bring it back", "move"] {
        assert!(fault.message.contains(told), "{told}: {fault}");
    }
    assert!(tree(folder.path()) == before);
}

#[test]
fn a_link_that_is_gone_on_another_machine_takes_no_state_with_it() {
    let ssh = servers::ssh();
    ssh.is_known_at("*");
    let mut fixture = Fixture::small();
    for (name, value) in &ssh.env {
        fixture = fixture.env(name, value);
    }
    let site = fs::read_to_string(fixture.path("site.toml")).unwrap();
    fixture.edit("site.toml", format!("{site}[deploy.live]\n{}public_url = false\n", ssh.by_rsync()));
    let run = |args: &[&str]| fixture.raw(args, "public").assert_done();
    let listed = || {
        let told = run(&["rollback", "--list"]).stdout;
        told.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let link = ssh.dir().join("whole");
    fixture.build().assert_clean();
    run(&["deploy"]);
    fixture.edit("content/static/neuf.txt", "neuf");
    fixture.build_with(&["--as-of", "2026-06-01T12:01:00Z"]).assert_clean();
    run(&["deploy"]);
    fs::remove_file(&link).unwrap();
    assert_eq!(listed(), ["2", "1"]);
    assert_eq!(fixture.raw(&["deploy", "--verify"], "public").code, 3);
    run(&["deploy"]);
    assert_eq!(listed(), ["2", "1"]);
    assert!(link.join("neuf.txt").exists());
    fs::remove_file(&link).unwrap();
    run(&["rollback"]);
    assert_eq!(listed(), ["3", "2", "1"]);
    assert!(link.join("index.html").exists() && !link.join("neuf.txt").exists());
    // Nobody can tell of which state a tree is; where there is none, nothing is left to lose.
    let store = ssh.dir().join(".whole.tribune");
    fs::remove_dir_all(store.join("states")).unwrap();
    let refused = fixture.raw(&["deploy"], "public");
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.stderr.contains("states/3.json is missing"), "{}", refused.stderr);
    fs::remove_dir_all(&store).unwrap();
    run(&["deploy"]);
    assert_eq!(listed(), ["4"]);
    assert!(link.join("neuf.txt").exists());
}
