//! `claimgate rules test`: whether the worked cases hold, and what of the rules they walk.

mod drafts;
mod human;
mod json;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use clap::ValueEnum;

use super::super::{Exit, complain, packs, screen::Colour};
use crate::{
    case::{Shelves, Tried},
    fault::did_you_mean,
    pack::{
        Manifest, Pack,
        shelf::{self, Settings, ShelfError},
    },
    proof::coverage::{self, Coverage},
    request::Request,
};
use drafts::Sheet;

/// Run the worked cases of packs, and tell what of the rules they cover
///
/// Exit code: 0 every case passes, 4 a case fails or too few branches are covered, 1 something is
/// broken. A draft neither passes nor fails.
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// Packs: their folders, or their names in the folder of packs [default: all in it]
    #[arg(value_name = "PACK")]
    only: Vec<PathBuf>,
    #[command(flatten)]
    packs: packs::PackArgs,
    /// Tell which paths, branches and outcomes of each rule no case covers, with a draft for each
    #[arg(long)]
    coverage: bool,
    /// Fail where less of the branches is covered: `90`, `87.5`
    #[arg(long, value_name = "PERCENT", requires = "coverage", value_parser = permille)]
    min_branches: Option<u64>,
    /// Tell every path that no case covers too; rules have many
    #[arg(long, requires = "coverage")]
    paths: bool,
    /// How many drafts to show
    #[arg(long, value_name = "N", requires = "coverage", default_value_t = 3)]
    limit: usize,
    /// Save every draft beside the cases of its rule; files that are there are left alone
    #[arg(long, requires = "coverage")]
    write: bool,
    /// How to tell it
    #[arg(long, default_value = "human")]
    format: Format,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One JSON object
    Json,
}

/// What came of the cases of one pack.
struct Report {
    manifest: Manifest,
    passed: usize,
    /// Path and differences.
    failed: Vec<(String, String)>,
    /// Paths.
    drafts: Vec<String>,
    /// Coverage and the settings it speaks of, where it was asked for.
    coverage: Option<Covered>,
}

/// What the cases of a pack cover.
struct Covered {
    coverage: Coverage,
    settings: Vec<Settings>,
    /// A draft for each witness, in the order of the gaps.
    sheets: Vec<Sheet>,
}

/// Runs the cases pack by pack.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let folders = match args.folders() {
        Ok(folders) => folders,
        Err(exit) => return Ok(exit),
    };
    let plan = args.packs.settings();
    let (mut loaded, mut faults) = (Vec::new(), Vec::new());
    for folder in folders {
        match shelf::take(&folder, &plan) {
            Ok(pack) => loaded.push((folder, pack)),
            Err(ShelfError::Faults(more)) => faults.extend(more),
            Err(error) => {
                args.packs.explain(&error, args.color);
                return Ok(Exit::Broken);
            }
        }
    }
    let (folders, packs): (Vec<PathBuf>, Vec<Pack>) = loaded.into_iter().unzip();
    if faults.is_empty() {
        faults = shelf::unused(&packs.iter().collect::<Vec<_>>(), &plan);
    }
    if !faults.is_empty() {
        packs::show(&faults.iter().collect::<Vec<_>>(), args.color);
        return Ok(Exit::Broken);
    }
    let mut exit = Exit::Allowed;
    let mut reports = Vec::new();
    for (folder, pack) in folders.iter().zip(packs) {
        let mut shelves = Shelves::under(folder, plan.clone());
        let report = report(args, &mut shelves, folder, pack);
        exit = exit.max(report.exit(args.min_branches));
        if let (true, Some(covered)) = (args.write, &report.coverage)
            && let Err(error) = drafts::save(folder, &covered.sheets)
        {
            complain(format_args!("cannot save the drafts of {}: {error}", folder.display()), None);
            exit = Exit::Broken;
        }
        match args.format {
            Format::Human => human::tell(&report, args)?,
            Format::Json => reports.push(report),
        }
    }
    if args.format == Format::Json {
        json::tell(&reports, args)?;
    }
    Ok(exit)
}

/// Runs the cases of a pack; also the requests of those that pass, by the settings they name.
fn tried(shelves: &mut Shelves, folder: &Path, pack: Pack) -> (Report, BTreeMap<Settings, Vec<Request>>) {
    let (manifest, cases) = (pack.manifest.clone(), pack.cases.clone());
    shelves.put(folder, pack);
    let mut report = Report { manifest, passed: 0, failed: Vec::new(), drafts: Vec::new(), coverage: None };
    // The plan's own setting stands first, also where no case names it.
    let mut requests: BTreeMap<Settings, Vec<Request>> = BTreeMap::from([(Settings::new(), Vec::new())]);
    for text in &cases {
        match shelves.try_case(folder, text) {
            Tried::Passes { request, settings, .. } => {
                report.passed += 1;
                requests.entry(settings).or_default().push(*request);
            }
            Tried::Fails(differences) => report.failed.push((text.path.clone(), differences)),
            Tried::Draft => report.drafts.push(text.path.clone()),
        }
    }
    (report, requests)
}

