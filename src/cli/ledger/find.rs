//! `claimgate ledger search`: decisions by when, what and why.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use super::{
    super::{
        complain,
        screen::{Clean, Colour, Ink, Screen},
    },
    Exit, Format, LedgerArgs, moment,
};
use crate::{
    date,
    ledger::{Access, Query, Stored},
    verdict::Verdict,
};

/// Find decisions; everything that is given must hold
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    ledger: LedgerArgs,
    #[command(flatten)]
    by: By,
    /// How many at most, up to 1000
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
    /// How to tell
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

/// What is searched for.
#[derive(clap::Args)]
pub(in crate::cli) struct By {
    /// Decided on this day or at this time, UTC, or later
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<i64>,
    /// Decided before this day or time, UTC
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Option<i64>,
    /// Verdict of the whole request: allow, flag or deny
    #[arg(long, value_name = "VERDICT", value_parser = verdict)]
    verdict: Option<Verdict>,
    /// Rule that had a finding
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// Id of a reason that was given
    #[arg(long, value_name = "ID")]
    reason: Option<String>,
    /// Pack that was asked
    #[arg(long, value_name = "NAME")]
    pack: Option<String>,
    /// The sender's id of the claim or order
    #[arg(long, value_name = "ID")]
    claim: Option<String>,
    /// Only what stands after this place of the chain
    #[arg(long, value_name = "N", default_value_t = 0)]
    after: i64,
}

impl By {
    /// As the ledger is asked.
    pub(super) fn query(&self, limit: i64) -> Query {
        Query {
            from_ms: self.from,
            to_ms: self.to,
            verdict: self.verdict,
            rule: self.rule.clone(),
            reason: self.reason.clone(),
            pack: self.pack.clone(),
            request_id: self.claim.clone(),
            after: self.after,
            limit,
        }
    }
}

fn verdict(text: &str) -> Result<Verdict, String> {
    Verdict::from_name(text).ok_or_else(|| "expected allow, flag or deny".to_owned())
}

/// Searches.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let Some(ledger) = args.ledger.open(Access::Read) else { return Ok(Exit::Broken) };
    let found = match ledger.wait(ledger.search(args.by.query(args.limit))) {
        Ok(found) => found,
        Err(error) => {
            complain(&error, Some(error.help()));
            return Ok(Exit::Broken);
        }
    };
    let mut out = io::stdout().lock();
    let is_full = i64::try_from(found.len()) == Ok(args.limit);
    let next = found.last().map(|last| last.seq).filter(|_| is_full);
    match args.format {
        Format::Json => {
            let decisions: Value = found.iter().map(Stored::value).collect();
            writeln!(out, "{:#}", json!({"decisions": decisions, "next_after": next}))?;
        }
        Format::Human => {
            let screen = Screen::of(&out, args.color);
            found.iter().try_for_each(|entry| line(entry, &screen, &mut out))?;
            match (found.is_empty(), next) {
                (true, _) => writeln!(out, "nothing found")?,
                (false, Some(next)) => writeln!(out, "there may be more: --after {next}")?,
                (false, None) => {}
            }
        }
    }
    Ok(Exit::Allowed)
}

fn line(entry: &Stored, screen: &Screen, out: &mut impl io::Write) -> io::Result<()> {
    let row = &entry.row;
    let ink = match row.verdict {
        Verdict::Allow => Ink::Green,
        Verdict::Flag => Ink::Yellow,
        Verdict::Deny => Ink::Red,
    };
    let (verdict, decided) = (screen.ink(ink, row.verdict.name()), date::moment_text(row.decided_ms));
    let request_id = if entry.retired == 0 { row.request_id.as_str() } else { "(retired)" };
    write!(out, "{:>8}  {decided}  {verdict:<5}  {}  {}", entry.seq, row.id, Clean(request_id))?;
    let reasons: Vec<&str> = row.findings.iter().map(|found| found.reason.as_str()).collect();
    writeln!(out, "  {}", Clean(&reasons.join(", ")))
}
