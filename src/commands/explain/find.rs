//! What a person means by an address or a path.

use std::path::Path;

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

use crate::model::portal::Parts;
use crate::pages::path::OutPath;
use crate::pages::plan::Plan;
use crate::text::source::SourcePath;
use crate::text::suggest::nearest;
use crate::world::output::resolved;
use crate::world::tree::Root;

/// What is asked about.
pub enum Asked {
    Source(SourcePath),
    /// An index into the outputs of the plan.
    Output(usize),
}

/// Looks up what is asked about.
pub struct Finder<'a> {
    pub root: &'a Root,
    /// The output folder, resolved.
    pub output: &'a Path,
    pub parts: &'a Parts,
    pub plan: &'a Plan<'a>,
}

impl Finder<'_> {
    /// Finds a source, else an output; or says what is wrong with what was given.
    pub fn find(&self, given: &str) -> Result<Asked, String> {
        if let Some((_, rest)) = given.split_once("://") {
            let base = self.plan.site.frame.config.base_url.as_str();
            let own = base.split_once("://").map_or(base, |(_, own)| own);
            let rest = rest.split(['?', '#']).next().unwrap_or_default();
            let address = if format!("{rest}/") == own { Some("") } else { rest.strip_prefix(own) };
            return match address {
                Some(address) => {
                    self.address(&decoded(address)).ok_or_else(|| self.unknown(&decoded(address)))
                }
                None => Err(format!("{given} is no address of this portal, which stands at {base}")),
            };
        }
        let path = Path::new(given);
        // From here, else from the portal's root.
        let places = [resolved(path), resolved(&self.root.dir().join(path))];
        let (here, out) = (resolved(self.root.dir()), self.output);
        let inside =
            |folder: &Path| places.iter().filter_map(|place| below(place, folder)).collect::<Vec<_>>();
        let sources: Vec<SourcePath> = self.sources();
        let source =
            inside(&here).into_iter().find_map(|path| sources.iter().find(|known| ***known == *path));
        if let Some(source) = source {
            return Ok(Asked::Source(source.clone()));
        }
        let address = decoded(given.split(['?', '#']).next().unwrap_or_default());
        let files = inside(out).into_iter().find_map(|file| self.address(&file));
        files.or_else(|| self.address(&address)).ok_or_else(|| self.unknown(given))
    }

    /// An output by its address or its path in the output folder.
    fn address(&self, address: &str) -> Option<Asked> {
        let path = self.plan.site.frame.config.base_url.path();
        let plain = address.trim_start_matches('/');
        let spelt = |address: &str| {
            let folder = address.strip_suffix('/').unwrap_or(address);
            let names = match folder {
                "" => vec!["index.html".to_owned()],
                _ => vec![folder.to_owned(), format!("{folder}/index.html"), format!("{folder}.html")],
            };
            names.into_iter().find_map(|name| self.plan.position(self.plan.find(&name)?.key))
        };
        let below_path = || format!("/{plain}").strip_prefix(path).map(str::to_owned);
        spelt(plain).or_else(|| spelt(&below_path()?)).map(Asked::Output)
    }

    /// Everything that the portal is made of.
    fn sources(&self) -> Vec<SourcePath> {
        let Parts { releases, pages, assets, statics, .. } = self.parts;
        let shared = self.plan.shared().into_iter().map(|shared| shared.source);
        let texts = releases.iter().map(|release| &release.path).chain(pages.iter().map(|page| &page.path));
        let files = assets.keys().chain(statics.iter().map(|(_, asset)| &asset.path));
        texts.chain(files).cloned().chain(shared).collect()
    }

    fn unknown(&self, given: &str) -> String {
        let sources = self.sources();
        let outputs = self.plan.outputs.iter().map(|output| self.plan.url(output));
        let addresses: Vec<String> = outputs.map(|url| format!("/{url}")).collect();
        let files: Vec<OutPath> = self.plan.outputs.iter().map(|output| self.plan.file(output)).collect();
        let known = sources.iter().map(|source| &**source).chain(files.iter().map(OutPath::as_str));
        let address = format!("/{}", given.trim_start_matches('/'));
        let near = nearest(given, known).or_else(|| nearest(&address, addresses.iter().map(String::as_str)));
        let help = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!("`{given}` is neither an address nor a source of this portal{help}")
    }
}

/// A path below a folder, with `/` between its parts, as sources and outputs are named.
fn below(path: &Path, folder: &Path) -> Option<String> {
    let inside = path.strip_prefix(folder).ok()?.to_str()?;
    Some(inside.replace('\\', "/").nfc().collect())
}

/// An address as files are named.
fn decoded(address: &str) -> String {
    percent_decode_str(address).decode_utf8_lossy().nfc().collect()
}
