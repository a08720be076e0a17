//! Renders planned outputs to bytes. Rendering reads nothing and writes nothing: the texts that an
//! output shows are handed in.

use std::sync::Arc;

use foldhash::HashMap;
use memchr::memmem::Finder;
use parking_lot::{Mutex, RwLock};
use tera::{Context, Tera, Value};

use crate::model::body::Body;
use crate::model::language::LangId;
use crate::model::portal::{Release, ReleaseIx};
use crate::text::diagnostic::Diagnostic;
use crate::text::fingerprint::Fingerprint;
use crate::text::problem::Problem;
use crate::text::scan::utf8;
use crate::text::source::{Place, SourcePath};

use super::compose::{Content, View};
use super::feed::{self, ItemInputs};
use super::inputs::{PageInputs, Shown, TextInputs};
use super::jsonld;
use super::markdown::{self, Setting};
use super::plan::{Output, Plan, What};
use super::prepared::Recent;
use super::rows::{ROOT, Rows};
use super::sitemap;
use super::theme::{ROW, template_fault};
use super::view::{ListView, PageView, RowView, SharedView};

/// The texts of the sources that an output shows, whole, by path.
pub type Texts = HashMap<SourcePath, String>;

/// The longest page that a template may make, so that none can fill memory or disk.
pub const LONGEST_PAGE: usize = 10 << 20;

/// Renders the outputs of one plan.
pub struct Renderer<'s, 'p> {
    plan: &'s Plan<'p>,
    /// By language: the templates, with what is the same on every page.
    teras: Vec<Tera>,
    /// By language.
    data: Vec<jsonld::Common>,
    /// What many pages have in common, by language and what it sees of a page.
    shared: RwLock<HashMap<(usize, SharedView), Value>>,
    rows: Rows,
    /// Releases as mere links, by what is shown of them: each stands on the pages of its neighbours and of
    /// those that it is related to.
    links: Recent<Fingerprint, Value>,
    /// What a row sees as its page: a stand-in for the way to the root.
    of_rows: Value,
    /// Finds that stand-in.
    roots: Finder<'static>,
    /// Bodies as feeds carry them, which several of them do.
    bodies: Mutex<HashMap<ReleaseIx, Arc<str>>>,
}

impl<'s, 'p> Renderer<'s, 'p> {
    /// `rows` are those that a renderer before has left, or none.
    pub fn new(plan: &'s Plan<'p>, rows: Rows) -> Self {
        let site = &plan.site;
        let (theme, heads) = (site.frame.theme, &site.frame.heads);
        let speaking = theme.locales.iter().zip(heads).map(|(locale, head)| {
            let mut tera = theme.speaking(locale);
            let shared = tera.global_context();
            shared.insert_value("portal", Value::from_serializable(head));
            shared.insert_value("t", Value::from_serializable(&locale.texts()));
            shared.insert("lang", &locale.tag);
            tera
        });
        Self {
            plan,
            teras: speaking.collect(),
            data: heads.iter().map(jsonld::Common::of).collect(),
            shared: RwLock::default(),
            rows: rows.again(site.frame.fingerprint),
            links: Recent::default(),
            of_rows: Value::from_serializable(&serde_json::json!({ "root": ROOT })),
            roots: Finder::new(ROOT),
            bodies: Mutex::default(),
        }
    }

    /// Lets go of what only further outputs would need.
    pub fn rest(&self) {
        self.bodies.lock().clear();
        self.shared.write().clear();
        self.links.clear();
        self.rows.rest();
    }

    /// The rows that the next renderer may go on with.
    pub fn into_rows(self) -> Rows {
        self.rows
    }

    /// The sources whose texts an output needs to be rendered now.
    pub fn needs(&self, output: &Output) -> Vec<&SourcePath> {
        let bodies = self.plan.bodies(output);
        let What::Feed(channel) = &output.what else { return bodies };
        let site = &self.plan.site;
        let known = self.bodies.lock();
        let releases = site.feed_releases(output.lang, *channel);
        let missing = releases.filter(|ix| !known.contains_key(ix)).map(|ix| &site.portal.releases[ix]);
        missing.filter(|release| release.has_text()).map(|release| &release.source).collect()
    }

