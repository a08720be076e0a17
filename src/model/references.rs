//! What bodies and headers refer to, looked up: other sources, files beside a release, the
//! portal's root. Nothing outside `content/` can be reached.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::text::diagnostic::Diagnostic;
use crate::text::problem::{PathFault, Problem};
use crate::text::source::{Place, SourcePath, Span};
use crate::text::suggest::nearest;

use super::body::{Destination, Reference, ReferenceKind, destination};
use super::language::LangId;
use super::path::{SafePath, folder};
use super::portal::{Asset, Page, Release, ReleaseIx};

/// What a reference leads to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Target {
    /// By its source.
    Release(SourcePath),
    Page(usize),
    /// A file beside the source, published with it under this name.
    Asset {
        file: SourcePath,
        name: String,
    },
    /// A path below the portal's root; whether something stands there the plan knows.
    Root(String),
    /// Nothing that may be shown.
    Nothing,
}

impl Target {
    /// The source of the release that it is.
    pub fn release(&self) -> Option<&SourcePath> {
        match self {
            Self::Release(source) => Some(source),
            _ => None,
        }
    }
}

/// Sources that are not public, and the files that only they refer to.
#[derive(Debug, Default)]
pub struct Hidden {
    pub sources: HashSet<SourcePath>,
    pub files: HashSet<String>,
    /// Files that are there and were refused.
    pub refused: HashSet<SourcePath>,
}

impl Hidden {
    /// Remembers a source that is not public, and what it refers to.
    pub fn add(&mut self, path: &SourcePath, references: &[Reference], image: Option<&str>) {
        self.sources.insert(path.clone());
        let targets = references.iter().map(|reference| reference.target.as_str()).chain(image);
        let inside = targets.filter_map(|target| SafePath::join(folder(path), target).ok());
        self.files.extend(inside.map(|file| file.as_str().to_owned()));
    }

    /// Takes others in.
    pub fn extend(&mut self, others: Self) {
        self.sources.extend(others.sources);
        self.files.extend(others.files);
        self.refused.extend(others.refused);
    }
}

/// Looks up references among everything that is published.
pub struct Resolver<'a> {
    releases: &'a [Arc<Release>],
    translations: &'a [Box<[ReleaseIx]>],
    pages: &'a [Page],
    hidden: &'a Hidden,
    assets: &'a BTreeMap<SourcePath, Asset>,
    statics: HashSet<&'a str>,
    release_of: HashMap<&'a str, ReleaseIx>,
    page_of: HashMap<&'a str, usize>,
    used: HashSet<SourcePath>,
}

/// One reference of one source.
struct Asked<'r> {
    source: &'r SourcePath,
    lang: LangId,
    target: &'r str,
    span: Span,
    image: bool,
}

impl<'a> Resolver<'a> {
    pub fn new(
        releases: &'a [Arc<Release>],
        translations: &'a [Box<[ReleaseIx]>],
        pages: &'a [Page],
        hidden: &'a Hidden,
        assets: &'a BTreeMap<SourcePath, Asset>,
        statics: &'a [(String, Asset)],
    ) -> Self {
        Self {
            releases,
            translations,
            pages,
            hidden,
            assets,
            statics: statics.iter().map(|(address, _)| address.as_str()).collect(),
            release_of: releases.iter().enumerate().map(|(ix, r)| (&*r.source, ix)).collect(),
            page_of: pages.iter().enumerate().map(|(ix, p)| (&*p.written.path, ix)).collect(),
            used: HashSet::default(),
        }
    }

    /// The targets of every release's references, and of its image.
    pub fn releases(&mut self, faults: &mut Vec<Diagnostic>) -> Vec<(Vec<Target>, Option<Target>)> {
        let releases = self.releases;
        let mut resolved = Vec::with_capacity(releases.len());
        for release in releases {
            let references = release.body.references.iter();
            let targets =
                references.map(|r| self.resolve(&asked(&release.source, release.lang, r), faults)).collect();
            let cover = release.image.as_ref().map(|image| {
                let (target, span) = (image.field.src.value.as_str(), image.field.src.span);
                let asked =
                    Asked { source: &image.written_in, lang: release.lang, target, span, image: true };
                self.cover(&asked, faults)
            });
            resolved.push((targets, cover));
        }
        resolved
    }

    pub fn pages(&mut self, faults: &mut Vec<Diagnostic>) -> Vec<Vec<Target>> {
        let pages = self.pages;
        let all = pages.iter().map(|page| {
            let references = page.written.body.references.iter();
            let source = (&page.written.path, page.written.lang);
            references.map(|r| self.resolve(&asked(source.0, source.1, r), faults)).collect()
        });
        all.collect()
    }

    /// Says which files nobody refers to.
    pub fn unused(&self, faults: &mut Vec<Diagnostic>) {
        for path in self.assets.keys() {
            if !self.used.contains(path) && !self.hidden.files.contains(&**path) {
                faults.push(Diagnostic::new(Problem::UnusedFile, Place::file(path.clone())));
            }
        }
    }

