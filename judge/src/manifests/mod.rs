//! The objects in manifests, and what the policy decides for them.

mod denied;
pub mod finding;
pub mod manifest;
pub mod reader;
pub mod report;
mod unpack;
