//! What the VM owner asks for: KubeVirt's annotation, read as KubeVirt reads it, and this
//! policy's own; and the verdict on each request in them.

pub mod annotation;
pub(crate) mod creator;
pub mod entry;
pub(crate) mod near_miss;
pub(crate) mod node_selector;
pub mod overlaps;
pub mod own_annotation;
pub mod permitted;
pub mod place;
#[expect(clippy::module_inception, reason = "the noun of the folder")]
mod requests;

pub use requests::Requests;
pub(crate) use requests::{Annotations, entries};
