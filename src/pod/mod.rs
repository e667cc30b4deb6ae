//! The launcher pod: what it lacks so that the requests are met, and what its containers would see of the node.

mod container;
mod edit;
pub(crate) mod guard;
pub(crate) mod inject;
mod kubevirt_mount;
mod mount_points;
pub(crate) mod patch;
mod processes;
mod reader;
pub(crate) mod verify;
mod view;

pub use container::Container;
pub(crate) use container::{ALL_LISTS, ContainerList, Mount};
pub(crate) use edit::{ContainerRef, Edit, MountRef};
pub(crate) use kubevirt_mount::has_others;
pub use kubevirt_mount::is_kubevirts_own;
pub(crate) use processes::SharedProcesses;
pub use view::{HostPathMount, Pod};
pub(crate) use view::{HostPathSource, Volume};
