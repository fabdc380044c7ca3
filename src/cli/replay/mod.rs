//! `claimgate replay`: files of claims in, their decisions as files out; streams, on all cores, and
//! goes on where it was interrupted.

pub(super) mod disk;
pub(super) mod files;
pub(super) mod record;
pub(super) mod watch;

use std::{
    io::{self, Write as _},
    num::NonZeroUsize,
    path::PathBuf,
};

use clap::ValueEnum;

use super::{
    Exit,
    accounting::Accounting,
    complain, packs,
    screen::{Colour, Screen},
};
use crate::{
    desk::Desk,
    history::NOTES_BYTES_MAX,
    replay::{Input, Output, RecordTally, Replay, ReplayError, Replayed, record_begun, run as replay},
};
use watch::Watch;

/// Decide whole files of claims into a folder, on all cores
///
/// Writes decisions.csv, decisions.ndjson or decisions.parquet, rejects.ndjson and summary.json.
/// Claims of the files are history of later claims of the same member, by date of service.
///
/// Exit code: 0 all allowed, 3 something flagged, 2 something denied, 1 something broken or
/// rejected.
#[derive(clap::Args)]
pub(super) struct Args {
    #[arg(required = true, value_name = "INPUT", help = files::INPUT_HELP)]
    inputs: Vec<String>,
    #[command(flatten)]
    reading: files::InputArgs,
    /// The folder to write to; made where it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How to write decisions: flat rows, or whole with their rationale (ndjson)
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    format: Form,
    #[command(flatten)]
    packs: packs::PackArgs,
    /// Go on with a run that was interrupted
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    running: RunArgs,
    /// Make what is done safe after so many claims
    #[arg(long, value_name = "CLAIMS", default_value = "50000")]
    checkpoint_every: NonZeroUsize,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

/// How many requests are run.
#[derive(clap::Args)]
pub(super) struct RunArgs {
    /// How many threads decide [default: as many as there are cores]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Judge each claim by itself: claims of the input are no history of later ones
    #[arg(long)]
    pub(super) no_history: bool,
    #[command(flatten)]
    pub(super) record: record::HistoryArgs,
    /// Keep at most so many megabytes of earlier services in memory; the rest goes to temporary files
    #[arg(long, value_name = "MB", hide = true)]
    history_mb: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A row a service line
    Csv,
    /// A whole decision a line
    Ndjson,
    /// A table of rows
    Parquet,
}

/// Replays the inputs.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let Some(packs) = args.packs.load(args.color) else { return Ok(Exit::Broken) };
    let folder = match disk::Disk::make(&args.out) {
        Ok(folder) => folder,
        Err(error) => {
            complain(format_args!("cannot make the folder `{}`: {error}", args.out.display()), None);
            return Ok(Exit::Broken);
        }
    };
    let Some(inputs) = args.reading.find(&args.inputs, &folder) else {
        return Ok(Exit::Broken);
    };
    let begun = match args.resume.then(|| record_begun(&folder)).transpose() {
        Ok(begun) => begun.flatten(),
        Err(error) => {
            explain(&error, &args.out);
            return Ok(Exit::Broken);
        }
    };
    let record = match args.running.record.open(begun.as_ref()) {
        Ok(record) => record,
        Err(exit) => return Ok(exit),
    };
    let desk = Desk::new(packs);
    let run = Replay {
        inputs: &inputs,
        desk: &desk,
        output: args.format.into(),
        with_history: !args.running.no_history,
        record: record.as_ref(),
        threads: args.running.threads(),
        resume: args.resume,
        checkpoint_items: u64::try_from(args.checkpoint_every.get()).unwrap_or(u64::MAX),
        notes_bytes_max: args.running.notes_bytes_max(),
    };
    let mut watch = Watch::new(&inputs, run.with_history);
    let ended = replay(&run, &folder, &mut |progress| watch.saw(&progress));
    let took = watch.end();
    match ended {
        Ok(replayed) => tell(args, &inputs, &replayed, took),
        Err(error) => {
            explain(&error, &args.out);
            Ok(Exit::Broken)
        }
    }
}

/// Says on stderr why a run ended early.
pub(super) fn explain(error: &ReplayError, out: &std::path::Path) {
    complain(format_args!("`{}`: {error}", out.display()), error.help());
}

fn tell(args: &Args, inputs: &[Input], replayed: &Replayed, took: watch::Took) -> io::Result<Exit> {
    let Replayed { tally, record } = replayed;
    let stdout = io::stdout();
    let screen = Screen::of(&stdout, args.color);
    let mut out = stdout.lock();
    let accounting = Accounting::from(tally);
    accounting.write(&mut out, screen)?;
    if !args.running.no_history && tally.without_member > 0 {
        writeln!(out, "{} claims name no member and were judged without history", tally.without_member)?;
    }
    if !args.running.no_history && tally.without_birth_date > 0 {
        let claims = tally.without_birth_date;
        writeln!(out, "{claims} claims have no whole birth date: those of their member that have one were not found")?;
    }
    record.as_ref().map_or(Ok(()), |record| tell_record(&mut out, record))?;
    let file = Output::from(args.format).file();
    let files = if inputs.len() == 1 { "1 file".to_owned() } else { format!("{} files", inputs.len()) };
    writeln!(out, "{files} in {took}; decisions in {}", args.out.join(file).display())?;
    if tally.claims.rejected > 0 || !tally.faults.is_empty() {
        writeln!(out, "rejects and faults in {}", args.out.join("rejects.ndjson").display())?;
    }
    if !tally.is_balanced() {
        let help = "some claim or line came in and did not go out; do not use this run, and report it";
        complain("the accounting does not balance", Some(help));
    }
    Ok(accounting.exit())
}

/// What was history beside the inputs, and what of it was none.
pub(super) fn tell_record(out: &mut impl io::Write, record: &RecordTally) -> io::Result<()> {
    let RecordTally { claims, without_member, .. } = record;
    write!(out, "{claims} claims of the ledger were history")?;
    for (count, why) in [(without_member, "name no member"), (&record.retired(), "are retired, and give none")] {
        if *count > 0 {
            write!(out, "; {count} {why}")?;
        }
    }
    writeln!(out)
}

impl RunArgs {
    /// How many threads decide.
    pub(super) fn threads(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.threads.map_or_else(all, NonZeroUsize::get)
    }

    /// Bytes of notes of earlier services that are kept in memory.
    pub(super) fn notes_bytes_max(&self) -> usize {
        self.history_mb.map_or(NOTES_BYTES_MAX, |megabytes| megabytes.saturating_mul(1024 * 1024))
    }
}

impl From<Form> for Output {
    fn from(form: Form) -> Output {
        match form {
            Form::Csv => Output::Csv,
            Form::Ndjson => Output::Ndjson,
            Form::Parquet => Output::Parquet,
        }
    }
}
