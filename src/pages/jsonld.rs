//! Structured data for search engines (schema.org NewsArticle and BreadcrumbList), made of the
//! same view that the template sees.

use serde_json::{Value, json};

use super::compose::{Content, View};
use super::view::{PartyView, PortalHead, ReleaseView};

/// The structured data of a page, ready to stand in a `script` element; empty where there is none.
pub fn of(view: &View) -> String {
    let mut graph = Vec::new();
    if let Content::Release(release) = &view.content
        && !view.page.noindex
    {
        graph.push(article(view, release));
    }
    if view.page.crumbs.len() > 1 && view.page.kind != "404" && view.page.kind != "redirect" {
        graph.push(breadcrumbs(view));
    }
    if graph.is_empty() {
        return String::new();
    }
    script(&json!({ "@context": "https://schema.org", "@graph": graph }))
}

fn absolute(head: &PortalHead, url: &str) -> String {
    format!("{}{url}", head.base_url)
}

fn article(view: &View, release: &ReleaseView) -> Value {
    let head = view.portal;
    let card = release.release;
    let mut article = json!({
        "@type": "NewsArticle",
        "headline": card.title,
        "url": view.page.canonical,
        "mainEntityOfPage": view.page.canonical,
        "datePublished": card.date.datetime,
        "dateModified": release.modified.as_ref().unwrap_or(&card.date).datetime,
        "inLanguage": head.lang,
        "publisher": publisher(head, &head.party),
        "isPartOf": { "@type": "WebSite", "name": head.title, "url": absolute(head, &head.home) },
    });
    let mut set = |name: &str, value: Value| {
        article[name] = value;
    };
    if !card.summary.is_empty() {
        set("description", card.summary.into());
    }
    let authors: Vec<Value> =
        release.authors.iter().map(|name| json!({ "@type": "Person", "name": name })).collect();
    set("author", if authors.is_empty() { publisher(head, &head.party) } else { authors.into() });
    if let Some(picture) = &card.image {
        let mut image = json!({ "@type": "ImageObject", "url": absolute(head, &picture.url) });
        if let (Some(width), Some(height)) = (picture.width, picture.height) {
            image["width"] = width.into();
            image["height"] = height.into();
        }
        if let Some(caption) = &picture.caption {
            image["caption"] = caption.as_str().into();
        }
        if let Some(credit) = &picture.credit {
            image["creditText"] = credit.as_str().into();
        }
        set("image", image);
    }
    let places: Vec<Value> = card
        .regions
        .iter()
        .filter(|region| !region.pseudo)
        .map(|region| region.name.as_str())
        .chain(card.provinces.iter().map(|province| province.name.as_str()))
        .map(|name| json!({ "@type": "AdministrativeArea", "name": name }))
        .collect();
    if !places.is_empty() {
        set("contentLocation", places.into());
    }
    if !release.tags.is_empty() {
        let tags: Vec<&str> = release.tags.iter().map(|tag| tag.name.as_str()).collect();
        set("keywords", tags.into());
    }
    let translations: Vec<Value> = release
        .translations
        .iter()
        .map(|other| {
            json!({
                "@type": "NewsArticle",
                "headline": other.title,
                "inLanguage": other.lang,
                "url": absolute(head, other.url),
            })
        })
        .collect();
    if !translations.is_empty() {
        set("workTranslation", translations.into());
    }
    let corrections: Vec<Value> = release
        .corrections
        .iter()
        .map(|correction| {
            json!({
                "@type": "CorrectionComment",
                "text": correction.note,
                "datePublished": correction.date.datetime,
            })
        })
        .collect();
    if !corrections.is_empty() {
        set("correction", corrections.into());
    }
    article
}

fn publisher(head: &PortalHead, party: &PartyView) -> Value {
    let mut publisher = json!({
        "@type": "PoliticalParty",
        "name": party.name,
        "url": party.url.clone().unwrap_or_else(|| head.base_url.clone()),
    });
    if let Some(logo) = &party.logo {
        publisher["logo"] = json!({ "@type": "ImageObject", "url": absolute(head, &logo.url) });
    }
    if !party.same_as.is_empty() {
        publisher["sameAs"] = party.same_as.clone().into();
    }
    publisher
}

fn breadcrumbs(view: &View) -> Value {
    let last = view.page.crumbs.len();
    let items: Vec<Value> = view
        .page
        .crumbs
        .iter()
        .zip(1..)
        .map(|(crumb, position)| {
            let mut item = json!({ "@type": "ListItem", "position": position, "name": crumb.name });
            if position < last {
                item["item"] = absolute(view.portal, &crumb.url).into();
            }
            item
        })
        .collect();
    json!({ "@type": "BreadcrumbList", "itemListElement": items })
}

/// JSON that no title can break out of: neither by an end tag nor by a comment's beginning, and
/// without the line separators that scripts take for line ends.
fn script(value: &Value) -> String {
    let json = value.to_string();
    let mut safe = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_end_the_script() {
        let safe = script(&json!({ "headline": "</script><!--<script>\u{2028}&" }));
        assert!(!safe.contains(['<', '>', '&', '\u{2028}']), "{safe}");
        assert_eq!(
            serde_json::from_str::<Value>(&safe).unwrap()["headline"],
            "</script><!--<script>\u{2028}&"
        );
    }
}
