//! How each file is served: the headers that a host is told, and the rank by which readers meet it.

use crate::pages::path::OutPath;
use crate::pages::types;

use super::parcel::Headers;

/// Pages, feeds and maps change at any time: caches may keep them, and ask after a minute whether they
/// still hold (RFC 9111, section 5.2.2).
const CHANGING: &str = "public, max-age=60, stale-while-revalidate=600";
/// Pictures, styles and documents, whose addresses stay when they are replaced.
const STANDING: &str = "public, max-age=3600, stale-while-revalidate=86400";

/// What a reader meets first stands last. In the order in which files are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// What pages show: pictures, styles, documents.
    File,
    /// By how near it is to the root: leaves first.
    Page(NearRoot),
    Feed,
    Sitemap,
    SitemapIndex,
    Robots,
}

/// The deeper, the less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NearRoot(std::cmp::Reverse<usize>);

impl Rank {
    pub fn of(path: &OutPath) -> Self {
        let path = path.as_str();
        let name = path.rsplit('/').next().unwrap_or(path);
        match name {
            "robots.txt" if path == name => Self::Robots,
            "sitemap.xml" if path == name => Self::SitemapIndex,
            _ if path == name && name.starts_with("sitemap-") && name.ends_with(".xml") => Self::Sitemap,
            "feed.xml" => Self::Feed,
            _ if is_page(name) => {
                let folders = path.matches('/').count();
                // `a/index.html` and `a.html` are as near.
                let below = if name == "index.html" { folders } else { folders + 1 };
                Self::Page(NearRoot(std::cmp::Reverse(below)))
            }
            _ => Self::File,
        }
    }

    /// Whether it changes whenever the portal does.
    fn is_changing(self) -> bool {
        self != Self::File
    }
}

fn is_page(name: &str) -> bool {
    name.ends_with(".html") || name.ends_with(".htm")
}

/// The headers of what a deploy writes down on a host, which changes and is read by deploys alone.
pub fn notes_headers() -> Headers {
    Headers { content_type: "application/json".into(), cache_control: "no-store".into() }
}

/// The headers of a file.
pub fn headers(path: &OutPath) -> Headers {
    let cache = if Rank::of(path).is_changing() { CHANGING } else { STANDING };
    Headers { content_type: types::of(path.as_str()).into(), cache_control: cache.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_come_before_lists_and_the_home_page_before_feeds_and_maps() {
        let order = [
            "style.css",
            "2026/03/12/slug/photo.jpg",
            "2026/03/12/slug/index.html",
            "2026/03/12/index.html",
            "2026/03.html",
            "ar/index.html",
            "404.html",
            "index.html",
            "tags/sante/feed.xml",
            "sitemap-fr-2026.xml",
            "sitemap.xml",
            "robots.txt",
        ];
        let ranks: Vec<Rank> = order.iter().map(|path| Rank::of(&OutPath::parse(path).unwrap())).collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
        assert!(ranks[5] < ranks[7] && ranks[3] < ranks[4]);
    }

    #[test]
    fn pages_are_asked_for_again_soon() {
        let told = |path: &str| headers(&OutPath::parse(path).unwrap());
        assert_eq!(&*told("index.html").content_type, "text/html; charset=utf-8");
        assert!(told("index.html").cache_control.contains("max-age=60"));
        assert_eq!(&*told("a/feed.xml").content_type, "application/rss+xml; charset=utf-8");
        assert!(told("style.css").cache_control.contains("max-age=3600"));
    }
}
