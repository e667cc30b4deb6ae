//! What the VM owner asks for: KubeVirt's annotation, read as KubeVirt reads it, and this
//! policy's own; and the verdict on each request in them.

pub(crate) mod annotation;
pub(crate) mod creator;
pub(crate) mod host_path_request;
pub(crate) mod near_miss;
pub(crate) mod node_selector;
pub(crate) mod overlaps;
pub(crate) mod own_annotation;
pub(crate) mod permitted;
pub(crate) mod place;
#[expect(clippy::module_inception, reason = "the noun of the folder")]
mod requests;

pub(crate) use requests::Requests;
pub(crate) use requests::{Annotations, written_in};
