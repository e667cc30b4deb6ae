//! The objects in manifests, and what the policy decides for them.

mod annotation_text;
pub mod finding;
mod hidden;
mod holder;
pub mod manifest;
pub mod metadata;
mod parameters;
pub mod reader;
pub mod reason;
pub mod report;
mod unpack;
