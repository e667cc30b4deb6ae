//! Everything that tells people about the settings, held to the policy's own reader in both directions: what the
//! reader knows is told, and what is told is known to the reader.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper fails its test by panicking"
)]

mod annotation;
mod corpus;
mod examples;
mod form;
mod reader;
mod reference;
mod schema;
