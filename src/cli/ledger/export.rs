//! `claimgate ledger export`: entries as lines of JSON, with what the chain is made of, so that
//! others can verify it with a few lines of their own (docs/ledger.md).

use std::io::{self, BufWriter, Write as _};

use serde_json::{Value, json};

use super::{super::complain, Exit, LedgerArgs, find};
use crate::ledger::{Access, Ledger, LedgerError, Stored, hex};

/// How many entries are read at once.
const PAGE: i64 = 500;

/// Write decisions as lines of JSON, in the order of the chain
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    ledger: LedgerArgs,
    #[command(flatten)]
    by: find::By,
}

/// Exports.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let Some(ledger) = args.ledger.open(Access::Read) else { return Ok(Exit::Broken) };
    let mut out = BufWriter::new(io::stdout().lock());
    let mut query = args.by.query(PAGE);
    loop {
        let page = match page(&ledger, &query) {
            Ok(page) => page,
            Err(error) => {
                out.flush()?;
                complain(&error, Some(error.help()));
                return Ok(Exit::Broken);
            }
        };
        for entry in &page {
            writeln!(out, "{}", entry_value(entry))?;
        }
        match page.last() {
            Some(last) if i64::try_from(page.len()) == Ok(PAGE) => query.after = last.seq,
            _ => break,
        }
    }
    out.flush()?;
    Ok(Exit::Allowed)
}

fn page(ledger: &Ledger, query: &crate::ledger::Query) -> Result<Vec<Stored>, LedgerError> {
    ledger.wait(ledger.search(query.clone()))
}

fn entry_value(entry: &Stored) -> Value {
    let mut value = entry.value();
    if let Some(members) = value.as_object_mut() {
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("member", json!(entry.row.member.map(|member| hex(&member))));
        // A body is text; what is no text is told in digits, so that nothing is lost.
        if let Some(body) = &entry.body {
            match std::str::from_utf8(body) {
                Ok(text) => put("body", json!(text)),
                Err(_) => put("body_hex", json!(hex(body))),
            };
        }
        put("previous", json!(hex(&entry.previous)));
        put("index_leaf", json!(hex(&entry.index_leaf)));
        put("body_leaf", json!(hex(&entry.body_leaf)));
        put("hash", json!(hex(&entry.hash)));
    }
    value
}
