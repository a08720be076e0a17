//! Pages without date or region: the party, contact, legal notice. One source file each.

use serde::{Deserialize, Serialize};

use crate::text::diagnostic::Faults;
use crate::text::problem::{Problem, Table};
use crate::text::source::{Place, Source, SourcePath, Span, Spanned};

use super::body::{Body, Markup};
use super::fields::Fields;
use super::language::LangId;
use super::path::folder;
use super::release::{FileName, Rules, is_slug, one_line, read_header, slug_proposal, stem, typeset};

/// The folder of such pages.
pub const FOLDER: &str = "content/pages";

/// What one file says of a page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WrittenPage {
    pub path: SourcePath,
    pub lang: LangId,
    pub title: String,
    pub summary: Option<String>,
    /// The address without language: `contact`, `parti/histoire`.
    pub address: String,
    /// What the languages of a page share.
    pub stem: String,
    /// Its place in menus; pages without come last, by address.
    pub order: i64,
    pub draft: bool,
    pub aliases: Vec<Spanned<String>>,
    pub body: Body,
}

impl WrittenPage {
    /// Reads one source, or nothing where it cannot become a page.
    pub fn parse(source: &Source, rules: Rules, faults: &mut Faults) -> Option<Self> {
        let markup = Markup::of(&source.path).unwrap_or(Markup::Markdown);
        let header = read_header(source, faults);
        let body = Body::read(&source.text, header.body, markup, faults);
        let name = FileName::parse(&source.path);
        let mut fields = Fields::new(Table::Header, header.span, header.entries, faults);
        let title = fields.text("title");
        if title.is_none() && !header.broken {
            fields.require("title", None);
        }
        let lang = super::release::language(&mut fields, &name, rules);
        let tag = rules.config.lang(lang);
        let summary = fields.text("summary").map(|text| typeset(tag, &one_line(&text.value), rules.config));
        let order = fields.integer("order").map_or(i64::MAX, |order| order.value);
        let draft = fields.boolean("draft").unwrap_or(false);
        let slug = fields.text("slug").filter(|slug| {
            let sound = is_slug(&slug.value);
            if !sound {
                let reason = "expected only `a-z`, `0-9` and `-`".into();
                let suggestion = Some(slug_proposal(&slug.value)).filter(|slug| !slug.is_empty());
                let (name, text) = ("slug".into(), slug.value.clone());
                fields.faults.at(slug.span, Problem::BadValue { name, text, reason, suggestion });
            }
            sound
        });
        let aliases = super::release::aliases(&mut fields);
        fields.finish();
        let title = title?;
        let inner = folder(&source.path).strip_prefix(FOLDER).unwrap_or_default().trim_start_matches('/');
        let own = match slug {
            Some(slug) => slug.value,
            None => slug_proposal(&name.base),
        };
        if own.is_empty() {
            let proposal = slug_proposal(&title.value);
            faults.at(header.span, Problem::SlugRequired { proposal });
            return None;
        }
        let parts = inner.split('/').filter(|part| !part.is_empty()).map(slug_proposal);
        let address = parts.chain([own]).collect::<Vec<_>>().join("/");
        Some(Self {
            path: source.path.clone(),
            lang,
            title: typeset(tag, &one_line(&title.value), rules.config),
            summary,
            address,
            stem: stem(&source.path).0.to_owned(),
            order,
            draft,
            aliases,
            body,
        })
    }

    /// The place that faults of the page as a whole point to.
    pub fn place(&self) -> Place {
        Place::new(self.path.clone(), Span::default())
    }
}
