//! Words that everything above is written in: JSON as it stands, paths and their names, types of volumes, names of
//! namespaces and containers, faults with their fields, the admission request.

pub mod access;
pub(crate) mod aliases;
pub(crate) mod by_name;
pub mod container_name;
pub mod field;
pub mod host_path_type;
pub mod json;
pub mod namespace;
pub mod path;
pub(crate) mod path_tree;
pub mod request;
pub mod reserved;
pub mod step;
