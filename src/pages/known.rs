//! What a plan leaves to the next one, in the same process or in a later one.

use std::iter;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::language::LangId;
use crate::model::portal::ReleaseIx;
use crate::text::fingerprint::Fingerprint;
use crate::text::long::Long;

use super::path::OutKey;
use super::plan::{Output, What};
use super::site::{Gathered, Page};
use super::sitemap::SitemapPart;

/// What a plan leaves to the next one of the same theme and files.
#[derive(Default, Serialize, Deserialize)]
pub struct Known {
    pub(super) gathered: Gathered,
    /// Of what is the same on all pages.
    pub(super) frame: Fingerprint,
    pub(super) outputs: Outputs,
    pub(super) sitemaps: Vec<SitemapPart>,
}

impl Known {
    /// Puts together what was read, which the next plan would have to.
    pub fn ready(self) -> Self {
        Self { outputs: Outputs::Here(self.outputs.all()), ..self }
    }

    /// Whether all that was looked at of what another process left could be read.
    pub fn is_whole(&self) -> bool {
        self.gathered.is_whole()
    }
}

/// Outputs in the order of their keys: as they are, or as another process left them.
pub(super) enum Outputs {
    Here(Vec<Output>),
    /// Most are pages of releases, which stand apart.
    Left(Box<(Releases, Vec<Output>)>),
}

/// The pages of releases.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Releases {
    keys: Long<OutKey>,
    fingerprints: Long<Fingerprint>,
    /// Release, then language.
    of: Long<[u32; 2]>,
}

impl Default for Outputs {
    fn default() -> Self {
        Self::Here(Vec::new())
    }
}

impl Outputs {
    /// All of them.
    pub fn all(self) -> Vec<Output> {
        let (releases, others) = match self {
            Self::Here(outputs) => return outputs,
            Self::Left(left) => *left,
        };
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
        outputs
    }
}

impl Serialize for Outputs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let outputs = match self {
            Self::Here(outputs) => outputs,
            Self::Left(left) => return left.serialize(serializer),
        };
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
}

impl<'de> Deserialize<'de> for Outputs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Deserialize::deserialize(deserializer).map(Self::Left)
    }
}
