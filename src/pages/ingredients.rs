//! The sources that an output is made of, and what each is to it.

use std::collections::HashSet;

use serde::Serialize;

use crate::model::language::LangId;
use crate::model::references::Target;
use crate::text::source::SourcePath;

use super::inputs::{Leaf, Other, PageInputs, Shown};
use super::path::OutPath;
use super::plan::{Output, Plan, What};
use super::shelf::Period;
use super::site::{Index, Page, TopicKind};

/// What a source is to an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The page is its page.
    Itself,
    Newer,
    Older,
    Related,
    /// The same in another language.
    Translation,
    /// A row of a list, an item of a feed, an address of a sitemap.
    Listed,
    Picture,
    /// Its text links to it or shows it.
    Linked,
    /// The file is copied.
    Copied,
    /// It brings the file.
    Brings,
    Template,
    /// The old address leads to it.
    Target,
    Configuration,
    Territory,
    Theme,
    Language,
    /// The menu of every page shows its title.
    Menu,
    /// Every page names it by its content.
    Asset,
    Logo,
}

/// A source and what it is to an output.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Ingredient {
    pub role: Role,
    pub source: SourcePath,
}

/// Gathers ingredients, each once.
struct Gathered<'s, 'p> {
    plan: &'s Plan<'p>,
    list: Vec<Ingredient>,
}

impl Gathered<'_, '_> {
    fn add(&mut self, role: Role, source: &SourcePath) {
        self.list.push(Ingredient { role, source: source.clone() });
    }

    /// As lists and the release's own page show it: with its picture.
    fn shown(&mut self, role: Role, shown: Shown) {
        self.add(role, &shown.source);
        if let Some(picture) = shown.picture() {
            self.add(Role::Picture, &picture.path);
        }
    }

    fn all(&mut self, role: Role, releases: &[Shown]) {
        releases.iter().for_each(|release| self.shown(role, *release));
    }

    /// As a link shows it: without its picture.
    fn links<'r, 'i: 'r>(&mut self, role: Role, releases: impl IntoIterator<Item = &'r Shown<'i>>) {
        releases.into_iter().for_each(|release| self.add(role, &release.source));
    }

    fn targets(&mut self, targets: &[Target]) {
        let portal = self.plan.site.portal;
        for target in targets {
            let source = match target {
                Target::Release(source) => Some(source),
                Target::Page(ix) => portal.pages.get(*ix).map(|page| &page.written.path),
                Target::Asset { file, .. } => portal.assets.get(file).map(|asset| &asset.path),
                Target::Root(path) => portal.static_file(path).map(|asset| &asset.path),
                Target::Nothing => None,
            };
            if let Some(source) = source {
                self.add(Role::Linked, source);
            }
        }
    }

    fn page(&mut self, lang: LangId, page: Page) {
        let plan = self.plan;
        let inputs = plan.site.inputs(lang, page);
        self.template(plan.site.frame.view(&inputs).template);
        match &inputs.page {
            PageInputs::Home { newest, .. } | PageInputs::Region { newest, .. } => {
                self.all(Role::Listed, newest)
            }
            PageInputs::Period { list, .. } | PageInputs::Topic { list, .. } => {
                self.all(Role::Listed, &list.rows)
            }
            PageInputs::Release(inputs) => {
                self.shown(Role::Itself, inputs.release);
                self.targets(&inputs.release.targets);
                self.links(Role::Newer, &inputs.newer);
                self.links(Role::Older, &inputs.older);
                self.links(Role::Related, &inputs.related);
                self.links(Role::Translation, &inputs.translations);
            }
            PageInputs::Static { page, .. } => {
                self.add(Role::Itself, &page.0.written.path);
                self.targets(&page.0.targets);
            }
            PageInputs::Redirect { to, .. } => self.leaf(to),
            PageInputs::Archives { .. } | PageInputs::NotFound { .. } | PageInputs::Regions { .. } => {}
        }
        for (_, other) in &inputs.others {
            match other {
                Other::Release(release) => self.add(Role::Translation, &release.source),
                Other::Static(page) => self.add(Role::Translation, &page.0.written.path),
                Other::Wider | Other::Same => {}
            }
        }
    }

    fn leaf(&mut self, leaf: &Leaf) {
        match leaf {
            Leaf::Release(release) => self.add(Role::Target, &release.source),
            Leaf::Static(page) => self.add(Role::Target, &page.0.written.path),
        }
    }

    /// The file of the nearest theme, or the portal's own, that has this template.
    fn template(&mut self, name: &str) {
        let (theme, ending) = (self.plan.site.frame.theme, format!("templates/{name}"));
        if let Some(source) = theme.sources.iter().find(|source| source.ends_with(&ending)) {
            self.add(Role::Template, source);
        }
    }

    /// Who brings a file.
    fn bringers(&mut self, file: &OutPath) {
        let (site, portal) = (&self.plan.site, self.plan.site.portal);
        let brings = |owner: &str, target: &Target| match target {
            Target::Asset { name, .. } => site.asset_spot(owner, name).file == *file,
            _ => false,
        };
        for release in portal.releases.iter().filter(|release| release.has_text()) {
            let cover = release.image.as_ref().map(|cover| &cover.target);
            let mut targets = release.targets.iter().chain(cover).peekable();
            if targets.peek().is_some() {
                let owner = site.frame.release_address(release);
                if targets.any(|target| brings(&owner, target)) {
                    self.add(Role::Brings, &release.source);
                }
            }
        }
        for page in &portal.pages {
            let owner = site.frame.static_address(page);
            if page.targets.iter().any(|target| brings(&owner, target)) {
                self.add(Role::Brings, &page.written.path);
            }
        }
    }
}

