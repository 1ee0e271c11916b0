//! The outside view: a real server on a real port, real plugins, hostile guests.
//!
//! `cargo xtask test` builds what these tests start. One file a promise; `support/` arranges.

mod accounts;
mod bodies;
mod breaker;
mod captures;
mod compiling;
mod contract;
mod costs;
mod detect;
mod durability;
mod ensemble;
mod failures;
mod hostile;
mod hot_reload;
mod models;
mod operation;
mod pipeline;
mod plugins;
mod refused_components;
mod replicas;
mod secrets;
mod self_test;
mod series;
mod shadow;
mod sources;
mod support;
mod tls;
mod tokens;
