//! The HTTP door from outside: a real server on a free port, a real socket, the real packs.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail loudly, and look at the clock to lose patience"
)]

mod decisions;
mod errors;
mod hooks;
mod limits;
mod logs;
mod pages;
mod questionnaires;
mod recorded;
mod requests;
mod server;
