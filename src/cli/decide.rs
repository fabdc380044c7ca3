//! `claimgate decide`: claims and orders in, verdicts with their rationale out, one by one.
//!
//! INVARIANT: memory does not grow with the input; the accounting counts what is not shown too.

use std::{
    cell::Cell,
    io::{self, BufWriter, IsTerminal as _, Write},
    path::{Path, PathBuf},
};

use clap::ValueEnum;

use super::{
    Exit,
    accounting::Accounting,
    complain, input, packs, rationale,
    screen::{Colour, Screen},
};
use crate::{
    desk::Desk,
    exchange::{Fault, Format, Item, Reject, json, read_any},
    request::Request,
    verdict::Verdict,
};

/// Bytes written at once.
const BUFFER_BYTES: usize = 128 * 1024;

/// Decide every service line of claims and orders
///
/// Exit code: 0 all allowed, 3 something flagged, 2 something denied, 1 something broken or
/// rejected.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Files of claims or orders; `-` is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write decisions and rejects as JSON, one a line; the summary goes to stderr
    #[arg(long, conflicts_with = "summary")]
    json: bool,
    #[command(flatten)]
    packs: packs::PackArgs,
    /// Show only lines with these verdicts; the summary counts all
    #[arg(long, value_name = "VERDICT,…", value_delimiter = ',')]
    only: Vec<Only>,
    /// Take the files for this format [default: told from their content]
    #[arg(long)]
    format: Option<Form>,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
    /// Show only the summary
    #[arg(long)]
    summary: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Only {
    Allow,
    Flag,
    Deny,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// X12 837
    X12,
    /// FHIR R4 JSON
    Fhir,
    /// The native JSON
    Json,
    /// A table, a row a service line
    Csv,
}

/// Decides every file.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let Some(packs) = args.packs.load(args.color) else { return Ok(Exit::Broken) };
    let stdout = io::stdout();
    let screen = Screen::of(&stdout, args.color);
    let is_watched = stdout.is_terminal();
    let halt = Cell::new(false);
    let mut run = Run {
        args,
        desk: Desk::new(packs),
        screen,
        out: BufWriter::with_capacity(BUFFER_BYTES, stdout.lock()),
        accounting: Accounting::default(),
        written: Ok(()),
    };
    for file in &args.files {
        if args.files.len() > 1 && !args.json && !args.summary {
            rationale::file(&mut run.out, screen, file)?;
        }
        let mut each = |item| {
            run.take(item);
            if is_watched && run.written.is_ok() {
                run.written = run.out.flush();
            }
            halt.set(run.written.is_err());
        };
        let read = read(file, args.format, &halt, &mut each);
        std::mem::replace(&mut run.written, Ok(()))?;
        if let Err(error) = read {
            run.out.flush()?;
            complain(format_args!("cannot read `{}`: {error}", file.display()), None);
            run.accounting.unread();
        }
    }
    run.end()
}

fn read(file: &Path, form: Option<Form>, halt: &Cell<bool>, each: &mut dyn FnMut(Item)) -> io::Result<()> {
    read_any(input::open(file, halt)?, &input::name(file), form.map(Format::from), each)
}

/// A run over all files.
struct Run<'a, W> {
    args: &'a Args,
    desk: Desk,
    screen: Screen,
    out: W,
    accounting: Accounting,
    /// The first failure to write, after which nothing is written.
    written: io::Result<()>,
}

impl<W: Write> Run<'_, W> {
    /// What the reader found: counted, decided, shown.
    fn take(&mut self, item: Item) {
        if self.written.is_err() {
            return;
        }
        self.accounting.came(&item);
        self.written = match item {
            Item::Request(request) => self.decide(&request),
            Item::Reject(reject) => self.reject(&reject),
            Item::Fault(fault) => self.fault(&fault),
        };
    }

    fn decide(&mut self, request: &Request) -> io::Result<()> {
        let mut decision = self.desk.decide(request);
        self.accounting.decided(&decision);
        if self.args.summary {
            return Ok(());
        }
        if !self.args.json {
            let shown = |verdict| self.args.shows(verdict);
            return rationale::decision(&mut self.out, self.screen, request, &decision, &shown);
        }
        let lines = decision.lines.len();
        decision.lines.retain(|line| self.args.shows(line.verdict));
        if decision.lines.is_empty() && lines > 0 {
            return Ok(());
        }
        json::write_decision(&decision, None, &mut self.out)
    }

    fn reject(&mut self, reject: &Reject) -> io::Result<()> {
        self.accounting.rejected(reject);
        match (self.args.json, self.args.summary) {
            (true, _) => writeln!(self.out, "{}", json::reject(reject)),
            (false, true) => Ok(()),
            (false, false) => rationale::reject(&mut self.out, self.screen, reject),
        }
    }

    /// A fault is no answer to a claim: among JSON it has no line, and goes to stderr.
    fn fault(&mut self, fault: &Fault) -> io::Result<()> {
        self.accounting.faulty(fault);
        match (self.args.json, self.args.summary) {
            (true, _) => {
                let mut stderr = io::stderr().lock();
                let screen = Screen::of(&stderr, self.args.color);
                let _ = rationale::fault(&mut stderr, screen, fault);
                Ok(())
            }
            (false, true) => Ok(()),
            (false, false) => rationale::fault(&mut self.out, self.screen, fault),
        }
    }

    /// The summary, and whether it balances.
    fn end(mut self) -> io::Result<Exit> {
        if self.args.json {
            self.out.flush()?;
            let mut stderr = io::stderr().lock();
            let screen = Screen::of(&stderr, self.args.color);
            let _ = self.accounting.write(&mut stderr, screen);
        } else {
            self.accounting.write(&mut self.out, self.screen)?;
            self.out.flush()?;
        }
        if !self.accounting.is_balanced() {
            let help = "some claim or line came in and did not go out; do not use this run, and report it";
            complain("the accounting does not balance", Some(help));
        }
        Ok(self.accounting.exit())
    }
}

impl Args {
    fn shows(&self, verdict: Verdict) -> bool {
        self.only.is_empty() || self.only.contains(&Only::from(verdict))
    }
}

impl From<Verdict> for Only {
    fn from(verdict: Verdict) -> Only {
        match verdict {
            Verdict::Allow => Only::Allow,
            Verdict::Flag => Only::Flag,
            Verdict::Deny => Only::Deny,
        }
    }
}

impl From<Form> for Format {
    fn from(form: Form) -> Format {
        match form {
            Form::X12 => Format::X12,
            Form::Fhir => Format::Fhir,
            Form::Json => Format::Json,
            Form::Csv => Format::Csv,
        }
    }
}
