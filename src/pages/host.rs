//! Where a static host finds what a plan publishes. Addresses are looked up as they are: nothing is
//! joined, normalised or resolved, so there is nothing that leads out.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::model::config::Addresses;
use crate::text::fingerprint::{Digest, Fingerprint};

use super::frame::Frame;
use super::path::{OutPath, Speller};
use super::plan::{Output, Plan, What};

/// All addresses of one plan.
pub struct Host<'s, 'p> {
    plan: &'s Plan<'p>,
    /// Of pictures and other files, by the folder of the page that shows them.
    beside: HashMap<&'s str, Fingerprint>,
    /// Of what any page may show: what all share, and files that are nobody's own.
    everywhere: Fingerprint,
}

/// What stands at an address.
pub enum Found<'s> {
    Output(&'s Output),
    /// A page that is read at this address, relative to the root.
    MovedTo(String),
    /// Nothing, which is a page of its own where the portal has one.
    Nothing(Option<&'s Output>),
}

/// The path of a request without its first slash, decoded once. `None` where it cannot be that of
/// anything.
pub fn decoded(path: &str) -> Option<String> {
    let path = path.strip_prefix('/')?;
    let bytes = path.as_bytes();
    let broken = memchr::memchr_iter(b'%', bytes).any(|at| {
        let code = bytes.get(at + 1..at + 3);
        !code.is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit))
    });
    let path = percent_decode_str(path).decode_utf8().ok().filter(|_| !broken)?;
    (!path.chars().any(char::is_control)).then(|| path.into_owned())
}

impl<'s, 'p> Host<'s, 'p> {
    pub fn of(plan: &'s Plan<'p>) -> Self {
        let mut host = Self { plan, beside: HashMap::new(), everywhere: shared(&plan.site.frame) };
        for output in &plan.outputs {
            let What::Copy(copy) = &output.what else { continue };
            if is_style(&copy.file) {
                continue;
            }
            let is_shared = copy.path.starts_with("themes/") || copy.path.starts_with("content/static/");
            let file = copy.file.as_str();
            let sum = match is_shared {
                true => &mut host.everywhere,
                false => {
                    host.beside.entry(file.rsplit_once('/').map_or("", |(folder, _)| folder)).or_default()
                }
            };
            *sum = Fingerprint::of(&(*sum, file, copy.digest));
        }
        host
    }

    pub fn plan(&self) -> &'s Plan<'p> {
        self.plan
    }

    /// What a host answers at a decoded path.
    pub fn find(&self, path: &str) -> Found<'s> {
        let get = |file: &str| self.plan.find(file);
        if path.is_empty() || path.ends_with('/') {
            return match get(&format!("{path}index.html")) {
                Some(output) => Found::Output(output),
                None => self.nothing(),
            };
        }
        if let Some(output) = get(path) {
            return Found::Output(output);
        }
        if get(&format!("{path}/index.html")).is_some() {
            return Found::MovedTo(format!("{}/", self.plan.site.frame.speller.file(path).url));
        }
        let Speller { addresses, .. } = self.plan.site.frame.speller;
        match get(&format!("{path}.html")).filter(|_| addresses == Addresses::File) {
            Some(output) => Found::Output(output),
            None => self.nothing(),
        }
    }

    fn nothing(&self) -> Found<'s> {
        Found::Nothing(self.plan.find("404.html"))
    }

    /// Of all that is seen at a decoded path, styles apart: another one shows something else.
    pub fn version(&self, path: &str) -> Fingerprint {
        match self.find(path) {
            Found::Output(output) | Found::Nothing(Some(output)) => self.version_of(output),
            Found::MovedTo(to) => Fingerprint::of(&to),
            Found::Nothing(None) => Fingerprint::default(),
        }
    }

    pub fn version_of(&self, output: &Output) -> Fingerprint {
        match &output.what {
            What::Page(page) => {
                let inputs = self.plan.site.inputs(output.lang, *page);
                let file = self.plan.file(output);
                Fingerprint::of(&(file.as_str(), inputs, self.beside.get(folder(&file)), self.everywhere))
            }
            _ => output.fingerprint,
        }
    }

    /// Addresses of style sheets, from the root, with what is in each.
    pub fn styles(&self) -> HashMap<String, Digest> {
        let style = |output: &Output| match &output.what {
            What::Copy(copy) if is_style(&copy.file) => {
                let url = self.plan.site.frame.speller.file(copy.file.as_str()).url;
                Some((format!("/{url}"), copy.digest))
            }
            _ => None,
        };
        self.plan.outputs.iter().filter_map(style).collect()
    }
}

/// Of what all pages share, but for the styles that they name.
fn shared(frame: &Frame) -> Fingerprint {
    let mut heads: Vec<Value> =
        frame.heads.iter().filter_map(|head| serde_json::to_value(head).ok()).collect();
    for assets in heads.iter_mut().filter_map(|head| head.get_mut("assets")?.as_object_mut()) {
        assets.retain(|file, _| !file.ends_with(".css"));
    }
    Fingerprint::of(&(
        frame.config.fingerprint,
        frame.territory.fingerprint(),
        frame.theme.fingerprint,
        heads,
    ))
}

fn is_style(file: &OutPath) -> bool {
    file.as_str().ends_with(".css")
}

/// The folder of what a page brings with it, however pages are stored.
fn folder(page: &OutPath) -> &str {
    let file = page.as_str();
    file.strip_suffix("/index.html").or_else(|| file.strip_suffix(".html")).unwrap_or(file)
}
