//! Deploys that are interrupted: no reader finds anything broken, and the next one heals, whether it wants
//! the same or something else.

use super::double::{CUTS, Double, KINDS, Kind};
use super::order::{BASE, Pair};
use super::{Terms, deploy, race};
use crate::counting::{Random, figure, told};
use crate::harness::Tree;
use crate::reach::Reach;

#[test]
fn a_deploy_that_is_cut_breaks_nothing_and_is_healed_by_the_next_one() {
    let sites = crate::differential::outputs(figure(20, 60));
    let reach = Reach::of(BASE);
    let wanted = figure(150, 500);
    let mut random = Random(7);
    let (mut cuts, mut again, mut seconds) = (0, 0, 0);
    while cuts < wanted {
        let kind = KINDS[random.below(KINDS.len())];
        let host = Double::new(kind);
        let mut from = Tree::new();
        for _ in 0..5 {
            let mut to = &sites[random.below(sites.len())];
            // As many operations as a deploy of this pair has, and more now and then.
            host.cut(1 + random.below(120), CUTS[random.below(CUTS.len())]);
            seconds += 10;
            let ended = deploy(&host, to, &Terms::at(seconds));
            // One whose answer came late after all goes on.
            let is_cut = host.mend();
            cuts += usize::from(is_cut);
            assert!(ended.is_ok() || is_cut, "{kind:?}: {ended:?}");
            let there = host.site();
            for (path, bytes) in &there {
                let known = [&from, to].iter().any(|site| site.get(path) == Some(bytes));
                assert!(known, "{kind:?}: {path} is torn or of no site");
            }
            let found = Pair::new(&reach, &from, to).broken(&reach, &there, there == *to);
            assert!(found.is_empty(), "{kind:?}: {found:#?}");
            if random.below(2) == 0 {
                // The newsroom did not wait; and the line breaks again.
                let before = to;
                to = &sites[random.below(sites.len())];
                again += 1;
                host.cut(1 + random.below(120), CUTS[random.below(CUTS.len())]);
                seconds += 10;
                let ended = deploy(&host, to, &Terms::at(seconds));
                let is_cut = host.mend();
                cuts += usize::from(is_cut);
                assert!(ended.is_ok() || is_cut, "{kind:?}: {ended:?}");
                for (path, bytes) in &host.site() {
                    let known = [&from, before, to].iter().any(|site| site.get(path) == Some(bytes));
                    assert!(known, "{kind:?}: {path} is torn or of no site");
                }
            }
            seconds += 10;
            let healed = deploy(&host, to, &Terms::at(seconds));
            assert!(healed.is_ok(), "{kind:?}: {healed:?}");
            assert!(host.site() == *to, "{kind:?}: the host is not what was wanted");
            let left: Vec<String> = host.files.lock().unwrap().keys().cloned().collect();
            for name in ["next.json", "progress.json", "lock.json"] {
                assert!(!left.contains(&format!(".tribune/{name}")), "{kind:?}: {name} was left");
            }
            from = to.clone();
        }
    }
    told(&format!("{cuts} cuts, {again} times with another site after it: 0 broken, all healed"));
}

#[test]
fn of_two_deploys_at_once_one_wins_whole() {
    let sites = crate::differential::outputs(6);
    for kind in KINDS {
        let host = Double::new(kind);
        deploy(&host, &sites[0], &Terms::at(0)).unwrap();
        // Where files cannot be made only once each deploy looks again after half a second.
        let races = if kind == Kind::Plain { figure(6, 200) } else { figure(60, 200) };
        let mut lost = 0;
        for nth in 0..races {
            // Neither is what the race before has left.
            let (a, b) = (&sites[(nth + 2) % 6], &sites[(nth + 4) % 6]);
            let terms = |token| Terms { token, dead: false, ..Terms::at(i64::try_from(nth).unwrap() + 1) };
            let ends = race(|| deploy(&host, a, &terms("a")), || deploy(&host, b, &terms("b")));
            lost += ends.iter().filter(|end| end.is_err()).count();
            assert!(sites.contains(&host.site()), "{kind:?}, race {nth}: a mixture");
            let nobody = ends.iter().all(Result::is_err);
            assert!(!nobody || kind == Kind::Plain, "{kind:?}, race {nth}: nobody won");
        }
        told(&format!("{races} races for {kind:?}: one won whole; {lost} came too late"));
    }
}

/// A site of many parts: what two builds have in common is not looked at, and stays.
fn large(changed: std::ops::Range<usize>) -> Tree {
    let page = |n: usize| {
        let text = if changed.contains(&n) { "autre" } else { "texte" };
        (format!("2026/{:02}/{n}/index.html", n % 12), format!("{text} {n}").into_bytes())
    };
    (0..3_000).map(page).chain([("index.html".to_owned(), b"accueil".to_vec())]).collect()
}

#[test]
fn what_an_interrupted_deploy_did_not_want_changed_stays() {
    let (first, cut, last) = (large(0..0), large(10..14), large(2_000..2_004));
    for kind in KINDS {
        for at in [20, 25, 30, 35, 40] {
            let host = Double::new(kind);
            deploy(&host, &first, &Terms::at(0)).unwrap();
            host.cut(at, CUTS[0]);
            let _ = deploy(&host, &cut, &Terms::at(10));
            host.mend();
            let done = deploy(&host, &last, &Terms::at(20)).unwrap();
            assert_eq!(done.deleted, 0, "{kind:?}, cut at {at}");
            assert!(host.site() == last, "{kind:?}, cut at {at}");
        }
    }
}

#[test]
fn a_latch_that_a_dead_deploy_has_left_is_taken_by_one() {
    let sites = crate::differential::outputs(6);
    let stale = br#"{"token":"gone","since":"2026-01-01T00:00:00Z","until":"2026-01-01T00:10:00Z"}"#;
    for kind in [Kind::Storage, Kind::Files] {
        let host = Double::new(kind);
        deploy(&host, &sites[0], &Terms::at(0)).unwrap();
        for nth in 0..figure(10, 100) {
            host.files.lock().unwrap().insert(".tribune/lock.json".into(), stale.to_vec());
            let (a, b) = (&sites[(nth + 2) % 6], &sites[(nth + 4) % 6]);
            let terms = |token| Terms { token, dead: false, ..Terms::at(i64::try_from(nth).unwrap() + 1) };
            // Where each was in the way of the other neither may come to its end.
            let _ = race(|| deploy(&host, a, &terms("a")), || deploy(&host, b, &terms("b")));
            assert!(sites.contains(&host.site()), "{kind:?}, race {nth}: a mixture");
            host.files.lock().unwrap().remove(".tribune/lock.json");
        }
    }
}
