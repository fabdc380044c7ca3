//! The program `claimgate`; everything it does is in [`claimgate::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    claimgate::cli::run()
}
