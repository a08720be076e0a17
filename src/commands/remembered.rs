//! A standing portal across processes. One leaves it in the cache, the next takes it over, finds out
//! which releases changed since, and takes these in as a process that watches does.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cli::Inputs;
use crate::model::kept::Kept;
use crate::model::portal::Clock;
use crate::pages::known::{Known, Left};
use crate::text::fingerprint::Fingerprint;
use crate::world::cache;
use crate::world::catalog::Stamp;
use crate::world::clock::{Stopwatch, now};
use crate::world::heads::{self, Heads, Index};
use crate::world::output::resolved;
use crate::world::tree::{Root, Sight};

use super::listing::{Change, Listing};
use super::load::Survey;
use super::standing::Standing;

/// Whom a portal is kept for: builds and previews differ in their drafts and addresses.
#[derive(Clone, Copy, PartialEq)]
pub enum For {
    Builds,
    Previews,
}

/// Changed releases after which all is remembered anew: so many are read again by each process.
pub const MOST_SINCE: usize = 100;

/// All but sources, plan and heads.
#[derive(Serialize, Deserialize)]
struct Base<'a> {
    mark: Fingerprint,
    /// Of all that it is made of beside its releases and the clock.
    ground: Fingerprint,
    /// The clock that it was put together by.
    since: Timestamp,
    portal: Kept<'a>,
    heads: Index,
}

/// What there was to build from.
#[derive(Serialize, Deserialize)]
struct Found {
    mark: Fingerprint,
    listing: Listing,
}

/// A portal as the last build or preview left it, or one before it.
pub struct Remembered {
    whom: For,
    /// The sources that it was made of.
    listing: Listing,
    /// What changed in them up to the last build.
    since: Vec<Change>,
    base: Base<'static>,
    known: Known,
}

/// Remembers a portal that nothing is to be said against: what changed since other processes know it,
/// or all. What can't be is put together again.
pub fn save(root: &Root, whom: For, standing: &mut Standing, clock: Clock) {
    if !root.is_plain() {
        return;
    }
    if whom == For::Previews {
        // Builds do so before they begin.
        cache::sweep(root);
    }
    write(root, whom, standing, clock);
    if whom == For::Builds {
        settle(root);
    }
}

fn write(root: &Root, whom: For, standing: &mut Standing, clock: Clock) {
    let file = |what| file(root, whom, what);
    if let Some(mark) = standing.mark.filter(|_| standing.since.len() <= MOST_SINCE)
        && cache::save(&file("since"), &(mark, &standing.since)).is_ok()
    {
        return;
    }
    // Each file tells by it that it belongs to the others: where one can't be written, all are of no use.
    let mark = Fingerprint::of(&(now(), std::process::id(), standing.ground));
    standing.listing.settle();
    let ground = standing.ground;
    let portal = || {
        let heads = heads::save(&file("heads"), mark, &standing.portal.releases)?;
        let base = Base { mark, ground, since: clock.now, portal: standing.portal.keep(), heads };
        cache::save(&file("portal"), &base)
    };
    let rest = || {
        cache::save(&file("plan"), &(mark, &standing.known))?;
        cache::save(&file("sources"), &Found { mark, listing: standing.listing.clone() })
    };
    let (portal, rest) = rayon::join(portal, rest);
    let saved = portal.and(rest).and_then(|_| cache::remove(&file("since")));
    standing.mark = saved.ok().map(|()| mark);
    standing.since.clear();
}

/// Remembers that a build came to nothing: what it was told of may not be told again.
pub fn doubt(root: &Root) {
    if Stamp::at(&file(root, For::Builds, "sources")).is_some() {
        let _ = cache::save(&doubts(root), &());
    }
}

/// All that there was to be told is in the output.
pub fn settle(root: &Root) {
    // Should a doubt stay, the next build looks at everything.
    let _ = cache::remove(&doubts(root));
}

fn file(root: &Root, whom: For, what: &str) -> PathBuf {
    let name = match whom {
        For::Builds => "standing",
        For::Previews => "preview",
    };
    cache::named(root, &format!("{name}-{what}"))
}

