//! A portal between processes: what is taken over of one, beside the heads of its releases.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::text::column;
use crate::text::fingerprint::Fingerprint;
use crate::text::source::SourcePath;

use super::config::Config;
use super::portal::{Asset, Due, Known, Page, Portal, ReleaseIx};
use super::releases::{Heads, Releases};
use super::territory::Territory;

/// A portal as another process takes it over: all of it but its ground, and the heads of its releases,
/// which are kept apart.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept<'a> {
    /// By release: the fingerprint of its source.
    #[serde(with = "column")]
    sources: Vec<Fingerprint>,
    /// Of those that have any.
    translations: Vec<(ReleaseIx, Cow<'a, [ReleaseIx]>)>,
    pages: Cow<'a, [Page]>,
    assets: Cow<'a, BTreeMap<SourcePath, Asset>>,
    statics: Cow<'a, [(String, Asset)]>,
    due: Cow<'a, [Due]>,
    known: Cow<'a, Known>,
}

impl Kept<'_> {
    /// The portal that was kept, on the same ground.
    pub fn restore(self, config: Config, territory: Territory, heads: Arc<dyn Heads>) -> Portal {
        let mut translations = vec![Box::default(); self.sources.len()];
        for (ix, others) in self.translations {
            if let Some(place) = translations.get_mut(ix) {
                *place = others.into();
            }
        }
        Portal {
            config,
            territory,
            releases: Releases::kept(self.sources, heads),
            translations,
            pages: self.pages.into_owned(),
            assets: self.assets.into_owned(),
            statics: self.statics.into_owned(),
            due: self.due.into_owned(),
            known: self.known.into_owned(),
        }
    }
}

impl Portal {
    /// What another process takes over, beside the heads of the releases.
    pub fn keep(&self) -> Kept<'_> {
        let translations = self.translations.iter().enumerate().filter(|(_, others)| !others.is_empty());
        Kept {
            sources: self.releases.sources().to_vec(),
            translations: translations.map(|(ix, others)| (ix, Cow::Borrowed(&**others))).collect(),
            pages: Cow::Borrowed(&self.pages),
            assets: Cow::Borrowed(&self.assets),
            statics: Cow::Borrowed(&self.statics),
            due: Cow::Borrowed(&self.due),
            known: Cow::Borrowed(&self.known),
        }
    }
}
