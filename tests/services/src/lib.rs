//! Throwaway servers for the tests: on free ports, in a folder of their own, gone on drop.
//!
//! `cargo xtask test` starts one of each for all tests; a test that stops its server starts its
//! own.

mod authority;
mod daemon;
mod postgres;
mod redis;
mod registry;

pub use authority::{Authority, Issued};
pub use daemon::{Daemon, folder, free_port};
pub use postgres::Postgres;
pub use redis::Redis;
pub use registry::Registry;