fn doubts(root: &Root) -> PathBuf {
    file(root, For::Builds, "doubt")
}

impl Remembered {
    /// What is remembered, where its parts belong together.
    pub fn load(root: &Root, whom: For) -> Option<Self> {
        let file = |what| file(root, whom, what);
        let first = || {
            let found: Found = cache::load(&file("sources"))?;
            Some((found, cache::load::<Base>(&file("portal"))?))
        };
        let plan = || {
            let (mark, left): (Fingerprint, Left) = cache::load(&file("plan"))?;
            Some((mark, left.known()))
        };
        let (first, plan) = rayon::join(first, plan);
        let (Found { mark, listing }, base) = first?;
        let (of_plan, known) = plan?;
        if base.mark != mark || of_plan != mark {
            return None;
        }
        let since = cache::load::<(Fingerprint, Vec<Change>)>(&file("since"));
        let since = since.filter(|(of, _)| *of == mark).map(|(_, since)| since).unwrap_or_default();
        Some(Self { whom, listing, since, base, known })
    }

    /// The portal as it was, where it stands on the ground of a survey.
    pub fn restore(self, root: &Root, survey: &Survey) -> Option<Standing> {
        let Self { whom, listing, base, known, .. } = self;
        if survey.ground_print() != Some(base.ground) || survey.clock().now < base.since {
            return None;
        }
        let heads = Heads::open(&file(root, whom, "heads"), base.heads)?;
        // A build notices what is lost before it writes anything; a preview answers page by page.
        if whom == For::Previews && !(heads.can_be_read() && known.is_whole()) {
            return None;
        }
        let (ground, theme) = (survey.ground(), survey.theme()?);
        let portal = base.portal.restore(ground.config.clone(), ground.territory.clone(), Arc::new(heads));
        let mut standing = Standing::new(portal, theme.clone(), listing, base.ground);
        (standing.known, standing.mark) = (known, Some(base.mark));
        Some(standing)
    }

    /// The portal as it was, with what changed since. `None` where it can't be gone on from.
    pub fn take_over(self, root: &Root, survey: &Survey) -> Option<Standing> {
        let mut standing = self.restore(root, survey)?;
        let clock = survey.clock();
        let is_due = standing.portal.due.first().is_some_and(|due| due.instant <= clock.now);
        let changes = standing.parted(survey.listing())?;
        (!is_due && standing.amend(&changes, root, clock)).then_some(standing)
    }
}

/// The same as a survey where somebody tells which releases changed since a build of `state`: no other
/// source is looked at. `None` where that build can't be gone on from, or more changed.
pub fn told(
    remembered: &Remembered,
    root: &mut Root,
    inputs: &Inputs,
    changed: &[PathBuf],
    state: Fingerprint,
    watch: &mut Stopwatch,
) -> Option<Survey> {
    let mut survey = Survey::told(root, inputs, remembered.listing.clone(), watch)?;
    remembered.since.iter().cloned().for_each(|change| survey.take(change));
    if survey.find_state() != Some(state) || Stamp::at(&doubts(root)).is_some() {
        return None;
    }
    let here = resolved(root.dir());
    for path in changed {
        let places = [resolved(path), resolved(&root.dir().join(path))];
        let inside = places.iter().find_map(|place| place.strip_prefix(&here).ok())?;
        match root.look(inside) {
            Sight::Leftover => {}
            Sight::Folder | Sight::Unclear => return None,
            Sight::Gone(path) if survey.listing().is_release(&path) => survey.take((path, None)),
            // A folder, or what is no release.
            Sight::Gone(path) if survey.listing().is_known(&path) => return None,
            Sight::Gone(_) => {}
            Sight::Release(path) => {
                // A default one would have the next process look at all sources.
                let stamp = Stamp::settled(&root.locate(&path))?;
                survey.take((path, Some(stamp)));
            }
        }
    }
    survey.state = survey.find_state();
    watch.lap("changes");
    survey.listing().is_whole().then_some(survey)
}
