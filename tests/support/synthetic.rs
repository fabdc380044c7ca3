//! Packs as large as one likes, as texts: the edits of an invented plan. The same seed gives the
//! same pack; nothing in it is anybody's policy.
//!
//! Of N rules about a twentieth are exclusions, a hundredth exemptions, a fiftieth limits; the rest
//! are edits of groups of procedures, three groups to ten rules. The first edit of a group asks for
//! an indication; further ones are, turn by turn, of the number of sessions, age, units, place,
//! bundling and duration. Each group rests on one or two of N/5 sets of indications.
//!
//! Whatever N is, there are 10,000 codes: 4,000 procedures (five digits, not those of any list),
//! 4,500 ICD-10-CM codes of indications and 1,500 of exclusions, each set a run of neighbours, as
//! chapters of a classification are. So a pack of more rules has smaller sets, and more of them.

use std::{fmt::Write, sync::Arc};

use claimgate::{code::Icd10Cm, fault::PackText};

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Synthetic {
    /// How many rules; at least [`RULES_MIN`].
    pub rules: usize,
    /// The pack's character.
    pub seed: u64,
    /// Whether it is the next version: an edit is stricter, one only flags, and a set of
    /// indications has more codes.
    pub is_revised: bool,
}

/// Fewer rules leave no place for one of each kind.
pub const RULES_MIN: usize = 10;

const PROCEDURES: usize = 4_000;
const INDICATIONS: usize = 4_500;
const EXCLUSIONS: usize = 1_500;
/// The first procedure: numbers, one after the other.
const FIRST_PROCEDURE: usize = 30_000;
/// Procedures that no set has begin here.
const OTHER_PROCEDURE: usize = 90_000;

/// The numbers of a pack.
struct Plan {
    of: Synthetic,
    exclusions: usize,
    exemptions: usize,
    limits: usize,
    edits: usize,
    groups: usize,
    indications: Vec<Vec<String>>,
    exclusion_codes: Vec<Vec<String>>,
    /// A code of no set.
    other: String,
}

/// The texts of a pack.
///
/// # Panics
/// Where fewer than [`RULES_MIN`] rules are asked for.
pub fn texts(of: Synthetic) -> Vec<PackText> {
    assert!(of.rules >= RULES_MIN, "a pack has at least {RULES_MIN} rules");
    let plan = Plan::new(of);
    let mut texts = vec![
        text("pack.toml", plan.manifest()),
        text("SOURCE.md", plan.source()),
        text("values/procedure.toml", plan.procedures()),
        text("values/indication.toml", sets("indication", "indication", &plan.indications)),
        text("values/exclusion.toml", sets("exclusion", "exclusion", &plan.exclusion_codes)),
    ];
    let (rules, reasons) = plan.rules();
    texts.extend(named(&rules));
    texts.extend(rules);
    texts.push(text("reasons.toml", reasons));
    texts.extend(plan.cases());
    texts.sort_by(|one, two| one.path.cmp(&two.path));
    texts
}

/// A pack whose diagram doubles with each of its `pairs` rules: each asks whether a diagnosis of
/// its own is confirmed both on the request and earlier, and all first parts stand above all second.
pub fn doubling(pairs: usize) -> Vec<PackText> {
    let all: Vec<String> = Icd10Cm::table()
        .codes()
        .filter(|(_, is_billable, _)| *is_billable)
        .map(|(code, ..)| code.text().to_owned())
        .collect();
    let plan = Plan::new(Synthetic { rules: RULES_MIN, seed: 1, is_revised: false });
    let own: Vec<Vec<String>> = all.chunks(all.len() / pairs).take(pairs).map(|codes| vec![codes[0].clone()]).collect();
    let mut reasons = String::new();
    let mut texts = vec![
        text("pack.toml", plan.manifest().replace("\"birth_date\", ", "")),
        text("SOURCE.md", "# Doubling\n\n### In general {#general}\n".to_owned()),
        text("values/pair.toml", sets("pair", "pair", &own)),
    ];
    for pair in 0..pairs {
        let _ = write!(reasons, "[pair-{pair}]\nprovider = \"It.\"\npatient = \"It.\"\ncites = \"general\"\n");
        let script = format!(
            "//! A pair.\n//! cites: general\n\nif request.diagnoses.any_in(pair_{pair:04}) && history.diagnoses(12).any_in(pair_{pair:04}) {{ return deny(\"pair-{pair}\"); }}\npass()\n"
        );
        texts.push(text(format!("1-pair/pair-{pair}.rhai"), script));
    }
    texts.push(text("reasons.toml", reasons));
    texts
}

