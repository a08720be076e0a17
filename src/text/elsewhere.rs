//! What the fields of other generators are here (Hugo, Zola and Jekyll, as they document theirs).

/// What is like a field of another generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counterpart {
    /// The same by another name.
    Field(&'static str),
    /// A table that holds such fields.
    Table(&'static str),
    /// Something that only a person can translate: what to do.
    Person(&'static str),
    /// Nothing.
    None,
}

/// The counterpart of a field, where that is known.
pub fn counterpart(name: &str) -> Option<Counterpart> {
    use Counterpart::{Field, None, Person, Table};
    Some(match name {
        "description" | "excerpt" | "subtitle" => Field("summary"),
        "author" | "byline" => Field("authors"),
        "categories" | "category" | "keywords" => Field("tags"),
        "publishDate" | "publishdate" | "publish_date" | "pubdate" | "pubDate" => Field("publish"),
        "expiryDate" | "expirydate" | "unpublishdate" => Field("expires"),
        "lastmod" | "modified" | "last_modified_at" | "updated_at" => Field("updated"),
        "redirect_from" => Field("aliases"),
        "taxonomies" => Table("tags"),
        "params" => Table("extra"),
        "published" => Person("write `draft = true` for what shall not be seen, else delete the line"),
        "permalink" | "url" | "path" => Person("write `slug`, the last part of the address"),
        "cover" | "thumbnail" | "featured_image" | "images" => Person("write `image`"),
        "locale" | "language" => Person("write `lang`"),
        "layout" | "template" | "weight" | "menu" | "menus" | "outputs" | "markup" | "in_search_index"
        | "sort_by" | "paginate_by" | "cascade" | "toc" | "comments" | "isCJKLanguage" | "headless"
        | "translationKey" | "linkTitle" | "page_template" | "render" => None,
        _ => return Option::None,
    })
}

impl Counterpart {
    /// What to do with the field, as help says it.
    pub fn help(self) -> String {
        match self {
            Self::Field("tags") | Self::Table("tags") => {
                "write `tags`, a list at the top of the header".into()
            }
            Self::Table("extra") => "write `extra`, for what the theme declares".into(),
            Self::Field(name) | Self::Table(name) => format!("write `{name}`"),
            Self::Person(help) => help.into(),
            Self::None => "delete the line: there is nothing like it here".into(),
        }
    }
}