impl Plan<'_> {
    /// The sources that an output is made of, beside those of [`Self::shared`].
    pub fn ingredients(&self, output: &Output) -> Vec<Ingredient> {
        let mut gathered = Gathered { plan: self, list: Vec::new() };
        let site = &self.site;
        match &output.what {
            What::Page(page) => gathered.page(output.lang, *page),
            What::Redirect(redirect) => {
                if let Some(inputs) = site.redirect(output.lang, &redirect.from.url, redirect.to) {
                    gathered.template(site.frame.view(&inputs).template);
                    if let PageInputs::Redirect { to, .. } = &inputs.page {
                        gathered.leaf(to);
                    }
                }
            }
            What::Feed(channel) => {
                for ix in site.feed_releases(output.lang, *channel) {
                    gathered.shown(Role::Listed, site.shown(ix));
                    gathered.targets(&site.portal.releases[ix].targets);
                }
            }
            What::Sitemap(ix) => {
                for (_, page) in self.sitemaps[*ix].entries.iter() {
                    match page {
                        Page::Release(ix) => gathered.add(Role::Listed, &site.portal.releases[*ix].source),
                        Page::Static(ix) => gathered.add(Role::Listed, &site.portal.pages[*ix].written.path),
                        Page::Index(_) | Page::Topic { .. } => {}
                    }
                }
            }
            What::SitemapIndex | What::Robots => {}
            What::Copy(copy) => {
                gathered.add(Role::Copied, &copy.path);
                gathered.bringers(&copy.file);
            }
        }
        let mut seen = HashSet::new();
        gathered.list.retain(|ingredient| seen.insert(ingredient.clone()));
        gathered.list
    }

    /// The sources that all pages are made of.
    pub fn shared(&self) -> Vec<Ingredient> {
        let mut gathered = Gathered { plan: self, list: Vec::new() };
        let frame = &self.site.frame;
        gathered.add(Role::Configuration, &"site.toml".into());
        if frame.config.territory.value != "morocco" {
            gathered.add(Role::Territory, &frame.config.territory.value.as_str().into());
        }
        for source in &frame.theme.sources {
            let role = match source {
                _ if source.contains("templates/") => Role::Template,
                _ if source.contains("lang/") => Role::Language,
                _ => Role::Theme,
            };
            gathered.add(role, source);
        }
        for (_, asset) in &frame.theme.statics {
            gathered.add(Role::Asset, &asset.path);
        }
        let logo = frame.config.party.logo.as_ref().map(|logo| logo.value.trim_start_matches('/'));
        if let Some(logo) = logo.and_then(|path| self.site.portal.static_file(path)) {
            gathered.add(Role::Logo, &logo.path);
        }
        for page in &self.site.portal.pages {
            gathered.add(Role::Menu, &page.written.path);
        }
        gathered.list
    }

    /// What an output is, in a word.
    pub fn kind(&self, output: &Output) -> &'static str {
        match &output.what {
            What::Page(Page::Release(_)) => "release",
            What::Page(Page::Static(_)) => "page",
            What::Page(Page::Topic { kind: TopicKind::Tag, .. }) => "tag",
            What::Page(Page::Topic { .. }) => "series",
            What::Page(Page::Index(index)) => match index {
                Index::Home => "home",
                Index::Period { period: Period::Year(_), .. } => "year",
                Index::Period { period: Period::Month(..), .. } => "month",
                Index::Period { .. } => "day",
                Index::Archives => "archives",
                Index::Regions => "regions",
                Index::Region(_) => "region",
                Index::Province(_) => "province",
                Index::NotFound => "404",
            },
            What::Redirect(_) => "redirect",
            What::Feed(_) => "feed",
            What::Sitemap(_) => "sitemap",
            What::SitemapIndex => "sitemap index",
            What::Robots => "robots.txt",
            What::Copy(_) => "file",
        }
    }

    /// Where an output is read, relative to the portal's root.
    pub fn url(&self, output: &Output) -> String {
        match &output.what {
            What::Page(page) => self.site.spot(output.lang, *page).url,
            What::Redirect(redirect) => redirect.from.url.clone(),
            _ => self.site.frame.speller.file(self.file(output).as_str()).url,
        }
    }
}
