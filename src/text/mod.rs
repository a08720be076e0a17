//! Ring 0: text, places in it, what can be wrong with it. Knows no portal.

pub mod bidi;
pub mod column;
pub mod diagnostic;
pub mod elsewhere;
pub mod fingerprint;
pub mod fold;
pub mod long;
pub mod merge;
pub mod problem;
pub mod scan;
pub mod source;
pub mod suggest;
pub mod typography;
