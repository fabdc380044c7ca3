//! What `rules check` found, for people and for programs.

mod json;
mod sarif;

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    super::{
        complain, packs,
        screen::{Colour, Ink, Screen},
    },
    witness,
};
use crate::{
    date::Date,
    fault::{Columns, PackFault, Region},
    pack::Pack,
    proof::Finding,
    verdict::PackStamp,
};

/// How to tell what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people: underlined in the text
    Human,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, as code scanning reads it
    Sarif,
}

/// All that was found.
pub(super) struct Report {
    /// The day of the check.
    pub as_of: Date,
    /// The packs that hold.
    pub packs: Vec<Checked>,
    /// The faults of those that do not, and of the call.
    pub faults: Vec<Told>,
}

/// A pack that holds.
pub(super) struct Checked {
    pub folder: PathBuf,
    pub stamp: PackStamp,
    /// What it has how many of.
    pub counts: [(&'static str, u64); 5],
    /// Where the time went; loading first.
    pub times: Vec<(&'static str, Duration)>,
    pub findings: Vec<Finding>,
}

/// A fault, of a pack or of none.
pub(super) struct Told {
    pub folder: Option<PathBuf>,
    pub fault: PackFault,
}

impl Checked {
    /// A pack that was loaded in `load`, not yet checked.
    pub(super) fn of(folder: &Path, pack: &Pack, load: Duration) -> Checked {
        let (mut rules, mut paths) = (0u64, 0u64);
        for (_, rule) in pack.rules() {
            rules += 1;
            paths = paths.saturating_add(pack.forest.paths(rule.root));
        }
        let counts = [
            ("stages", pack.stages.len() as u64),
            ("rules", rules),
            ("paths", paths),
            ("questions", pack.book.questions().len() as u64),
            ("diagram_nodes", pack.diagram.len() as u64),
        ];
        let times = vec![("load", load)];
        Checked { folder: folder.to_owned(), stamp: pack.stamp(), counts, times, findings: Vec::new() }
    }

    /// Milliseconds of loading, and of checking.
    fn milliseconds(&self) -> (u128, u128) {
        let all: Duration = self.times.iter().map(|(_, time)| *time).sum();
        let load = self.times.first().map_or(Duration::ZERO, |(_, time)| *time);
        (load.as_millis(), all.saturating_sub(load).as_millis())
    }
}

/// Writes a report.
pub(super) fn tell(report: &Report, format: Format, time: bool, colour: Colour) -> io::Result<()> {
    let value = match format {
        Format::Human => return human(report, time, colour),
        Format::Json => json::of(report),
        Format::Sarif => sarif::of(report),
    };
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &value)?;
    out.write_all(b"\n")
}

fn human(report: &Report, time: bool, colour: Colour) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let screen = Screen::of(&out, colour);
    for pack in &report.packs {
        let (load_ms, _) = pack.milliseconds();
        writeln!(out, "{} {}", screen.ink(Ink::Bold, &pack.stamp.name), pack.stamp.version)?;
        let counts = pack.counts.iter().map(|(name, count)| format!("{count} {}", name.replace('_', " ")));
        writeln!(out, "  {}, loaded in {load_ms} ms", counts.collect::<Vec<_>>().join(", "))?;
        writeln!(out, "  {}", pack.stamp.digest)?;
        if time {
            for (name, time) in &pack.times {
                writeln!(out, "  {:>8} ms  {name}", Milliseconds(*time))?;
            }
        }
        if !pack.findings.is_empty() {
            writeln!(out)?;
            for finding in &pack.findings {
                write!(out, "{}", packs::rendered(&[&finding.fault], &screen))?;
                if let Some(request) = &finding.witness {
                    writeln!(out, "  for example {}\n", witness::words(request))?;
                }
            }
        }
    }
    match report.packs.iter().map(|pack| pack.findings.len()).sum() {
        0 => {}
        1 => writeln!(out, "1 finding")?,
        count => writeln!(out, "{count} findings")?,
    }
    drop(out);
    let (of_packs, of_call): (Vec<&Told>, Vec<&Told>) = report.faults.iter().partition(|told| !is_of_call(&told.fault));
    for told in of_call {
        complain(&told.fault, told.fault.help.as_deref());
    }
    if !of_packs.is_empty() {
        let faults: Vec<&PackFault> = of_packs.iter().map(|told| &told.fault).collect();
        packs::show(&faults, colour);
    }
    Ok(())
}

/// Whether a fault is no author's.
fn is_of_call(fault: &PackFault) -> bool {
    fault.code.starts_with("shelf::")
}

/// Tenths of milliseconds without a float.
struct Milliseconds(Duration);

impl std::fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = self.0.as_micros() / 100;
        f.pad(&format!("{}.{}", tenths / 10, tenths % 10))
    }
}

/// A fault with its file as a path from here, and its region.
fn located(folder: Option<&Path>, fault: &PackFault, columns: Columns) -> Option<(String, Region)> {
    let region = fault.region(columns)?;
    Some((within(folder, &region.path), region))
}

/// A file of a pack as a path from the working folder, with `/` between its parts.
fn within(folder: Option<&Path>, path: &str) -> String {
    let Some(folder) = folder else { return path.to_owned() };
    let here = std::env::current_dir().ok();
    let relative = here.as_deref().and_then(|here| folder.strip_prefix(here).ok()).unwrap_or(folder);
    let parts = relative.components().filter(|part| !matches!(part, std::path::Component::CurDir));
    let mut parts: Vec<String> = parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.push(path.to_owned());
    parts.join("/").replace("//", "/")
}
