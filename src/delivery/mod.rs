//! Ring 2: how a host is brought to what a portal publishes. Pure: what it holds, what is to be done in
//! which order, what must not be done unasked. Who speaks to hosts is `world::deploy`.

pub mod concern;
pub mod course;
pub mod parcel;
pub mod serving;
pub mod state;
