//! A standing portal of which a few releases were written anew. What this makes is exactly what
//! [`Portal::assemble`] would make of all sources, and it looks at the changed ones alone. Where others
//! could depend on the change, or anything is to be said against it, nothing is done: the portal is
//! then put together anew.

use std::sync::Arc;

use foldhash::HashSet;

use crate::text::fold::fold;
use crate::text::source::SourcePath;

use super::portal::{Clock, Completed, Completer, Name, Order, Portal, Release, ReleaseIx, order};
use super::references::Target;
use super::release::{Written, stem};

/// All languages of one release.
#[derive(Debug)]
pub struct Group {
    /// The sources that there were.
    pub before: Vec<SourcePath>,
    /// The sources that there are.
    pub now: Vec<Arc<Written>>,
}

impl Portal {
    /// Takes changed releases in, unless more than they themselves could change with them. Their
    /// sources have nothing to be said against, and all but they are what they were.
    pub fn amend(&mut self, groups: Vec<Group>, clock: Clock) -> bool {
        let mut amendment = Amendment::default();
        for group in groups {
            if amendment.add(self, group, clock).is_none() {
                return false;
            }
        }
        amendment.apply(self);
        true
    }
}

/// Changes to a portal that concern nobody else.
#[derive(Default)]
struct Amendment {
    gone: Vec<ReleaseIx>,
    new: Vec<Arc<Release>>,
    names: Vec<(bool, Name)>,
}

impl Amendment {
    /// `None` where others may be concerned.
    fn add(&mut self, portal: &Portal, group: Group, clock: Clock) -> Option<()> {
        let Group { before, mut now } = group;
        now.sort_by(|a, b| a.path.cmp(&b.path));
        let sources = || now.iter().map(|written| &written.path).chain(&before);
        let is_due = portal.due.iter().any(|due| sources().any(|source| *source == due.source));
        let is_linked = sources().any(|source| portal.known.linked.contains(source));
        let old: Vec<ReleaseIx> =
            before.iter().filter_map(|source| portal.releases.position(source)).collect();
        // What one that was hidden refers to, and who refers to it, the portal does not know.
        if old.len() != before.len() {
            return None;
        }
        let completer =
            Completer { config: &portal.config, territory: &portal.territory, clock, refused: &[] };
        let Completed { releases: mut complete, hidden, due, faults } = completer.run(now);
        if is_due || !due.is_empty() || !faults.is_empty() || !hidden.files.is_empty() {
            return None;
        }
        for release in &mut complete {
            let was = old.iter().map(|ix| &portal.releases[*ix]).find(|was| was.source == release.source);
            refer(Arc::make_mut(release), was)?;
        }
        let address = |release: &Release| (release.source.clone(), order(release));
        let stays = {
            let was: HashSet<_> = old.iter().map(|ix| address(&portal.releases[*ix])).collect();
            was == complete.iter().map(|release| address(release)).collect()
        };
        // Others show where this one stands, and which of its languages is theirs.
        if is_linked && !stays {
            return None;
        }
        let kept = |source: &SourcePath| complete.iter().any(|release| release.source == *source);
        let brings = |release: &Release| {
            let cover = release.image.as_ref().map(|cover| &cover.target);
            release.targets.iter().chain(cover).any(|target| matches!(target, Target::Asset { .. }))
        };
        // Its files are nobody's now, which must be said.
        if old.iter().map(|ix| &portal.releases[*ix]).any(|was| !kept(&was.source) && brings(was)) {
            return None;
        }
        let own_ids: HashSet<&str> =
            old.iter().filter_map(|ix| Some(portal.releases[*ix].id.as_ref()?.text.as_str())).collect();
        let mut ids = HashSet::default();
        for release in &complete {
            if let Some(id) = &release.id {
                let is_taken = !own_ids.contains(id.text.as_str()) && portal.known.ids.contains_key(&id.text);
                if is_taken || !ids.insert(&id.text) || self.has_id(&id.text) {
                    return None;
                }
            }
            let tags = release.tags.iter().map(|tag| (false, tag));
            for (is_series, name) in tags.chain(release.series.iter().map(|series| (true, series))) {
                let key = (release.lang, is_series, fold(&name.text));
                match portal.known.spellings.get(&key) {
                    Some(known) if known.text == name.text => {}
                    Some(_) => return None,
                    None => self.names.push((is_series, name.clone())),
                }
            }
        }
        // New names may be spelt in two ways among themselves.
        let spelt = |(is_series, name): &(bool, Name)| (*is_series, fold(&name.text));
        let is_one = self
            .names
            .iter()
            .all(|a| self.names.iter().all(|b| spelt(a) != spelt(b) || a.1.text == b.1.text));
        if !is_one {
            return None;
        }
        self.gone.extend(old);
        self.new.append(&mut complete);
        Some(())
    }

