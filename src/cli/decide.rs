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
    complain, input, packs,
    questionnaires::{Answered, Folder},
    rationale,
    screen::{Colour, Screen},
};
use crate::{
    desk::Desk,
    exchange::{
        Fault, Format, Item, Reject,
        fhir::{Response, with_answers},
        json,
    },
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
    /// Files of claims or orders; `-` is stdin, a folder holds normalised Parquet tables
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
    format: Option<input::Form>,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
    /// Show only the summary
    #[arg(long)]
    summary: bool,
    /// Write a FHIR Questionnaire into this folder for each request that hangs on what is missing
    #[arg(long, value_name = "DIR")]
    questionnaire: Option<PathBuf>,
    /// Take these answers (FHIR QuestionnaireResponse, one or one a line) to requests decided before;
    /// may be repeated
    #[arg(long, value_name = "FILE")]
    answers: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Only {
    Allow,
    Flag,
    Deny,
}

/// Decides every file.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let Some(packs) = args.packs.load(args.color) else { return Ok(Exit::Broken) };
    let Some((folder, answered, faults)) = args.beside() else { return Ok(Exit::Broken) };
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
        folder,
        answered,
        written: Ok(()),
    };
    faults.iter().try_for_each(|fault| run.fault(fault))?;
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
        let read = input::read(file, args.format.map(Format::from), &halt, &mut each);
        std::mem::replace(&mut run.written, Ok(()))?;
        if let Err(error) = read {
            run.out.flush()?;
            complain(format_args!("cannot read `{}`: {error}", file.display()), None);
            run.accounting.unread();
        }
    }
    run.end()
}

/// A run over all files.
struct Run<'a, W> {
    args: &'a Args,
    desk: Desk,
    screen: Screen,
    out: W,
    accounting: Accounting,
    folder: Option<Folder>,
    answered: Answered,
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
            Item::Request(request) => self.decide(*request, Vec::new()),
            Item::Answered(request, responses) => self.decide(*request, responses),
            Item::Reject(reject) => self.reject(&reject),
            Item::Fault(fault) => self.fault(&fault),
        };
    }

    /// Decides a request with the answers that came with it, then those of the files.
    fn decide(&mut self, request: Request, mut responses: Vec<Response>) -> io::Result<()> {
        responses.extend(self.answered.take(&request.id));
        let request = &self.with_answers(request, &responses)?;
        let mut decision = self.desk.decide(request);
        self.accounting.decided(&decision);
        let is_needed = decision.lines.iter().any(|line| !line.needs.is_empty());
        if let Some(folder) = self.folder.as_mut().filter(|_| is_needed) {
            let unwritten = self.desk.ask(request).and_then(|asked| folder.write(&asked).err());
            unwritten.map_or(Ok(()), |fault| self.fault(&fault))?;
        }
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
        let mut line = Vec::new();
        json::write_decision(&decision, None, &mut line);
        self.out.write_all(&line)
    }

    fn with_answers(&mut self, request: Request, responses: &[Response]) -> io::Result<Request> {
        let desk = &self.desk;
        let (request, faults) = with_answers(
            request,
            responses,
            |request| desk.ask(request),
            |request, answers| desk.answered(request, answers),
        );
        faults.iter().try_for_each(|fault| self.fault(fault))?;
        Ok(request)
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
        let unmatched = self.answered.unmatched();
        unmatched.iter().try_for_each(|fault| self.fault(fault))?;
        let summary = self.folder.as_ref().map(Folder::summary);
        if self.args.json {
            self.out.flush()?;
            let mut stderr = io::stderr().lock();
            let screen = Screen::of(&stderr, self.args.color);
            let _ = self.accounting.write(&mut stderr, screen);
            let _ = summary.map(|summary| writeln!(stderr, "{summary}"));
        } else {
            self.accounting.write(&mut self.out, self.screen)?;
            summary.map_or(Ok(()), |summary| writeln!(self.out, "{summary}"))?;
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
    /// The folder for questionnaires and the answers, with the faults of these; `None` where one of
    /// them cannot be opened, and then that was said.
    fn beside(&self) -> Option<(Option<Folder>, Answered, Vec<Fault>)> {
        let folder = match self.questionnaire.as_deref().map(Folder::open).transpose() {
            Ok(folder) => folder,
            Err(error) => {
                let folder = self.questionnaire.as_deref().unwrap_or(Path::new("")).display();
                complain(format_args!("cannot make the folder `{folder}`: {error}"), None);
                return None;
            }
        };
        match Answered::read(&self.answers) {
            Ok((answered, faults)) => Some((folder, answered, faults)),
            Err((file, error)) => {
                complain(format_args!("cannot read `{}`: {error}", file.display()), None);
                None
            }
        }
    }

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
