//! `claimgate compare`: what a change of policy does to claims that are at hand: which lines change,
//! for whom, for how much money. Exit 0 nothing changes, 4 something does, 1 broken.

mod recorded;
mod text;

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use clap::ValueEnum;

use super::{
    Exit, complain, packs,
    replay::{RunArgs, disk, explain, files, watch::Watch},
    rules,
    screen::{Colour, Screen},
};
use crate::{
    desk::Desk,
    pack::{
        Pack,
        shelf::{self, Settings, ShelfError},
    },
    page::impact,
    proof::{Difference, difference},
    replay::{
        Folder as _,
        compare::{Class, Compare, Comparison, classes, run as compare},
    },
};

/// Rows of each table as JSON.
const ROWS_MAX: usize = 1_000;
/// The file of changed lines.
const CHANGED: &str = "changed.ndjson";

/// Hold claims against two versions of packs: which lines change, for whom, for how much money
///
/// The claims are those of files, or what a ledger recorded (--ledger).
///
/// Exit code: 0 nothing changes, 4 something does, 1 something is broken or was rejected.
#[derive(clap::Args)]
pub(super) struct Args {
    #[arg(required_unless_present = "ledger", value_name = "INPUT", help = files::INPUT_HELP)]
    inputs: Vec<String>,
    #[command(flatten)]
    reading: files::InputArgs,
    #[command(flatten)]
    record: recorded::RecordArgs,
    /// The packs as they are: a folder of packs, one pack, or NAME or NAME@VERSION within the folder
    /// of packs [default: $CLAIMGATE_PACKS, else ./rules; of a ledger: those that decided]
    #[arg(long, value_name = "OLD")]
    packs: Option<String>,
    /// The packs as they will be [default: OLD, to compare parameters]
    #[arg(long, value_name = "NEW", required_unless_present_any = ["old_parameters", "new_parameters"])]
    against: Option<String>,
    /// Sets a parameter of both; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = packs::setting)]
    parameters: Vec<(String, String)>,
    /// Sets a parameter of the old packs alone; may be repeated
    #[arg(long = "old-param", value_name = "NAME=VALUE", value_parser = packs::setting)]
    old_parameters: Vec<(String, String)>,
    /// Sets a parameter of the new packs alone; may be repeated
    #[arg(long = "new-param", value_name = "NAME=VALUE", value_parser = packs::setting)]
    new_parameters: Vec<(String, String)>,
    /// Write every changed line with both rationales (changed.ndjson) and the comparison
    /// (comparison.json) into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write a page with pictures for a policy committee
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// How long to wait for the proof of all that differs, once claims are compared; 0 leaves it out
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    proof_seconds: u64,
    /// How to tell it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Form,
    #[command(flatten)]
    running: RunArgs,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For a terminal
    Human,
    /// One object
    Json,
}

/// Compares and tells.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    if let Some(ledger) = &args.record.ledger {
        return recorded::run(args, ledger);
    }
    let old_name = args.packs.clone();
    let new_name = args.against.clone().or_else(|| old_name.clone());
    let old = args.take(old_name.as_deref(), &args.old_parameters);
    let new = args.take(new_name.as_deref(), &args.new_parameters);
    let (Some(old), Some(new)) = (old, new) else { return Ok(Exit::Broken) };
    let Some((place, folder)) = args.folder() else { return Ok(Exit::Broken) };
    let Some(inputs) = args.reading.find(&args.inputs, &folder) else {
        return Ok(Exit::Broken);
    };
    let record = match args.running.record.open(None) {
        Ok(record) => record,
        Err(exit) => return Ok(exit),
    };
    let (old, new) = (Arc::new(Desk::new(old)), Arc::new(Desk::new(new)));
    let proof = (args.proof_seconds > 0).then(|| prove(&old, &new));
    let run = Compare {
        inputs: &inputs,
        old: &old,
        new: &new,
        with_history: !args.running.no_history,
        record: record.as_ref(),
        threads: args.running.threads(),
        notes_bytes_max: args.running.notes_bytes_max(),
    };
    let Some(mut changed) = args.changed(&place) else { return Ok(Exit::Broken) };
    let mut watch = Watch::new(&inputs, run.with_history);
    let compared = compare(&run, &|| folder.scratch(), &mut changed, &mut |progress| watch.saw(&progress));
    watch.end();
    match compared {
        Ok(comparison) => args.finish(&folder, changed, proof, &comparison),
        Err(error) => {
            explain(&error, &place);
            Ok(Exit::Broken)
        }
    }
}

/// The difference of the packs, proved beside the comparison; nothing where a side is not one pack.
/// Packs that are too large to be compared by proof are compared by claims alone.
fn prove(old: &Arc<Desk>, new: &Arc<Desk>) -> Receiver<Difference> {
    let (send, proved) = mpsc::channel();
    let (old, new) = (old.clone(), new.clone());
    // Nobody waits for it but for a while: a proof may take minutes, and ends with the program.
    thread::spawn(move || {
        if let ([old], [new]) = (old.packs(), new.packs())
            && let Ok(difference) = difference(old, new, &[])
        {
            let _ = send.send(difference);
        }
    });
    proved
}

