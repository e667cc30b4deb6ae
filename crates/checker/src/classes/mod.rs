//! What settings permit over all possible requests, and what a change of them does.
//!
//! Two settings distinguish finitely many classes of requests. A class of paths is a node of the `tree` of all paths that the
//! settings name, under all their names, or everything else below such a node. Namespaces and containers are of one class at a
//! node if all rules that have to do with the node treat them alike: `groups`. One representative of each class is put to
//! [`permission`](kubevirt_sidecar_hostpath_policy::permission), in `cells`. What is alike in all classes
//! is merged to `rows` over `ranges` of paths, and printed as a `sentence`: the `difference` of two settings, or the `map` of one.

mod cells;
pub mod difference;
mod groups;
pub mod map;
pub mod members;
pub mod names;
pub mod ranges;
pub mod rows;
pub mod sentence;
pub mod template;
mod tree;
pub mod types;
