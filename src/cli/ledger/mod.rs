//! `claimgate ledger`: look into the record of decisions, and look after it. One file a command.
//!
//! Exit codes: 0 all is well, 4 something was found (a change, a difference), 1 something is broken.

mod again;
mod export;
mod find;
mod head;
mod keys;
mod report;
mod retire;
mod show;
mod verify;

pub(super) use report::Kinds;

use std::{io, path::PathBuf, sync::Arc, time::SystemTime};

use super::{Exit, complain};
use crate::{
    date,
    http::Recorder,
    ledger::{Access, Keys, Ledger, Place, entry, key::KeyError},
};

/// Names the ledger where no `--ledger` does.
const LEDGER_VARIABLE: &str = "CLAIMGATE_LEDGER";
/// Names the key file where no `--ledger-key` does.
const KEY_VARIABLE: &str = "CLAIMGATE_LEDGER_KEY";

/// Look into the record of decisions, and look after it
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Verify(verify::Args),
    Show(show::Args),
    Search(find::Args),
    Export(export::Args),
    Report(report::Args),
    Checkpoint(head::Args),
    Key(keys::Args),
    Retire(retire::Args),
    Replay(again::Args),
}

/// Runs one of the commands.
pub(super) fn run(command: &Command) -> io::Result<Exit> {
    match command {
        Command::Verify(args) => verify::run(args),
        Command::Show(args) => show::run(args),
        Command::Search(args) => find::run(args),
        Command::Export(args) => export::run(args),
        Command::Report(args) => report::run(args),
        Command::Checkpoint(args) => head::run(args),
        Command::Key(args) => keys::run(args),
        Command::Retire(args) => retire::run(args),
        Command::Replay(args) => again::run(args),
    }
}

/// Which ledger.
#[derive(clap::Args)]
pub(in crate::cli) struct LedgerArgs {
    /// SQLite file or postgres://… of the ledger [default: $CLAIMGATE_LEDGER]
    #[arg(long, value_name = "FILE|URL")]
    ledger: Option<String>,
}

/// Which keys.
#[derive(clap::Args)]
pub(in crate::cli) struct KeyArgs {
    /// Key file, as `claimgate ledger key` makes it [default: $CLAIMGATE_LEDGER_KEY]
    #[arg(long, value_name = "FILE")]
    ledger_key: Option<PathBuf>,
}

/// Where a server records its decisions.
#[derive(clap::Args)]
pub(in crate::cli) struct RecordArgs {
    /// SQLite file or postgres://… to record every decision in before it is answered; begun where it
    /// is not there [default: $CLAIMGATE_LEDGER, else nothing is recorded]
    #[arg(long, value_name = "FILE|URL")]
    ledger: Option<String>,
    #[command(flatten)]
    keys: KeyArgs,
}

impl RecordArgs {
    /// What records; nothing where no ledger is named.
    ///
    /// # Errors
    /// What the program ends with where it cannot be had; then all was said on stderr.
    pub(super) fn recorder(&self) -> Result<Option<Recorder>, Exit> {
        let Some(place) = (LedgerArgs { ledger: self.ledger.clone() }).place() else { return Ok(None) };
        let keys = self.keys.read().ok_or(Exit::Broken)?;
        let member = entry::Key::new(keys.member());
        match Ledger::open(place, Access::Record, Some(keys)) {
            Ok(ledger) => Ok(Some(Recorder::new(ledger, member))),
            Err(error) => {
                complain(&error, Some(error.help()));
                Err(Exit::Broken)
            }
        }
    }
}

/// How to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum Format {
    /// For people
    Human,
    /// One JSON object
    Json,
}

impl LedgerArgs {
    /// The ledger of this name.
    pub(in crate::cli) fn named(name: &str) -> LedgerArgs {
        LedgerArgs { ledger: Some(name.to_owned()) }
    }

    /// The ledger; `None` where there is none to be had, and then all was said on stderr.
    pub(in crate::cli) fn open(&self, access: Access) -> Option<Ledger> {
        let Some(place) = self.place() else {
            let help = format!("name it with `--ledger FILE|URL` or ${LEDGER_VARIABLE}");
            complain("no ledger is named", Some(&help));
            return None;
        };
        Ledger::open(place, access, None).map_err(|error| complain(&error, Some(error.help()))).ok()
    }

    /// Where it is, if it is named at all.
    pub(super) fn place(&self) -> Option<Place> {
        let named = self.ledger.clone().or_else(|| variable(LEDGER_VARIABLE)?.into_string().ok())?;
        named.parse().ok()
    }
}

impl KeyArgs {
    /// The key file of this name, else the environment's.
    pub(in crate::cli) fn named(file: Option<PathBuf>) -> KeyArgs {
        KeyArgs { ledger_key: file }
    }

    /// The keys; `None` where there are none to be had, and then all was said on stderr.
    pub(in crate::cli) fn read(&self) -> Option<Arc<Keys>> {
        let Some(file) = self.ledger_key.clone().or_else(|| variable(KEY_VARIABLE).map(PathBuf::from)) else {
            let help =
                format!("name it with `--ledger-key FILE` or ${KEY_VARIABLE}; `claimgate ledger key FILE` makes one");
            complain("no key file is named", Some(&help));
            return None;
        };
        Keys::read(&file).map(Arc::new).map_err(|error| explain(&error)).ok()
    }
}

/// Says on stderr why keys could not be had.
fn explain(error: &KeyError) {
    complain(error, Some(&error.help()));
}

fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// A moment that the caller writes.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    date::moment_ms(text).ok_or_else(|| "expected a day as 2026-01-31, or a time as 2026-01-31T08:00:00Z".to_owned())
}

/// Now, in milliseconds since 1970 UTC.
#[expect(clippy::disallowed_methods, reason = "a door may look at the clock, and passes the time in")]
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.ok().and_then(|since| since.as_millis().try_into().ok()).unwrap_or(0)
}
