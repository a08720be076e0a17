//! What a change to a source would write: the portal is planned once more with the change, and both
//! plans are compared. Nothing knows beforehand what depends on what.

use rayon::prelude::*;

use crate::model::alter::Alteration;
use crate::model::portal::{Clock, Parts, Portal};
use crate::pages::difference::{Fate, Side, parted};
use crate::pages::path::OutPath;
use crate::pages::plan::{Plan, plan};
use crate::pages::render::Renderer;
use crate::pages::rows::Rows;
use crate::pages::theme::Theme;
use crate::text::diagnostic::{Diagnostic, Format, Report};
use crate::text::source::SourcePath;
use crate::world::progress::Progress;
use crate::world::themes::built_in_file;
use crate::world::tree::Root;

/// A change to a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Alteration(Alteration),
    /// Any change to a file that all pages share: some changes write less.
    Any,
}

/// What a change would do to the output.
pub struct Effect {
    pub cause: Cause,
    /// Sorted by file.
    pub files: Vec<(Fate, OutPath)>,
    /// Why a build would refuse the change, one line each.
    pub refused: Vec<String>,
}

/// What a portal is planned from.
pub struct Ground<'a> {
    pub root: &'a Root,
    pub parts: &'a Parts,
    pub theme: &'a Theme,
    pub clock: Clock,
    pub plan: &'a Plan<'a>,
}

impl Ground<'_> {
    /// What every change to a source would do, that is worth telling apart.
    pub fn effects(&self, source: &SourcePath, progress: &Progress) -> Result<Vec<Effect>, Diagnostic> {
        let alterations = Alteration::of(self.parts, source);
        if !alterations.is_empty() {
            let text = self.text(source).unwrap_or_default();
            let altered = alterations.iter().map(|alteration| {
                let mut parts = self.parts.clone();
                let text = alteration.apply(&mut parts, source, &text);
                self.effect(Cause::Alteration(*alteration), parts, self.theme, (source, text), progress)
            });
            return altered.collect();
        }
        let effect = match self.altered_theme(source) {
            Some((cause, theme)) => {
                self.effect(cause, self.parts.clone(), &theme, (source, String::new()), progress)?
            }
            // What is set there may change anything.
            None => {
                let files = self.plan.outputs.iter().map(|output| (Fate::Changed, self.plan.file(output)));
                Effect { cause: Cause::Any, files: files.collect(), refused: Vec::new() }
            }
        };
        Ok(vec![effect])
    }

    /// The theme after a change to one of its files; `None` where the change may be of any kind.
    fn altered_theme(&self, source: &SourcePath) -> Option<(Cause, Theme)> {
        let mut theme = self.theme.clone();
        if let Some((_, asset)) = theme.statics.iter_mut().find(|(_, asset)| asset.path == *source) {
            Alteration::Content.file(asset);
            return Some((Cause::Alteration(Alteration::Content), theme));
        }
        let (folder, name) = source.rsplit_once('/')?;
        let altered = match name.strip_suffix(".toml") {
            Some(tag) if folder.ends_with("lang") => Some(theme.with_language(tag)),
            Some(_) => None,
            None => theme.with_template(source, &self.text(source)?),
        };
        altered.map(|theme| (Cause::Any, theme))
    }

    fn effect(
        &self,
        cause: Cause,
        parts: Parts,
        theme: &Theme,
        (source, altered): (&SourcePath, String),
        progress: &Progress,
    ) -> Result<Effect, Diagnostic> {
        let (portal, mut faults) = Portal::assemble(parts, self.clock);
        let after = plan(&portal, theme, &mut faults);
        faults.retain(Diagnostic::is_error);
        if !faults.is_empty() {
            let read = |path: &str| self.root.read_lossy(path);
            let lines = Report::new(faults).render(Format::Short, false, &read);
            let refused = lines.lines().map(str::to_owned).collect();
            return Ok(Effect { cause, files: Vec::new(), refused });
        }
        let as_is = |path: &SourcePath| self.text(path);
        let as_altered = |path: &SourcePath| match path == source {
            true => Some(altered.clone()),
            false => self.text(path),
        };
        let before = Side { renderer: Renderer::new(self.plan, Rows::default()), text: &as_is };
        let after_side = Side { renderer: Renderer::new(&after, Rows::default()), text: &as_altered };
        let parted = parted(self.plan, &after);
        progress.begin("comparing pages", parted.len());
        let fates = parted.par_iter().map(|one| {
            let fate = one.fate(&before, &after_side);
            progress.step();
            fate.map(|fate| Some((fate?, one.file(self.plan, &after))))
        });
        let fates: Result<Vec<Option<(Fate, OutPath)>>, Diagnostic> = fates.collect();
        let mut files: Vec<(Fate, OutPath)> = fates?.into_iter().flatten().collect();
        files.sort_unstable_by(|a, b| a.1.cmp(&b.1));
        Ok(Effect { cause, files, refused: Vec::new() })
    }

    fn text(&self, path: &SourcePath) -> Option<String> {
        let built_in = || built_in_file(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        self.root.read_again(path).ok().or_else(built_in)
    }
}
