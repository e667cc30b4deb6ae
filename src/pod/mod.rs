//! The launcher pod: what it lacks so that the requests are met, what its sidecars would see of the node, and who else
//! could write there.

mod claims;
mod container;
mod edit;
pub mod guard;
pub mod inject;
mod mounts;
pub mod patch;
mod reader;
pub mod sidecars;
pub mod verify;
mod view;

pub use container::{Container, ContainerList, LISTS_OF_NEW_PODS, Mount};
pub use edit::{ContainerRef, Edit, MountRef};
pub use view::{HostPathMount, HostPathSource, Pod, Volume};
