//! What the policy costs: each request goes to the policy and to a guest that does nothing, in turns, through the same
//! host, and what is reported is the ratio.
//!
//! ```text
//! requests ──┐
//! modules ───┴ comparison ─ evaluation ─ policy_server    the two guests take turns; one evaluation, stage by stage; its host
//!                 │      instructions    the same, counted instead of timed
//!              figures                   medians of all runs
//!                 │
//!              report                    tables
//! ```

pub mod comparison;
pub mod evaluation;
pub mod figures;
pub mod instructions;
pub mod modules;
pub mod policy_server;
pub mod report;
pub mod requests;

/// Any error: the benchmark stops with its text.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
