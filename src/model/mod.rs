//! Ring 1: what a portal is. Pure: no files, no clock, no HTML, no templates.

pub mod date;
pub mod header;
pub mod territory;