impl Args {
    /// The packs of a side; `None` where they are not to be had, and then why was said.
    fn take(&self, wanted: Option<&str>, own: &[(String, String)]) -> Option<Vec<Pack>> {
        let settings: Settings = self.parameters.iter().chain(own).cloned().collect();
        let folder = || packs::folder_of(None);
        let taken = match wanted {
            None => shelf::open(&folder(), &settings),
            Some(wanted) if Path::new(wanted).is_dir() => shelf::open(Path::new(wanted), &settings),
            Some(wanted) => rules::folder(&folder(), wanted).and_then(|folder| shelf::open(&folder, &settings)),
        };
        match taken {
            Ok(packs) => Some(packs),
            Err(ShelfError::Faults(faults)) => {
                packs::show(&faults.iter().collect::<Vec<_>>(), self.color);
                None
            }
            Err(error @ (ShelfError::Disk { .. } | ShelfError::Empty(_))) => {
                let help = "`--packs OLD` and `--against NEW` name folders of packs, or NAME@VERSION";
                complain(error, Some(help));
                None
            }
        }
    }

    /// The folder to write to, and its path; `None` where it cannot be made, and then that was said.
    /// Where none is named, temporary files lie where the system has them.
    fn folder(&self) -> Option<(PathBuf, disk::Disk)> {
        let place = self.out.clone().unwrap_or_else(std::env::temp_dir);
        match disk::Disk::make(&place) {
            Ok(folder) => Some((place, folder)),
            Err(error) => {
                complain(format_args!("cannot make the folder `{}`: {error}", place.display()), None);
                None
            }
        }
    }

    /// Where changed lines go, nowhere where no folder is named; `None` where they cannot be written,
    /// and then that was said.
    fn changed(&self, place: &Path) -> Option<Box<dyn Write>> {
        if self.out.is_none() {
            return Some(Box::new(io::sink()));
        }
        let path = place.join(CHANGED);
        match File::create(&path) {
            Ok(file) => Some(Box::new(BufWriter::new(file))),
            Err(error) => {
                complain(format_args!("cannot write `{}`: {error}", path.display()), None);
                None
            }
        }
    }

    /// Waits for the proof, and tells all.
    fn finish(
        &self,
        folder: &disk::Disk,
        mut changed: Box<dyn Write>,
        proof: Option<Receiver<Difference>>,
        comparison: &Comparison,
    ) -> io::Result<Exit> {
        changed.flush()?;
        let proved = proof.map(|proof| proof.recv_timeout(Duration::from_secs(self.proof_seconds)));
        if let Some(Err(RecvTimeoutError::Timeout)) = proved {
            let help = "`claimgate rules diff` takes its time; `--proof-seconds` waits longer";
            complain("the proof of all that differs takes long and is left out", Some(help));
        }
        let classes = proved.and_then(Result::ok).map(|difference| classes(&difference, comparison));
        self.tell(folder, comparison, classes.as_deref())
    }

    fn tell(&self, folder: &disk::Disk, comparison: &Comparison, classes: Option<&[Class]>) -> io::Result<Exit> {
        let value = || comparison.value(classes, ROWS_MAX);
        if let Some(out) = &self.out {
            let name = "comparison.json";
            if let Err(error) = folder.put(name, format!("{:#}\n", value()).as_bytes()) {
                complain(format_args!("cannot write `{}`: {error}", out.join(name).display()), None);
                return Ok(Exit::Broken);
            }
        }
        if let Some(report) = &self.report
            && let Err(error) = std::fs::write(report, impact::page(comparison, classes))
        {
            complain(format_args!("cannot write `{}`: {error}", report.display()), None);
            return Ok(Exit::Broken);
        }
        let stdout = io::stdout();
        let screen = Screen::of(&stdout, self.color);
        let mut out = stdout.lock();
        match self.format {
            Form::Human => {
                text::tell(&mut out, screen, comparison, classes)?;
                if let Some(folder) = &self.out {
                    writeln!(out, "every changed line in {}", folder.join(CHANGED).display())?;
                }
                if let Some(report) = &self.report {
                    writeln!(out, "report in {}", report.display())?;
                }
            }
            Form::Json => writeln!(out, "{:#}", value())?,
        }
        if !comparison.tally.is_balanced() {
            let help = "some claim or line came in and was not compared; do not use this run, and report it";
            complain("the accounting does not balance", Some(help));
        }
        Ok(match (comparison.tally.is_broken(), comparison.is_changed()) {
            (true, _) => Exit::Broken,
            (false, true) => Exit::Findings,
            (false, false) => Exit::Allowed,
        })
    }
}
