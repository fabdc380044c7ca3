//! How load, check, coverage and diff grow with the rules of a pack: `cargo bench --bench scale`.
//!
//! Each figure is of a process of its own, so that its peak memory is what this one thing took. The
//! packs are those of `tests/support/synthetic.rs` and the spine pack. `-- 10 100 1000` chooses
//! sizes, `-- spine 1000 --only load` one figure. Last comes a pack that doubles with each rule:
//! what a refusal takes. Compare figures of one run with one
//! another; the machine's speed drifts, ratios do not.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout, reason = "benches")]
#![expect(clippy::disallowed_methods, reason = "a bench looks at the clock, and at what the kernel counts")]

#[path = "../tests/support/synthetic.rs"]
mod synthetic;

use std::{
    collections::BTreeMap,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use claimgate::{
    case::Case,
    code::Code,
    desk::Desk,
    fault::{PackFault, PackText},
    pack::{Pack, load},
    proof::{check::check, coverage, difference},
    request::Request,
};
use synthetic::{Synthetic, doubling, texts};

const SPINE: &str = "rules/bmj-2025-chronic-spine-pain";
const SEED: u64 = 1;

/// What is measured, by its name.
type Step = (&'static str, fn(&Subject) -> Measured);

const STEPS: [Step; 5] =
    [("load", of_load), ("decide", of_decide), ("check", of_check), ("coverage", of_coverage), ("diff", of_diff)];

/// A pack to measure: the spine pack, or one of so many rules.
enum Subject {
    Spine,
    Synthetic(usize),
    Doubling(usize),
}

/// How long, and what came of it.
struct Measured(Duration, String);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let place = |name: &str| arguments.iter().position(|argument| argument == name);
    if let Some(at) = place("--measure") {
        return measure(&arguments[at + 1], &arguments[at + 2]);
    }
    let only = place("--only").and_then(|at| arguments.get(at + 1));
    let is_known =
        |argument: &str| argument == "spine" || argument.strip_prefix('x').unwrap_or(argument).parse::<usize>().is_ok();
    let mut subjects: Vec<&str> = arguments.iter().map(String::as_str).filter(|argument| is_known(argument)).collect();
    if subjects.is_empty() {
        subjects = vec!["spine", "10", "100", "1000", "x12", "x22"];
    }
    println!("{:>6}  {:<9}{:>12}{:>12}  what came of it", "rules", "step", "time", "peak memory");
    for subject in subjects {
        let steps = STEPS.iter().take(if subject.starts_with('x') { 1 } else { STEPS.len() });
        for (step, _) in steps.filter(|(step, _)| only.is_none_or(|only| only == step)) {
            let output = Command::new(std::env::current_exe().unwrap())
                .args(["--measure", step, subject])
                .output()
                .expect("the bench starts itself");
            let told = String::from_utf8_lossy(&output.stdout);
            let fallback = String::from_utf8_lossy(&output.stderr);
            println!("{subject:>6}  {step:<9}{}", if told.is_empty() { fallback.trim() } else { told.trim_end() });
        }
    }
}

/// One figure, in this process.
fn measure(step: &str, subject: &str) {
    let subject = match (subject, subject.strip_prefix('x')) {
        ("spine", _) => Subject::Spine,
        (_, Some(pairs)) => Subject::Doubling(pairs.parse().unwrap()),
        (rules, None) => Subject::Synthetic(rules.parse().unwrap()),
    };
    let (_, of) = STEPS.iter().find(|(name, _)| *name == step).expect("a step");
    // The table of ICD-10-CM is unpacked once a process, whatever the pack.
    let _ = claimgate::code::Icd10Cm::table();
    let Measured(time, words) = of(&subject);
    println!("{:>9} ms{:>9} MiB  {words}", thousands(time.as_millis()), thousands(u128::from(peak_kib() / 1024)));
}

fn thousands(number: u128) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

/// The most memory this process ever had.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok()).unwrap_or(0)
}

impl Subject {
    fn texts(&self, is_revised: bool) -> Vec<PackText> {
        match self {
            Subject::Spine => {
                let mut texts = Vec::new();
                gather(Path::new(SPINE), Path::new(SPINE), &mut texts);
                texts
            }
            Subject::Doubling(pairs) => doubling(*pairs),
            Subject::Synthetic(rules) => texts(Synthetic { rules: *rules, seed: SEED, is_revised }),
        }
    }

