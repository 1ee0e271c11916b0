//! Throwaway servers for the tests: on free ports, in a folder of their own, gone on drop.

mod daemon;
mod postgres;
mod redis;

pub(crate) use daemon::{Daemon, folder, free_port, install};
pub(crate) use postgres::Postgres;
pub(crate) use redis::Redis;
