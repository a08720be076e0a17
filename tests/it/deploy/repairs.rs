//! What others have done to a host: it is found, asked about, kept and put right; and what is left over of
//! deploys that were interrupted goes.

use std::collections::{BTreeMap, BTreeSet};

use tribune::delivery::concern::{Concern, Consent};
use tribune::text::fingerprint::Digest;
use tribune::world::deploy::engine;
use tribune::world::deploy::host::Host;
use tribune::world::deploy::site::Stop;
use tribune::world::deploy::verify;
use tribune::world::progress::Progress;

use super::double::{CUTS, Double, KINDS, Kind};
use super::{Terms, deploy, roll_back};
use crate::counting::{Random, figure, told};
use crate::harness::Tree;

/// What is found on a host, by its word.
fn found(host: &dyn Host) -> BTreeMap<&'static str, BTreeSet<String>> {
    let states = engine::states(host).unwrap();
    let current = states.last().unwrap();
    let parcel = engine::parcel(host, current).unwrap();
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for finding in verify::on_host(host, current, &parcel, &Progress::default()).unwrap() {
        found.entry(finding.what.word()).or_default().insert(finding.place);
    }
    found
}

fn repair(seconds: i64) -> Terms {
    Terms { repairs: true, consents: vec![Consent::Drift], ..Terms::at(seconds) }
}

/// A hundred files of a host altered, taken away and planted, each a third. What was altered, by its bytes,
/// and what is to be found.
fn afflict(
    host: &Double,
    site: &Tree,
    count: usize,
    random: &mut Random,
) -> (Tree, BTreeMap<&'static str, BTreeSet<String>>) {
    let mut paths: Vec<&String> = site.keys().collect();
    random.shuffle(&mut paths);
    let mut altered = Tree::new();
    let mut all: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut files = host.files.lock().unwrap();
    for (nth, path) in paths.into_iter().cycle().take(count).enumerate() {
        match nth % 3 {
            0 if files.remove(path).is_some() => {
                all.entry("missing").or_default().insert(path.clone());
            }
            1 if !altered.contains_key(path) && files.contains_key(path) => {
                // As long as it was.
                let bytes: Vec<u8> = site[path].iter().map(|byte| byte ^ 1).collect();
                let bytes = if bytes.is_empty() { vec![1] } else { bytes };
                files.insert(path.clone(), bytes.clone());
                altered.insert(path.clone(), bytes);
                all.entry("altered").or_default().insert(path.clone());
            }
            _ => {
                let path = format!("{path}.{nth}");
                files.insert(path.clone(), b"!".to_vec());
                all.entry("planted").or_default().insert(path);
            }
        }
    }
    (altered, all)
}

#[test]
fn what_others_have_done_is_found_and_put_right_and_their_bytes_are_kept() {
    let sites = crate::differential::outputs(8);
    let mut random = Random(11);
    let mut cuts = 0;
    for kind in KINDS {
        for round in 0..figure(2, 10) {
            let host = Double::new(kind);
            deploy(&host, &sites[5], &Terms::at(0)).unwrap();
            deploy(&host, &sites[6], &Terms::at(1)).unwrap();
            let (altered, all) = afflict(&host, &sites[6], 100, &mut random);
            assert_eq!(all.values().map(BTreeSet::len).sum::<usize>(), 100);
            assert_eq!(found(&host), all, "{kind:?}");
            // One that has nothing to do looks at nothing.
            let before = host.counts();
            deploy(&host, &sites[6], &Terms::at(2)).unwrap();
            assert!(host.counts().0 == before.0 && host.counts().1 < before.1 + 10, "{kind:?}");
            let refused = deploy(&host, &sites[6], &Terms { repairs: true, ..Terms::at(2) }).unwrap_err();
            let Stop::Concerns(concerns) = refused else { panic!("{refused:?}") };
            let [Concern::Drift { altered: told, foreign, missing }] = &concerns[..] else {
                panic!("{concerns:?}")
            };
            assert_eq!([told.len(), foreign.len(), missing.len()], [altered.len(), 0, all["missing"].len()]);
            assert_eq!(host.counts().0, before.0, "{kind:?}: something was written");
            // The line breaks on the way, and again.
            if round > 0 {
                host.cut(100 + random.below(500), CUTS[random.below(CUTS.len())]);
                let ended = deploy(&host, &sites[6], &repair(3));
                let is_cut = host.mend();
                cuts += usize::from(is_cut);
                assert!(ended.is_ok() || is_cut, "{kind:?}: {ended:?}");
                if ended.is_err() {
                    deploy(&host, &sites[6], &Terms { repairs: false, ..repair(3) }).unwrap();
                }
            }
            deploy(&host, &sites[6], &repair(4)).unwrap();
            let left: BTreeMap<_, _> = all.iter().filter(|(word, _)| **word == "planted").collect();
            assert_eq!(found(&host).iter().collect::<BTreeMap<_, _>>(), left, "{kind:?}");
            for (path, bytes) in &sites[6] {
                assert_eq!(host.files.lock().unwrap().get(path), Some(bytes), "{kind:?}: {path}");
            }
            for (path, bytes) in &altered {
                let kept = format!(".tribune/kept/{}", Digest::of(bytes));
                assert_eq!(host.files.lock().unwrap().get(&kept), Some(bytes), "{kind:?}: {path} is lost");
            }
            let before = host.counts().0;
            deploy(&host, &sites[6], &repair(5)).unwrap();
            assert_eq!(host.counts().0, before, "{kind:?}: repaired for nothing");
            // Forgotten with the state that has them.
            for nth in 0..6 {
                deploy(&host, &sites[nth % 2], &Terms::at(10 + i64::try_from(nth).unwrap())).unwrap();
            }
            let left = host.files.lock().unwrap().clone();
            let kept = |bytes: &Vec<u8>| left.contains_key(&format!(".tribune/kept/{}", Digest::of(bytes)));
            assert!(!altered.values().any(kept), "{kind:?}: kept for ever");
        }
    }
    told(&format!(
        "100 planted, altered or missing files on each of {} hosts, all found and put right; {cuts} cuts",
        KINDS.len() * figure(2, 10)
    ));
}

