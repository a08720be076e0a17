//! Folders of this machine: in place, file by file, and as a whole, by a link that is exchanged.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tribune::delivery::concern::{Concern, Consent};
use tribune::world::deploy::engine::Piecewise;
use tribune::world::deploy::folder::Folder;
use tribune::world::deploy::generations::Generations;
use tribune::world::deploy::host::HostFault;
use tribune::world::deploy::site::{Done, Order, Site, Source, Stop};
use tribune::world::deploy::verify::What;
use tribune::world::progress::Progress;

use super::{Terms, order, parcel};
use crate::counting::{figure, told};
use crate::harness::{Tree, tree};

pub fn deploy(to: &dyn Site, site: &Tree, terms: &Terms) -> Result<Done, Stop> {
    let wanted = parcel(site);
    let read = |item: &tribune::delivery::parcel::Item| match site.get(item.path.as_str()) {
        Some(bytes) => Ok(bytes.clone()),
        None => Err(HostFault::lasting("not there")),
    };
    fulfil(to, &order(&wanted, Source::Output(&read), terms, &|_| terms.dead))
}

pub fn roll_back(to: &dyn Site, number: u64, terms: &Terms) -> Result<Done, Stop> {
    let states = to.states()?;
    let state = states.iter().find(|state| state.number == number).expect("a state to go back to");
    let wanted = to.parcel(state)?;
    fulfil(to, &order(&wanted, Source::Kept(number), terms, &|_| terms.dead))
}

fn fulfil(to: &dyn Site, order: &Order) -> Result<Done, Stop> {
    let (proposal, done) = to.fulfil(order, false, &Progress::default())?;
    Ok(done.unwrap_or(Done { number: proposal.number, ..Done::default() }))
}

/// What readers can ask for.
pub fn public(path: &Path) -> Tree {
    let mut files = tree(&fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()));
    files.retain(|path, _| !path.starts_with(".tribune/"));
    files
}

/// Both kinds of folders, at `www` in a folder.
fn both(folder: &Path) -> [Box<dyn Site>; 2] {
    let in_place = Folder::open(&folder.join("in-place")).unwrap();
    let whole = Generations::at(&folder.join("whole")).unwrap();
    [Box::new(Piecewise::new(Box::new(in_place), Vec::new())), Box::new(whole)]
}

#[test]
fn folders_come_to_each_state_and_back() {
    let sites = crate::differential::outputs(8);
    let folder = tempfile::tempdir().unwrap();
    for (site, name) in both(folder.path()).iter().zip(["in-place", "whole"]) {
        let path = folder.path().join(name);
        for (nth, wanted) in sites.iter().enumerate() {
            let terms = Terms::at(i64::try_from(nth).unwrap());
            deploy(&**site, wanted, &terms).unwrap();
            assert!(public(&path) == *wanted, "{name}, {nth}");
            let before = crate::harness::tree(folder.path());
            let done = deploy(&**site, wanted, &terms).unwrap();
            assert_eq!(done, Done { number: done.number, ..Done::default() });
            assert!(crate::harness::tree(folder.path()) == before, "{name}, {nth}: written for nothing");
        }
        let numbers: Vec<u64> = site.states().unwrap().iter().map(|state| state.number).collect();
        assert_eq!(numbers, [6, 7, 8], "{name}");
        roll_back(&**site, 6, &Terms::at(20)).unwrap();
        assert!(public(&path) == sites[5], "{name}");
        roll_back(&**site, 8, &Terms::at(21)).unwrap();
        assert!(public(&path) == sites[7], "{name}");
        let states = site.states().unwrap();
        let current = states.last().unwrap();
        let all = site.parcel(current).unwrap();
        assert_eq!(site.findings(current, &all, &Progress::default()).unwrap(), [], "{name}");
        // What an opponent or a disk does is found, each of it once.
        let victims: Vec<&String> = sites[7].keys().step_by(3).collect();
        for (nth, victim) in victims.iter().enumerate() {
            let file = path.join(victim);
            match nth % 3 {
                0 => fs::remove_file(&file).unwrap(),
                1 => {
                    // The same length, put there as a new file.
                    let bytes: Vec<u8> = sites[7][*victim].iter().map(|byte| byte ^ 1).collect();
                    fs::remove_file(&file).unwrap();
                    fs::write(&file, bytes).unwrap();
                }
                _ => fs::write(path.join(format!("{victim}.planted")), "!").unwrap(),
            }
        }
        let found = site.findings(current, &all, &Progress::default()).unwrap();
        let count = |what: What| found.iter().filter(|finding| finding.what == what).count();
        let share = |rest: usize| victims.iter().enumerate().filter(|(nth, _)| nth % 3 == rest).count();
        assert_eq!(
            [What::Missing, What::Altered, What::Planted].map(count),
            [share(0), share(1), share(2)],
            "{name}: {found:#?}"
        );
        assert_eq!(found.len(), victims.len(), "{name}");
    }
}

