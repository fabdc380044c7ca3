//! `claimgate ledger show`: a recorded decision with its whole rationale, as it was given.

use std::io::{self, Write as _};

use uuid::Uuid;

use super::{
    super::{
        complain, rationale,
        screen::{Colour, Screen},
    },
    Exit, Format, LedgerArgs,
};
use crate::{
    date,
    ledger::{Access, entry::Entry},
};

/// Show a decision as it was recorded, with its whole rationale
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    ledger: LedgerArgs,
    /// The decision's id, as the answer gave it
    #[arg(value_name = "ID")]
    id: Uuid,
    /// How to tell
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

/// Shows one.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let Some(ledger) = args.ledger.open(Access::Read) else { return Ok(Exit::Broken) };
    let stored = match ledger.wait(ledger.entry(args.id)) {
        Ok(Some(stored)) => stored,
        Ok(None) => {
            let help = "`claimgate ledger search` finds decisions by day, verdict, rule, reason, pack and claim";
            complain(format_args!("no decision `{}` is recorded", args.id), Some(help));
            return Ok(Exit::Broken);
        }
        Err(error) => {
            complain(&error, Some(error.help()));
            return Ok(Exit::Broken);
        }
    };
    let Some(body) = &stored.body else {
        let help = "what retention leaves is found by `claimgate ledger search`";
        complain(format_args!("decision `{}` was retired under mark {}", args.id, stored.retired), Some(help));
        return Ok(Exit::Broken);
    };
    let entry = match Entry::decode(body) {
        Ok(entry) => entry,
        Err(fault) => {
            complain(&fault, Some("`claimgate ledger verify` tells whether it was changed"));
            return Ok(Exit::Broken);
        }
    };
    let mut out = io::stdout().lock();
    if args.format == Format::Json {
        writeln!(out, "{}", entry.answer())?;
        return Ok(Exit::Allowed);
    }
    let (received, decided) = (date::moment_text(entry.received_ms), date::moment_text(entry.decided_ms));
    let asked = if entry.expedited { "expedited" } else { "standard" };
    writeln!(out, "decision {} at place {}: received {received}, decided {decided}, {asked}", entry.id, stored.seq)?;
    for pack in entry.packs() {
        writeln!(out, "  by {} {} {}", pack.name, pack.version, pack.digest)?;
    }
    let screen = Screen::of(&out, args.color);
    rationale::decision(&mut out, screen, &entry.least.request, &entry.decision, &|_| true)?;
    Ok(Exit::Allowed)
}
