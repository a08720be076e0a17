//! What readers find after each operation of a deploy that nothing disturbs, and how many there are.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tribune::world::deploy::engine;
use tribune::world::deploy::host::Host;
use tribune::world::deploy::site::Stop;

use super::double::{Double, KINDS, Kind};
use super::{Terms, deploy, roll_back};
use crate::counting::{figure, told};
use crate::harness::Tree;
use crate::reach::Reach;

pub const BASE: &str = "https://parti.example/";

/// Where readers come in: the home page, feeds and maps, and whatever address they know of a site.
pub fn entries(known: &[&Tree], there: &Tree) -> Vec<String> {
    let known: BTreeSet<&String> = known.iter().flat_map(|site| site.keys()).collect();
    let all = there.keys().filter(|path| known.contains(path));
    all.filter(|path| path.ends_with(".html") || path.ends_with(".xml")).cloned().collect()
}

/// Links that lead nowhere in a site as it was built: a person wrote them.
pub fn written_off(reach: &Reach, site: &Tree) -> BTreeSet<String> {
    let broken = reach.broken(site, entries(&[site], site), |_| false);
    broken
        .iter()
        .filter_map(|line| Some(line.split(" leads to ").nth(1)?.split(',').next()?.to_owned()))
        .collect()
}

/// Two sites, of which a host goes from one to the other.
pub struct Pair<'s> {
    from: &'s Tree,
    to: &'s Tree,
    off: BTreeSet<String>,
}

impl<'s> Pair<'s> {
    pub fn new(reach: &Reach, from: &'s Tree, to: &'s Tree) -> Self {
        let off = written_off(reach, from).union(&written_off(reach, to)).cloned().collect();
        Self { from, to, off }
    }

    /// What is broken for readers who know addresses of the first site or, once it is all there, of the
    /// other.
    pub fn broken(&self, reach: &Reach, there: &Tree, is_all_there: bool) -> Vec<String> {
        let known = if is_all_there { self.to } else { self.from };
        if known.is_empty() {
            // Before the first deploy has come to its end nobody is told of the portal.
            return Vec::new();
        }
        if !there.contains_key("index.html") {
            return vec!["there is no home page".into()];
        }
        reach.broken(there, entries(&[known], there), |target| self.off.contains(target))
    }
}

/// What readers can ask for.
fn site(files: &Tree) -> Tree {
    let public = files.iter().filter(|(path, _)| !path.starts_with(".tribune/"));
    public.map(|(path, bytes)| (path.clone(), bytes.clone())).collect()
}

#[test]
fn after_each_operation_every_page_has_what_it_leads_to_and_shows() {
    let sites = crate::differential::outputs(figure(26, 101));
    let reach = Reach::of(BASE);
    let nothing = Tree::new();
    let all: Vec<&Tree> = std::iter::once(&nothing).chain(&sites).collect();
    let pairs: Vec<Pair> = all.windows(2).map(|two| Pair::new(&reach, two[0], two[1])).collect();
    let mut operations = 0;
    for kind in KINDS {
        let host = Double::new(kind);
        for (nth, pair) in pairs.iter().enumerate() {
            let reach = &reach;
            let found: Arc<Mutex<Vec<String>>> = Arc::default();
            let finds = found.clone();
            let all_there = AtomicBool::new(false);
            host.watch(move |what, files| {
                let there = site(files);
                // Once the new state stands, nobody is led to what goes.
                let stands = what == "write .tribune/state.json" || all_there.load(Ordering::Relaxed);
                all_there.store(stands, Ordering::Relaxed);
                let is_all_there = stands || there == *pair.to;
                let broken = pair.broken(reach, &there, is_all_there);
                if !broken.is_empty() {
                    finds.lock().unwrap().push(format!("after `{what}`: {broken:#?}"));
                }
            });
            let before = host.counts().0;
            let terms = Terms::at(i64::try_from(nth).unwrap());
            deploy(&host, pair.to, &terms).unwrap();
            operations += host.counts().0 - before;
            host.unwatch();
            let found = found.lock().unwrap();
            assert!(found.is_empty(), "{kind:?}, pair {nth}, {} states: {}", found.len(), found[0]);
            assert!(host.site() == *pair.to, "{kind:?}, pair {nth}: the host is not what was wanted");
            // What is as it should be is left alone.
            let before = host.counts().0;
            deploy(&host, pair.to, &terms).unwrap();
            assert_eq!(host.counts().0, before, "{kind:?}, pair {nth}: something was written for nothing");
        }
    }
    let deploys = pairs.len() * KINDS.len();
    told(&format!(
        "{deploys} deploys to {} kinds of hosts, {operations} operations: 0 broken states",
        KINDS.len()
    ));
}

