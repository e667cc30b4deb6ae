//! The objects in manifests, and what the policy decides for them.

pub mod finding;
pub mod manifest;
pub mod reader;
pub mod reason;
pub mod report;
mod unpack;
