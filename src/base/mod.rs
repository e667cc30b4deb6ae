//! Words that everything above is written in: JSON as it stands, paths and their names, types of volumes, names of
//! namespaces and containers, faults with their fields, the admission request.

pub(crate) mod access;
pub(crate) mod aliases;
pub(crate) mod by_name;
pub(crate) mod container_name;
pub(crate) mod field;
pub(crate) mod host_path_type;
pub(crate) mod json;
pub(crate) mod namespace;
pub(crate) mod path;
pub(crate) mod path_tree;
pub(crate) mod request;
pub mod reserved;
pub(crate) mod step;
