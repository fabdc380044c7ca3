//! The registry refuses half a rule: what is kept twice is kept alike, and every rule shows with a
//! worked case each thing it can say. (Headers, citations, reasons, anchors and code literals are
//! refused when a pack is loaded.)
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use claimgate::{
    case::Shelves,
    code::Pattern,
    pack::{Pack, shelf},
    tree::{Forest, Place, Root},
    verdict::Outcome,
};

#[test]
fn the_page_of_facts_is_fresh() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/facts.md")).unwrap();
    assert!(
        page == claimgate::fact::markdown(),
        "rules/facts.md is not what the dictionary says: run `cargo run -- rules facts > rules/facts.md`"
    );
}

#[test]
fn every_rule_has_a_case_for_each_reason_it_can_give() {
    let mut missing = Vec::new();
    for pack in packs() {
        let mut shelves = Shelves::new(Path::new("rules"));
        let mut shown: BTreeSet<(String, String)> = BTreeSet::new();
        for text in &pack.cases {
            let decision = shelves.run(&pack.manifest.name, text).map_err(|fault| format!("{}: {fault}", text.path));
            for line in decision.unwrap().lines {
                let said = line.findings.into_iter().chain(line.notes);
                shown.extend(said.map(|finding| (finding.rule, finding.reason)));
            }
        }
        for (_, rule) in pack.rules() {
            let unshown = reasons(&pack.forest, rule.root)
                .into_iter()
                .filter(|reason| !shown.contains(&(rule.name.clone(), reason.clone())));
            missing.extend(unshown.map(|reason| format!("{} has no case in which it says `{reason}`", rule.name)));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn rows_of_value_sets_stand_in_order_and_once() {
    let mut faults = Vec::new();
    for pack in packs() {
        for set in pack.sets.definitions() {
            let rows: Vec<String> =
                set.entries
                    .iter()
                    .map(|entry| {
                        let (Pattern::Code(text)
                        | Pattern::Prefix(text)
                        | Pattern::Range(text, _)
                        | Pattern::Phrase(text)) = &entry.pattern;
                        format!("{:?} {text} {:?} {:?} {}", entry.system, entry.seventh, entry.period, entry.excluded)
                    })
                    .collect();
            let once: BTreeSet<&String> = rows.iter().collect();
            if once.len() != rows.len() {
                faults.push(format!("value set {} holds a row twice", set.name));
            }
            if set.title.is_empty() || set.cites.is_empty() {
                faults.push(format!("value set {} has no title or cites nothing", set.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn packs() -> Vec<Pack> {
    shelf::open(Path::new("rules"), &BTreeMap::new()).map_err(|error| error.to_string()).unwrap()
}

/// Every reason a rule's tree can end with.
fn reasons(forest: &Forest, root: Root) -> BTreeSet<String> {
    let (mut found, mut seen, mut stack) = (BTreeSet::new(), BTreeSet::new(), vec![root]);
    while let Some(at) = stack.pop() {
        if !seen.insert(format!("{at:?}")) {
            continue;
        }
        match forest.place(at) {
            Place::Ask { yes, no, .. } => stack.extend([yes, no]),
            Place::Say(leaf) => match forest.outcome(leaf) {
                Outcome::Pass => {}
                Outcome::Note(said) | Outcome::Find(_, said) | Outcome::AtMost(_, said) => {
                    found.insert(said.reason.clone());
                }
            },
        }
    }
    found
}

#[test]
fn every_code_of_a_fault_is_explained() {
    fn gather(folder: &Path, codes: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                gather(&path, codes);
                continue;
            }
            // Not in the table itself.
            let text = std::fs::read_to_string(&path).unwrap();
            if path.ends_with("cli/rules/codes.rs") {
                continue;
            }
            for quoted in text.split('"').skip(1).step_by(2) {
                let is_code = ["rule::", "pack::", "proof::", "shelf::"].iter().any(|room| quoted.starts_with(room));
                if is_code
                    && !quoted.ends_with(':')
                    && quoted.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '_' | ':'))
                {
                    codes.insert(quoted.to_owned());
                }
            }
        }
    }
    // What no author can bring about.
    const INNER: [&str; 5] = ["rule::failed", "rule::missing", "rule::no_answer", "rule::thrown", "shelf::faults"];
    let mut codes = BTreeSet::new();
    gather(Path::new("src"), &mut codes);
    assert!(codes.len() > 60, "{codes:?}");
    let table = std::fs::read_to_string("src/cli/rules/codes.rs").unwrap();
    let page = std::fs::read_to_string("rules/README.md").unwrap();
    let mut missing = Vec::new();
    for code in &codes {
        if !table.contains(&format!("(\"{code}\", ")) {
            missing.push(format!("src/cli/rules/codes.rs does not say what {code} stands for"));
        }
        // `rule::unknown_fact` stands as `…_fact` behind the first of its kind.
        let shortened = code.replace("rule::unknown", "…");
        if !INNER.contains(&code.as_str())
            && !page.contains(&format!("`{code}`"))
            && !page.contains(&format!("`{shortened}`"))
        {
            missing.push(format!("rules/README.md does not explain {code}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
