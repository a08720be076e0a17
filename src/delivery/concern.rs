//! What a deploy does not do unasked.

use std::fmt;

use jiff::Timestamp;

use crate::pages::path::OutPath;
use crate::text::fingerprint::Digest;

use super::state::State;

/// What a person must agree to, and the word by which they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Consent {
    /// The build has no home page
    Empty,
    /// The build has less than half of the files that the host has
    Shrunken,
    /// More than a tenth of the files of the host would go
    Deletions,
    /// The host has had a newer build, or was brought back from what this one holds
    Older,
    /// The host has another portal
    Portal,
    /// The host has files that Tribune did not put there, or that were altered since
    Drift,
}

/// Something about a deploy that may be a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concern {
    Empty,
    Shrunken { from: usize, to: usize },
    Deletions { removed: usize, of: usize },
    Older { here: Timestamp, there: Timestamp },
    GoneBack,
    Portal { here: String, there: String },
    Drift { altered: Vec<OutPath>, foreign: Vec<OutPath>, missing: Vec<OutPath> },
}

/// Files that may go without anybody asking, however few there are.
const FEW: usize = 20;

/// A build about to be deployed.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    pub base_url: &'a str,
    pub built: Timestamp,
    /// What it holds, where the host was ever brought back from something.
    pub content: Option<Digest>,
    pub files: usize,
    pub has_home: bool,
    /// Files of the host that it has not.
    pub removed: usize,
}

/// What gives concern about bringing a host from a state to a build.
pub fn concerns(before: Option<&State>, build: &Candidate) -> Vec<Concern> {
    let mut concerns = Vec::new();
    if !build.has_home {
        concerns.push(Concern::Empty);
    }
    let Some(before) = before else { return concerns };
    if build.base_url != before.base_url {
        let (here, there) = (build.base_url.to_owned(), before.base_url.clone());
        concerns.push(Concern::Portal { here, there });
    }
    if build.content.is_some_and(|content| before.gone_back.contains(&content)) {
        concerns.push(Concern::GoneBack);
    } else if build.built < before.newest {
        concerns.push(Concern::Older { here: build.built, there: before.newest });
    }
    let of = before.files;
    // One fault gets one question.
    if build.has_home && build.removed > FEW {
        if build.files * 2 < of {
            concerns.push(Concern::Shrunken { from: of, to: build.files });
        } else if build.removed * 10 > of {
            concerns.push(Concern::Deletions { removed: build.removed, of });
        }
    }
    concerns
}

impl Concern {
    /// The consent that it takes.
    pub fn consent(&self) -> Consent {
        match self {
            Self::Empty => Consent::Empty,
            Self::Shrunken { .. } => Consent::Shrunken,
            Self::Deletions { .. } => Consent::Deletions,
            Self::Older { .. } | Self::GoneBack => Consent::Older,
            Self::Portal { .. } => Consent::Portal,
            Self::Drift { .. } => Consent::Drift,
        }
    }
}

/// Files that a message names.
const NAMED: usize = 5;

struct Named<'a>(&'a [OutPath]);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<String> =
            self.0.iter().take(NAMED).map(|path| format!("`{}`", path.as_str())).collect();
        f.write_str(&named.join(", "))?;
        match self.0.len().checked_sub(NAMED) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, " and {more} more"),
        }
    }
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the build has no home page: readers would find nothing"),
            Self::Shrunken { from, to } => {
                write!(f, "the build has {to} files, where the host has {from}")
            }
            Self::Deletions { removed, of } => {
                write!(f, "{removed} of the {of} files of the host are not in the build and would go")
            }
            Self::Older { here, there } => {
                write!(f, "the host has had a build of {there}, which is newer than this one, of {here}")
            }
            Self::GoneBack => f.write_str(
                "the host was brought back from just what this build holds, whenever it was built",
            ),
            Self::Portal { here, there } => {
                write!(f, "the host has the portal of {there}, and this one is to be read at {here}")
            }
            Self::Drift { altered, foreign, missing } => {
                let mut parts = Vec::new();
                if !foreign.is_empty() {
                    parts.push(format!(
                        "files that Tribune did not put there would be replaced: {}",
                        Named(foreign)
                    ));
                }
                if !altered.is_empty() {
                    parts.push(format!("files were altered since the last deploy: {}", Named(altered)));
                }
                if !missing.is_empty() {
                    parts.push(format!("files are missing since the last deploy: {}", Named(missing)));
                }
                f.write_str(&parts.join("; "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(files: usize) -> State {
        let at = Timestamp::from_second(1_000_000).unwrap();
        State {
            tribune: super::super::state::FORM,
            number: 3,
            base_url: "https://example.org/".into(),
            built: at,
            newest: at,
            deployed: at,
            restores: None,
            gone_back: Vec::new(),
            files,
            bytes: 0,
            parts: Vec::new(),
            condemned: Vec::new(),
            kept: Vec::new(),
            history: Vec::new(),
        }
    }

    #[test]
    fn each_mistake_gets_one_question() {
        let told = |files: usize, removed: usize, seconds: i64, has_home: bool| -> Vec<Consent> {
            let built = Timestamp::from_second(seconds).unwrap();
            let base_url = "https://example.org/";
            let build = Candidate { base_url, built, content: None, files, has_home, removed };
            concerns(Some(&before(1_000)), &build).iter().map(Concern::consent).collect()
        };
        assert_eq!(told(1_010, 20, 1_000_000, true), []);
        assert_eq!(told(950, 101, 1_000_001, true), [Consent::Deletions]);
        assert_eq!(told(300, 700, 1_000_001, true), [Consent::Shrunken]);
        assert_eq!(told(0, 1_000, 1_000_001, false), [Consent::Empty]);
        assert_eq!(told(1_000, 0, 999_999, true), [Consent::Older]);
        // What was gone back from does not come again by itself, whenever it was built; something else does.
        let [wrong, right] = ["faux", "juste"].map(|text| Some(Digest::of(text.as_bytes())));
        let gone_back = State { gone_back: Vec::from_iter(wrong), ..before(1_000) };
        let again = |seconds: i64, content: Option<Digest>| -> Vec<Consent> {
            let built = Timestamp::from_second(seconds).unwrap();
            let base_url = "https://example.org/";
            let build = Candidate { base_url, built, content, files: 1_000, has_home: true, removed: 0 };
            concerns(Some(&gone_back), &build).iter().map(Concern::consent).collect()
        };
        for (seconds, of_wrong, of_right) in [
            (999_999, vec![Consent::Older], vec![Consent::Older]),
            (1_000_000, vec![Consent::Older], vec![]),
            (1_000_001, vec![Consent::Older], vec![]),
        ] {
            assert_eq!((again(seconds, wrong), again(seconds, right)), (of_wrong, of_right), "{seconds}");
        }
        // A small portal may change as a whole.
        let build = Candidate {
            base_url: "https://example.net/",
            built: before(10).built,
            content: None,
            files: 10,
            has_home: true,
            removed: 9,
        };
        let told: Vec<Consent> = concerns(Some(&before(10)), &build).iter().map(Concern::consent).collect();
        assert_eq!(told, [Consent::Portal]);
        assert_eq!(concerns(None, &build), []);
    }
}
