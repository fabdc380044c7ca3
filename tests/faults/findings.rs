//! What `rules check` finds in packs that load: each trial breaks the spine pain pack in one way and
//! gets that one finding, at its place.

use serde_json::Value;

use super::{EPIDURAL, Folder};

const UNDER_18: &str = "6-access/under-18.rhai";
const IF_UNDER_18: &str = r#"if patient.age_years < 18 { return allow("under-18"); }"#;
const MANIFEST: &str = "pack.toml";
/// What the pack claims of those under 18, where their rule is silent.
const BROKEN_UNDER_18: [&str; 2] = [
    "proof::broken_property spine/pack.toml:132 nobody under 18 is denied",
    "proof::broken_property spine/pack.toml:147 a denial needs an adult, spine pain and three months of it",
];
const TRIAL: &str = "values/trial.toml";

/// The findings of a pack after `edits`, as `code path:line text`.
fn found(trial: &str, edits: &[(&str, &str, &str)], arguments: &[&str]) -> Vec<String> {
    let folder = Folder::new(trial);
    folder.pack("spine", edits);
    told(&folder, arguments)
}

fn told(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let left = folder.check(&[&["--format", "json"], arguments].concat());
    let report: Value = serde_json::from_str(&left.stdout).unwrap();
    assert_eq!(report["faults"].as_array().unwrap().len(), 0, "{report:#}");
    let findings: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let path = finding["path"].as_str().unwrap();
            let text = std::fs::read_to_string(folder.0.join(path)).unwrap();
            let number = |name: &str| usize::try_from(finding[name].as_u64().unwrap()).unwrap();
            let line: Vec<char> = text.lines().nth(number("line") - 1).unwrap().chars().collect();
            assert_eq!(number("line"), number("end_line"), "{finding:#}");
            let underlined: String = line[number("column") - 1..number("end_column") - 1].iter().collect();
            assert!(finding["help"].is_string(), "{finding:#}");
            format!("{} {path}:{} {underlined}", finding["code"].as_str().unwrap(), number("line"))
        })
        .collect();
    assert_eq!(left.code, if findings.is_empty() { 0 } else { 4 }, "{}", left.stderr);
    assert_eq!(left.stderr, "");
    findings
}

fn check(trial: &str, edits: &[(&str, &str, &str)], expected: &[&str]) {
    assert_eq!(found(trial, edits, &[]), expected);
}

#[test]
fn nothing_in_the_pack_as_it_is() {
    check("nothing_in_the_pack_as_it_is", &[], &[]);
    // Whatever setting is in force.
    let settings = ["--param", "m46_1=exempt", "--param", "thoracic=include", "--param", "look_back_months=3"];
    assert_eq!(found("nothing_under_a_setting", &[], &settings), [""; 0]);
}

#[test]
fn a_rule_that_never_speaks() {
    check(
        "a_rule_that_never_speaks",
        &[(UNDER_18, "patient.age_years < 18", "patient.age_years < 18 && patient.age_years >= 18")],
        &[
            "proof::dead_rule spine/6-access/under-18.rhai:1 //! The guideline is for adults.",
            BROKEN_UNDER_18[0],
            BROKEN_UNDER_18[1],
        ],
    );
}

#[test]
fn a_branch_that_earlier_answers_settle() {
    let again = format!(
        "{IF_UNDER_18}\nif patient.age_years < 16 {{\n    // Never.\n    let one = 1;\n    return allow(\"under-18\");\n}}"
    );
    check(
        "a_branch_that_earlier_answers_settle",
        &[(UNDER_18, IF_UNDER_18, &again)],
        &["proof::dead_branch spine/6-access/under-18.rhai:7 let one = 1;"],
    );
}

#[test]
fn statements_after_a_return() {
    check(
        "statements_after_a_return",
        &[(UNDER_18, "\npass()", "\nreturn pass();\nlet one = 1;\nif one == 1 { return pass(); }\npass()")],
        &["proof::dead_branch spine/6-access/under-18.rhai:6 let one = 1;"],
    );
}

