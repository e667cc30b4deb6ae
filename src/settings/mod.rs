//! What the admin allows: rules and sensitive paths, read whole or refused; and whether they permit a host path.

mod around;
mod for_namespace;
mod node_label;
pub mod pattern;
pub mod permission;
mod reader;
pub mod rule;
pub mod sensitive;
mod whole;

pub use around::{Covering, RulesAround};
pub use for_namespace::{RuleFor, SettingsFor};
pub use permission::{Permission, Refusal, Viewer};
pub use reader::{DEFAULT_TYPES, KUBEVIRT_CONTROLLER};
pub use whole::{MOST_ITEMS, MOST_RULES, RecursiveReadOnly, Settings, TrustedCreators};