    fn has_id(&self, id: &str) -> bool {
        self.new.iter().filter_map(|release| release.id.as_ref()).any(|known| known.text == id)
    }

    fn apply(mut self, portal: &mut Portal) {
        self.gone.sort_unstable();
        self.new.sort_by_cached_key(|release| order(release));
        for ix in &self.gone {
            if let Some(id) = &portal.releases[*ix].id {
                portal.known.ids.remove(&id.text);
            }
        }
        for release in &self.new {
            if let Some(id) = &release.id {
                portal.known.ids.insert(id.text.clone(), id.place.clone());
            }
            portal.known.linked.extend(release.targets.iter().filter_map(Target::release).cloned());
            let tags = release.tags.iter().map(|tag| (false, tag));
            for (is_series, name) in tags.chain(release.series.iter().map(|series| (true, series))) {
                let key = (release.lang, is_series, fold(&name.text));
                portal.known.spellings.entry(key).or_insert_with(|| name.clone());
            }
        }
        let stays = self.gone.len() == self.new.len()
            && self.gone.iter().zip(&self.new).all(|(ix, new)| {
                let was = &portal.releases[*ix];
                was.source == new.source && order(was) == order(new)
            });
        let sources: Vec<SourcePath> = self.new.iter().map(|release| release.source.clone()).collect();
        if stays {
            for (ix, release) in self.gone.into_iter().zip(self.new) {
                portal.releases.replace(ix, release);
            }
            return;
        }
        self.move_others(portal);
        portal.link(&sources);
    }

    /// Takes out what is gone and puts in what is new, each in its place.
    fn move_others(self, portal: &mut Portal) {
        let shift = |others: &mut Vec<Box<[ReleaseIx]>>, from: ReleaseIx, by: isize| {
            for ix in others.iter_mut().flatten().filter(|ix| **ix >= from) {
                *ix = ix.saturating_add_signed(by);
            }
        };
        for ix in self.gone.into_iter().rev() {
            portal.releases.remove(ix);
            portal.translations.remove(ix);
            // It is nobody's translation any more.
            for others in portal.translations.iter_mut().filter(|others| others.contains(&ix)) {
                *others = others.iter().copied().filter(|other| *other != ix).collect();
            }
            shift(&mut portal.translations, ix, -1);
        }
        for release in self.new {
            let order = order(&release);
            let ix = portal.releases.partition_point(|other| comes_before(other, &order));
            shift(&mut portal.translations, ix, 1);
            portal.releases.insert(ix, release);
            portal.translations.insert(ix, Box::default());
        }
        portal.known.by_source.take();
    }
}

fn comes_before(release: &Release, (lang, date, instant, slug): &Order) -> bool {
    let own = (release.lang, release.date.date(), release.date.timestamp, release.slug.as_str());
    own < (*lang, *date, *instant, slug.as_str())
}

impl Portal {
    /// Says of the releases of these sources which are the same in other languages.
    fn link(&mut self, sources: &[SourcePath]) {
        for source in sources {
            let group: Vec<ReleaseIx> = sources
                .iter()
                .filter(|other| stem(other).0 == stem(source).0)
                .filter_map(|other| self.releases.position(other))
                .collect();
            let Some(own) = self.releases.position(source) else { continue };
            let mut others: Vec<ReleaseIx> = group.into_iter().filter(|ix| *ix != own).collect();
            others.sort_unstable();
            self.translations[own] = others.into();
        }
    }
}

/// Has a release lead where it led when it was read before. `None` where it refers to anything else.
fn refer(release: &mut Release, was: Option<&Release>) -> Option<()> {
    let refers = |release: &Release| {
        release.body.references.iter().map(|one| (one.kind, one.target.clone())).collect::<Vec<_>>()
    };
    let is_plain = release.body.references.is_empty() && release.image.is_none();
    let Some(was) = was else { return is_plain.then_some(()) };
    if refers(release) != refers(was) || release.lang != was.lang {
        return None;
    }
    release.targets.clone_from(&was.targets);
    match (&mut release.image, &was.image) {
        (None, None) => Some(()),
        (Some(new), Some(old))
            if new.field.src.value == old.field.src.value && new.written_in == old.written_in =>
        {
            new.target = old.target.clone();
            Some(())
        }
        _ => None,
    }
}
