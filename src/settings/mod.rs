//! What the admin allows: rules and sensitive paths, read whole or refused; and whether they permit a host path.

mod around;
mod for_namespace;
mod near_path;
mod node_label;
pub(crate) mod pattern;
pub(crate) mod permission;
mod reader;
pub(crate) mod rule;
pub(crate) mod sensitive;
mod whole;

pub use around::{Covering, RulesAround};
pub(crate) use for_namespace::RuleFor;
pub use for_namespace::SettingsFor;
pub use permission::{Refusal, Viewer};
pub use reader::{DEFAULT_TYPES, KUBEVIRT_CONTROLLER, RULE_KEYS, SETTINGS_KEYS};
pub use whole::{MOST_ITEMS, MOST_RULES, RecursiveReadOnly, Settings, TrustedCreators};
