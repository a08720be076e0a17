//! Themes as they are found: in the portal's `themes/`, or the default one in the program itself.

use std::collections::BTreeMap;

use include_dir::{Dir, DirEntry, include_dir};

use crate::model::config::Config;
use crate::model::portal::Asset;
use crate::pages::theme::{Overrides, ThemeFiles, parent_of};
use crate::text::diagnostic::Diagnostic;
use crate::text::fingerprint::Digest;
use crate::text::problem::Problem;
use crate::text::source::{Place, Source, SourcePath};

use super::tree::Root;

static DEFAULT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes/default");

/// The name of the theme that is built in.
pub const BUILT_IN: &str = "default";

/// The files of the default theme, by their path in it.
pub fn built_in() -> BTreeMap<String, &'static [u8]> {
    fn gather(dir: &'static Dir, files: &mut BTreeMap<String, &'static [u8]>) {
        for entry in dir.entries() {
            match entry {
                DirEntry::Dir(dir) => gather(dir, files),
                DirEntry::File(file) => {
                    files.insert(file.path().to_string_lossy().replace('\\', "/"), file.contents());
                }
            }
        }
    }
    let mut files = BTreeMap::new();
    gather(&DEFAULT, &mut files);
    files
}

/// A file of the built-in theme, by the path that it has in a portal.
pub fn built_in_file(path: &str) -> Option<&'static [u8]> {
    let inside = path.strip_prefix("themes/default/")?;
    DEFAULT.get_file(inside).map(|file| file.contents())
}

/// The theme of a portal and those that it extends, nearest first; `None` where one is not there.
pub fn chain(root: &mut Root, config: &Config, faults: &mut Vec<Diagnostic>) -> Option<Vec<ThemeFiles>> {
    let mut chain: Vec<ThemeFiles> = Vec::new();
    let mut next = Some((config.theme.value.clone(), Place::new("site.toml", config.theme.span)));
    while let Some((name, place)) = next.take() {
        if chain.iter().any(|theme| theme.name == name) {
            faults.push(Diagnostic::new(Problem::ThemeCycle { name }, place));
            return None;
        }
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        let theme = if plain { find(root, &name, faults) } else { None };
        let Some(theme) = theme else {
            let known = known(root);
            faults.push(Diagnostic::new(Problem::UnknownTheme { name, known }, place));
            return None;
        };
        next = theme.manifest.as_ref().and_then(parent_of);
        chain.push(theme);
    }
    Some(chain)
}

/// The portal's own templates and strings.
pub fn overrides(root: &mut Root, faults: &mut Vec<Diagnostic>) -> Overrides {
    let templates = texts(root, "templates", faults);
    let languages = languages(texts(root, "lang", faults), "lang/");
    Overrides { templates, languages }
}

fn find(root: &mut Root, name: &str, faults: &mut Vec<Diagnostic>) -> Option<ThemeFiles> {
    let folder = format!("themes/{name}");
    if !root.exists(&folder) {
        return (name == BUILT_IN).then(from_program);
    }
    let manifest: SourcePath = format!("{folder}/theme.toml").into();
    let manifest = match root.read_named(&manifest) {
        Ok(manifest) => Some(manifest),
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    let templates = texts(root, &format!("{folder}/templates"), faults);
    let prefix = format!("{folder}/lang/");
    let languages = languages(texts(root, &format!("{folder}/lang"), faults), &prefix);
    let statics = root.walk(&format!("{folder}/static"), faults);
    let prefix = format!("{folder}/static/");
    let statics = statics.iter().filter_map(|path| root.asset(path).map_err(|fault| faults.push(fault)).ok());
    let statics = statics.map(|asset| (asset.path[prefix.len()..].to_owned(), asset)).collect();
    Some(ThemeFiles { name: name.into(), manifest, templates, languages, statics })
}

fn from_program() -> ThemeFiles {
    let mut theme = ThemeFiles { name: BUILT_IN.into(), ..Default::default() };
    for (inside, bytes) in built_in() {
        let path: SourcePath = format!("themes/{BUILT_IN}/{inside}").into();
        let text = || Source::new(path.clone(), String::from_utf8_lossy(bytes).into_owned());
        if inside == "theme.toml" {
            theme.manifest = Some(text());
        } else if inside.starts_with("templates/") {
            theme.templates.push(text());
        } else if let Some(tag) = inside.strip_prefix("lang/").and_then(|name| name.strip_suffix(".toml")) {
            theme.languages.push((tag.to_owned(), text()));
        } else if let Some(address) = inside.strip_prefix("static/") {
            let asset = Asset {
                path: path.clone(),
                digest: Digest::of(bytes),
                bytes: bytes.len() as u64,
                dimensions: None,
            };
            theme.statics.push((address.to_owned(), asset));
        }
    }
    theme
}

fn known(root: &mut Root) -> Vec<String> {
    let mut ignored = Vec::new();
    let mut names: Vec<String> = root
        .walk("themes", &mut ignored)
        .iter()
        .filter_map(|path| path.strip_prefix("themes/")?.strip_suffix("/theme.toml").map(str::to_owned))
        .collect();
    if !names.iter().any(|name| name == BUILT_IN) {
        names.push(BUILT_IN.into());
    }
    names
}

fn texts(root: &mut Root, folder: &str, faults: &mut Vec<Diagnostic>) -> Vec<Source> {
    let mut texts = Vec::new();
    for path in root.walk(folder, faults) {
        match root.read(&path) {
            Ok(source) => texts.push(source),
            Err(fault) => faults.push(fault),
        }
    }
    texts
}

fn languages(sources: Vec<Source>, prefix: &str) -> Vec<(String, Source)> {
    let tag = |source: &Source| source.path.strip_prefix(prefix)?.strip_suffix(".toml").map(str::to_owned);
    sources.into_iter().filter_map(|source| tag(&source).map(|tag| (tag, source))).collect()
}