#[test]
fn headers_that_somebody_changed_are_put_right_unasked() {
    let sites = crate::differential::outputs(2);
    let host = Double::new(Kind::Storage);
    deploy(&host, &sites[1], &Terms::at(0)).unwrap();
    host.headers.lock().unwrap().get_mut("index.html").unwrap().cache_control = "max-age=31536000".into();
    assert_eq!(found(&host).keys().collect::<Vec<_>>(), [&"cache-control"]);
    let done = deploy(&host, &sites[1], &Terms { repairs: true, ..Terms::at(1) }).unwrap();
    assert_eq!((done.put.len(), found(&host).len()), (1, 0));
    assert!(!host.files.lock().unwrap().keys().any(|path| path.starts_with(".tribune/kept/")));
}

/// A site with files that are alike.
fn alike(text: &str) -> Tree {
    let page = |path: &str| (path.to_owned(), text.as_bytes().to_vec());
    ["index.html", "a/index.html", "b/index.html", "c/index.html"].map(page).into_iter().collect()
}

#[test]
fn of_files_that_are_alike_the_one_that_was_altered_is_kept_and_the_state_too() {
    for kind in KINDS {
        for victim in ["a/index.html", "b/index.html", "c/index.html", "index.html"] {
            let host = Double::new(kind);
            deploy(&host, &alike("un"), &Terms::at(0)).unwrap();
            host.files.lock().unwrap().insert(victim.into(), b"xx".to_vec());
            assert!(matches!(deploy(&host, &alike("deux"), &Terms::at(1)), Err(Stop::Concerns(_))));
            let agreed = Terms { consents: vec![Consent::Drift], ..Terms::at(1) };
            deploy(&host, &alike("deux"), &agreed).unwrap();
            let kept = format!(".tribune/kept/{}", Digest::of(b"xx"));
            assert_eq!(host.files.lock().unwrap().get(&kept).map(Vec::as_slice), Some(b"xx".as_slice()));
            roll_back(&host, 1, &Terms::at(2)).unwrap();
            assert!(host.site() == alike("un"), "{kind:?}, {victim}");
        }
    }
}

#[test]
fn what_cannot_be_gone_back_to_whole_is_not_begun() {
    let sites = crate::differential::outputs(8);
    for kind in KINDS {
        let host = Double::new(kind);
        deploy(&host, &sites[2], &Terms::at(0)).unwrap();
        deploy(&host, &sites[7], &Terms::at(1)).unwrap();
        let kept =
            |files: &Tree| files.keys().find(|path| path.starts_with(".tribune/kept/")).cloned().unwrap();
        let one = kept(&host.files.lock().unwrap());
        host.files.lock().unwrap().remove(&one);
        let before = host.files.lock().unwrap().clone();
        let refused = roll_back(&host, 1, &Terms::at(2)).unwrap_err();
        let Stop::Host(fault) = refused else { panic!("{refused:?}") };
        assert!(fault.message.contains("state 1 can't be gone back to"), "{fault}");
        assert!(*host.files.lock().unwrap() == before, "{kind:?}: something was done");
    }
}

