//! What parts two plans. Fingerprints say where to look, bytes what would be written: a fingerprint
//! counts more of a release than some pages show of it.

use crate::text::diagnostic::Diagnostic;
use crate::text::source::SourcePath;

use super::path::OutPath;
use super::plan::{Output, Plan, What};
use super::render::{Renderer, Texts};

/// What becomes of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Added,
    Changed,
    Removed,
}

/// An output of two plans, of which it may have only one.
pub enum Parted<'b, 'a> {
    Added(&'a Output),
    Removed(&'b Output),
    /// In both, of other inputs.
    Both(&'b Output, &'a Output),
}

/// A plan with what it takes to render it.
pub struct Side<'s, 'p> {
    pub renderer: Renderer<'s, 'p>,
    /// Gives the text of a source.
    pub text: &'s (dyn Fn(&SourcePath) -> Option<String> + Sync),
}

/// The outputs that may differ between two plans.
pub fn parted<'b, 'a>(before: &'b Plan, after: &'a Plan) -> Vec<Parted<'b, 'a>> {
    let mut old = before.outputs.iter().peekable();
    let mut parted = Vec::new();
    for new in &after.outputs {
        while let Some(old) = old.next_if(|old| old.key < new.key) {
            parted.push(Parted::Removed(old));
        }
        match old.next_if(|old| old.key == new.key) {
            None => parted.push(Parted::Added(new)),
            Some(old) if old.fingerprint != new.fingerprint => parted.push(Parted::Both(old, new)),
            Some(_) => {}
        }
    }
    parted.extend(old.map(Parted::Removed));
    parted
}

impl Parted<'_, '_> {
    /// The file that an output of either plan is stored in.
    pub fn file(&self, before: &Plan, after: &Plan) -> OutPath {
        match self {
            Self::Added(output) | Self::Both(_, output) => after.file(output),
            Self::Removed(output) => before.file(output),
        }
    }

    /// What would be done to the file; `None` where its bytes stay as they are.
    pub fn fate(&self, before: &Side, after: &Side) -> Result<Option<Fate>, Diagnostic> {
        let (old, new) = match self {
            Self::Added(_) => return Ok(Some(Fate::Added)),
            Self::Removed(_) => return Ok(Some(Fate::Removed)),
            Self::Both(old, new) => (old, new),
        };
        let same = match (&old.what, &new.what) {
            (What::Copy(old), What::Copy(new)) => old.digest == new.digest,
            (What::Copy(_), _) | (_, What::Copy(_)) => false,
            _ => before.bytes(old)? == after.bytes(new)?,
        };
        Ok((!same).then_some(Fate::Changed))
    }
}

impl Side<'_, '_> {
    fn bytes(&self, output: &Output) -> Result<Vec<u8>, Diagnostic> {
        let needed = self.renderer.needs(output).into_iter();
        let texts: Texts = needed.filter_map(|path| Some((path.clone(), (self.text)(path)?))).collect();
        self.renderer.render(output, &texts)
    }
}
