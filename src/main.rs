//! The program `claimgate`; everything it does is in [`claimgate::cli`].

use std::process::ExitCode;

/// Hands of a replay and of a server allocate at once, and one frees what another made.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    claimgate::cli::run()
}
