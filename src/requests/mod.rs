//! What the VM owner asks for: the annotation, read as KubeVirt reads it, and the verdict on each request in it.

pub mod annotation;
pub mod deciding;
pub mod judge;
mod judged;
pub(crate) mod near_miss;
pub mod reserved;
pub mod sharing;

pub use judged::Requests;
pub(crate) use judged::at_request;
