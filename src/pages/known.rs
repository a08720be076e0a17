//! What a plan leaves to the next one, in the same process or in a later one.

use std::iter;

use serde::{Deserialize, Serialize, Serializer};

use crate::model::language::LangId;
use crate::model::portal::ReleaseIx;
use crate::text::fingerprint::Fingerprint;
use crate::text::long::Long;

use super::path::OutKey;
use super::plan::{Output, What};
use super::site::{Gathered, Page};
use super::sitemap::SitemapPart;

/// What a plan leaves to the next one of the same theme and files.
#[derive(Default, Serialize)]
pub struct Known {
    pub(super) gathered: Gathered,
    /// Of what is the same on all pages.
    pub(super) frame: Fingerprint,
    /// In the order of their keys.
    #[serde(serialize_with = "apart")]
    pub(super) outputs: Vec<Output>,
    pub(super) sitemaps: Vec<SitemapPart>,
}

impl Known {
    /// Whether all that was looked at of what another process left could be read. All of that came from one file.
    pub fn is_whole(&self) -> bool {
        self.gathered.is_whole()
    }

    /// Takes all of it into memory, for whoever plans again and again.
    pub fn take_in(&mut self) {
        self.gathered.take_in();
        self.sitemaps.iter_mut().for_each(|part| _ = part.entries.all_mut());
    }
}

/// What a plan left, as another process finds it.
#[derive(Deserialize)]
pub struct Left {
    gathered: Gathered,
    frame: Fingerprint,
    outputs: (Releases, Vec<Output>),
    sitemaps: Vec<SitemapPart>,
}

/// The pages of releases, which are most of the outputs, in the order of their keys.
#[derive(Default, Serialize, Deserialize)]
struct Releases {
    keys: Long<OutKey>,
    fingerprints: Long<Fingerprint>,
    /// Release, then language.
    of: Long<[u32; 2]>,
}

fn apart<S: Serializer>(outputs: &[Output], serializer: S) -> Result<S::Ok, S::Error> {
    let (mut releases, mut others) = (Releases::default(), Vec::new());
    for output in outputs {
        match output.what {
            What::Page(Page::Release(ix)) => {
                releases.keys.push(output.key);
                releases.fingerprints.push(output.fingerprint);
                releases.of.push([u32::try_from(ix).unwrap_or(u32::MAX), output.lang.0.into()]);
            }
            _ => others.push(output),
        }
    }
    (releases, others).serialize(serializer)
}

impl Left {
    /// What the next plan begins with.
    pub fn known(self) -> Known {
        let Self { gathered, frame, outputs: (releases, others), sitemaps } = self;
        let Releases { keys, fingerprints, of } = releases;
        let mut outputs = Vec::with_capacity(keys.len() + others.len());
        // Both are in the order of their keys.
        let mut others = others.into_iter().peekable();
        let stretches = keys.into_stretches().zip(fingerprints.into_stretches()).zip(of.into_stretches());
        for ((keys, fingerprints), of) in stretches {
            for ((key, fingerprint), [ix, lang]) in keys.into_iter().zip(fingerprints).zip(of) {
                outputs.extend(iter::from_fn(|| others.next_if(|other| other.key < key)));
                let what = What::Page(Page::Release(ix as ReleaseIx));
                outputs.push(Output { key, lang: LangId(lang as u8), ordinal: 0, what, fingerprint });
            }
        }
        outputs.extend(others);
        Known { gathered, frame, outputs, sitemaps }
    }
}