fn text(path: impl Into<String>, text: String) -> PackText {
    PackText { path: path.into(), text: Arc::from(text) }
}

/// What several rules mean by a word: its name, and the definition.
const DEFINITIONS: [(&str, &str); 2] = [
    (
        "has_evidence_of",
        "/// Confirmed on the request, or in the look-back.
fn has_evidence_of(set) {
    request.diagnoses.any_in(set) || history.diagnoses(params.look_back_months).any_in(set)
}
",
    ),
    (
        "is_younger_than",
        "/// Known to have lasted less than so many months.
fn is_younger_than(set, months) {
    known(line.months_since_onset(set)) && line.months_since_onset(set) < months
}
",
    ),
];

/// Sets of few codes: axis, name, system, codes.
const SMALL_SETS: [(&str, &str, &str, &[&str]); 3] = [
    ("place", "office", "place_of_service", &["11", "12"]),
    ("place", "hospital", "place_of_service", &["21", "22", "23"]),
    ("modifier", "separate", "modifier", &["59", "XE", "XP", "XS", "XU"]),
];

/// The definitions and small sets that rules name: a small pack has no edit of some kinds.
fn named(rules: &[PackText]) -> Vec<PackText> {
    let is_named = |name: &str| rules.iter().any(|rule| rule.text.contains(name));
    let definitions = DEFINITIONS.iter().filter(|(name, _)| is_named(name)).map(|(_, text)| *text);
    let mut texts = vec![text("definitions.rhai", definitions.collect::<Vec<_>>().join("\n"))];
    for axis in ["place", "modifier"] {
        let mut file = format!("axis = \"{axis}\"\n");
        for (_, name, system, codes) in SMALL_SETS.iter().filter(|(of, name, ..)| *of == axis && is_named(name)) {
            let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
            set(&mut file, name, "general", system, &codes);
        }
        texts.push(text(format!("values/{axis}.toml"), file));
    }
    texts
}

impl Plan {
    fn new(of: Synthetic) -> Plan {
        let exclusions = (of.rules / 20).max(1);
        let exemptions = (of.rules / 100).max(1);
        let limits = (of.rules / 50).max(1);
        let edits = of.rules - exclusions - exemptions - limits;
        let mut random = Random::new(of.seed);
        let all: Vec<String> = Icd10Cm::table()
            .codes()
            .filter(|(_, is_billable, _)| *is_billable)
            .map(|(code, ..)| code.text().to_owned())
            .collect();
        let mut indications = runs(&mut random, &all, (of.rules / 5).max(3), INDICATIONS);
        let exclusion_codes = runs(&mut random, &all, exclusions, EXCLUSIONS);
        let is_free = |code: &&String| indications.iter().chain(&exclusion_codes).all(|set| !set.contains(code));
        let mut free = all.iter().filter(is_free).cloned();
        let other = free.next().expect("codes are left");
        if of.is_revised {
            let more: Vec<String> = free.take(10).collect();
            indications.first_mut().expect("there are indications").extend(more);
        }
        let groups = (of.rules * 3 / 10).max(3);
        Plan { of, exclusions, exemptions, limits, edits, groups, indications, exclusion_codes, other }
    }

    fn manifest(&self) -> String {
        let version = if self.of.is_revised { "2.0.0" } else { "1.0.0" };
        format!(
            r#"name = "synthetic-{rules}"
version = "{version}"
title = "Edits of an invented plan, {rules} of them"

[period]
from = "2025-01-01"

[source]
citation = "none"
doi = "none"
developer = "the claimgate project"
funding = "none"
released = "2025-01-01"
revised = "2025-01-01"
last_verified_on = "2026-11-01"
uses = ["birth_date", "health_status"]

[parameters.look_back_months]
takes = "number"
default = 12
about = "how many calendar months of earlier services count"

[parameters.place_edits]
takes = "choice"
values = ["flag", "note"]
default = "flag"
about = "what a service in an unusual place does"
"#,
            rules = self.of.rules
        )
    }

    fn source(&self) -> String {
        let mut page = String::from("# Edits of an invented plan\n\n### In general {#general}\n\nIt is invented.\n");
        for group in 0..self.groups {
            let _ = write!(page, "\n### Group {group} {{#group-{group:04}}}\n\nWhat is asked of its procedures.\n");
        }
        page
    }