    /// The pack; for a comparison the spine pack under another setting, or the next version.
    fn load(&self, is_revised: bool) -> Pack {
        let mut settings = BTreeMap::new();
        if is_revised && matches!(self, Subject::Spine) {
            settings.insert("thoracic".to_owned(), "include".to_owned());
        }
        match load(self.texts(is_revised), &settings) {
            Ok(pack) => pack,
            Err(faults) => {
                println!("refused: {}", faults.iter().map(fault_words).collect::<Vec<_>>().join("; "));
                std::process::exit(0)
            }
        }
    }
}

/// The texts of a folder, in order. [`shelf`](claimgate::pack::shelf) would load them at once.
fn gather(root: &Path, folder: &Path, texts: &mut Vec<PackText>) {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            gather(root, &path, texts);
        } else {
            let text = std::fs::read_to_string(&path).unwrap().into();
            texts.push(PackText { path: path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), text });
        }
    }
}

fn fault_words(fault: &PackFault) -> String {
    format!("{}: {}", fault.code, fault.message)
}

fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let done = run();
    (start.elapsed(), done)
}

fn of_load(subject: &Subject) -> Measured {
    let texts = subject.texts(false);
    let (time, pack) = timed(|| load(texts, &BTreeMap::new()));
    let words = match pack {
        Ok(pack) => format!(
            "{} rules, {} questions, {} classes, {} variables, {} nodes",
            pack.rules().count(),
            pack.book.questions().len(),
            pack.sets.class_count(),
            pack.variables.len(),
            thousands(pack.diagram.len() as u128)
        ),
        Err(faults) => format!("refused: {}", faults.iter().map(fault_words).collect::<Vec<_>>().join("; ")),
    };
    Measured(time, words)
}

fn cases(pack: &Pack) -> Vec<Request> {
    pack.cases.iter().map(|text| Case::read(&text.text).unwrap().request().unwrap()).collect()
}

fn of_decide(subject: &Subject) -> Measured {
    const ROUNDS: usize = 100;
    let desk = Desk::new(vec![subject.load(false)]);
    let cases = cases(desk.packs().first().unwrap());
    let (time, _) = timed(|| (0..ROUNDS).for_each(|_| cases.iter().for_each(|case| drop(desk.decide(case)))));
    let each = time.as_micros() / (ROUNDS * cases.len()) as u128;
    Measured(time, format!("{} requests with the whole rationale, {each} µs each", ROUNDS * cases.len()))
}

fn of_check(subject: &Subject) -> Measured {
    let pack = subject.load(false);
    let day = "2026-11-22".parse().unwrap();
    let (time, findings) = timed(|| check(&pack, day));
    let words: Vec<String> = findings.iter().take(5).map(|finding| fault_words(&finding.fault)).collect();
    Measured(time, format!("{} findings {}", findings.len(), words.join("; ")).trim_end().to_owned())
}

fn of_coverage(subject: &Subject) -> Measured {
    let pack = subject.load(false);
    let requests = cases(&pack);
    let setting = coverage::Setting { pack: &pack, requests: &requests };
    let (time, covered) = timed(|| coverage::coverage(&[setting]));
    let branches = covered.rules.iter().fold((0, 0), |(walked, all), rule| {
        (walked + rule.branches.walked, all + rule.branches.all - rule.branches.impossible)
    });
    Measured(time, format!("{} of {} branches", branches.0, branches.1))
}

fn of_diff(subject: &Subject) -> Measured {
    let (old, new) = (subject.load(false), subject.load(true));
    let used: Vec<Code> = Vec::new();
    let (time, difference) = timed(|| difference(&old, &new, &used));
    let words = match difference {
        Ok(difference) => {
            let changes = difference.groups.iter().map(|group| group.changes.len()).sum::<usize>();
            let rows = difference.groups.iter().map(|group| group.rows.len()).sum::<usize>();
            format!("{changes} changes in {} groups of {rows} rows", difference.groups.len())
        }
        Err(error) => format!("refused: {error}"),
    };
    Measured(time, words)
}
