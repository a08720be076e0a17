//! Ring 2, beside `pages`: the press desk. What is proposed to a person about a text. Pure.

pub mod detect;
pub mod draft;
mod embargo;
mod foreign;
mod head;
pub mod import;
pub mod propose;
pub mod repair;
pub mod review;
mod surroundings;
pub mod title;