    /// The procedures of a group: its share of the numbers.
    fn procedures_of(&self, group: usize) -> Vec<String> {
        let at = |group: usize| FIRST_PROCEDURE + PROCEDURES * group / self.groups;
        (at(group)..at(group + 1)).map(|number| number.to_string()).collect()
    }

    fn procedures(&self) -> String {
        let mut file = String::from("axis = \"procedure\"\n");
        for group in 0..self.groups {
            let codes = self.procedures_of(group);
            set(&mut file, &format!("group_{group:04}"), &format!("group-{group:04}"), "cpt", &codes);
        }
        file
    }

    /// The sets of indications of a group: one or two.
    fn indications_of(&self, group: usize) -> Vec<String> {
        let count = self.indications.len();
        let mut places = vec![group % count];
        if group % 2 == 1 {
            places.push((group * 7 + 3) % count);
        }
        places.dedup();
        places.into_iter().map(|place| format!("indication_{place:04}")).collect()
    }

    /// The rules, and the reasons they give.
    fn rules(&self) -> (Vec<PackText>, String) {
        let (mut rules, mut reasons) = (Vec::new(), String::from("# A reason a rule.\n"));
        let mut add = |stage: &str, name: String, anchor: &str, body: String| {
            let says = format!("//! {}.\n//! cites: {anchor}\n\n", name.replace('-', " "));
            rules.push(text(format!("{stage}/{name}.rhai"), format!("{says}{}\n", body.replace("REASON", &name))));
            let _ = write!(
                reasons,
                "\n[{name}]\nprovider = \"Edit {name} speaks.\"\npatient = \"An edit of your plan speaks.\"\ncites = \"{anchor}\"\n"
            );
        };
        for number in 0..self.exemptions {
            let body = match number {
                0 => "if coverage.approved { return allow(\"REASON\"); }\npass()".to_owned(),
                _ => format!(
                    "if line.procedure in group_{:04} && patient.age_years < {} {{ return allow(\"REASON\"); }}\npass()",
                    number * 3 % self.groups,
                    2 + number % 4
                ),
            };
            add("1-exemption", format!("exemption-{number:04}"), "general", body);
        }
        for number in 0..self.exclusions {
            let verdict = if number % 3 == 2 { "flag" } else { "allow" };
            let body = format!("if has_evidence_of(exclusion_{number:04}) {{ return {verdict}(\"REASON\"); }}\npass()");
            add("2-exclusion", format!("exclusion-{number:04}"), "general", body);
        }
        for number in 0..self.edits {
            let (group, layer) = (number % self.groups, number / self.groups);
            let (kind, body) = self.edit(group, layer);
            add("3-edit", format!("{kind}-{number:04}"), &format!("group-{group:04}"), body);
        }
        for number in 0..self.limits {
            let body = format!(
                "if !(line.procedure in group_{:04}) {{ return pass(); }}\nif coverage.line_of_business in [\"medicare\", \"medicare_advantage\"] {{ return at_most(\"flag\", \"REASON\"); }}\npass()",
                number * 2 % self.groups
            );
            add("limit", format!("limit-{number:04}"), "general", body);
        }
        (rules, reasons)
    }

    /// The edit of a group at a layer: its kind and its script.
    fn edit(&self, group: usize, layer: usize) -> (&'static str, String) {
        let (indications, is_first) = (self.indications_of(group), group == 0 && self.of.is_revised);
        let (kind, asks) = match layer.checked_sub(1).map(|layer| (group + layer) % 6) {
            None => {
                let passes: Vec<String> = indications
                    .iter()
                    .map(|set| format!("if line.diagnoses.any_in({set}) {{ return pass(); }}\n"))
                    .collect();
                let verdict = if group % 4 == 3 || group == 1 && self.of.is_revised { "flag" } else { "deny" };
                ("indication", format!("{}{verdict}(\"REASON\")", passes.concat()))
            }
            Some(0) => {
                let most = 2 + group % 5 - usize::from(is_first);
                let months = if group.is_multiple_of(2) { 12 } else { 6 };
                let asks = format!(
                    "if history.sessions(group_{group:04}, {months}) >= {most} {{ return deny(\"REASON\"); }}\npass()"
                );
                ("sessions", asks)
            }
            Some(1) => {
                let years = [2, 5, 12, 18, 65][group % 5];
                ("age", format!("if patient.age_years < {years} {{ return flag(\"REASON\"); }}\npass()"))
            }
            Some(2) => {
                let most = 1_000 * (1 + group % 8);
                ("units", format!("if line.units_milli > {most} {{ return deny(\"REASON\"); }}\npass()"))
            }
            Some(3) => {
                let note = "if params.place_edits == \"note\" { return note(\"REASON\"); }\nflag(\"REASON\")";
                let place = if group.is_multiple_of(4) { "office" } else { "hospital" };
                ("place", format!("if !(line.place_of_service in {place}) {{ return pass(); }}\n{note}"))
            }
            Some(4) => {
                let other = (group + 1) % self.groups;
                let asks = format!(
                    "if same_day.procedures.any_in(group_{other:04}) && !line.modifiers.any_in(separate) {{ return deny(\"REASON\"); }}\npass()"
                );
                ("bundling", asks)
            }
            Some(_) => {
                let set = &indications[0];
                ("duration", format!("if is_younger_than({set}, 3) {{ return flag(\"REASON\"); }}\npass()"))
            }
        };
        (kind, format!("if !(line.procedure in group_{group:04}) {{ return pass(); }}\n{asks}"))
    }

