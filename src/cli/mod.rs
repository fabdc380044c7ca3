//! The command line: the only room that knows clap, stdout and exit codes. One file a command.
//!
//! Exit codes tell *no* from *broken*: 0 all allow, 3 something flagged, 2 something denied,
//! 4 something found in rule packs that load (a finding, a failing case, a difference) or in a ledger
//! (a change), 1 something broken or rejected; the worse one wins.

mod accounting;
mod compare;
mod decide;
mod input;
mod ledger;
mod packs;
mod pending;
mod questionnaires;
mod rationale;
mod replay;
mod rules;
mod sample;
mod screen;
mod serve;

use std::{
    fmt::Display,
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::{telemetry, verdict::Verdict};

/// What a shell reports of a program that a closed pipe stopped: 128 and the number of SIGPIPE.
const CLOSED_PIPE: u8 = 141;

/// A reimbursement rules engine: claims and orders in; allow, flag or deny with a rationale out.
#[derive(Parser)]
#[command(name = "claimgate", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Decide(decide::Args),
    Replay(replay::Args),
    Compare(compare::Args),
    #[command(subcommand)]
    Ledger(ledger::Command),
    #[command(subcommand)]
    Rules(rules::Command),
    Sample(sample::Args),
    Serve(serve::Args),
}

/// What the caller is told by the exit code, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    /// Every line is allowed.
    Allowed,
    /// A line is flagged.
    Flagged,
    /// A line is denied.
    Denied,
    /// Rule packs load, and something is found in them: a finding, a failing case, a difference; or
    /// a ledger was changed.
    Findings,
    /// Something is broken or was rejected.
    Broken,
}

/// Runs the command that the program was called with.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            // clap's own code for a wrong call is 2, which here means *denied*.
            return if error.use_stderr() { Exit::Broken.into() } else { ExitCode::SUCCESS };
        }
    };
    let done = match &cli.command {
        Command::Decide(args) => decide::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Ledger(command) => ledger::run(command),
        Command::Rules(command) => rules::run(command),
        Command::Sample(args) => sample::run(args),
        Command::Serve(args) => serve::run(args),
    };
    telemetry::flush();
    match done {
        Ok(exit) => exit.into(),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(CLOSED_PIPE),
        Err(error) => {
            complain(format_args!("cannot write the output: {error}"), None);
            Exit::Broken.into()
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        match exit {
            Exit::Allowed => ExitCode::SUCCESS,
            Exit::Broken => ExitCode::from(1),
            Exit::Denied => ExitCode::from(2),
            Exit::Flagged => ExitCode::from(3),
            Exit::Findings => ExitCode::from(4),
        }
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Exit {
        match verdict {
            Verdict::Allow => Exit::Allowed,
            Verdict::Flag => Exit::Flagged,
            Verdict::Deny => Exit::Denied,
        }
    }
}

/// Says on stderr what went wrong and what to do; where stderr is closed, nobody listens.
fn complain(message: impl Display, help: Option<&str>) {
    let mut stderr = io::stderr().lock();
    let _ = writeln!(stderr, "error: {message}");
    if let Some(help) = help {
        let _ = writeln!(stderr, "  help: {help}");
    }
}