/// What the requests of each setting cover.
fn covered(shelves: &Shelves, folder: &Path, requests: &BTreeMap<Settings, Vec<Request>>) -> Coverage {
    let settings: Vec<coverage::Setting<'_>> = requests
        .iter()
        .filter_map(|(names, requests)| {
            let pack = shelves.get(folder, names)?.packs().first()?;
            Some(coverage::Setting { pack, requests })
        })
        .collect();
    coverage::coverage(&settings)
}

/// How many percent of the branches of each rule that a line can walk the worked cases walk, under
/// all settings that cases name; rounded down.
pub(super) fn percent_of_branches(folder: &Path, pack: Pack, plan: Settings) -> BTreeMap<String, u8> {
    let mut shelves = Shelves::under(folder, plan);
    let (_, requests) = tried(&mut shelves, folder, pack);
    let mut tallies: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for rule in covered(&shelves, folder, &requests).rules {
        let (walked, all) = tallies.entry(rule.rule).or_default();
        *walked += rule.branches.walked;
        *all += rule.branches.all.saturating_sub(rule.branches.impossible);
    }
    let percent = |(walked, all): (u64, u64)| (walked * 100).checked_div(all).unwrap_or(100);
    tallies.into_iter().map(|(rule, tally)| (rule, u8::try_from(percent(tally)).unwrap_or(100))).collect()
}

fn report(args: &Args, shelves: &mut Shelves, folder: &Path, pack: Pack) -> Report {
    let (mut report, requests) = tried(shelves, folder, pack);
    if args.coverage {
        let mut coverage = covered(shelves, folder, &requests);
        if !args.paths {
            for rule in &mut coverage.rules {
                rule.gaps.retain(|gap| gap.kind != coverage::GapKind::Path);
            }
        }
        let settings: Vec<Settings> = requests.into_keys().collect();
        let sheets = drafts::sheets(shelves, folder, &coverage, &settings);
        report.coverage = Some(Covered { coverage, settings, sheets });
    }
    report
}

impl Report {
    fn exit(&self, min_branches: Option<u64>) -> Exit {
        let branches = self.coverage.as_ref().map(|covered| covered.coverage.whole(|rule| rule.branches).permille());
        let is_short = min_branches.zip(branches).is_some_and(|(least, branches)| branches < least);
        if !self.failed.is_empty() || is_short { Exit::Findings } else { Exit::Allowed }
    }
}

impl Args {
    /// The folders of the packs; what cannot be found is told.
    fn folders(&self) -> Result<Vec<PathBuf>, Exit> {
        let all = self.packs.folder();
        let within = |folder: &Path| {
            shelf::folders(folder).map_err(|error| {
                self.packs.explain(&error, self.color);
                Exit::Broken
            })
        };
        if self.only.is_empty() {
            return within(&all);
        }
        let mut folders = Vec::new();
        for named in &self.only {
            let is_pack = |folder: &PathBuf| folder.join("pack.toml").is_file();
            let found = [named.clone(), all.join(named)].into_iter().find(is_pack);
            let Some(folder) = found else {
                let names: Vec<String> = within(&all)?.iter().filter_map(|folder| name(folder)).collect();
                let close = did_you_mean(&named.to_string_lossy(), names.iter().map(String::as_str));
                let help = close.map_or_else(
                    || format!("name a folder with a pack.toml, or one of {}", names.join(", ")),
                    |close| format!("did you mean `{close}`?"),
                );
                complain(format_args!("there is no pack `{}`", named.display()), Some(&help));
                return Err(Exit::Broken);
            };
            folders.push(folder);
        }
        Ok(folders)
    }
}

fn name(folder: &Path) -> Option<String> {
    Some(folder.file_name()?.to_string_lossy().into_owned())
}

/// Reads a percentage with at most one decimal, as tenths of a percent.
fn permille(text: &str) -> Result<u64, String> {
    let expected = || "a percentage is a number from 0 to 100 with at most one decimal, as `87.5`".to_owned();
    let (whole, tenths) = text.split_once('.').unwrap_or((text, "0"));
    let number = |part: &str, digits: usize| {
        let is_number = !part.is_empty() && part.len() <= digits && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u64>().ok().filter(|_| is_number).ok_or_else(expected)
    };
    let permille = number(whole, 3)? * 10 + number(tenths, 1)?;
    if permille <= 1_000 { Ok(permille) } else { Err(expected()) }
}

#[cfg(test)]
mod tests {
    use super::permille;

    #[test]
    fn a_percentage_has_one_decimal_at_most() {
        let check = |text: &str, expected: Option<u64>| assert_eq!(permille(text).ok(), expected, "{text}");
        check("90", Some(900));
        check("87.5", Some(875));
        check("100", Some(1_000));
        check("0", Some(0));
        for text in ["", "100.1", "-1", "87.55", "87.", ".5", "1e2", "9999"] {
            check(text, None);
        }
    }
}
