//! Ring 1: what a portal is. Pure: no files, no clock, no HTML, no templates.

pub mod alter;
pub mod amend;
pub mod body;
pub mod config;
pub mod date;
pub mod embargo;
pub mod fields;
pub mod header;
pub mod kept;
pub mod language;
mod life;
mod orphan;
pub mod page;
pub mod path;
pub mod portal;
pub mod references;
pub mod release;
pub mod releases;
pub mod target;
pub mod territory;