    /// The bytes of an output. Copies have none here: they are no work of templates.
    pub fn render(&self, output: &Output, texts: &Texts) -> Result<Vec<u8>, Diagnostic> {
        let site = &self.plan.site;
        match &output.what {
            What::Page(page) => {
                let inputs = site.inputs(output.lang, *page);
                let view = site.frame.view(&inputs);
                let body = match (&inputs.page, page) {
                    (PageInputs::Release(release), _) => self.release_body(
                        release.release.release(),
                        &release.text,
                        &view.page.root,
                        "",
                        texts,
                    )?,
                    (PageInputs::Static { page, text }, _) => {
                        let written = &page.0.written;
                        let setting = self.setting(output.lang, &view.page.root, "", text);
                        rendered(&written.path, &written.body, texts, &setting)?
                    }
                    _ => String::new(),
                };
                self.page(output.lang, &view, &body)
            }
            What::Redirect(redirect) => match site.redirect(output.lang, &redirect.from.url, redirect.to) {
                Some(inputs) => self.page(output.lang, &site.frame.view(&inputs), ""),
                None => Ok(Vec::new()),
            },
            What::Feed(channel) => {
                let inputs = site.feed_inputs(output.lang, *channel, false);
                let view = site.frame.feed_view(&inputs);
                let root = site.frame.config.base_url.as_str();
                let mut bodies = Vec::with_capacity(view.items.len());
                for (item, shown) in inputs.items.iter().zip(&view.items) {
                    bodies.push(self.feed_body(item, root, &shown.link, texts)?);
                }
                Ok(feed::render(&view, site.frame.dir(output.lang) == "rtl", &bodies))
            }
            What::Sitemap(ix) => Ok(sitemap::render_part(site, &self.plan.sitemaps[*ix])),
            What::SitemapIndex => Ok(sitemap::render_index(site, &self.plan.sitemaps)),
            What::Robots => Ok(sitemap::robots(site).into_bytes()),
            What::Copy(_) => Ok(Vec::new()),
        }
    }

    fn page(&self, lang: LangId, view: &View, body: &str) -> Result<Vec<u8>, Diagnostic> {
        let mut page = Bounded { bytes: Vec::with_capacity(16 * 1024), overflowed: false };
        let mut render = || -> tera::TeraResult<()> {
            let mut context = Context::from_serialize(&view.content)?;
            context.insert("page", &view.page);
            context.insert_value("shared", self.shared(lang.index(), &view.page)?);
            context.insert_value("body", Value::safe_string(body));
            match &view.content {
                Content::List(list) => {
                    context.insert_value("rows", self.rows(lang.index(), list, &view.page)?);
                }
                Content::Release(release) => {
                    let link =
                        |shown: Option<Shown>| shown.map_or_else(Value::none, |shown| self.link(shown));
                    context.insert_value("newer", link(release.newer));
                    context.insert_value("older", link(release.older));
                    let related = release.related.iter().map(|shown| self.link(*shown));
                    context.insert_value("related", Value::from(related.collect::<Vec<_>>()));
                }
                _ => {}
            }
            context.insert_value("json_ld", Value::safe_string(&jsonld::of(view, &self.data[lang.index()])));
            self.teras[lang.index()].render_to(view.template, &context, &mut page)
        };
        match render() {
            Ok(()) => Ok(page.bytes),
            // The engine does not say why writing failed, nor where.
            Err(_) if page.overflowed => {
                let message = format!("the page `/{}` would be longer than 10 MiB", view.page.url);
                let place = Place::file(format!("templates/{}", view.template));
                Err(Diagnostic::new(Problem::TemplateFile { message }, place))
            }
            Err(error) => Err(template_fault(&error)),
        }
    }

