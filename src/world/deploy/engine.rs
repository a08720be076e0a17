//! Brings a host that takes single files to what is wanted, in the order of a course, so that it can be
//! interrupted anywhere and gone on with from any machine.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use parking_lot::Mutex;

use crate::delivery::concern::{Concern, Consent};
use crate::delivery::course::{Course, Holdings, Keep, Put};
use crate::delivery::parcel::{Parcel, Part};
use crate::delivery::serving::{Rank, headers, notes_headers};
use crate::delivery::state::{self, Journey, State, written};
use crate::pages::path::OutPath;
use crate::text::fingerprint::Digest;
use crate::world::progress::Progress;

use super::host::{Abilities, Answer, Host, HostFault, Patient};
use super::latch::{self, Latch};
use super::site::{Done, Order, Proposal, Site, Source, Stop, concerns_of, unanswered};
use super::survey::{Notes, Survey, fetch};
use super::team::{each, find};
use super::verify::{self, Finding, What};

/// So many files are put before it is written down how far a deploy has come.
const WINDOW: usize = 512;
/// So many are put before the latch is looked at.
const BATCH: usize = 64;
/// So many files are looked at one by one; all are listed where there are more.
const FEW: usize = 200;

/// A host that takes single files.
pub struct Piecewise {
    host: Box<dyn Host>,
    pauses: Vec<Duration>,
}

impl Piecewise {
    /// A host that is asked again after each of these pauses when it fails in passing.
    pub fn new(host: Box<dyn Host>, pauses: Vec<Duration>) -> Self {
        Self { host, pauses }
    }

    fn patient(&self) -> Patient<'_> {
        Patient::new(&*self.host, &self.pauses)
    }
}

impl Site for Piecewise {
    fn name(&self) -> String {
        self.host.name()
    }

    fn keeps_headers(&self) -> bool {
        self.host.abilities().has_headers
    }

    fn states(&self) -> Result<Vec<State>, Stop> {
        states(&self.patient())
    }

    fn parcel(&self, state: &State) -> Answer<Parcel> {
        parcel(&self.patient(), state)
    }

    fn fulfil(
        &self,
        order: &Order,
        only_propose: bool,
        progress: &Progress,
    ) -> Result<(Proposal, Option<Done>), Stop> {
        fulfil(&self.patient(), order, only_propose, progress)
    }

    fn findings(&self, current: &State, parcel: &Parcel, progress: &Progress) -> Result<Vec<Finding>, Stop> {
        verify::on_host(&self.patient(), current, parcel, progress)
    }
}

/// Finds out what an order comes to and, unless that is all, does it.
pub fn fulfil(
    host: &dyn Host,
    order: &Order,
    only_propose: bool,
    progress: &Progress,
) -> Result<(Proposal, Option<Done>), Stop> {
    let (proposal, survey) = propose(host, order, progress)?;
    if only_propose || proposal.is_done {
        return Ok((proposal, None));
    }
    let done = carry_out(host, order, &proposal, survey, progress)?;
    Ok((proposal, Some(done)))
}

/// Finds out what an order would come to. Writes nothing.
fn propose(host: &dyn Host, order: &Order, progress: &Progress) -> Result<(Proposal, Survey), Stop> {
    let notes = Notes::read(host)?;
    let strays = if order.repairs { strays(host, &notes, progress)? } else { Vec::new() };
    let parts = order.wanted.parts();
    let strayed = strays.iter().map(|(path, _)| path.clone()).collect();
    let survey = Survey::of(host, notes, &parts, strayed)?;
    let state = survey.notes.state.as_ref().map(|(state, _)| state);
    let condemned = state.map(|state| state.condemned.as_slice()).unwrap_or_default();
    let Survey { seen, there, unsure, strayed, .. } = &survey;
    let holdings = Holdings { seen, there, unsure, strayed, condemned };
    let course = Course::of(holdings, &survey.wanted, order.now, order.grace);
    if let Some(number) = order.source.restores() {
        see_kept(host, number, &course)?;
    }
    let mut concerns = concerns_of(order, state, course.removed);
    let adrift = drift(host, &survey, &course, strays)?;
    if adrift.is_some() {
        // Another deploy that is on its way is no drift: it wrote that down before it changed anything, and
        // holds the host until it has forgotten it.
        if survey.notes.journey.is_some() {
            latch::see_free(host, order.dead)?;
        }
        if Notes::read_in_order(host)? != survey.notes {
            return Err(Stop::Overtaken);
        }
    }
    concerns.extend(adrift);
    // Where only what is condemned goes, the state stays what it is.
    let is_tidying = state.is_some() && survey.notes.journey.is_none() && course.is_come();
    let number = state.map_or(0, |state| state.number) + u64::from(!is_tidying);
    let is_there = state.is_some_and(|state| state.history.len() <= order.history);
    let is_done = is_there && survey.notes.journey.is_none() && !survey.notes.is_stale && course.is_done();
    Ok((Proposal { number, concerns, course, is_done }, survey))
}

