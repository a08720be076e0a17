//! Renders planned outputs to bytes. Rendering reads nothing and writes nothing: the texts that an
//! output shows are handed in.

use std::collections::HashMap;

use tera::{Context, Tera, Value};

use crate::model::body::Body;
use crate::model::portal::{Release, ReleaseIx};
use crate::text::diagnostic::Diagnostic;
use crate::text::fingerprint::Digest;
use crate::text::problem::Problem;
use crate::text::source::{Place, SourcePath};

use super::compose::{Content, View};
use super::feed::{self, FeedItem};
use super::jsonld;
use super::markdown::{self, Setting};
use super::plan::{Output, Plan, What};
use super::site::{Page, Site};
use super::sitemap;
use super::theme::template_fault;
use super::view::TextView;

/// The texts of the sources that an output shows, whole, by path.
pub type Texts = HashMap<SourcePath, String>;

/// The longest page that a template may make, so that none can fill memory or disk.
pub const LONGEST_PAGE: usize = 10 << 20;

/// Renders the outputs of one plan.
pub struct Renderer<'s, 'p> {
    plan: &'s Plan<'p>,
    /// By language: the templates, with what is the same on every page.
    teras: Vec<Tera>,
}

impl<'s, 'p> Renderer<'s, 'p> {
    pub fn new(plan: &'s Plan<'p>) -> Self {
        let site = &plan.site;
        let speaking = site.theme.locales.iter().zip(&site.heads).map(|(locale, head)| {
            let mut tera = site.theme.speaking(locale);
            let shared = tera.global_context();
            shared.insert_value("portal", Value::from_serializable(head));
            shared.insert_value("t", Value::from_serializable(&locale.texts()));
            shared.insert("lang", &locale.tag);
            tera
        });
        Self { plan, teras: speaking.collect() }
    }

    /// The bytes of an output. Copies have none here: they are no work of templates.
    pub fn render(&self, output: &Output, texts: &Texts) -> Result<Vec<u8>, Diagnostic> {
        let site = &self.plan.site;
        match &output.what {
            What::Page(page) => {
                let view = site.view(output.lang, *page);
                let body = match (&view.content, page) {
                    (Content::Release(release), Page::Release(ix)) => {
                        self.release_body(*ix, &release.text, &view.page.root, "", texts)?
                    }
                    (Content::Static(content), Page::Static(ix)) => {
                        let page = &site.portal.pages[*ix].written;
                        let setting = self.setting(output, &view.page.root, "", &content.text);
                        rendered(&page.path, &page.body, texts, &setting)?
                    }
                    _ => String::new(),
                };
                self.page(output, &view, &body)
            }
            What::Redirect { from, to } => {
                let root = site.speller.root(&output.file);
                self.page(output, &site.redirect_view(output.lang, from, root, *to), "")
            }
            What::Feed(channel) => {
                let view = site.feed_view(output.lang, *channel);
                let root = site.portal.config.base_url.as_str();
                let mut bodies = Vec::with_capacity(view.items.len());
                for item in &view.items {
                    bodies.push(self.release_body(item.ix, &item.text, root, &item.link, texts)?);
                }
                let html = |wanted: &FeedItem| {
                    let at = view.items.iter().position(|item| item.ix == wanted.ix);
                    at.and_then(|at| bodies.get(at).cloned()).unwrap_or_default()
                };
                Ok(feed::render(&view, site.dir(output.lang) == "rtl", &html))
            }
            What::Sitemap(ix) => Ok(sitemap::render_part(&self.plan.sitemaps[*ix])),
            What::SitemapIndex => Ok(sitemap::render_index(&self.plan.sitemaps)),
            What::Robots => Ok(sitemap::robots(site).into_bytes()),
            What::Copy { .. } => Ok(Vec::new()),
        }
    }

    fn page(&self, output: &Output, view: &View, body: &str) -> Result<Vec<u8>, Diagnostic> {
        let render = || -> tera::TeraResult<Vec<u8>> {
            let mut context = Context::from_serialize(&view.content)?;
            context.insert("page", &view.page);
            context.insert_value("body", Value::safe_string(body));
            context.insert_value("json_ld", Value::safe_string(&jsonld::of(view)));
            let mut page = Bounded { bytes: Vec::with_capacity(16 * 1024) };
            self.teras[output.lang.index()].render_to(view.template, &context, &mut page)?;
            Ok(page.bytes)
        };
        render().map_err(|error| template_fault(&error))
    }

    fn release_body(
        &self,
        ix: ReleaseIx,
        text: &TextView,
        root: &str,
        page: &str,
        texts: &Texts,
    ) -> Result<String, Diagnostic> {
        let site: &Site = &self.plan.site;
        let release: &Release = &site.portal.releases[ix];
        if !release.has_text() {
            return Ok(String::new());
        }
        let setting = Setting {
            root,
            page,
            lang: site.tag(release.lang),
            typography: site.portal.config.typography,
            targets: &text.targets,
        };
        rendered(&release.source, &release.body, texts, &setting)
    }

    fn setting<'a>(
        &'a self,
        output: &Output,
        root: &'a str,
        page: &'a str,
        text: &'a TextView,
    ) -> Setting<'a> {
        let site = &self.plan.site;
        let typography = site.portal.config.typography;
        Setting { root, page, lang: site.tag(output.lang), typography, targets: &text.targets }
    }
}

/// A body as HTML, when the text is still the one that was planned with.
fn rendered(path: &SourcePath, body: &Body, texts: &Texts, setting: &Setting) -> Result<String, Diagnostic> {
    let text = texts.get(path).and_then(|text| text.get(body.start..));
    match text.filter(|text| Digest::of(text.as_bytes()) == body.digest) {
        Some(text) => Ok(markdown::render(text, body.markup, setting)),
        None => {
            let reason = "it changed while the portal was being built; build again".to_owned();
            Err(Diagnostic::new(Problem::Unreadable { reason }, Place::file(path.clone())))
        }
    }
}

/// A page in the making, which a runaway loop cannot make too long.
struct Bounded {
    bytes: Vec<u8>,
}

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > LONGEST_PAGE {
            return Err(std::io::Error::other("the template makes a page of more than 10 MiB"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
