//! Tribune turns a folder of a party's releases into a news portal for any static host.
//!
//! ```text
//! tree → Source → Written → Portal → Plan → rendered outputs → output folder
//!                 └─────────── pure: (T, Vec<Diagnostic>) ─┘
//! ```
//!
//! Four rings of modules, imports pointing down only: [`text`], [`model`], [`pages`] with [`delivery`]
//! upon it and [`desk`] beside it, [`world`]; [`commands`] compose them. ARCHITECTURE.md has the invariants.

pub mod cli;
pub mod commands;
pub mod delivery;
pub mod desk;
pub mod model;
pub mod pages;
pub mod text;
pub mod world;