/// Everything on a host that is not as it was left.
fn strays(host: &dyn Host, notes: &Notes, progress: &Progress) -> Result<Vec<(OutPath, What)>, Stop> {
    let Some((state, _)) = &notes.state else { return Ok(Vec::new()) };
    if notes.journey.is_some() {
        return Err(HostFault::lasting(
            "a deploy was interrupted there: go on with it by a `deploy` without `--repair` first",
        )
        .into());
    }
    let found = verify::on_host(host, state, &parcel(host, state)?, progress)?;
    let ours: Vec<Finding> = found.into_iter().filter(|finding| finding.what != What::Planted).collect();
    // What can't be read, and a folder in the place of a file, can't be replaced by a deploy.
    for finding in &ours {
        let is_barred = match &finding.what {
            What::Unreachable(_) => true,
            What::Missing => host.look(&finding.place)?.is_some(),
            _ => false,
        };
        if is_barred {
            return Err(HostFault::lasting(format!(
                "`{}` is no file that can be read or replaced: see to it there, and move it away",
                finding.place
            ))
            .into());
        }
    }
    let ours = ours.into_iter();
    Ok(ours.filter_map(|finding| Some((OutPath::parse(&finding.place)?, finding.what))).collect())
}

/// Sees that a host has kept all that it takes to go back to a state.
fn see_kept(host: &dyn Host, number: u64, course: &Course) -> Answer<()> {
    let mut puts: Vec<&Put> = course.puts().collect();
    puts.sort_by_key(|put| put.item.digest);
    puts.dedup_by_key(|put| put.item.digest);
    let there: Vec<bool> = if puts.len() > FEW {
        let listed = host.list(&state::own("kept/"))?;
        let listed: HashSet<String> = listed.into_iter().map(|(path, _)| path).collect();
        puts.iter().map(|put| listed.contains(&state::kept(put.item.digest))).collect()
    } else {
        let look = |put: &&Put| Ok(host.look(&state::kept(put.item.digest))?.is_some());
        find(host.abilities().at_once, &puts, look)?
    };
    let gone: Vec<&&Put> = puts.iter().zip(there).filter(|(_, there)| !there).map(|(put, _)| put).collect();
    let Some(first) = gone.first() else { return Ok(()) };
    Err(HostFault::lasting(format!(
        "state {number} can't be gone back to: the host has not kept the bytes of {} of its files, `{}` among \
         them; build what is to be published and deploy that",
        gone.len(),
        first.item.path.as_str()
    )))
}

