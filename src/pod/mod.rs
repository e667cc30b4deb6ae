//! The launcher pod: what it lacks so that the requests are met, and what its containers would see of the node.

mod container;
mod edit;
pub mod guard;
pub mod inject;
mod kubevirt_mount;
mod mount_points;
pub mod patch;
mod processes;
mod reader;
pub mod verify;
mod view;

pub use container::{ALL_LISTS, Container, ContainerList, Mount};
pub use edit::{ContainerRef, Edit, MountRef};
pub(crate) use kubevirt_mount::{has_others, is_kubevirts_own};
pub use processes::SharedProcesses;
pub use view::{HostPathMount, HostPathSource, Pod, Volume};