#[test]
fn what_killed_deploys_have_left_goes_with_the_next_state_that_does() {
    let sites = crate::differential::outputs(8);
    for kind in KINDS {
        let host = Double::new(kind);
        for (nth, site) in sites.iter().enumerate().take(3) {
            deploy(&host, site, &Terms::at(i64::try_from(nth).unwrap())).unwrap();
        }
        let left = [".tribune/put/7-1".to_owned(), format!(".tribune/parts/{}.json", Digest::of(b"?"))];
        for path in &left {
            host.files.lock().unwrap().insert(path.clone(), b"half".to_vec());
        }
        // One that is cut leaves parts of its own; so does the next.
        for at in [5, 9, 13] {
            host.cut(at, CUTS[0]);
            let _ = deploy(&host, &sites[at % 8], &Terms::at(10));
            host.mend();
        }
        for (nth, site) in sites.iter().enumerate() {
            deploy(&host, site, &Terms::at(20 + i64::try_from(nth).unwrap())).unwrap();
        }
        assert_eq!(found(&host), BTreeMap::new(), "{kind:?}");
        let files = host.files.lock().unwrap();
        assert!(!left.iter().any(|path| files.contains_key(path)), "{kind:?}");
    }
}

#[test]
fn what_somebody_made_of_a_file_that_was_to_go_is_asked_about_and_kept() {
    let with = |more: &[(&str, &str)]| -> Tree {
        let mut site = alike("un");
        site.extend(more.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())));
        site
    };
    // It comes back; a folder takes its place; its grace is over.
    let nexts = [with(&[("x", "deux")]), with(&[("x/index.html", "deux")]), with(&[])];
    for kind in KINDS {
        for (nth, next) in nexts.iter().enumerate() {
            let host = Double::new(kind);
            let at = |seconds| Terms { grace: std::time::Duration::from_secs(60), ..Terms::at(seconds) };
            deploy(&host, &with(&[("x", "un")]), &at(0)).unwrap();
            deploy(&host, &with(&[]), &at(10)).unwrap();
            host.files.lock().unwrap().insert("x".into(), b"autre".to_vec());
            let refused = deploy(&host, next, &at(100));
            let Err(Stop::Concerns(concerns)) = refused else { panic!("{kind:?}, {nth}: {refused:?}") };
            assert!(
                matches!(&concerns[..], [Concern::Drift { altered, .. }] if altered.len() == 1),
                "{concerns:?}"
            );
            assert_eq!(host.files.lock().unwrap()["x"], b"autre");
            let agreed = Terms { consents: vec![Consent::Drift], ..at(101) };
            deploy(&host, next, &agreed).unwrap();
            assert!(host.site() == *next, "{kind:?}, {nth}");
            let kept = format!(".tribune/kept/{}", Digest::of(b"autre"));
            assert!(host.files.lock().unwrap().contains_key(&kept), "{kind:?}, {nth}: lost");
            assert_eq!(found(&host), BTreeMap::new(), "{kind:?}, {nth}");
        }
    }
}

#[test]
fn what_cannot_be_put_right_stops_nobody_else() {
    use super::folders;
    use tribune::world::deploy::engine::Piecewise;
    use tribune::world::deploy::folder::Folder;

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("www");
    let site = Piecewise::new(Box::new(Folder::open(&path).unwrap()), Vec::new());
    folders::deploy(&site, &alike("un"), &Terms::at(0)).unwrap();
    for (make, at) in [("a link", 10), ("a folder", 20)] {
        let victim = path.join("a/index.html");
        std::fs::remove_file(&victim).unwrap();
        match make {
            "a link" => std::os::unix::fs::symlink(dir.path().join("ailleurs"), &victim).unwrap(),
            _ => std::fs::create_dir(&victim).unwrap(),
        }
        let refused = folders::deploy(&site, &alike("un"), &repair(at)).unwrap_err();
        let Stop::Host(fault) = refused else { panic!("{make}: {refused:?}") };
        assert!(fault.message.contains("a/index.html"), "{fault}");
        // What does not touch it goes on.
        let mut more = alike("un");
        more.insert("neuf.html".into(), make.into());
        folders::deploy(&site, &more, &Terms::at(at + 1)).unwrap();
        match make {
            "a link" => std::fs::remove_file(&victim).unwrap(),
            _ => std::fs::remove_dir(&victim).unwrap(),
        }
        folders::deploy(&site, &more, &repair(at + 2)).unwrap();
        assert!(victim.is_file(), "{make}");
        folders::deploy(&site, &alike("un"), &Terms::at(at + 3)).unwrap();
    }
}
