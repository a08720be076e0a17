pub mod desk;
pub mod model;
pub mod text;
