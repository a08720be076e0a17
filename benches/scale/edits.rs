//! What is done to a portal between two builds, to Tribune's sources and to Hugo's alike.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tribune::model::territory::Territory;
use walkdir::WalkDir;

use crate::generate::{Links, Portal, Release};
use crate::header::Form;
use crate::hugo;

/// What a build finds. Each one after the first builds upon the output of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    Clean,
    Nothing,
    Body,
    /// The same with `--changed`.
    Told,
    Title,
    New,
    Theme,
}

impl Scenario {
    pub const ALL: [Self; 7] =
        [Self::Clean, Self::Nothing, Self::Body, Self::Told, Self::Title, Self::New, Self::Theme];

    pub fn key(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Nothing => "nothing",
            Self::Body => "body",
            Self::Told => "told",
            Self::Title => "title",
            Self::New => "new",
            Self::Theme => "theme",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean build",
            Self::Nothing => "nothing changed",
            Self::Body => "one body edited",
            Self::Told => "one body edited, told which",
            Self::Title => "one title edited",
            Self::New => "one new release",
            Self::Theme => "theme edited",
        }
    }
}

/// The template that every page of Tribune's is made with, and where a portal has its own.
const BASE: &str = include_str!("../../themes/default/templates/base.html");
const OWN_BASE: &str = "templates/base.html";
const STYLE: &str = include_str!("../../themes/default/static/style.css");

/// The sources of both sides.
pub struct Sources<'a> {
    portal: &'a Portal,
    /// Where Tribune's are.
    pub folder: PathBuf,
    /// Where Hugo's are, if it takes part.
    pub site: Option<PathBuf>,
    territory: Territory,
    /// Numbers of the releases whose body and whose title are edited: the last ones in French, so that the
    /// edit is one to what home page and feeds show.
    body: u64,
    title: u64,
}

impl<'a> Sources<'a> {
    pub fn new(portal: &'a Portal, folder: PathBuf, site: Option<PathBuf>) -> Self {
        let last = portal.releases().saturating_sub(1);
        let mut usual = (0..=last).rev().filter(|number| {
            let head = portal.head(*number);
            !head.arabic && head.form == Form::Toml
        });
        let body = usual.next().unwrap_or(last);
        let title = usual.next().unwrap_or(body);
        Self { portal, folder, site, territory: Territory::morocco(), body, title }
    }

    /// Writes what is not there from an earlier measurement. Says how many bytes of releases there are.
    pub fn write(&self) -> io::Result<u64> {
        let bytes = complete(&self.folder, |folder| self.portal.write(folder))?;
        if let Some(site) = &self.site {
            complete(site, |site| hugo::write(self.portal, site).map(|()| 0))?;
            hugo::surround(site, STYLE)?;
        }
        Ok(bytes)
    }

    /// The release of Tribune's whose body is edited.
    pub fn edited(&self) -> PathBuf {
        let release = self.portal.release(self.body, Links::Sources);
        self.folder.join("content").join(release.head.path())
    }

    /// What `stat_walk` walks.
    pub fn folders(&self) -> [PathBuf; 2] {
        ["content", "templates"].map(|name| self.folder.join(name))
    }

    /// Makes the edit that a scenario is about.
    pub fn edit(&self, scenario: Scenario) -> io::Result<()> {
        match scenario {
            Scenario::Clean => self.restore(),
            Scenario::Nothing => Ok(()),
            Scenario::Body => self.put(self.body, |release| {
                release.body.push_str("\nLe service de presse a ajouté cette précision.\n");
            }),
            Scenario::Told => self.put(self.body, |release| {
                release.body.push_str("\nLe service de presse a précisé cette précision.\n");
            }),
            Scenario::Title => self.put(self.title, |release| release.head.title.push_str(", la suite")),
            Scenario::New => self.put(self.portal.releases(), |_| {}),
            Scenario::Theme => {
                self.theme(|text| text.replacen("<body class=", "<body data-edition=\"2\" class=", 1))
            }
        }
    }

    /// Makes one of several edits of the same kind, one after another.
    pub fn edit_once_more(&self, scenario: Scenario, number: u64) -> io::Result<()> {
        match scenario {
            Scenario::Body => self.put(self.body, |release| {
                release.body.push_str(&format!("\nLe service de presse a ajouté la précision {number}.\n"));
            }),
            Scenario::Title => {
                self.put(self.title, |release| release.head.title.push_str(&format!(", suite {number}")))
            }
            Scenario::New => {
                self.put(self.portal.releases(), |release| release.head.slug.push_str(&format!("-{number}")))
            }
            other => self.edit(other),
        }
    }

    /// Undoes all edits, also those of a measurement that was interrupted.
    pub fn restore(&self) -> io::Result<()> {
        const MOST_NEW: u64 = 20;
        let ends = (0..MOST_NEW).map(|number| format!("-{number}")).chain([String::new()]);
        for end in ends {
            let mut new = self.portal.release(self.portal.releases(), Links::Sources);
            new.head.slug.push_str(&end);
            for path in self.paths(&new).into_iter().flatten() {
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
        }
        self.put(self.body, |_| {})?;
        self.put(self.title, |_| {})?;
        self.theme(str::to_owned)
    }

    /// Where a release stands: for Tribune, and for Hugo.
    fn paths(&self, release: &Release) -> [Option<PathBuf>; 2] {
        let own = self.folder.join("content").join(release.head.path());
        [Some(own), self.site.as_ref().map(|site| site.join(hugo::path(release)))]
    }

    fn put(&self, number: u64, change: impl Fn(&mut Release)) -> io::Result<()> {
        for links in [Links::Sources, Links::Addresses] {
            let mut release = self.portal.release(number, links);
            change(&mut release);
            let [own, other] = self.paths(&release);
            let (path, text) = match links {
                Links::Sources => (own, release.text()),
                Links::Addresses => (other, hugo::text(&release, &self.territory)),
            };
            if let Some(path) = path {
                write(&path, &text)?;
            }
        }
        Ok(())
    }

    fn theme(&self, change: impl Fn(&str) -> String) -> io::Result<()> {
        write(&self.folder.join(OWN_BASE), &change(BASE))?;
        match &self.site {
            Some(site) => write(&site.join(hugo::BASE), &change(hugo::base())),
            None => Ok(()),
        }
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, text)
}

/// Writes a folder unless it was written whole before: inventing again gives the same bytes. Either way
/// its files are in memory then.
fn complete(folder: &Path, make: impl Fn(&Path) -> io::Result<u64>) -> io::Result<u64> {
    let mark = folder.with_extension("complete");
    let kept = fs::read_to_string(&mark).ok().and_then(|text| text.trim().parse().ok());
    match kept {
        Some(bytes) => {
            for entry in WalkDir::new(folder) {
                let entry = entry?;
                if entry.file_type().is_file() {
                    fs::read(entry.path())?;
                }
            }
            Ok(bytes)
        }
        None => {
            let bytes = make(folder)?;
            fs::write(&mark, bytes.to_string())?;
            Ok(bytes)
        }
    }
}
