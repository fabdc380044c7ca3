//! `claimgate ledger verify`: whether the ledger is what it was.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use serde_json::{Value, json};

use super::{
    super::{
        complain,
        screen::{Colour, Ink, Screen},
    },
    Exit, Format, LedgerArgs, head,
};
use crate::{
    date,
    ledger::{
        Access, hex,
        verify::{Against, Report, verify},
    },
};

/// Walk the whole chain: name the first entry that is wrong, missing, twice or out of order
///
/// Looks at every pack too: one that an entry was decided by must be there, and as it was stored.
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    ledger: LedgerArgs,
    /// Head that `ledger checkpoint` wrote and that was kept elsewhere; may be repeated
    #[arg(long, value_name = "HEAD")]
    against: Vec<PathBuf>,
    /// File of the only public key whose signatures count, as `ledger key` prints it
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
    /// How to tell what was found
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

/// Verifies.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let mut against = Against::default();
    for file in &args.against {
        match head::read(file) {
            Ok(head) => against.heads.push((file.display().to_string(), head)),
            Err(why) => return broken(format_args!("cannot read the head `{}`: {why}", file.display())),
        }
    }
    if let Some(file) = &args.public_key {
        match head::read_public_key(file) {
            Ok(key) => against.public_key = Some(key),
            Err(why) => return broken(format_args!("cannot read the public key `{}`: {why}", file.display())),
        }
    }
    let Some(ledger) = args.ledger.open(Access::Read) else { return Ok(Exit::Broken) };
    let report = match verify(&ledger, &against) {
        Ok(report) => report,
        Err(error) => {
            complain(&error, Some(error.help()));
            return Ok(Exit::Broken);
        }
    };
    let mut out = io::stdout().lock();
    match args.format {
        Format::Json => writeln!(out, "{:#}", value(&report))?,
        Format::Human => human(&report, &against, &Screen::of(&out, args.color), &mut out)?,
    }
    Ok(if report.faults.is_empty() { Exit::Allowed } else { Exit::Findings })
}

fn broken(message: impl std::fmt::Display) -> io::Result<Exit> {
    complain(message, None);
    Ok(Exit::Broken)
}

fn human(report: &Report, against: &Against, screen: &Screen, out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "ledger {}", report.ledger)?;
    writeln!(out, "entries {}, head {}", report.count, hex(&report.hash))?;
    for (number, count) in &report.retired {
        let mark = report.marks.iter().find(|mark| mark.what.number == *number);
        let before = mark.map_or_else(String::new, |mark| date::moment_text(mark.what.before_ms));
        writeln!(out, "retired {count}, decided before {before}, under mark {number}")?;
    }
    writeln!(out, "checkpoints that hold {}", report.checkpoints)?;
    writeln!(out, "packs that are as they were stored {}", report.packs)?;
    for key in &report.signers {
        writeln!(out, "signed by {}", hex(key))?;
    }
    for note in &report.notes {
        writeln!(out, "{} {} ({})", screen.ink(Ink::Yellow, "!"), note.message, note.code)?;
    }
    for fault in &report.faults {
        writeln!(out, "{} {} ({})", screen.ink(Ink::Red, "×"), fault.message, fault.code)?;
    }
    if report.faults.is_empty() {
        let words = match against.heads.len() {
            0 => {
                "whole; without `--against` a head from elsewhere, whoever can write the ledger can have cut off its end"
            }
            1 => "whole, and the head is reached",
            _ => "whole, and all heads are reached",
        };
        writeln!(out, "{} {words}", screen.ink(Ink::Green, "✓"))?;
    }
    Ok(())
}

fn value(report: &Report) -> Value {
    let retired = |(number, count): (&i64, &u64)| {
        let mark = report.marks.iter().find(|mark| mark.what.number == *number);
        let before = mark.map(|mark| date::moment_text(mark.what.before_ms));
        json!({"mark": number, "before": before, "count": count})
    };
    let fault = |fault: &crate::ledger::verify::Fault| json!({"entry": fault.seq, "code": fault.code, "message": fault.message});
    json!({
        "ledger": report.ledger.to_string(),
        "entries": report.count,
        "head": hex(&report.hash),
        "retired": report.retired.iter().map(retired).collect::<Value>(),
        "checkpoints": report.checkpoints,
        "signed_by": report.signers.iter().map(|key| json!(hex(key))).collect::<Value>(),
        "packs": report.packs,
        "notes": report.notes.iter().map(fault).collect::<Value>(),
        "faults": report.faults.iter().map(fault).collect::<Value>(),
        "whole": report.faults.is_empty(),
    })
}
