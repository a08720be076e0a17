//! A host as a command sees it: one that takes single files, or one that takes a whole portal at once.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use crate::delivery::concern::{Candidate, Concern, Consent, concerns};
use crate::delivery::course::{Course, Holdings};
use crate::delivery::parcel::{Item, Parcel, Part};
use crate::delivery::state::{self, FORM, State};
use crate::pages::path::OutPath;
use crate::text::fingerprint::Digest;
use crate::world::progress::Progress;

use super::host::{Answer, HostFault};
use super::verify::Finding;

/// What a host is to hold, and on which terms.
pub struct Order<'a> {
    pub base_url: &'a str,
    /// The clock of the build.
    pub built: Timestamp,
    pub wanted: &'a Parcel,
    /// Where its bytes are.
    pub source: Source<'a>,
    pub now: Timestamp,
    pub grace: Duration,
    /// How many earlier states can be gone back to.
    pub history: usize,
    /// What the states hold that are gone back over.
    pub over: &'a [Digest],
    pub consents: &'a [Consent],
    /// Everything on the host is looked at, whatever is touched, and put again where it is not as it was left.
    pub repairs: bool,
    /// The name of this deploy, which no other has.
    pub token: &'a str,
    /// Whether the deploy of a name is known to have ended.
    pub dead: &'a (dyn Fn(&str) -> bool + Sync),
}

/// Where the bytes of what is put come from.
pub enum Source<'a> {
    /// From here.
    Output(&'a (dyn Fn(&Item) -> Answer<Vec<u8>> + Sync)),
    /// The host has kept them of the state of this number.
    Kept(u64),
}

impl Source<'_> {
    /// The state that is gone back to.
    pub fn restores(&self) -> Option<u64> {
        match self {
            Self::Kept(number) => Some(*number),
            Self::Output(_) => None,
        }
    }

    /// The bytes of a file from here, which must be those that were built.
    pub fn read(&self, item: &Item) -> Answer<Vec<u8>> {
        let path = item.path.as_str();
        let Self::Output(read) = self else {
            return Err(HostFault::lasting(format!(
                "the bytes of `{path}` are not kept on the host any more"
            )));
        };
        let bytes = read(item)?;
        match Digest::of(&bytes) == item.digest {
            true => Ok(bytes),
            false => Err(HostFault::lasting(format!("`{path}` is not as it was built: build again"))),
        }
    }
}

/// What would be done, and what gives concern about it.
#[derive(Debug)]
pub struct Proposal {
    /// That of the state which the host would come to, or has.
    pub number: u64,
    pub concerns: Vec<Concern>,
    pub course: Course,
    /// There is nothing to do.
    pub is_done: bool,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    pub number: u64,
    /// What readers find anew or changed, and what they do not find any more.
    pub put: Vec<OutPath>,
    pub bytes: u64,
    pub removed: usize,
    pub deleted: usize,
    /// What goes when its grace is over, and when the first of it does.
    pub condemned: usize,
    pub next: Option<Timestamp>,
    /// Why what readers do not see was not tidied up. The next deploy does that.
    pub untidy: Option<HostFault>,
}

/// Why a deploy did not come to its end.
#[derive(Debug)]
pub enum Stop {
    /// A person must agree first.
    Concerns(Vec<Concern>),
    /// Another deploy holds the host.
    Busy {
        since: Timestamp,
        until: Timestamp,
    },
    /// Another deploy has been there meanwhile.
    Overtaken,
    Host(HostFault),
}

impl Stop {
    /// Why a deploy that came to its end did not do what follows.
    pub fn fault(self) -> HostFault {
        match self {
            Self::Host(fault) => fault,
            _ => HostFault::lasting("another deploy holds the host"),
        }
    }
}

impl From<HostFault> for Stop {
    fn from(fault: HostFault) -> Self {
        Self::Host(fault)
    }
}

/// A place that a portal is deployed to.
pub trait Site: Sync {
    /// As a person knows it.
    fn name(&self) -> String;

    /// Whether it keeps the headers that it is told.
    fn keeps_headers(&self) -> bool;

    /// The states that can be gone back to, oldest first, and the one that readers see, last.
    fn states(&self) -> Result<Vec<State>, Stop>;

