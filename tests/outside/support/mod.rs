//! Arranging: a server to talk to, and components to spoil.

mod client;
mod components;
mod proxy;
mod server;

pub(crate) use client::{Answer, Client};
pub(crate) use components::{add_to_module, bundled, costly, guest, spoilt};
pub(crate) use proxy::Proxy;
pub(crate) use server::Server;
