//! Ring 2: what a portal publishes. Pure: reads no file and no clock, writes nothing.

pub mod brief;
pub mod compose;
pub mod contact;
pub mod difference;
pub mod feed;
pub mod frame;
pub mod host;
pub mod ingredients;
pub mod inputs;
pub mod jsonld;
pub mod known;
pub mod locale;
pub mod manifest;
pub mod markdown;
pub mod path;
pub mod plan;
pub mod prepared;
pub mod render;
pub mod rows;
pub mod shelf;
pub mod site;
pub mod sitemap;
pub mod strings;
pub mod theme;
pub mod types;
pub mod view;