    /// The rows of a list, with the way to the root from its page.
    fn rows(&self, lang: usize, list: &ListView, page: &PageView) -> tera::TeraResult<Value> {
        let is_dated = matches!(page.kind, "year" | "month" | "day");
        let mut html = String::with_capacity(1024 * list.count);
        for shown in list.rows.0 {
            let row = self.rows.get(*shown, is_dated, || {
                let release = self.plan.site.frame.card(*shown);
                let mut context = Context::from_serialize(&RowView { release })?;
                context.insert_value("page", self.of_rows.clone());
                self.piece(lang, ROW, &context)
            })?;
            let mut copied = 0;
            for at in self.roots.find_iter(row.as_bytes()) {
                html.push_str(&row[copied..at]);
                html.push_str(&page.root);
                copied = at + ROOT.len();
            }
            html.push_str(&row[copied..]);
        }
        Ok(Value::safe_string(&html))
    }

    fn link(&self, release: Shown) -> Value {
        let head = release.head();
        let link = || Value::from_serializable(&self.plan.site.frame.link(release));
        self.links.get(head, head.0 as usize, link)
    }

    /// What a page has in common with others: half of what the default theme makes, rendered once.
    fn shared(&self, lang: usize, page: &PageView) -> tera::TeraResult<Value> {
        let key = (lang, SharedView::of(page));
        let is_of_one = !key.1.menu.is_empty();
        let known = self.shared.read().get(&key).cloned();
        if let Some(shared) = known {
            return Ok(shared);
        }
        let mut context = Context::new();
        context.insert("page", &key.1);
        let mut pieces = tera::Map::default();
        for (name, template) in &self.plan.site.frame.theme.shared {
            let html = self.piece(lang, template, &context)?;
            pieces.insert(name.clone().into(), Value::safe_string(&html));
        }
        let pieces = Value::from(pieces);
        // Nobody asks again for those of a page that is alone with them.
        if !is_of_one {
            self.shared.write().insert(key, pieces.clone());
        }
        Ok(pieces)
    }

    /// What a template gives that is a part of pages, and no longer than a page may be.
    fn piece(&self, lang: usize, template: &str, context: &Context) -> tera::TeraResult<String> {
        let mut piece = Bounded { bytes: Vec::with_capacity(1024), overflowed: false };
        let rendered = self.teras[lang].render_to(template, context, &mut piece);
        if piece.overflowed {
            return Err(tera::Error::message(format!("`{template}` gives more than 10 MiB")));
        }
        rendered?;
        utf8(piece.bytes).map_err(|_| tera::Error::message(format!("`{template}` gives no UTF-8")))
    }

    fn feed_body(
        &self,
        item: &ItemInputs,
        root: &str,
        link: &str,
        texts: &Texts,
    ) -> Result<Arc<str>, Diagnostic> {
        let bodies = || self.bodies.lock();
        if let Some(known) = bodies().get(&item.release.ix) {
            return Ok(known.clone());
        }
        let body: Arc<str> = self.release_body(item.release.release(), &item.text, root, link, texts)?.into();
        bodies().insert(item.release.ix, body.clone());
        Ok(body)
    }

    fn release_body(
        &self,
        release: &Release,
        text: &TextInputs,
        root: &str,
        page: &str,
        texts: &Texts,
    ) -> Result<String, Diagnostic> {
        match release.has_text() {
            true => {
                rendered(&release.source, &release.body, texts, &self.setting(release.lang, root, page, text))
            }
            false => Ok(String::new()),
        }
    }

    fn setting<'a>(
        &'a self,
        lang: LangId,
        root: &'a str,
        page: &'a str,
        text: &'a TextInputs,
    ) -> Setting<'a> {
        let frame = &self.plan.site.frame;
        Setting {
            root,
            page,
            lang: frame.tag(lang),
            typography: frame.config.typography,
            targets: &text.targets,
        }
    }
}

/// A body as HTML, when the text is still the one that was planned with.
fn rendered(path: &SourcePath, body: &Body, texts: &Texts, setting: &Setting) -> Result<String, Diagnostic> {
    let text = texts.get(path).and_then(|text| text.get(body.start..));
    match text.filter(|text| Fingerprint::of_text(text) == body.fingerprint) {
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
    overflowed: bool,
}

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > LONGEST_PAGE {
            self.overflowed = true;
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
