//! The objects in manifests, and what the policy decides for them.

mod denied;
pub mod finding;
mod hidden;
mod holder;
pub mod manifest;
pub mod metadata;
mod parameters;
pub mod reader;
pub mod report;
mod unpack;