/// What of the files that a course touches is not as Tribune left it, and what of all files is known to be.
fn drift(
    host: &dyn Host,
    survey: &Survey,
    course: &Course,
    strays: Vec<(OutPath, What)>,
) -> Answer<Option<Concern>> {
    let at_once = host.abilities().at_once;
    let may_be_there: HashSet<&OutPath> =
        survey.there.iter().map(|item| &item.path).chain(&survey.unsure).collect();
    let condemned =
        survey.notes.state.as_ref().map(|(state, _)| state.condemned.as_slice()).unwrap_or_default();
    let condemned: HashSet<&OutPath> = condemned.iter().map(|one| &one.path).collect();
    let may_be_ours = |path: &OutPath| may_be_there.contains(path) || condemned.contains(path);
    // Its place is a folder until what stands there is cleared away.
    let is_cleared = |path: &OutPath| course.clear.iter().any(|one| one.folders().any(|it| it == *path));
    let new = |put: &&Put| !may_be_ours(&put.item.path) && !is_cleared(&put.item.path);
    // What was put before this deploy was interrupted is ours.
    let going_on = survey.notes.journey.is_some() && survey.detour.is_none();
    let beyond = if going_on { survey.put + survey.perhaps } else { 0 };
    let new: Vec<&OutPath> = course.puts().skip(beyond).filter(new).map(|put| &put.item.path).collect();
    // What is replaced, goes, or is to be removed now. Where a deploy is gone on with, it has seen to the
    // first of these itself.
    let goes: HashSet<&OutPath> = course.delete.iter().chain(&course.clear).collect();
    let listed = course.condemned.iter().filter(|one| goes.contains(&one.path));
    let going = listed.filter_map(|one| Some((&one.path, one.digest?, false)));
    let replaced = course.touched.iter().filter(|_| !going_on).map(|(path, digest)| (path, *digest, true));
    let returned = course.returned.iter().filter(|_| !going_on).map(|(path, digest)| (path, *digest, false));
    let mut kept: Vec<(&OutPath, Digest, bool)> = replaced.chain(going).chain(returned).collect();
    kept.sort_unstable_by_key(|(path, _, must)| (*path, !must));
    kept.dedup_by_key(|(path, ..)| *path);
    let (mut altered, mut foreign, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for (path, what) in strays {
        match what {
            What::Missing => missing.push(path),
            What::Altered => altered.push(path),
            // Headers are nobody's work that could be lost.
            _ => {}
        }
    }
    let Abilities { has_headers: tells, tells_lengths, .. } = host.abilities();
    let are_many = new.len() > FEW || (!tells && kept.len() > FEW);
    let listed = if are_many { listing(host)? } else { None };
    // Servers may leave out of their lists what begins with a point.
    let is_hidden = |path: &OutPath| path.as_str().split('/').any(|part| part.starts_with('.'));
    let is_listed = |path: &OutPath| listed.is_some() && !is_hidden(path);
    let (listed_new, new): (Vec<_>, Vec<_>) = new.into_iter().partition(|path| is_listed(path));
    let (listed_kept, kept): (Vec<_>, Vec<_>) = kept.into_iter().partition(|(path, ..)| is_listed(path));
    if let Some(listed) = &listed {
        let is_taken = |path: &&OutPath| listed.contains_key(path.as_str()) || holds_any(listed, path);
        foreign.extend(listed_new.into_iter().filter(is_taken).cloned());
        let lengths: HashMap<&OutPath, u64> =
            survey.there.iter().map(|item| (&item.path, item.bytes)).collect();
        // The bytes of all that is replaced are looked at when they are kept.
        for (path, _, must) in &listed_kept {
            match (listed.get(path.as_str()), lengths.get(path)) {
                (None, _) if *must => missing.push((*path).clone()),
                (Some(bytes), Some(known)) if tells_lengths && bytes != known => {
                    altered.push((*path).clone())
                }
                _ => {}
            }
        }
    }
    let there = find(at_once, &new, |path| Ok(host.look(path.as_str())?.is_some()))?;
    foreign.extend(new.iter().zip(there).filter(|(_, there)| *there).map(|(path, _)| (*path).clone()));
    let found = find(at_once, &kept, |(path, ..)| digest_of(host, path.as_str()))?;
    for ((path, digest, must), found) in kept.iter().zip(found) {
        match found {
            None if *must => missing.push((*path).clone()),
            Some(found) if found != *digest => altered.push((*path).clone()),
            _ => {}
        }
    }
    let is_nothing = altered.is_empty() && foreign.is_empty() && missing.is_empty();
    Ok((!is_nothing).then_some(Concern::Drift { altered, foreign, missing }))
}

/// All files of a host with their lengths, unless it cannot list them: because of a name that is no text.
fn listing(host: &dyn Host) -> Answer<Option<BTreeMap<String, u64>>> {
    match host.list("") {
        Ok(listed) => Ok(Some(listed.into_iter().collect())),
        Err(fault) if fault.is_passing => Err(fault),
        Err(_) => Ok(None),
    }
}

/// Whether there is anything in the folder of a name.
fn holds_any(listed: &BTreeMap<String, u64>, path: &OutPath) -> bool {
    let inside = format!("{}/", path.as_str());
    listed.range(inside.clone()..).next().is_some_and(|(first, _)| first.starts_with(&inside))
}

/// The digest of a file, as the host keeps it with the file or of its bytes.
fn digest_of(host: &dyn Host, path: &str) -> Answer<Option<Digest>> {
    let told = match host.abilities().has_headers {
        true => host.look(path)?.and_then(|sight| sight.digest),
        false => None,
    };
    match told {
        Some(digest) => Ok(Some(digest)),
        None => Ok(host.read(path)?.map(|bytes| Digest::of(&bytes))),
    }
}

/// Does what was proposed.
fn carry_out(
    host: &dyn Host,
    order: &Order,
    proposal: &Proposal,
    survey: Survey,
    progress: &Progress,
) -> Result<Done, Stop> {
    unanswered(&proposal.concerns, order)?;
    let latch = Latch::take(host, order.token, order.dead)?;
    if Notes::read(host)? != survey.notes {
        return Err(Stop::Overtaken);
    }
    let course = &proposal.course;
    let is_adrift = order.consents.contains(&Consent::Drift);
    let run = Run { host, order, latch: &latch, progress, proposal, course, survey, is_adrift };
    latch.during(|| run.go())
}

struct Run<'r, 'h> {
    host: &'h dyn Host,
    order: &'r Order<'r>,
    latch: &'r Latch<'h>,
    progress: &'r Progress,
    proposal: &'r Proposal,
    course: &'r Course,
    survey: Survey,
    /// A person has agreed to replace what is not as it was left.
    is_adrift: bool,
}

impl Run<'_, '_> {
    fn at_once(&self) -> usize {
        self.host.abilities().at_once
    }

    /// Does the same with each item, and goes on holding the host meanwhile.
    fn each<T: Sync>(&self, items: &[T], one: impl Fn(&T) -> Answer<()> + Sync) -> Result<(), Stop> {
        for batch in items.chunks(BATCH) {
            each(self.at_once(), batch, &one)?;
            self.latch.see_held()?;
        }
        Ok(())
    }

    fn note(&self, path: &str, bytes: &[u8]) -> Answer<()> {
        self.host.write(path, bytes, &notes_headers())
    }

    fn go(self) -> Result<Done, Stop> {
        if let Some((state, _)) =
            self.survey.notes.state.as_ref().filter(|(state, _)| state.number == self.proposal.number)
        {
            let state = state.clone();
            return self.tidy(state);
        }
        let (mut to, how_far) = self.set_out()?;
        if how_far.is_none() {
            self.keep(&mut to)?;
        }
        let puts: usize = self.course.steps.iter().map(Vec::len).sum();
        let mut how_far =
            how_far.unwrap_or(state::Progress { deployed: to.deployed, kept: true, put: 0, perhaps: WINDOW });
        if puts > 0 || !self.course.clear.is_empty() {
            self.note(&state::progress(), &written(&how_far))?;
            let host = self.host;
            self.each(&self.course.clear, |path| host.remove(path.as_str()))?;
            self.put(&mut how_far)?;
        }
        self.latch.check()?;
        if let Some((before, bytes)) = &self.survey.notes.state {
            self.note(&state::history(before.number), bytes)?;
        }
        self.note(&state::current(), &written(&to))?;
        // Readers have it all; what follows only tidies up.
        let (mut done, condemned) = (self.proposal.done(), to.condemned.len());
        let host = self.host;
        let forgotten = host.remove(&state::journey()).and_then(|()| host.remove(&state::progress()));
        forgotten.map_err(Stop::from).and_then(|()| self.tidy(to)).or_else(|stop| {
            (done.condemned, done.deleted, done.untidy) = (condemned, 0, Some(stop.fault()));
            Ok(done)
        })
    }

    /// Removes what is condemned and whose grace is over, and states that are too old to be gone back to.
    fn tidy(self, mut to: State) -> Result<Done, Stop> {
        let mut done = self.proposal.done();
        if self.survey.notes.is_stale {
            self.host.remove(&state::journey())?;
            self.host.remove(&state::progress())?;
        }
        let is_long = to.history.len() > self.order.history;
        let was_cut = self.survey.notes.journey.is_some();
        if !self.course.delete.is_empty() || is_long || was_cut {
            self.latch.check()?;
            self.keep_what_goes(&mut to)?;
            self.delete()?;
            self.forget(&mut to)?;
            let deleted: HashSet<&OutPath> = self.course.delete.iter().collect();
            to.condemned.retain(|one| !deleted.contains(&one.path));
            self.latch.check()?;
            self.note(&state::current(), &written(&to))?;
        }
        done.condemned = to.condemned.len();
        let grace = jiff::SignedDuration::try_from(self.order.grace).unwrap_or(jiff::SignedDuration::MAX);
        let ends = to.condemned.iter().filter_map(|one| one.since.checked_add(grace).ok());
        done.next = ends.min();
        Ok(done)
    }

    /// Writes down where the host is to come to, unless that is written there. How far it came is told where
    /// it set out before.
    fn set_out(&self) -> Result<(State, Option<state::Progress>), Stop> {
        let order = self.order;
        let notes = &self.survey.notes;
        if let (Some((journey, progress)), None) = (&notes.journey, &self.survey.detour) {
            return Ok((journey.to.clone(), *progress));
        }
        let before = notes.state.as_ref().map(|(state, _)| state);
        let parts = order.wanted.parts();
        let mut kept = self.course.lost.clone();
        if let Some((journey, _)) = &notes.journey {
            kept.extend(&journey.to.kept);
            kept.sort_unstable();
            kept.dedup();
        }
        let mut to = order.state(self.proposal.number, before, &parts);
        (to.condemned, to.kept) = (self.course.condemned.clone(), kept);
        let there = self.there();
        let journey = self.journey(there, &to);
        let new: Vec<Part> = parts
            .into_iter()
            .chain(self.survey.detour.iter().flatten().cloned())
            .filter(|part| !self.survey.has.contains(&part.digest))
            .collect();
        let host = self.host;
        let write = |part: &Part| host.write(&state::part(part.digest), &part.bytes, &notes_headers());
        self.each(&new, write)?;
        self.note(&state::journey(), &written(&journey))?;
        // How far one came that is not gone on with: not before that is forgotten itself.
        self.host.remove(&state::progress())?;
        Ok((to, None))
    }

    /// The parts of what was there when this deploy set out.
    fn there(&self) -> Vec<Digest> {
        let notes = &self.survey.notes;
        match (&self.survey.detour, &notes.journey) {
            (Some(parts), _) => parts.iter().map(|part| part.digest).collect(),
            (None, Some((journey, _))) => journey.there.clone(),
            (None, None) => notes.state.as_ref().map(|(state, _)| state.parts.clone()).unwrap_or_default(),
        }
    }

    fn journey(&self, there: Vec<Digest>, to: &State) -> Journey {
        let Survey { unsure, strayed, .. } = &self.survey;
        Journey { there, unsure: unsure.clone(), strayed: strayed.clone(), to: to.clone() }
    }

    /// Keeps the bytes of what is going to be replaced or to go. What somebody altered is kept as it is, if
    /// a person has agreed to that: they may want it back.
    fn keep(&self, to: &mut State) -> Result<(), Stop> {
        let keeps = self.order.history > 0;
        let strayed = &self.survey.strayed;
        let (host, is_adrift, progress) = (self.host, self.is_adrift, self.progress);
        let copies = host.abilities().copies;
        progress.begin("keeping what is replaced", self.course.keep.len());
        let altered: Mutex<Vec<(OutPath, Digest)>> = Mutex::default();
        // Of files that are alike one is enough; but each of them is looked at.
        let kept: Mutex<HashSet<Digest>> = Mutex::default();
        let is_first = |digest| kept.lock().insert(digest);
        let keep = |keep: &Keep| {
            progress.step();
            let path = keep.path.as_str();
            // What is told of a file that has strayed is not believed.
            let is_told = copies && !strayed.contains(&keep.path);
            if is_told && host.look(path)?.and_then(|sight| sight.digest) == Some(keep.digest) {
                return match keeps && keep.is_lost && is_first(keep.digest) {
                    true => host.copy(path, &state::kept(keep.digest)),
                    false => Ok(()),
                };
            }
            let Some(bytes) = host.read(path)? else { return Ok(()) };
            let digest = Digest::of(&bytes);
            let is_ours = digest == keep.digest;
            if !is_ours && keep.is_sure {
                altered.lock().push((keep.path.clone(), digest));
            }
            let is_wanted = if is_ours { keep.is_lost } else { keep.is_sure && is_adrift };
            match keeps && is_wanted && is_first(digest) {
                true => host.write(&state::kept(digest), &bytes, &headers(&keep.path)),
                false => Ok(()),
            }
        };
        let course = self.course;
        self.each(&course.keep, keep)?;
        let altered = altered.into_inner();
        if altered.is_empty() {
            return Ok(());
        }
        if !is_adrift {
            // Nothing is replaced yet.
            let altered = altered.into_iter().map(|(path, _)| path).collect();
            return Err(Stop::Concerns(vec![Concern::Drift {
                altered,
                foreign: Vec::new(),
                missing: Vec::new(),
            }]));
        }
        if !keeps {
            return Ok(());
        }
        to.kept.extend(altered.into_iter().map(|(_, digest)| digest));
        to.kept.sort_unstable();
        to.kept.dedup();
        let there = self.there();
        self.note(&state::journey(), &written(&self.journey(there, to)))?;
        Ok(())
    }

    fn put(&self, how_far: &mut state::Progress) -> Result<(), Stop> {
        let (host, source, at_once) = (self.host, &self.order.source, self.at_once());
        let copies = host.abilities().copies;
        let total = self.course.steps.iter().map(Vec::len).sum();
        self.progress.begin("putting files", total);
        let one = |put: &Put| {
            let item = &put.item;
            let path = item.path.as_str();
            if matches!(source, Source::Kept(_)) && copies {
                self.progress.step();
                return host.copy(&state::kept(item.digest), path);
            }
            let kept = match source {
                Source::Kept(_) => host.read(&state::kept(item.digest))?,
                Source::Output(_) => None,
            };
            let bytes = match kept.filter(|bytes| Digest::of(bytes) == item.digest) {
                Some(bytes) => bytes,
                None => source.read(item)?,
            };
            self.progress.step();
            host.write(path, &bytes, &item.headers)
        };
        let (mut at, from) = (0, how_far.put);
        for step in &self.course.steps {
            let rest = &step[from.saturating_sub(at).min(step.len())..];
            at += step.len() - rest.len();
            for batch in rest.chunks(BATCH) {
                if at + batch.len() > how_far.put + how_far.perhaps {
                    how_far.put = at;
                    host.write(&state::progress(), &written(how_far), &notes_headers())?;
                }
                each(at_once, batch, one)?;
                at += batch.len();
                self.latch.see_held()?;
            }
        }
        Ok(())
    }

    /// Keeps what somebody has made of files that go, where a person has agreed to that: they may want it back.
    fn keep_what_goes(&self, to: &mut State) -> Result<(), Stop> {
        if !self.is_adrift || self.order.history == 0 {
            return Ok(());
        }
        let host = self.host;
        let known: HashMap<&OutPath, Digest> =
            self.course.condemned.iter().filter_map(|one| Some((&one.path, one.digest?))).collect();
        let altered: Mutex<Vec<Digest>> = Mutex::default();
        let keep = |path: &OutPath| {
            let Some(bytes) = host.read(path.as_str())? else { return Ok(()) };
            let digest = Digest::of(&bytes);
            if known.get(path).is_none_or(|known| *known == digest) {
                return Ok(());
            }
            altered.lock().push(digest);
            host.write(&state::kept(digest), &bytes, &headers(path))
        };
        let course = self.course;
        self.each(&course.delete, keep)?;
        to.kept.extend(altered.into_inner());
        to.kept.sort_unstable();
        to.kept.dedup();
        Ok(())
    }

    /// Removes what nobody is led to any more: lists before what they lead to, pages before what they show.
    fn delete(&self) -> Result<(), Stop> {
        let (host, course) = (self.host, self.course);
        for alike in course.delete.chunk_by(|a, b| Rank::of(a) == Rank::of(b)) {
            self.each(alike, |path| host.remove(path.as_str()))?;
        }
        Ok(())
    }

    /// Forgets the oldest states, beyond those that can be gone back to, with what only they had; and what
    /// deploys that did not come to their end have left.
    fn forget(&self, to: &mut State) -> Result<(), Stop> {
        let host = self.host;
        let beyond = to.history.len().saturating_sub(self.order.history);
        if beyond == 0 && self.survey.notes.journey.is_none() {
            return Ok(());
        }
        let read = |number: &u64| -> Answer<Option<State>> {
            let bytes = host.read(&state::history(*number))?;
            Ok(bytes.and_then(|bytes| State::read(&bytes).ok()))
        };
        let states = find(self.at_once(), &to.history, read)?;
        let (old, rest) = states.split_at(beyond);
        let current = &*to;
        let stay = || rest.iter().flatten().chain([current]);
        // What was kept when the first of those that stay took its place, nobody goes back to.
        let first = rest.iter().flatten().next().map_or(current.number, |state| state.number);
        let kept: HashSet<Digest> = stay()
            .filter(|state| state.number > first)
            .flat_map(|state| state.kept.iter().copied())
            .collect();
        let dropped = || {
            let first = stay().filter(|state| state.number == first && beyond > 0);
            old.iter().flatten().chain(first)
        };
        let mut files: Vec<String> = dropped()
            .flat_map(|state| state.kept.iter())
            .filter(|digest| !kept.contains(*digest))
            .map(|digest| state::kept(*digest))
            .collect();
        let mut left = host.list(&state::own("put/"))?;
        // Of a state that can't be read nobody knows the parts.
        if rest.iter().all(Option::is_some) {
            let parts: HashSet<String> =
                stay().flat_map(|state| state.parts.iter().map(|digest| state::part(*digest))).collect();
            left.extend(host.list(&state::own("parts/"))?);
            left.retain(|(path, _)| !parts.contains(path));
        }
        files.extend(left.into_iter().map(|(path, _)| path));
        files.sort_unstable();
        files.dedup();
        self.each(&files, |path| host.remove(path))?;
        let gone: Vec<String> = to.history[..beyond].iter().map(|number| state::history(*number)).collect();
        self.each(&gone, |path| host.remove(path))?;
        to.history.drain(..beyond);
        Ok(())
    }
}

/// The states that can be gone back to, oldest first, and the one that readers see, last.
pub fn states(host: &dyn Host) -> Result<Vec<State>, Stop> {
    let Some((current, _)) = Notes::read(host)?.state else { return Ok(Vec::new()) };
    let read = |number: &u64| -> Answer<Option<State>> {
        let bytes = host.read(&state::history(*number))?;
        Ok(bytes.and_then(|bytes| State::read(&bytes).ok()))
    };
    let states = find(host.abilities().at_once, &current.history, read)?;
    Ok(states.into_iter().flatten().chain([current]).collect())
}

/// All files of a state.
pub fn parcel(host: &dyn Host, state: &State) -> Answer<Parcel> {
    let parts = find(host.abilities().at_once, &state.parts, |digest| fetch(host, *digest))?;
    Ok(Parcel::of(parts.iter().flat_map(|items| items.iter().cloned()).collect()))
}
