//! One source of a portal, changed in memory: what a change would make can be planned before
//! anybody makes it.

use std::sync::Arc;

use serde::Serialize;

use crate::text::diagnostic::Faults;
use crate::text::fingerprint::Digest;
use crate::text::source::SourcePath;

use super::body::Body;
use super::portal::{Asset, Parts};

/// A change to one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Alteration {
    /// The text after its first paragraph.
    Text,
    /// The summary or, where none is written, the first paragraph, which stands for it.
    Summary,
    Title,
    /// The bytes of a file, and how many they are.
    Content,
    /// Width and height of a picture.
    Dimensions,
    Removal,
}

/// Stands for whatever somebody may write.
const WORDS: &str = "Autrement.";

impl Alteration {
    /// The changes that are worth telling apart for a source; none where it is no source.
    pub fn of(parts: &Parts, source: &str) -> &'static [Self] {
        let is_text = parts.releases.iter().any(|release| &*release.path == source)
            || parts.pages.iter().any(|page| &*page.path == source);
        match file(parts, source) {
            _ if is_text => &[Self::Text, Self::Summary, Self::Title, Self::Removal],
            Some(Asset { dimensions: Some(_), .. }) => &[Self::Content, Self::Dimensions, Self::Removal],
            Some(_) => &[Self::Content, Self::Removal],
            None => &[],
        }
    }

    /// Changes a source, whose text is `text` if it is one. Returns its text after the change.
    pub fn apply(self, parts: &mut Parts, source: &SourcePath, text: &str) -> String {
        let mut altered = text.to_owned();
        if self == Self::Removal {
            parts.releases.retain(|release| release.path != *source);
            parts.pages.retain(|page| page.path != *source);
            parts.assets.remove(source);
            parts.statics.retain(|(_, asset)| asset.path != *source);
            return altered;
        }
        if let Some(release) = parts.releases.iter_mut().find(|release| release.path == *source) {
            let release = Arc::make_mut(release);
            let title = release.title.as_mut().map(|title| &mut title.value);
            self.text(source, title, release.summary.as_mut(), &mut release.body, &mut altered);
        }
        if let Some(page) = parts.pages.iter_mut().find(|page| page.path == *source) {
            self.text(source, Some(&mut page.title), page.summary.as_mut(), &mut page.body, &mut altered);
        }
        let beside = parts.assets.get_mut(source);
        let statics = parts.statics.iter_mut().map(|(_, asset)| asset);
        for asset in beside.into_iter().chain(statics.filter(|asset| asset.path == *source)) {
            self.file(asset);
        }
        altered
    }

    fn text(
        self,
        source: &SourcePath,
        title: Option<&mut String>,
        summary: Option<&mut String>,
        body: &mut Body,
        text: &mut String,
    ) {
        match (self, title, summary) {
            (Self::Title, Some(title), _) => *title = format!("{WORDS} {title} {WORDS}"),
            (Self::Summary, _, Some(summary)) => *summary = format!("{WORDS} {summary}"),
            (Self::Text | Self::Summary, ..) => {
                // At its beginning, where nothing is open that could hide it.
                if text.is_char_boundary(body.start) {
                    text.insert_str(body.start, &format!("{WORDS}\n\n"));
                }
                let lead = std::mem::take(&mut body.lead);
                *body = Body::read(text, body.start, body.markup, &mut Faults::of(source));
                if self == Self::Text {
                    body.lead = lead;
                }
            }
            _ => {}
        }
    }

    /// Changes a file that is published as it is.
    pub fn file(self, asset: &mut Asset) {
        let Digest(bytes) = asset.digest;
        asset.digest = Digest(bytes.map(|byte| !byte));
        asset.bytes += 1;
        if self == Self::Dimensions {
            asset.dimensions = asset.dimensions.map(|(width, height)| (width + 1, height + 1));
        }
    }
}

/// A file that is published as it is, by its path.
fn file<'p>(parts: &'p Parts, source: &str) -> Option<&'p Asset> {
    let of_static = || parts.statics.iter().map(|(_, asset)| asset).find(|asset| &*asset.path == source);
    parts.assets.get(source).or_else(of_static)
}
