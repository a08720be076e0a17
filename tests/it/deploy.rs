//! Deploys: after each single operation on a host, readers find whole pages that lead to pages; what is
//! interrupted is gone on with; what is not ours stays.

mod after;
mod branches;
mod cuts;
mod double;
mod folders;
mod guards;
mod line;
mod lines;
mod losses;
mod order;
mod races;
mod real;
mod repairs;
pub mod servers;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use tribune::delivery::concern::Consent;
use tribune::delivery::parcel::{Item, Parcel};
use tribune::delivery::serving::headers;
use tribune::pages::path::OutPath;
use tribune::text::fingerprint::Digest;
use tribune::world::deploy::engine;
use tribune::world::deploy::host::{Host, HostFault, Patient};
use tribune::world::deploy::site::{Done, Order, Source, Stop};
use tribune::world::progress::Progress;

use crate::harness::Tree;

fn parcel(site: &Tree) -> Parcel {
    let item = |(path, bytes): (&String, &Vec<u8>)| {
        let path = OutPath::parse(path).unwrap();
        let headers = Arc::new(headers(&path));
        Item { path, digest: Digest::of(bytes), bytes: bytes.len() as u64, headers }
    };
    Parcel::of(site.iter().map(item).collect())
}

/// The terms of a deploy in a test.
#[derive(Clone)]
struct Terms {
    token: &'static str,
    now: Timestamp,
    built: Timestamp,
    grace: Duration,
    history: usize,
    consents: Vec<Consent>,
    repairs: bool,
    /// Whether other deploys are known to have ended.
    dead: bool,
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + seconds).unwrap()
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            token: "a",
            now: instant(0),
            built: instant(0),
            grace: Duration::ZERO,
            history: 2,
            // What random sites part in is a matter of other tests.
            consents: vec![Consent::Deletions, Consent::Shrunken],
            repairs: false,
            dead: true,
        }
    }
}

impl Terms {
    fn at(seconds: i64) -> Self {
        Self { now: instant(seconds), built: instant(seconds), ..Self::default() }
    }
}

/// Deploys a site as a person does who asks again at once.
fn deploy(host: &dyn Host, site: &Tree, terms: &Terms) -> Result<Done, Stop> {
    let wanted = parcel(site);
    let read = |item: &Item| match site.get(item.path.as_str()) {
        Some(bytes) => Ok(bytes.clone()),
        None => Err(HostFault::lasting("not there")),
    };
    carry(host, &wanted, Source::Output(&read), terms)
}

fn carry(host: &dyn Host, wanted: &Parcel, source: Source, terms: &Terms) -> Result<Done, Stop> {
    let dead = |_: &str| terms.dead;
    let order = order(wanted, source, terms, &dead);
    let patient = Patient::new(host, &[Duration::ZERO; 2]);
    let (proposal, done) = engine::fulfil(&patient, &order, false, &Progress::default())?;
    Ok(done.unwrap_or(Done { number: proposal.number, ..Done::default() }))
}

fn order<'a>(
    wanted: &'a Parcel,
    source: Source<'a>,
    terms: &'a Terms,
    dead: &'a (dyn Fn(&str) -> bool + Sync),
) -> Order<'a> {
    Order {
        base_url: "https://parti.example/",
        built: terms.built,
        wanted,
        source,
        now: terms.now,
        grace: terms.grace,
        history: terms.history,
        over: &[],
        consents: &terms.consents,
        repairs: terms.repairs,
        token: terms.token,
        dead,
    }
}

/// Goes back to a state.
fn roll_back(host: &dyn Host, number: u64, terms: &Terms) -> Result<Done, Stop> {
    let states = engine::states(host)?;
    let state = states.iter().find(|state| state.number == number).expect("a state to go back to");
    let wanted = engine::parcel(host, state)?;
    carry(host, &wanted, Source::Kept(number), terms)
}

/// Has two deploys begin at once. Both ends, each of which is that of a deploy, or of one that another was in
/// the way of.
#[track_caller]
fn race(
    first: impl FnOnce() -> Result<Done, Stop> + Send,
    second: impl FnOnce() -> Result<Done, Stop>,
) -> [Result<Done, Stop>; 2] {
    let ends = std::thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        [first.join().unwrap(), second]
    });
    for end in &ends {
        assert!(matches!(end, Ok(_) | Err(Stop::Busy { .. } | Stop::Overtaken)), "{end:?}");
    }
    ends
}
