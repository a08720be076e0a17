//! Paths that a person wrote, checked once: inside such a path nothing leads out of its folder.

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

use crate::text::problem::{PathFault, is_bidi_control};

/// The longest part of a path; file systems end at 255 bytes, and siblings add suffixes.
const LONGEST_PART: usize = 200;

/// A relative path of plain parts: no `..`, no root, nothing hidden, nothing invisible.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct SafePath(String);

impl SafePath {
    /// Checks a path with `/` between its parts.
    pub fn parse(text: &str) -> Result<Self, PathFault> {
        if text.contains("://") || text.starts_with("//") {
            return Err(PathFault::NotLocal);
        }
        if text.starts_with('/') || text.get(1..3) == Some(":/") || text.get(1..3) == Some(":\\") {
            return Err(PathFault::Absolute);
        }
        let text = text.strip_suffix('/').unwrap_or(text);
        for part in text.split('/') {
            check_part(part)?;
        }
        Ok(Self(text.to_owned()))
    }

    /// Checks a path as an address spells it, percent-encoded or not: what counts is what it says
    /// to a server.
    pub fn decode(address: &str) -> Result<Self, PathFault> {
        let decoded = percent_decode_str(address).decode_utf8().map_err(|_| PathFault::NotUtf8)?;
        Self::parse(&decoded.nfc().collect::<String>())
    }

    /// `target` as seen from the folder `from` (its `..` included), as long as it stays inside.
    pub fn join(from: &str, target: &str) -> Result<Self, PathFault> {
        if target.contains('\\') {
            return Err(PathFault::Backslash);
        }
        if target.contains("://") || target.starts_with("//") {
            return Err(PathFault::NotLocal);
        }
        let mut parts: Vec<&str> = from.split('/').filter(|part| !part.is_empty()).collect();
        for part in target.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or(PathFault::Parent)?;
                }
                part => {
                    check_part(part)?;
                    parts.push(part);
                }
            }
        }
        if parts.is_empty() {
            return Err(PathFault::Empty);
        }
        Ok(Self(parts.join("/")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

fn check_part(part: &str) -> Result<(), PathFault> {
    if part.is_empty() {
        return Err(PathFault::Empty);
    }
    if part == ".." {
        return Err(PathFault::Parent);
    }
    if part.starts_with('.') {
        return Err(PathFault::Hidden);
    }
    if part.len() > LONGEST_PART {
        return Err(PathFault::TooLong);
    }
    for c in part.chars() {
        match c {
            '\0' => return Err(PathFault::Nul),
            '\\' => return Err(PathFault::Backslash),
            '?' | '#' => return Err(PathFault::Query),
            c if c.is_control()
                || is_bidi_control(c)
                || matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}') =>
            {
                return Err(PathFault::Control);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The folder part of a path: `content/2026` of `content/2026/a.md`.
pub fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out() {
        for (path, fault) in [
            ("../a", PathFault::Parent),
            ("a/../../b", PathFault::Parent),
            ("/etc/passwd", PathFault::Absolute),
            ("C:/a", PathFault::Absolute),
            ("a\0b", PathFault::Nul),
            ("a\\b", PathFault::Backslash),
            ("a//b", PathFault::Empty),
            (".git/a", PathFault::Hidden),
            ("https://example.org/a", PathFault::NotLocal),
            ("a\u{202e}b", PathFault::Control),
            (&"a".repeat(300), PathFault::TooLong),
        ] {
            assert_eq!(SafePath::parse(path), Err(fault), "{path}");
        }
        assert_eq!(SafePath::parse("a/b é.jpg").unwrap().as_str(), "a/b é.jpg");
        assert_eq!(SafePath::join("content/2026", "../2025/a.md").unwrap().as_str(), "content/2025/a.md");
        assert_eq!(SafePath::join("content", "../../a"), Err(PathFault::Parent));
    }
}
