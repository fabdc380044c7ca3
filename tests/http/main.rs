//! The HTTP door from outside: a real server on a free port, a real socket, the real packs.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod decisions;
mod errors;
mod hooks;
mod limits;
mod logs;
mod pages;
mod requests;
mod server;
