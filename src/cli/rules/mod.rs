//! `claimgate rules`: what packs may ask, and whether packs hold. One file a command.

mod check;
mod codes;
mod diff;
mod new;
mod report;
mod show;
mod test;
mod witness;

use std::io::{self, Write as _};

pub(super) use diff::folder;

use super::Exit;
use crate::fact;

/// Look into rule packs
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Print every fact a rule may ask about, as Markdown (rules/facts.md)
    Facts,
    Check(check::Args),
    Test(test::Args),
    Diff(diff::Args),
    New(new::Args),
    Show(show::Args),
}

/// Runs one of the commands.
pub(super) fn run(command: &Command) -> io::Result<Exit> {
    match command {
        Command::Facts => {
            io::stdout().write_all(fact::markdown().as_bytes())?;
            Ok(Exit::Allowed)
        }
        Command::Check(args) => check::run(args),
        Command::Test(args) => test::run(args),
        Command::Diff(args) => diff::run(args),
        Command::New(args) => new::run(args),
        Command::Show(args) => show::run(args),
    }
}
