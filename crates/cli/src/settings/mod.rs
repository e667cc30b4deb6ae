//! The settings of a policy: read, printed, and validated by a command.

pub mod command;
mod effective;
pub mod input;

pub use checker::settings::{SettingsJson, file, from_json, from_yaml, rules, warnings};