    /// All files of a state.
    fn parcel(&self, state: &State) -> Answer<Parcel>;

    /// Finds out what an order comes to and, unless that is all, does it.
    fn fulfil(
        &self,
        order: &Order,
        only_propose: bool,
        progress: &Progress,
    ) -> Result<(Proposal, Option<Done>), Stop>;

    /// What is there that is not as it was deployed.
    fn findings(&self, current: &State, parcel: &Parcel, progress: &Progress) -> Result<Vec<Finding>, Stop>;
}

fn content_of(parts: &[Part]) -> Digest {
    state::content(parts.iter().map(|part| part.digest))
}

/// What gives concern about an order, but for what is on the host.
pub fn concerns_of(order: &Order, before: Option<&State>, removed: usize) -> Vec<Concern> {
    // Whoever goes back wants what was.
    if order.source.restores().is_some() {
        return Vec::new();
    }
    // Where nobody ever went back it is of no interest, and it takes a look at all files.
    let content =
        before.filter(|state| !state.gone_back.is_empty()).map(|_| content_of(&order.wanted.parts()));
    let candidate = Candidate {
        base_url: order.base_url,
        built: order.built,
        content,
        files: order.wanted.items.len(),
        has_home: order.wanted.items.iter().any(|item| item.path.as_str() == "index.html"),
        removed,
    };
    concerns(before, &candidate)
}

/// The concerns that nobody has agreed to.
pub fn unanswered(concerns: &[Concern], order: &Order) -> Result<(), Stop> {
    let asked = concerns.iter().filter(|concern| !order.consents.contains(&concern.consent()));
    let asked: Vec<Concern> = asked.cloned().collect();
    if asked.is_empty() { Ok(()) } else { Err(Stop::Concerns(asked)) }
}

/// What parts a state that readers see as a whole from what is wanted.
pub fn whole_course(seen: &[Item], order: &Order) -> Course {
    let (nowhere, condemned) = (BTreeSet::new(), []);
    let holdings = Holdings { seen, there: seen, unsure: &nowhere, strayed: &nowhere, condemned: &condemned };
    Course::of(holdings, &order.wanted.items, order.now, Duration::ZERO)
}

impl Order<'_> {
    /// The state that it comes to, upon another. It may be left with what is condemned and kept.
    pub fn state(&self, number: u64, before: Option<&State>, parts: &[Part]) -> State {
        let mut history = before.map(|state| state.history.clone()).unwrap_or_default();
        history.extend(before.map(|state| state.number));
        let mut gone_back = before.map(|state| state.gone_back.clone()).unwrap_or_default();
        if self.source.restores().is_some() {
            gone_back.extend(self.over);
            gone_back.extend(before.map(State::content));
            gone_back.sort_unstable();
            gone_back.dedup();
        }
        // Whoever brings it here wants it again, and was asked where that may be a mistake.
        let content = content_of(parts);
        gone_back.retain(|gone| *gone != content);
        State {
            tribune: FORM,
            number,
            base_url: self.base_url.to_owned(),
            built: self.built,
            newest: before.map_or(self.built, |state| state.newest.max(self.built)),
            deployed: self.now,
            restores: self.source.restores(),
            gone_back,
            files: self.wanted.items.len(),
            bytes: self.wanted.bytes(),
            parts: parts.iter().map(|part| part.digest).collect(),
            condemned: Vec::new(),
            kept: Vec::new(),
            history,
        }
    }

    /// The same where what can't be gone back to goes at once.
    pub fn whole_state(&self, number: u64, before: Option<&State>, parts: &[Part]) -> State {
        let mut state = self.state(number, before, parts);
        state.history.drain(..state.history.len().saturating_sub(self.history));
        state
    }
}

impl Proposal {
    /// What was done when all of it was, and nothing is left to be removed.
    pub fn done(&self) -> Done {
        Done {
            number: self.number,
            put: self.course.puts().map(|put| put.item.path.clone()).collect(),
            bytes: self.course.puts().map(|put| put.item.bytes).sum(),
            removed: self.course.removed,
            deleted: self.course.delete.len() + self.course.clear.len(),
            condemned: 0,
            next: None,
            untidy: None,
        }
    }
}