#[test]
fn the_else_of_an_else_if() {
    let script = super::rule(
        "if line.procedure in epidural { return pass(); }
else if !(line.procedure in epidural) { if line.units_milli > 3 { return pass(); } else { (line.procedure in visit) || true; } }
else { return deny(\"epidural-recommended-against\", \"rec-axial-epidural\"); }
let x = if is_epidural() { \"dead too\" } else { \"alive\" };
if x == \"alive\" && pain_type() == \"axial\" { return deny(\"epidural-recommended-against\"); }
if params.unknown_type_epidural == \"flag\" { return flag(\"unknown-type-epidural\"); }
no_type(\"weak\")",
    );
    let found = found("the_else_of_an_else_if", &[(EPIDURAL, "", &script)], &[]);
    assert_eq!(
        found[0],
        "proof::dead_branch spine/13-recommendation/epidural.rhai:6 return deny(\"epidural-recommended-against\", \"rec-axial-epidural\");",
        "{found:#?}"
    );
}

#[test]
fn a_branch_of_a_definition() {
    check(
        "a_branch_of_a_definition",
        &[(
            "definitions.rhai",
            r#"    if untold { return "ambiguous"; }"#,
            r#"    if untold { return "ambiguous"; }
    if untold || false { return "open"; }"#,
        )],
        &[r#"proof::dead_branch spine/definitions.rhai:82 return "open";"#],
    );
}

#[test]
fn a_definition_that_nobody_calls() {
    check(
        "a_definition_that_nobody_calls",
        &[(
            "definitions.rhai",
            "/// What a procedure",
            "/// Calls another.\nfn lonely() { lonelier() }\n\nfn lonelier() { if line.procedure in epidural { return 1; } 2 }\n\n/// What a procedure",
        )],
        &[
            "proof::uncalled_definition spine/definitions.rhai:88 fn lonely",
            "proof::uncalled_definition spine/definitions.rhai:90 fn lonelier",
        ],
    );
}

#[test]
fn a_definition_that_no_answers_enter() {
    check(
        "a_definition_that_no_answers_enter",
        &[
            (
                "definitions.rhai",
                "/// What a procedure",
                "fn is_young() { patient.age_years < 16 }\n\n/// What a procedure",
            ),
            (UNDER_18, "\npass()", "\nif patient.age_years < 17 && is_young() { return allow(\"under-18\"); }\npass()"),
        ],
        &[
            "proof::dead_branch spine/6-access/under-18.rhai:5 return allow(\"under-18\");",
            "proof::dead_branch spine/definitions.rhai:87 fn is_young",
        ],
    );
    // Called in what is dead anyway, it is not told again.
    check(
        "a_definition_that_only_the_dead_call",
        &[
            (
                "definitions.rhai",
                "/// What a procedure",
                "fn is_young() { patient.age_years < 16 }\n\n/// What a procedure",
            ),
            (UNDER_18, "\npass()", "\nif patient.age_years < 17 { is_young(); return pass(); }\npass()"),
        ],
        &["proof::dead_branch spine/6-access/under-18.rhai:5 is_young();"],
    );
}

#[test]
fn what_some_setting_reaches_is_alive() {
    let alive = [
        "params.look_back_months < 6",
        "params.look_back_months == 7",
        "8 == params.look_back_months",
        "params.m46_1 == \"exempt\" && params.thoracic == \"include\"",
        "line.service_date < params.effective && !params.accept_asserted_chronic",
        "window > 20",
    ];
    let dead = [
        "params.m46_1 == \"exempt\" && params.m46_1 == \"flag\"",
        "params.look_back_months < 6 && params.look_back_months > 5",
        "params.accept_asserted_chronic && !params.accept_asserted_chronic",
    ];
    let before = |conditions: &[&str]| {
        let lines: String = conditions.iter().map(|one| format!("if {one} {{ return pass(); }}\n")).collect();
        format!("let window = params.look_back_months;\n{lines}{IF_UNDER_18}")
    };
    check("alive_under_some_setting", &[(UNDER_18, IF_UNDER_18, &before(&alive))], &[]);
    check(
        "dead_under_every_setting",
        &[(UNDER_18, IF_UNDER_18, &before(&dead))],
        &[5, 6, 7]
            .map(|line| format!("proof::dead_branch spine/6-access/under-18.rhai:{line} return pass();"))
            .each_ref()
            .map(String::as_str),
    );
}

#[test]
fn a_rule_that_fails_under_a_setting() {
    let folder = Folder::new("a_rule_that_fails_under_a_setting");
    folder.pack("spine", &[("limit/thoracic-level.rhai", "{ return pass(); }", "{ return 1; }")]);
    let report: Value = serde_json::from_str(&folder.check(&["--format", "json"]).stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!((findings.len(), findings[0]["code"].as_str()), (1, Some("rule::no_outcome")), "{report:#}");
    let help = findings[0]["help"].as_str().unwrap();
    assert!(help.ends_with("\nunder the setting thoracic = include"), "{help}");
}

#[test]
fn a_reason_that_is_named_and_not_returned() {
    check(
        "a_reason_that_is_named_and_not_returned",
        &[
            (UNDER_18, "return allow", "allow"),
            (UNDER_18, "\npass()", "\nif params.thoracic == \"flag\" { return pass(); }\nallow(\"not-spine-pain\")"),
        ],
        &[BROKEN_UNDER_18[0], BROKEN_UNDER_18[1], "proof::unreturned_reason spine/reasons.toml:298 [under-18]"],
    );
}

#[test]
fn value_sets_that_nobody_asks_for() {
    let set = |name: &str, rest: &str| format!("[{name}]\ntitle = \"a\"\ncites = \"value-pain-type\"\n{rest}\n\n");
    let codes = |kind: &str, code: &str| format!("codes = [{{ system = \"icd10cm\", {kind} = [\"{code}\"] }}]");
    let axis = |name: &str, sets: &[String]| format!("axis = \"{name}\"\n\n{}", sets.concat());
    let lonely = axis(
        "trial",
        &[
            set("lonely", &codes("prefix", "M54.5")),
            set("both", "union = [\"lonely\", \"visit\"]"),
            set("for_people", &format!("informative = true\n{}", codes("prefix", "M54.6"))),
            set("asked", "union = [\"of_asked\"]"),
            set("of_asked", &codes("prefix", "M54.2")),
        ],
    );
    // It keeps codes out of a set that is asked for.
    let longer = axis("context", &[set("longer", &codes("code", "O60.02"))]);
    let ask = "\nif line.diagnoses.any_in(asked) { return pass(); }\npass()";
    check(
        "value_sets_that_nobody_asks_for",
        &[(TRIAL, "", &lonely), ("values/more.toml", "", &longer), (UNDER_18, "\npass()", ask)],
        &[
            "proof::unasked_value_set spine/values/trial.toml:3 [lonely]",
            "proof::unasked_value_set spine/values/trial.toml:8 [both]",
        ],
    );
}

/// Two value sets of an axis of their own, that are there for people only.
fn two(axis: &str, one: &str, other: &str) -> String {
    let set = |name: &str, rows: &str| {
        format!(
            "[{axis}_{name}]\ntitle = \"a\"\ncites = \"value-pain-type\"\ninformative = true\ncodes = [\n  {rows},\n]\n"
        )
    };
    format!("axis = \"{axis}\"\n\n{}\n{}", set("one", one), set("other", other))
}

#[test]
fn rows_without_effect() {
    let range = r#"{ system = "cpt", range = ["62320", "62321"] }"#;
    let codes = r#"{ system = "cpt", code = ["62320", "62321"] }"#;
    let more = format!("{{ system = \"cpt\", code = [\"62322\"] }},\n  {range}");
    // Every child of a header, and the header; and all but one.
    let header = r#"{ system = "icd10cm", prefix = ["M54.5", "M54.6"] }"#;
    let children = r#"{ system = "icd10cm", code = ["M54.5", "M54.50", "M54.51", "M54.59"] }"#;
    let fewer = children.replace(", \"M54.51\"", "");
    let mistyped = "{ system = \"icd10cm\", prefix = [\"M54.5\"] },\n  # \"M54.7\" in a comment\n  { system = \"icd10cm\", prefix = [\"M54.7\"] }";
    let ended = r#"{ system = "icd10cm", code = ["M54.7"], until = "2020-09-30" }"#;
    let seventh = r#"{ system = "icd10cm", prefix = ["S13.4", "M54.5"], seventh = "A" }"#;
    let never = r#"{ system = "cpt", code = ["62322"] }, { system = "cpt", code = ["62323"], from = "2026-01-01", until = "2025-01-01" }"#;
    let trials = [
        ("a", range, codes, Some("proof::empty_value_set spine/values/a.toml:3 [a_one]")),
        ("b", &more, codes, Some(r#"proof::hidden_row spine/values/b.toml:9 "62320""#)),
        ("c", header, children, Some(r#"proof::hidden_row spine/values/c.toml:8 "M54.5""#)),
        ("d", header, &fewer, None),
        ("e", mistyped, codes, Some(r#"proof::unknown_code spine/values/e.toml:10 "M54.7""#)),
        ("f", ended, codes, None),
        ("g", seventh, codes, Some(r#"proof::unknown_code spine/values/g.toml:8 "M54.5""#)),
        ("h", never, codes, Some(r#"proof::idle_row spine/values/h.toml:8 "62323""#)),
    ];
    let files: Vec<(String, String)> =
        trials.iter().map(|(axis, one, other, _)| (format!("values/{axis}.toml"), two(axis, one, other))).collect();
    let edits: Vec<(&str, &str, &str)> = files.iter().map(|(file, text)| (file.as_str(), "", text.as_str())).collect();
    let expected: Vec<&str> = trials.iter().filter_map(|(.., expected)| *expected).collect();
    check("rows_without_effect", &edits, &expected);
}

#[test]
fn patient_data_that_no_path_asks_for() {
    check(
        "patient_data_that_no_path_asks_for",
        &[
            (MANIFEST, "uses = [\"birth_date\",", "uses = [\"sex\", \"birth_date\","),
            (UNDER_18, "\npass()", "\nlet grown = patient.age_years < 18 && patient.sex == \"female\";\npass()"),
        ],
        &["proof::source_attributes spine/pack.toml:20 \"sex\""],
    );
}

/// A pack of one rule, for what hangs on its manifest alone.
fn small(folder: &Folder, name: &str, manifest: &[(&str, &str)]) {
    let texts = [
        (
            "pack.toml",
            manifest.iter().fold(SMALL.to_owned(), |text, (old, new)| {
                assert!(text.contains(old), "{old}");
                text.replacen(old, new, 1)
            }),
        ),
        ("SOURCE.md", "### Adults {#adults}\n\nThe policy is for adults.\n".to_owned()),
        (
            "reasons.toml",
            "[under-18]\nprovider = \"Not an adult.\"\npatient = \"Not an adult.\"\ncites = \"adults\"\n".to_owned(),
        ),
        ("1-scope/under-18.rhai", format!("//! Adults only.\n//! cites: adults\n\n{IF_UNDER_18}\npass()\n")),
    ];
    for (path, text) in texts {
        let path = folder.0.join(name).join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

const SMALL: &str = r#"name = "small"
version = "1.0.0"
title = "A small policy"

[period]
from = "2025-02-19"

[source]
citation = "none"
doi = "none"
developer = "none"
funding = "none"
released = "2025-02-19"
revised = "2026-11-22"
last_verified_on = "2026-11-22"
uses = ["birth_date"]
"#;

#[test]
fn a_source_that_nobody_looked_at() {
    let on = |manifest: &[(&str, &str)], day: &str, expected: &[&str]| {
        let folder = Folder::new("a_source_that_nobody_looked_at");
        small(&folder, "small", manifest);
        assert_eq!(told(&folder, &["--as-of", day]), expected, "{manifest:?} {day}");
    };
    let stale = "proof::stale_source small/pack.toml:15 2026-11-22";
    on(&[], "2026-11-22", &[]);
    on(&[], "2027-11-22", &[]);
    on(&[], "2027-11-23", &[stale]);
    let monthly = &[("uses =", "verify_every_months = 1\nuses =")];
    on(monthly, "2026-12-22", &[]);
    on(monthly, "2026-12-23", &[stale]);
    on(&[], "2026-11-21", &["proof::verified_in_future small/pack.toml:15 2026-11-22"]);
    let later = &[("revised = \"2026-11-22\"", "revised = \"2026-11-23\"")];
    on(later, "2026-12-01", &["proof::revised_unverified small/pack.toml:14 2026-11-23"]);
    let early = &[("revised = \"2026-11-22\"", "revised = \"2025-02-18\"")];
    on(early, "2026-12-01", &["proof::revised_early small/pack.toml:14 2025-02-18"]);
}

#[test]
fn versions_over_time() {
    let trial = |versions: &[(&str, &str, Option<&str>)], expected: &[&str]| {
        let folder = Folder::new("versions_over_time");
        for (place, (version, from, until)) in versions.iter().enumerate() {
            let until = until.map(|day| format!("\nuntil = \"{day}\"")).unwrap_or_default();
            let edits = [
                ("version = \"1.0.0\"", format!("version = \"{version}\"")),
                ("from = \"2025-02-19\"", format!("from = \"{from}\"{until}")),
            ];
            small(&folder, &format!("small-{}", place + 1), &edits.each_ref().map(|(old, new)| (*old, new.as_str())));
        }
        assert_eq!(told(&folder, &[]), expected, "{versions:?}");
    };
    let first = ("1.0.0", "2025-02-19", Some("2025-12-31"));
    trial(&[first, ("1.1.0", "2026-01-01", None)], &[]);
    trial(&[("1.1.0", "2026-01-02", None), first], &["proof::version_gap small-1/pack.toml:6 2026-01-02"]);
    trial(&[first, ("1.1.0", "2025-12-31", None)], &["proof::version_overlap small-2/pack.toml:6 2025-12-31"]);
    trial(
        &[("1.0.0", "2025-02-19", None), ("1.1.0", "2025-06-01", Some("2025-06-30"))],
        &["proof::version_overlap small-2/pack.toml:6 2025-06-01"],
    );
    // The second ends before the first does; what follows meets the first.
    trial(
        &[first, ("1.1.0", "2025-06-01", Some("2025-06-30")), ("1.2.0", "2026-01-02", None)],
        &["proof::version_overlap small-2/pack.toml:6 2025-06-01", "proof::version_gap small-3/pack.toml:6 2026-01-02"],
    );
    trial(&[first, ("1.0.0", "2026-01-01", None)], &["proof::version_twice small-2/pack.toml:2 1.0.0"]);
}
