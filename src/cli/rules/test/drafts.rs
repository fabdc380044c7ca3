//! Drafts: a case file for each witness, its verdict left for a person to confirm.

use std::{fs, io, path::Path};

use crate::{
    case::{self, Shelves},
    pack::shelf::Settings,
    proof::coverage::{Coverage, Gap, GapKind, RuleCoverage, Sought},
    request::Request,
    verdict::Outcome,
};

/// A draft.
pub(super) struct Sheet {
    /// The file within the pack: `cases/epidural/draft-1f0c6b2a.toml`.
    pub(super) path: String,
    /// Its text.
    pub(super) text: String,
    /// Which gaps it fills: places in the coverage's rules, and in the rule's gaps.
    pub(super) fills: Vec<(usize, usize)>,
}

/// One draft for each witness; gaps of a rule on one path share it.
pub(super) fn sheets(shelves: &Shelves, folder: &Path, coverage: &Coverage, settings: &[Settings]) -> Vec<Sheet> {
    let none = Settings::new();
    let mut sheets: Vec<Sheet> = Vec::new();
    for (place, rule) in coverage.rules.iter().enumerate() {
        let parameters = settings.get(rule.setting).unwrap_or(&none);
        for (number, gap) in rule.gaps.iter().enumerate() {
            let Sought::Found(request) = &gap.sought else { continue };
            let name = format!("{:08x}", fingerprint(rule, gap, parameters));
            let path = format!("cases/{}/draft-{name}.toml", rule.rule);
            if let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.path == path) {
                sheet.fills.push((place, number));
                continue;
            }
            let mut request = request.as_ref().clone();
            request.id = format!("D-{name}");
            let remarks = remarks(shelves, folder, parameters, rule, gap, &request);
            let says = says(rule, gap);
            let text = case::draft(&case::Draft { says: &says, parameters, request: &request, remarks: &remarks });
            sheets.push(Sheet { path, text, fills: vec![(place, number)] });
        }
    }
    sheets
}

/// Saves drafts; a file that is there is left alone, for somebody may be at work on it.
///
/// # Errors
/// When a folder or a file cannot be written.
pub(super) fn save(folder: &Path, sheets: &[Sheet]) -> io::Result<()> {
    for sheet in sheets {
        let path = folder.join(&sheet.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        match fs::File::create_new(&path) {
            Ok(mut file) => io::Write::write_all(&mut file, sheet.text.as_bytes())?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What a rule says at the end of a path.
pub(super) fn outcome_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Pass => "pass".to_owned(),
        Outcome::Note(said) => format!("note {}", said.reason),
        Outcome::Find(verdict, said) => format!("{verdict} {}", said.reason),
        Outcome::AtMost(verdict, said) => format!("at most {verdict}, {}", said.reason),
    }
}

/// A question with its answer.
pub(super) fn condition_words(gap: &Gap, place: usize) -> String {
    gap.conditions.get(place).map_or_else(String::new, |condition| {
        format!("{}: {}", condition.question, if condition.answer { "yes" } else { "no" })
    })
}

fn says(rule: &RuleCoverage, gap: &Gap) -> String {
    let outcome = outcome_words(&gap.outcome);
    match (gap.kind, gap.branch) {
        (GapKind::Branch, Some(place)) => format!("{}, {}, then {outcome}", rule.rule, condition_words(gap, place)),
        _ => format!("{}, one way to {outcome}", rule.rule),
    }
}

fn remarks(
    shelves: &Shelves,
    folder: &Path,
    parameters: &Settings,
    rule: &RuleCoverage,
    gap: &Gap,
    request: &Request,
) -> Vec<String> {
    let mut remarks = vec![
        "Nobody has confirmed this case. Put the verdict and the reason that the policy wants for each".to_owned(),
        "\"?\", say in `says` what the case shows, and name the file by it. Data is invented.".to_owned(),
        format!("It walks the rule `{}`:", rule.rule),
    ];
    remarks.extend((0..gap.conditions.len()).map(|place| format!("  {}", condition_words(gap, place))));
    remarks.push(format!("  -> {}", outcome_words(&gap.outcome)));
    if let Some(desk) = shelves.get(folder, parameters) {
        for line in desk.decide(request).lines {
            let reason = line.findings.first().map_or("", |finding| finding.reason.as_str());
            remarks.push(format!("Today the rules say of line {}: {} because {reason}", line.number, line.verdict));
        }
    }
    remarks
}

/// A name that stays the same while the path does (FNV-1a, 32 bits).
fn fingerprint(rule: &RuleCoverage, gap: &Gap, parameters: &Settings) -> u32 {
    let mut words = vec![rule.stage.clone(), rule.rule.clone(), outcome_words(&gap.outcome)];
    words.extend(parameters.iter().map(|(name, value)| format!("{name}={value}")));
    words.extend((0..gap.conditions.len()).map(|place| condition_words(gap, place)));
    words.join("\n").bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
