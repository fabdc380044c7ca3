//! `claimgate ledger retire`: removes what was recorded before a date, and keeps the chain.

use std::io::{self, Write as _};

use super::{super::complain, Exit, KeyArgs, LedgerArgs, moment, now_ms};
use crate::{date, ledger::Access};

/// Remove bodies, claim ids and member hashes of decisions made before a moment
///
/// Verdicts, reasons, packs, times and hashes stay: the chain still verifies, and reports still
/// count. What is removed cannot be had back.
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    ledger: LedgerArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Decisions made before this day or time, UTC
    #[arg(long, value_name = "TIME", value_parser = moment)]
    before: i64,
}

/// Retires bodies.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let now_ms = now_ms();
    if args.before > now_ms {
        complain("`--before` lies in the future", Some("what is still to be decided cannot be retired"));
        return Ok(Exit::Broken);
    }
    let Some(keys) = args.key.read() else { return Ok(Exit::Broken) };
    let Some(ledger) = args.ledger.open(Access::Change) else { return Ok(Exit::Broken) };
    match ledger.wait(ledger.retire(keys, args.before, now_ms)) {
        Ok((mark, count)) => {
            let before = date::moment_text(mark.what.before_ms);
            writeln!(io::stdout(), "retired {count} decisions made before {before}, under mark {}", mark.what.number)?;
            Ok(Exit::Allowed)
        }
        Err(error) => {
            complain(&error, Some(error.help()));
            Ok(Exit::Broken)
        }
    }
}