#[test]
fn files_of_others_stay_in_a_folder_and_what_is_in_the_way_is_asked_about() {
    let sites = crate::differential::outputs(4);
    let folder = tempfile::tempdir().unwrap();
    for (site, name) in both(folder.path()).iter().zip(["in-place", "whole"]) {
        let path = folder.path().join(name);
        deploy(&**site, &sites[0], &Terms::at(0)).unwrap();
        let foreign: Tree =
            (0..1_000).map(|n| (format!("autre/{}/f{n}.html", n % 7), vec![7; n % 50])).collect();
        for (file, bytes) in &foreign {
            let file = fs::canonicalize(&path).unwrap().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        #[cfg(unix)]
        let odd = {
            let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"caf\xe9.pdf");
            fs::write(fs::canonicalize(&path).unwrap().join(name), "autre").unwrap();
            path.join(name)
        };
        for (nth, wanted) in sites.iter().enumerate().skip(1) {
            deploy(&**site, wanted, &Terms::at(i64::try_from(nth).unwrap())).unwrap();
        }
        #[cfg(unix)]
        {
            assert_eq!(fs::read(&odd).unwrap(), b"autre", "{name}");
            fs::remove_file(&odd).unwrap();
        }
        let there = public(&path);
        assert!(foreign.iter().all(|(file, bytes)| there.get(file) == Some(bytes)), "{name}");
        assert!(sites[3].iter().all(|(file, bytes)| there.get(file) == Some(bytes)), "{name}");
        let mut more = sites[3].clone();
        more.insert("autre/0/f0.html".into(), b"nous".to_vec());
        let refused = deploy(&**site, &more, &Terms::at(9)).unwrap_err();
        let Stop::Concerns(concerns) = refused else { panic!("{name}: {refused:?}") };
        assert!(matches!(&concerns[..], [Concern::Drift { foreign, .. }] if foreign.len() == 1), "{name}");
        assert!(public(&path) == there, "{name}");
    }
    // A folder that was there before is not replaced by a link.
    let taken = folder.path().join("pris");
    fs::create_dir(&taken).unwrap();
    fs::write(taken.join("index.html"), "autre").unwrap();
    let whole = Generations::at(&taken).unwrap();
    assert!(matches!(deploy(&whole, &sites[0], &Terms::at(0)), Err(Stop::Host(_))));
    assert_eq!(fs::read(taken.join("index.html")).unwrap(), b"autre");
}

#[test]
fn what_is_altered_in_place_is_neither_carried_on_nor_lost() {
    let sites = crate::differential::outputs(4);
    for [altered, other] in [["index.html", "404.html"], ["404.html", "index.html"]] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("whole");
        let whole = Generations::at(&path).unwrap();
        deploy(&whole, &sites[0], &Terms::at(0)).unwrap();
        let mut next = sites[0].clone();
        next.insert(other.into(), b"autre".to_vec());
        deploy(&whole, &next, &Terms::at(1)).unwrap();
        // As long as it was, into the very file, its time as it was: all generations that share it have it.
        let file = path.join(altered);
        let time = fs::metadata(&file).unwrap().modified().unwrap();
        let bytes: Vec<u8> = next[altered].iter().map(|byte| byte ^ 1).collect();
        let open = fs::File::options().write(true).open(&file).unwrap();
        std::io::Write::write_all(&mut &open, &bytes).unwrap();
        open.set_modified(time).unwrap();
        let mut third = next.clone();
        third.insert("x.html".into(), b"nouveau".to_vec());
        let refused = deploy(&whole, &third, &Terms::at(2)).unwrap_err();
        let Stop::Concerns(concerns) = refused else { panic!("{refused:?}") };
        assert!(
            matches!(&concerns[..], [Concern::Drift { altered, .. }] if altered.len() == 1),
            "{concerns:?}"
        );
        let agreed = Terms { consents: vec![Consent::Drift], ..Terms::at(3) };
        deploy(&whole, &third, &agreed).unwrap();
        assert!(public(&path) == third, "{altered}");
        // The state before is whole again, as far as the current one has its files.
        roll_back(&whole, 2, &Terms::at(4)).unwrap();
        assert!(public(&path) == next, "{altered}");
        // Where it has not, nobody is led to what was altered unawares.
        fs::write(fs::canonicalize(&path).unwrap().join(altered), &bytes).unwrap();
        let mut fifth = next.clone();
        fifth.insert(altered.into(), b"cinq".to_vec());
        let agreed = Terms { consents: vec![Consent::Drift, Consent::Older], ..Terms::at(5) };
        deploy(&whole, &fifth, &agreed).unwrap();
        let refused = roll_back(&whole, 4, &Terms::at(6)).unwrap_err();
        let Stop::Host(fault) = refused else { panic!("{refused:?}") };
        assert!(fault.message.contains("was altered since"), "{fault}");
        assert!(public(&path) == fifth, "{altered}");
    }
}

