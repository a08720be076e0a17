//! What a host holds, as far as it may part from what is wanted.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::delivery::course::{Course, Holdings};
use crate::delivery::parcel::{Item, Parcel, Part};
use crate::delivery::state::{self, Journey, Progress, State};
use crate::pages::path::OutPath;
use crate::text::fingerprint::Digest;

use super::host::{Answer, Host, HostFault};
use super::site::Stop;
use super::team;

/// What is written down on a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The state that readers see, and the same as it is written.
    pub state: Option<(State, Vec<u8>)>,
    /// A deploy that did not come to its end, and how far it came, if it put anything.
    pub journey: Option<(Journey, Option<Progress>)>,
    /// One that did, but was not forgotten.
    pub is_stale: bool,
}

impl Notes {
    pub fn read(host: &dyn Host) -> Answer<Self> {
        Self::find(host, 2)
    }

    /// The same where another deploy may come to its end meanwhile: it writes the state first, and forgets
    /// its journey then. Read in the other order, the two can't seem as if it had never been.
    pub fn read_in_order(host: &dyn Host) -> Answer<Self> {
        Self::find(host, 1)
    }

    fn find(host: &dyn Host, at_once: usize) -> Answer<Self> {
        let damaged = |path: &str, why: String| {
            HostFault::lasting(format!(
                "`{path}` on the host is not as Tribune wrote it: {why}. Restore it or, if the host is to be \
                 taken as new, remove the folder `{}` there",
                state::FOLDER
            ))
        };
        let (current, next, progress) = (state::current(), state::journey(), state::progress());
        let mut found = team::find(at_once, &[&next, &current], |path| host.read(path))?.into_iter();
        let (found_journey, found_state) = (found.next().flatten(), found.next().flatten());
        let state = match found_state {
            Some(bytes) => {
                let state = State::read(&bytes).map_err(|why| damaged(&current, why))?;
                Some((state, bytes))
            }
            None => None,
        };
        let journey: Option<Journey> = match found_journey {
            Some(bytes) => {
                Some(serde_json::from_slice(&bytes).map_err(|error| damaged(&next, error.to_string()))?)
            }
            None => None,
        };
        // One that came to its end, but for being forgotten.
        let number = state.as_ref().map_or(0, |(state, _)| state.number);
        let is_stale = journey.as_ref().is_some_and(|journey| journey.to.number <= number);
        let journey = match journey.filter(|journey| journey.to.number > number) {
            Some(journey) => {
                let progress: Option<Progress> = match host.read(&progress)? {
                    Some(bytes) => Some(
                        serde_json::from_slice(&bytes)
                            .map_err(|error| damaged(&progress, error.to_string()))?,
                    ),
                    None => None,
                };
                let progress = progress.filter(|progress| progress.deployed == journey.to.deployed);
                Some((journey, progress))
            }
            None => None,
        };
        Ok(Self { state, journey, is_stale })
    }
}

/// What a host holds. Lists of files are without those that all of them have, what is wanted, too.
#[derive(Debug, Default)]
pub struct Survey {
    pub notes: Notes,
    pub seen: Vec<Item>,
    pub there: Vec<Item>,
    pub unsure: BTreeSet<OutPath>,
    pub strayed: BTreeSet<OutPath>,
    pub wanted: Vec<Item>,
    /// How many of the first files are put already, where the deploy that was interrupted wanted the same.
    pub put: usize,
    /// So many more may be.
    pub perhaps: usize,
    /// The parts of what is there, where a deploy that wanted something else was interrupted.
    pub detour: Option<Vec<Part>>,
    /// The parts that the host has.
    pub has: HashSet<Digest>,
}

/// Parts by their digest, whether they were made here or came from a host.
struct Parts(HashMap<Digest, Arc<[Item]>>);

impl Parts {
    fn items(&self, list: &[Digest], without: &HashSet<Digest>) -> Vec<Item> {
        let parts = list.iter().filter(|digest| !without.contains(*digest));
        parts.filter_map(|digest| self.0.get(digest)).flat_map(|items| items.iter().cloned()).collect()
    }
}

