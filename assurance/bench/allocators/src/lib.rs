//! The policy with other allocators than Rust's own (dlmalloc), as examples: each is a whole policy module, for the table
//! of variants.