    /// A few worked cases.
    fn cases(&self) -> Vec<PackText> {
        let no_exclusion = |code: &&String| self.exclusion_codes.iter().all(|set| !set.contains(code));
        let indicated = self.indications[0].iter().find(no_exclusion).expect("an indication that is no exclusion");
        let (other, excluded) = (&self.other, &self.exclusion_codes[0][0]);
        let approved = "prior_authorization = { number = \"A\", approved_on = \"2026-03-01\" }";
        let (group, none) = (FIRST_PROCEDURE, OTHER_PROCEDURE);
        let cases = [
            ("not-indicated", group, other, "", "deny", "indication-0000"),
            ("indicated", group, indicated, "", "allow", "nothing-found"),
            ("approved", group, other, approved, "allow", "exemption-0000"),
            ("excluded", group, excluded, "", "allow", "exclusion-0000"),
            ("other", none, other, "", "allow", "nothing-found"),
        ];
        cases
            .into_iter()
            .map(|(name, procedure, diagnosis, coverage, verdict, reason)| {
                let case = format!(
                    r#"says = "{name}"

[request]
id = "{name}"
kind = "claim"
patient = {{ birth_date = "1973-05-01", sex = "F" }}
coverage = {{ {} }}
onset_date = "2024-09-01"
diagnoses = [{{ code = "{diagnosis}" }}]

[[request.lines]]
number = 1
procedure = "{procedure}"
diagnosis_pointers = [1]
service_date = "2026-03-10"
units = 1
place_of_service = "24"

[expect]
verdict = "{verdict}"

[[expect.lines]]
number = 1
verdict = "{verdict}"
reason = "{reason}"
"#,
                    ["line_of_business = \"commercial\"", coverage]
                        .into_iter()
                        .filter(|field| !field.is_empty())
                        .collect::<Vec<_>>()
                        .join(", ")
                );
                text(format!("cases/{name}.toml"), case)
            })
            .collect()
    }
}

/// A file of sets of ICD-10-CM codes.
fn sets(axis: &str, name: &str, sets: &[Vec<String>]) -> String {
    let mut file = format!("axis = \"{axis}\"\n");
    for (number, codes) in sets.iter().enumerate() {
        set(&mut file, &format!("{name}_{number:04}"), "general", "icd10cm", codes);
    }
    file
}

fn set(file: &mut String, name: &str, anchor: &str, system: &str, codes: &[String]) {
    let _ = write!(
        file,
        "\n[{name}]\ntitle = \"{}\"\ncites = \"{anchor}\"\ncodes = [\n  {{ system = \"{system}\", code = {codes:?} }},\n]\n",
        name.replace('_', " ")
    );
}

/// `count` runs of neighbours, `codes` in all, each in a stretch of its own.
fn runs(random: &mut Random, all: &[String], count: usize, codes: usize) -> Vec<Vec<String>> {
    let at = |place: usize, whole: usize| whole * place / count;
    (0..count)
        .map(|place| {
            let stretch = &all[at(place, all.len())..at(place + 1, all.len())];
            let length = at(place + 1, codes) - at(place, codes);
            let from = random.below(stretch.len() - length + 1);
            stretch[from..from + length].to_vec()
        })
        .collect()
}

/// A small generator (xorshift64*): the same seed, the same pack.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    }
}