#[test]
fn a_state_can_be_gone_back_to_and_what_none_has_is_forgotten() {
    let sites = crate::differential::outputs(12);
    for kind in KINDS {
        let host = Double::new(kind);
        for (nth, site) in sites.iter().enumerate() {
            deploy(&host, site, &Terms::at(i64::try_from(nth).unwrap())).unwrap();
        }
        let numbers: Vec<u64> = engine::states(&host).unwrap().iter().map(|state| state.number).collect();
        assert_eq!(numbers, [10, 11, 12], "{kind:?}");
        roll_back(&host, 10, &Terms::at(100)).unwrap();
        assert!(host.site() == sites[9], "{kind:?}: the state before the last but one");
        roll_back(&host, 12, &Terms::at(101)).unwrap();
        assert!(host.site() == sites[11], "{kind:?}: forth again");
        // All that is kept belongs to a state that can be gone back to.
        let files = host.files.lock().unwrap().clone();
        let states = files.keys().filter(|path| path.starts_with(".tribune/history/")).count();
        assert_eq!(states, 2, "{kind:?}");
        let current = engine::states(&host).unwrap();
        let parts: BTreeSet<String> = current
            .iter()
            .flat_map(|state| state.parts.iter().map(|part| format!(".tribune/parts/{part}.json")))
            .collect();
        let there: BTreeSet<String> =
            files.keys().filter(|path| path.starts_with(".tribune/parts/")).cloned().collect();
        assert_eq!(there, parts, "{kind:?}");
        let kept: BTreeSet<String> = current[1..]
            .iter()
            .flat_map(|state| state.kept.iter().map(|digest| format!(".tribune/kept/{digest}")))
            .collect();
        let there: BTreeSet<String> =
            files.keys().filter(|path| path.starts_with(".tribune/kept/")).cloned().collect();
        assert_eq!(there, kept, "{kind:?}");
    }
}

#[test]
fn what_goes_stays_for_its_grace() {
    let sites = crate::differential::outputs(12);
    let of = |n: usize| sites[n].keys().collect::<BTreeSet<_>>();
    let nth = (1..12).find(|n| of(n - 1).difference(&of(*n)).next().is_some()).expect("something goes");
    let (before, after) = (&sites[nth - 1], &sites[nth]);
    let host = Double::new(Kind::Files);
    let grace = Duration::from_secs(300);
    let at = |seconds| Terms { grace, ..Terms::at(seconds) };
    deploy(&host, before, &at(0)).unwrap();
    let done = deploy(&host, after, &at(10)).unwrap();
    let gone = of(nth - 1).difference(&of(nth)).count();
    assert_eq!((done.removed, done.deleted, done.condemned), (gone, 0, gone));
    assert_eq!(done.next, Some(super::instant(310)));
    assert!(of(nth - 1).iter().all(|path| host.site().contains_key(*path)));
    assert_eq!(deploy(&host, after, &at(309)).unwrap().deleted, 0);
    assert_eq!(deploy(&host, after, &at(310)).unwrap().deleted, gone);
    assert!(host.site() == *after);
}

#[test]
fn what_is_not_ours_is_never_touched_unasked() {
    use tribune::delivery::concern::{Concern, Consent};

    let sites = crate::differential::outputs(6);
    for kind in KINDS {
        let host = Double::new(kind);
        let foreign: Tree =
            (0..1_000).map(|n| (format!("autre/{}/f{n}.html", n % 7), vec![7; n % 50])).collect();
        host.files.lock().unwrap().extend(foreign.clone());
        for (nth, site) in sites.iter().enumerate() {
            deploy(&host, site, &Terms::at(i64::try_from(nth).unwrap())).unwrap();
        }
        let there = host.site();
        assert!(foreign.iter().all(|(path, bytes)| there.get(path) == Some(bytes)), "{kind:?}");
        // A file of somebody else where one of ours is to stand.
        let mut more = sites[5].clone();
        more.insert("autre/0/f0.html".into(), b"nous".to_vec());
        let refused = deploy(&host, &more, &Terms::at(10)).unwrap_err();
        let Stop::Concerns(concerns) = refused else { panic!("{refused:?}") };
        assert!(
            matches!(&concerns[..], [Concern::Drift { foreign, .. }] if foreign.len() == 1),
            "{concerns:?}"
        );
        // One of ours that somebody altered, where it would be lost.
        host.files.lock().unwrap().insert("index.html".into(), b"altered".to_vec());
        let mut less = sites[5].clone();
        less.insert("index.html".into(), b"another".to_vec());
        let refused = deploy(&host, &less, &Terms::at(11)).unwrap_err();
        let Stop::Concerns(concerns) = refused else { panic!("{refused:?}") };
        assert!(
            matches!(&concerns[..], [Concern::Drift { altered, .. }] if altered.len() == 1),
            "{concerns:?}"
        );
        assert_eq!(host.site()["index.html"], b"altered");
        let agreed = Terms { consents: vec![Consent::Drift], ..Terms::at(12) };
        deploy(&host, &less, &agreed).unwrap();
        assert_eq!(host.site()["index.html"], b"another");
        assert!(!host.abilities().copies || kind == Kind::Storage);
    }
}
