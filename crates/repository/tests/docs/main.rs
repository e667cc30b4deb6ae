//! The documents of the repository: what they tell people to type is run, and where they point to exists.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper fails its test by panicking"
)]

mod cargo;
mod commands;
mod console;
mod links;
mod make;
mod markdown;
mod named;
mod picture;
mod shape;
mod versions;
