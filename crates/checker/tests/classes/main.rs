//! The difference of two settings names exactly the requests whose verdict changes.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a helper fails its test by panicking"
)]

mod generate;
mod properties;
mod scale;
mod scope;
mod sentences;
mod taking;
mod universe;
