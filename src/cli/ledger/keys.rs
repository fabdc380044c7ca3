//! `claimgate ledger key`: makes the keys of a ledger, and shows the public one.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use super::{Exit, explain};
use crate::ledger::{Keys, hex};

/// Make the keys of a ledger: one signs heads and retention marks, one hashes members
///
/// Only the owner may read the file. Keep a copy in another place: without it no head can be signed
/// and no member be found again. Prints the public key.
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// Where to keep the keys; must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Make none: print the public key of those that are there
    #[arg(long)]
    public: bool,
}

/// Makes or shows keys.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let keys = if args.public { Keys::read(&args.file) } else { Keys::create(&args.file) };
    match keys {
        Ok(keys) => {
            writeln!(io::stdout(), "{}", hex(&keys.public()))?;
            Ok(Exit::Allowed)
        }
        Err(error) => {
            explain(&error);
            Ok(Exit::Broken)
        }
    }
}