    /// The image of a header is a path or nothing: no other host, no scheme.
    fn cover(&mut self, asked: &Asked, faults: &mut Vec<Diagnostic>) -> Target {
        let target = match destination(asked.target) {
            Destination::Local(path) => path,
            Destination::Elsewhere | Destination::Unsafe => {
                let (what, text, fault) = ("image", asked.target.to_owned(), PathFault::NotLocal);
                faults.push(asked.fault(Problem::BadPath { what, text, fault }));
                return Target::Nothing;
            }
        };
        self.resolve(&Asked { target: &target, ..*asked }, faults)
    }

    fn resolve(&mut self, asked: &Asked, faults: &mut Vec<Diagnostic>) -> Target {
        if let Some(root) = asked.target.strip_prefix('/') {
            return self.resolve_root(root, asked, faults);
        }
        let from = folder(asked.source);
        let bad_path = |fault| Problem::BadPath {
            what: if asked.image { "image" } else { "link" },
            text: asked.target.to_owned(),
            fault,
        };
        let path = match SafePath::join(from, asked.target) {
            Ok(path) if path.as_str().starts_with("content/") => path,
            Ok(_) => {
                faults.push(asked.fault(bad_path(PathFault::Parent)));
                return Target::Nothing;
            }
            Err(fault) => {
                faults.push(asked.fault(bad_path(fault)));
                return Target::Nothing;
            }
        };
        if self.hidden.refused.contains(path.as_str()) {
            return Target::Nothing;
        }
        // A text is no picture.
        if asked.image && !self.assets.contains_key(path.as_str()) {
            faults.push(asked.fault(self.missing(asked, &path)));
            return Target::Nothing;
        }
        if let Some(ix) = self.release_of.get(path.as_str()) {
            let own = self.in_language(*ix, asked.lang);
            return Target::Release(self.releases[own].source.clone());
        }
        if let Some(ix) = self.page_of.get(path.as_str()) {
            return Target::Page(self.page_in_language(*ix, asked.lang));
        }
        if self.hidden.sources.contains(path.as_str()) {
            let target = asked.target.to_owned();
            faults.push(asked.fault(Problem::NotPublicTarget { target }));
            return Target::Nothing;
        }
        let Some((file, _)) = self.assets.get_key_value(path.as_str()) else {
            faults.push(asked.fault(self.missing(asked, &path)));
            return Target::Nothing;
        };
        self.used.insert(file.clone());
        // A file below the source's folder keeps its place; one from elsewhere comes by its name.
        let below = path.as_str().strip_prefix(from).and_then(|rest| rest.strip_prefix('/'));
        let name = below.unwrap_or(path.name()).to_owned();
        Target::Asset { file: file.clone(), name }
    }

    fn resolve_root(&self, root: &str, asked: &Asked, faults: &mut Vec<Diagnostic>) -> Target {
        if root.is_empty() && !asked.image {
            return Target::Root(String::new());
        }
        match SafePath::parse(root) {
            Ok(path) if asked.image && !self.statics.contains(path.as_str()) => {
                let suggestion =
                    nearest(path.as_str(), self.statics.iter().copied()).map(|s| format!("/{s}"));
                let src = asked.target.to_owned();
                faults.push(asked.fault(Problem::MissingImage { src, suggestion }));
                Target::Nothing
            }
            // A final slash is a part of the address.
            Ok(_) => Target::Root(root.to_owned()),
            Err(fault) => {
                let what = if asked.image { "image" } else { "link" };
                faults.push(asked.fault(Problem::BadPath { what, text: asked.target.to_owned(), fault }));
                Target::Nothing
            }
        }
    }

    fn missing(&self, asked: &Asked, path: &SafePath) -> Problem {
        let from = folder(path.as_str());
        let beside = |known: &&str| folder(known) == from;
        let files = self.assets.keys().map(|path| &**path).filter(beside);
        let sources = self.release_of.keys().copied().filter(beside);
        let near = if asked.image {
            nearest(path.as_str(), files)
        } else {
            nearest(path.as_str(), files.chain(sources))
        };
        let suggestion = near.and_then(|near| near.rsplit('/').next()).map(str::to_owned);
        match asked.image {
            true => Problem::MissingImage { src: asked.target.to_owned(), suggestion },
            false => Problem::MissingFile { target: asked.target.to_owned(), suggestion },
        }
    }

    /// The same release in the reader's language, where there is one.
    fn in_language(&self, ix: ReleaseIx, lang: LangId) -> ReleaseIx {
        let own = self.translations[ix].iter().find(|other| self.releases[**other].lang == lang);
        own.copied().unwrap_or(ix)
    }

    fn page_in_language(&self, ix: usize, lang: LangId) -> usize {
        let own = self.pages[ix].translations.iter().find(|other| self.pages[**other].written.lang == lang);
        own.copied().unwrap_or(ix)
    }
}

impl Asked<'_> {
    fn fault(&self, problem: Problem) -> Diagnostic {
        Diagnostic::new(problem, Place::new(self.source.clone(), self.span))
    }
}

fn asked<'r>(source: &'r SourcePath, lang: LangId, reference: &'r Reference) -> Asked<'r> {
    let image = matches!(reference.kind, ReferenceKind::Image { .. });
    Asked { source, lang, target: &reference.target, span: reference.span, image }
}
