//! What the VM owner asks for: KubeVirt's annotation, read as KubeVirt reads it, and this
//! policy's own; and the verdict on each request in them.

pub mod annotation;
pub mod deciding;
pub mod entry;
pub mod explanation;
pub mod judge;
mod judged;
pub(crate) mod near_miss;
pub mod own_annotation;
pub mod place;
pub mod refusal;
pub mod sharing;

pub use judged::Requests;
pub(crate) use judged::{Annotations, entries, own_container_names};
