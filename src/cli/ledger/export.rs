//! `claimgate ledger export`: entries as lines of JSON or as a Parquet table, with what the chain is
//! made of, so that others can verify it with a few lines of their own (docs/ledger.md).
//!
//! Both formats hold the same under the same names.

mod lines;
mod rows;

use std::{
    io::{self, BufWriter, IsTerminal as _, Write},
    path::PathBuf,
};

use super::{
    super::{complain, pending::Pending},
    Exit, LedgerArgs, find,
};
use crate::ledger::{Access, Ledger, LedgerError, Query, Stored};

/// How many entries are held at once: some have a thousand lines, and a MB.
const PAGE: i64 = 64;

/// Write decisions as lines of JSON or as a Parquet table, in the order of the chain
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    ledger: LedgerArgs,
    #[command(flatten)]
    by: find::By,
    /// The format to write
    #[arg(long, value_name = "FORMAT", default_value = "ndjson")]
    format: Form,
    /// File to write; it has its name once it is whole [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, requires = "out")]
    force: bool,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// One JSON object a line
    Ndjson,
    /// Apache Parquet, a row an entry
    Parquet,
}

/// Why an export broke off.
enum Broken {
    /// The ledger could not be read.
    Ledger(LedgerError),
    /// What was read could not be written.
    Output(io::Error),
}

/// Exports.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    if args.format == Form::Parquet && args.out.is_none() && io::stdout().is_terminal() {
        complain("Parquet is nothing for a terminal", Some("name a file with `--out FILE`"));
        return Ok(Exit::Broken);
    }
    if let (Some(file), false) = (&args.out, args.force)
        && file.exists()
    {
        complain(format_args!("`{}` is there already", file.display()), Some("`--force` writes over it"));
        return Ok(Exit::Broken);
    }
    let Some(ledger) = args.ledger.open(Access::Read) else { return Ok(Exit::Broken) };
    let query = args.by.query(PAGE);
    let written = match &args.out {
        None => export(&ledger, query, args.format, &mut BufWriter::new(io::stdout())),
        Some(file) => Pending::open(file).map_err(Broken::Output).and_then(|mut pending| {
            export(&ledger, query, args.format, &mut pending.writer)?;
            pending.keep().map_err(Broken::Output)
        }),
    };
    match (written, &args.out) {
        (Ok(()), _) => return Ok(Exit::Allowed),
        (Err(Broken::Ledger(error)), _) => complain(&error, Some(error.help())),
        (Err(Broken::Output(error)), Some(file)) => {
            complain(format_args!("cannot write `{}`: {error}", file.display()), None);
        }
        (Err(Broken::Output(error)), None) => return Err(error),
    }
    Ok(Exit::Broken)
}

fn export<W: Write + Send>(ledger: &Ledger, query: Query, format: Form, out: &mut W) -> Result<(), Broken> {
    match format {
        Form::Ndjson => {
            // What was read until the ledger fails is on its way: each line is whole by itself.
            let read = each(ledger, query, |entry| lines::write(entry, out));
            out.flush().map_err(Broken::Output)?;
            read
        }
        Form::Parquet => {
            let mut table = rows::Table::new(out).map_err(Broken::Output)?;
            each(ledger, query, |entry| table.push(entry))?;
            table.finish().and_then(Write::flush).map_err(Broken::Output)
        }
    }
}

/// Hands what is searched for to `each`, page by page.
fn each(ledger: &Ledger, mut query: Query, mut each: impl FnMut(&Stored) -> io::Result<()>) -> Result<(), Broken> {
    loop {
        let page = ledger.wait(ledger.search(query.clone())).map_err(Broken::Ledger)?;
        page.iter().try_for_each(&mut each).map_err(Broken::Output)?;
        match page.last() {
            Some(last) if i64::try_from(page.len()) == Ok(PAGE) => query.after = last.seq,
            _ => return Ok(()),
        }
    }
}