impl Survey {
    /// Finds out what a host holds, where `wanted` is what it is to hold, and something else than was deployed
    /// was found at `strayed`.
    pub fn of(
        host: &dyn Host,
        notes: Notes,
        wanted: &[Part],
        mut strayed: BTreeSet<OutPath>,
    ) -> Result<Self, Stop> {
        let list: Vec<Digest> = wanted.iter().map(|part| part.digest).collect();
        let seen = notes.state.as_ref().map(|(state, _)| state.parts.clone()).unwrap_or_default();
        let journey = notes.journey.as_ref().map(|(journey, progress)| (journey, *progress));
        let (there, next) = match journey {
            Some((journey, _)) => (journey.there.clone(), journey.to.parts.clone()),
            None => (seen.clone(), list.clone()),
        };
        let mut parts =
            Parts(wanted.iter().map(|part| (part.digest, part.items.as_slice().into())).collect());
        let has: HashSet<Digest> = match journey {
            Some(_) => seen.iter().chain(&there).chain(&next).copied().collect(),
            None => seen.iter().copied().collect(),
        };
        let missing: Vec<Digest> =
            has.iter().filter(|digest| !parts.0.contains_key(*digest)).copied().collect();
        let fetched = team::find(host.abilities().at_once, &missing, |digest| fetch(host, *digest))?;
        parts.0.extend(missing.into_iter().zip(fetched));
        // Lists are looked up as sets: there may be a thousand parts.
        let sets = [&seen, &there, &next].map(|list| list.iter().collect::<HashSet<&Digest>>());
        let unsure = journey.map(|(journey, _)| journey.unsure.clone()).unwrap_or_default();
        strayed.extend(journey.into_iter().flat_map(|(journey, _)| journey.strayed.iter().cloned()));
        let is_known = |path: &OutPath| !unsure.contains(path) && !strayed.contains(path);
        let is_sure = |digest: &Digest| {
            (unsure.is_empty() && strayed.is_empty())
                || parts.0[digest].iter().all(|item| is_known(&item.path))
        };
        // Where something else was wanted, all is looked at: what is there is made up anew below.
        let is_detour = journey.is_some_and(|(journey, _)| journey.to.parts != list);
        let common: HashSet<Digest> = list
            .iter()
            .filter(|_| !is_detour)
            .filter(|digest| sets.iter().all(|set| set.contains(digest)) && is_sure(digest))
            .copied()
            .collect();
        let mut survey = Self {
            seen: parts.items(&seen, &common),
            there: parts.items(&there, &common),
            unsure,
            strayed,
            wanted: parts.items(&list, &common),
            has,
            notes: Notes::default(),
            ..Self::default()
        };
        if let Some((journey, progress)) = journey {
            match journey.to.parts == list {
                true => {
                    let progress = progress.unwrap_or_default();
                    (survey.put, survey.perhaps) = (progress.put, progress.perhaps);
                }
                false => survey.take_detour(journey, progress, &notes, &parts),
            }
        }
        survey.notes = notes;
        Ok(survey)
    }

    /// Counts what a deploy that wanted something else has put as there.
    fn take_detour(&mut self, journey: &Journey, progress: Option<Progress>, notes: &Notes, parts: &Parts) {
        let whole = |list: &[Digest]| parts.items(list, &HashSet::new());
        let there = whole(&journey.there);
        let mut now: HashMap<OutPath, Item> =
            there.iter().map(|item| (item.path.clone(), item.clone())).collect();
        if let Some(progress) = progress {
            let state = notes.state.as_ref().map(|(state, _)| state);
            let (seen, next) =
                (state.map(|state| whole(&state.parts)).unwrap_or_default(), whole(&journey.to.parts));
            let condemned = state.map(|state| state.condemned.as_slice()).unwrap_or_default();
            let (unsure, strayed) = (&journey.unsure, &journey.strayed);
            let holdings = Holdings { seen: &seen, there: &there, unsure, strayed, condemned };
            let course = Course::of(holdings, &next, journey.to.deployed, Duration::MAX);
            self.unsure.extend(course.clear.iter().cloned());
            for (nth, put) in course.puts().enumerate().take(progress.put + progress.perhaps) {
                let path = &put.item.path;
                // What somebody had put there was kept before.
                self.strayed.remove(path);
                if nth < progress.put {
                    self.unsure.remove(path);
                    now.insert(path.clone(), put.item.clone());
                } else {
                    self.unsure.insert(path.clone());
                }
            }
        }
        let now = Parcel::of(now.into_values().collect());
        self.detour = Some(now.parts());
        self.there = now.items;
    }
}

pub fn fetch(host: &dyn Host, digest: Digest) -> Answer<Arc<[Item]>> {
    let path = state::part(digest);
    let bytes =
        host.read(&path)?.ok_or_else(|| HostFault::lasting(format!("`{path}` is missing on the host")))?;
    let part = Part::read(digest, &bytes).map_err(|why| {
        HostFault::lasting(format!("`{path}` on the host is not as Tribune wrote it: {why}"))
    })?;
    Ok(part.items.into())
}
