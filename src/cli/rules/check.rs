//! `claimgate rules check`: whether packs hold, and what can be known of them before they go live.
//!
//! Faults keep a pack from loading: exit 1. Findings are of packs that load: exit 4. People read
//! findings on stdout, with the packs, and faults on stderr; JSON and SARIF hold both, on stdout.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
};

use super::{
    super::{Exit, packs, screen::Colour},
    report::{self, Checked, Format, Report, Told},
};
use crate::{
    date::{Date, DateSpan, day_of_number},
    fault::PackFault,
    pack::{
        Pack,
        shelf::{self, ShelfError},
    },
    proof::{
        Finding,
        check::{self, Grounds, KINDS},
        survey,
    },
};

/// Load packs, tell all their faults, and what is dead, stale or without effect in them
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// Only these packs, by name or folder [default: all]
    #[arg(value_name = "PACK")]
    wanted: Vec<String>,
    #[command(flatten)]
    packs: packs::PackArgs,
    /// How to tell what is found
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// The day on which sources should have been verified [default: today, UTC]
    #[arg(long, value_name = "DATE", value_parser = day, overrides_with = "as_of")]
    as_of: Option<Date>,
    /// Tell where the time goes
    #[arg(long)]
    time: bool,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

/// Loads one pack after the other and checks those that hold.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let as_of = args.as_of.unwrap_or_else(today);
    let mut report = Report { as_of, packs: Vec::new(), faults: Vec::new() };
    let settings = args.packs.settings();
    let mut packs: Vec<(PathBuf, Pack)> = Vec::new();
    for folder in folders(args, &mut report) {
        let start = now();
        match shelf::take(&folder, &settings) {
            Ok(pack) => {
                let mut checked = Checked::of(&folder, &pack, start.elapsed());
                checked.findings = findings(&pack, as_of, &mut checked.times);
                report.packs.push(checked);
                packs.push((folder, pack));
            }
            Err(ShelfError::Faults(faults)) => {
                report.faults.extend(faults.into_iter().map(|fault| Told { folder: Some(folder.clone()), fault }));
            }
            Err(error) => report.faults.push(Told { folder: None, fault: args.packs.fault(&error) }),
        }
    }
    between(&packs, &mut report);
    let loaded: Vec<&Pack> = packs.iter().map(|(_, pack)| pack).collect();
    report.faults.extend(shelf::unused(&loaded, &settings).into_iter().map(|fault| Told { folder: None, fault }));
    report::tell(&report, args.format, args.time, args.color)?;
    Ok(match (report.faults.is_empty(), report.packs.iter().all(|pack| pack.findings.is_empty())) {
        (false, _) => Exit::Broken,
        (true, false) => Exit::Findings,
        (true, true) => Exit::Allowed,
    })
}

/// The folders of the packs that are wanted.
fn folders(args: &Args, report: &mut Report) -> Vec<PathBuf> {
    let fault = match shelf::folders(&args.packs.folder()) {
        Ok(folders) => match shelf::named(folders, &args.wanted) {
            Ok(folders) => return folders,
            Err(fault) => fault,
        },
        Err(error) => args.packs.fault(&error),
    };
    report.faults.push(Told { folder: None, fault });
    Vec::new()
}

/// Everything found in one pack, and how long each kind took.
fn findings(pack: &Pack, as_of: Date, times: &mut Vec<(&'static str, std::time::Duration)>) -> Vec<Finding> {
    let start = now();
    let survey = survey::survey(pack);
    times.push(("every setting", start.elapsed()));
    let survey = match survey {
        Ok(survey) => survey,
        Err(fault) => return vec![Finding::of(fault)],
    };
    let grounds = Grounds { pack, survey: &survey, as_of };
    let mut findings = Vec::new();
    for kind in KINDS {
        let start = now();
        findings.extend((kind.find)(&grounds));
        times.push((kind.name, start.elapsed()));
    }
    check::sort(&mut findings);
    findings
}

/// What is found between packs, told of the later of two.
fn between(packs: &[(PathBuf, Pack)], report: &mut Report) {
    let name = |folder: &Path| {
        folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
    };
    let named: Vec<(String, &Pack)> = packs.iter().map(|(folder, pack)| (name(folder), pack)).collect();
    let named: Vec<(&str, &Pack)> = named.iter().map(|(name, pack)| (name.as_str(), *pack)).collect();
    for (place, finding) in check::versions(&named) {
        if let Some(checked) = report.packs.get_mut(place) {
            checked.findings.push(finding);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the time a pack takes to load is part of the answer")]
fn now() -> Instant {
    Instant::now()
}

/// Today in UTC.
#[expect(clippy::disallowed_methods, reason = "whether a source is stale hangs on the day; only a door may ask for it")]
fn today() -> Date {
    const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since / SECONDS_OF_A_DAY).ok().and_then(day_of_number).unwrap_or(Date::MAX)
}

fn day(text: &str) -> Result<Date, String> {
    let day = DateSpan::parse(text).ok().and_then(|span| span.exact());
    day.ok_or_else(|| "a day is written as YYYY-MM-DD".to_owned())
}

/// The fault that a shelf could not be read.
impl packs::PackArgs {
    fn fault(&self, error: &ShelfError) -> PackFault {
        let code = match error {
            ShelfError::Disk { .. } => "shelf::disk",
            ShelfError::Empty(_) => "shelf::empty",
            ShelfError::Faults(_) => "shelf::faults",
        };
        PackFault::new(code, error.to_string()).help(self.whence())
    }
}
