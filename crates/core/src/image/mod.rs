//! Images: references, the catalogue of Kubernetes versions, and what add-ons need of it.

pub mod addons;
pub mod catalogue;
pub mod metadata;
pub mod reference;
mod releases;
pub mod version;

pub use releases::nearest;