#[test]
fn a_file_in_the_way_is_asked_about_whole_or_in_place() {
    let sites = crate::differential::outputs(2);
    for way in ["neuf", "neuf/page/autre.html"] {
        let folder = tempfile::tempdir().unwrap();
        for (site, name) in both(folder.path()).iter().zip(["in-place", "whole"]) {
            let path = folder.path().join(name);
            deploy(&**site, &sites[0], &Terms::at(0)).unwrap();
            let file = fs::canonicalize(&path).unwrap().join(way);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "autre").unwrap();
            let mut more = sites[0].clone();
            more.insert("neuf/page".into(), b"nous".to_vec());
            let refused = deploy(&**site, &more, &Terms::at(1)).unwrap_err();
            // In place a file where a folder must be is a fault of the file system.
            let is_fair = match &refused {
                Stop::Concerns(concerns) => {
                    matches!(&concerns[..], [Concern::Drift { foreign, .. }] if foreign.len() == 1)
                }
                other => name == "in-place" && matches!(other, Stop::Host(_)),
            };
            assert!(is_fair, "{name}, {way}: {refused:?}");
            assert_eq!(fs::read(&file).unwrap(), b"autre", "{name}, {way}");
        }
    }
}

#[test]
fn readers_of_a_folder_that_is_exchanged_see_one_state_or_the_other() {
    let sites = crate::differential::outputs(10);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("www");
    let whole = Generations::at(&path).unwrap();
    deploy(&whole, &sites[0], &Terms::at(0)).unwrap();
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0;
            while !ended.load(Ordering::Relaxed) {
                // A server resolves the link once for a request; a tree that is read whole must be one state.
                let Ok(tree) = fs::canonicalize(&path) else { panic!("nothing to be read") };
                let files = crate::harness::tree(&tree);
                // It may be removed while it is read, once nobody is led to it.
                if fs::canonicalize(&path).is_ok_and(|now| now == tree) {
                    assert!(sites.contains(&files), "a mixture of states");
                    seen += 1;
                }
            }
            seen
        });
        for round in 0..figure(30, 200) {
            let terms = Terms { history: 1, ..Terms::at(i64::try_from(round).unwrap() + 1) };
            deploy(&whole, &sites[round % sites.len()], &terms).unwrap();
        }
        ended.store(true, Ordering::Relaxed);
        let seen = reader.join().unwrap();
        told(&format!("{seen} times read while it was exchanged: one state or the other each time"));
    });
}

#[test]
fn of_two_deploys_at_once_one_wins_whole() {
    let sites = crate::differential::outputs(6);
    let folder = tempfile::tempdir().unwrap();
    let races = figure(40, 200);
    let [mut lost, mut both_came] = [0, 0];
    for site in both(folder.path()) {
        let name = if site.name().ends_with("whole") { "whole" } else { "in-place" };
        let path = folder.path().join(name);
        deploy(&*site, &sites[0], &Terms::at(0)).unwrap();
        for race in 0..races {
            let seconds = i64::try_from(race).unwrap() + 1;
            let (a, b) = (&sites[(race + 2) % 6], &sites[(race + 4) % 6]);
            let terms = |token| Terms { token, dead: false, ..Terms::at(seconds) };
            let ends = std::thread::scope(|scope| {
                let first = scope.spawn(|| deploy(&*site, a, &terms("a")));
                if race % 3 == 0 {
                    std::thread::sleep(Duration::from_micros(u64::try_from(race).unwrap() * 50));
                }
                let second = deploy(&*site, b, &terms("b"));
                [first.join().unwrap(), second]
            });
            for end in &ends {
                let is_fair = matches!(end, Ok(_) | Err(Stop::Busy { .. } | Stop::Overtaken));
                assert!(is_fair, "{name}, race {race}: {end:?}");
            }
            let won = ends.iter().filter(|end| end.is_ok()).count();
            lost += 2 - won;
            both_came += usize::from(won == 2);
            assert!(won > 0, "{name}, race {race}: nobody won");
            let there = public(&path);
            assert!(there == *a || there == *b, "{name}, race {race}: a mixture");
        }
    }
    told(&format!(
        "{races} races each: one won whole; {lost} came too late, {both_came} times one after the other"
    ));
}
