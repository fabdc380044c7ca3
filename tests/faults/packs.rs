//! What does not hold together.

use super::{EPIDURAL, broken};

#[test]
fn the_reasons_are_missing() {
    let told = broken("the_reasons_are_missing", &[("reasons.toml", "", "")]);
    insta::assert_snapshot!(told, @r#"
    pack::missing_file

      × the pack has no reasons.toml
      help: see rules/README.md for what a pack holds

    error: the packs have a fault
    "#);
}

#[test]
fn the_reasons_are_no_toml() {
    let told = broken(
        "the_reasons_are_no_toml",
        &[(
            "reasons.toml",
            r#"[acute-pain]
provider = ""#,
            "[acute-pain]\nprovider = ",
        )],
    );
    insta::assert_snapshot!(told, @r#"
    pack::toml

      × unexpected key or value, expected newline, `#`
       ╭─[reasons.toml:5:72]
     4 │ [acute-pain]
     5 │ provider = Allowed: the pain has lasted less than three calendar months, and the guideline is about pain of three months or more."
       ·                                                                        ┬
       ·                                                                        ╰── here
     6 │ patient = "This request is fine: the guideline we checked is only about pain that has lasted three months or longer."
       ╰────

    error: the packs have a fault
    "#);
}

#[test]
fn a_reason_is_never_given() {
    let told = broken(
        "a_reason_is_never_given",
        &[(
            "reasons.toml",
            "[acute-pain]",
            r#"[acute-paint]
provider = "a"
patient = "b"
cites = "duration"

[acute-pain]"#,
        )],
    );
    insta::assert_snapshot!(told, @r#"
    pack::unused_reason

      × no rule ever gives the reason `acute-paint`
       ╭─[reasons.toml:4:1]
     3 │ 
     4 │ [acute-paint]
       · ──────┬──────
       ·       ╰── this reason
     5 │ provider = "a"
       ╰────
      help: remove it from reasons.toml, or let a rule give it

    error: the packs have a fault
    "#);
}

#[test]
fn a_reason_cites_no_passage() {
    let told =
        broken("a_reason_cites_no_passage", &[("reasons.toml", r#"cites = "duration""#, r#"cites = "durations""#)]);
    insta::assert_snapshot!(told, @r#"
    pack::unknown_anchor

      × SOURCE.md has no anchor `durations`
       ╭─[reasons.toml:7:10]
     6 │ patient = "This request is fine: the guideline we checked is only about pain that has lasted three months or longer."
     7 │ cites = "durations"
       ·          ────┬────
       ·              ╰── cited here
     8 │ 
       ╰────
      help: did you mean `duration`?

    error: the packs have a fault
    "#);
}

#[test]
fn a_passage_is_never_cited() {
    let told = broken(
        "a_passage_is_never_cited",
        &[(
            "SOURCE.md",
            "{#rec-axial-epidural}",
            "{#rec-axial-epidural}\n\nWords.\n\n### An afterthought {#afterthought}",
        )],
    );
    insta::assert_snapshot!(told, @r#"
    pack::uncited_anchor

      × nothing cites `afterthought` of SOURCE.md
        ╭─[SOURCE.md:24:23]
     23 │ 
     24 │ ### An afterthought {#afterthought}
        ·                       ──────┬─────
        ·                             ╰── this passage
     25 │ 
        ╰────
      help: cite it from a rule, a reason or a value set, or mark it `.informative`

    error: the packs have a fault
    "#);
}

#[test]
fn a_rule_has_no_header() {
    let told = broken(
        "a_rule_has_no_header",
        &[(
            EPIDURAL,
            "//! Epidural injection for chronic spine pain: recommended against under both pain types.\n//! cites: rec-axial-epidural, rec-radicular-epidural\n",
            "\n",
        )],
    );
    insta::assert_snapshot!(told, @r#"
    rule::no_header

      × the rule has no header
       ╭─[13-recommendation/epidural.rhai:1:1]
     1 │ 
       · ▲
       · ╰── a header belongs before this
     2 │ 
     3 │ if !is_epidural() { return pass(); }
       ╰────
      help: begin it with `//! What it finds.` and `//! cites: anchor`

    error: the packs have a fault
    "#);
}

#[test]
fn a_rule_cites_nothing() {
    let told = broken("a_rule_cites_nothing", &[("6-access/under-18.rhai", "//! cites: population\n", "")]);
    insta::assert_snapshot!(told, @r#"
    rule::no_citation

      × the rule cites nothing
       ╭─[6-access/under-18.rhai:1:1]
     1 │ //! The guideline is for adults.
       · ────────────────┬───────────────
       ·                 ╰── to this header
     2 │ 
       ╰────
      help: add `//! cites: anchor`, an anchor of SOURCE.md

    error: the packs have a fault
    "#);
}

#[test]
fn more_patient_data_is_asked_for_than_declared() {
    let told = broken(
        "more_patient_data_is_asked_for_than_declared",
        &[("pack.toml", r#"uses = ["birth_date", "health_status"]"#, r#"uses = ["birth_date"]"#)],
    );
    insta::assert_snapshot!(told, @r#"
    pack::source_attributes

      × `line.diagnoses` rests on `health_status`, which `source.uses` does not declare
       ╭─[2-procedure/unlisted-other.rhai:7:4]
     6 │ if is_drg_radiofrequency() || is_unlisted_joint_ablation() { return pass(); }
     7 │ if line.diagnoses.any_in(facet_cyst_code) { return pass(); }
       ·    ──────────┬──────────
       ·              ╰── asked for here
     8 │ allow("unlisted-procedure-not-in-scope")
       ╰────
      help: declare `health_status` in pack.toml, or ask for something else

    error: the packs have a fault
    "#);
}

#[test]
fn patient_data_is_asked_for_under_a_setting_only() {
    let old = "if coverage.approved";
    let new = "if params.thoracic == \"include\" && known(\"patient.sex\") { return pass(); }\nif coverage.approved";
    let told = broken("asked_for_under_a_setting_only", &[("6-access/prior-approval.rhai", old, new)]);
    insta::assert_snapshot!(told, @r#"
    pack::source_attributes

      × `patient.sex` rests on `sex`, which `source.uses` does not declare
       ╭─[6-access/prior-approval.rhai:4:42]
     3 │ 
     4 │ if params.thoracic == "include" && known("patient.sex") { return pass(); }
       ·                                          ──────┬──────
       ·                                                ╰── asked for here
     5 │ if coverage.approved { return allow("prior-approval"); }
       ╰────
      help: declare `sex` in pack.toml, or ask for something else

    error: the packs have a fault
    "#);
}

#[test]
fn patient_data_is_declared_that_nobody_asks_for() {
    let new = r#"uses = ["birth_date", "ethnicity", "health_status", "language", "sexual_orientaton"]"#;
    let told = broken(
        "patient_data_is_declared_that_nobody_asks_for",
        &[("pack.toml", r#"uses = ["birth_date", "health_status"]"#, new)],
    );
    insta::assert_snapshot!(told, @r#"
    pack::source_attributes

      × `source.uses` declares `ethnicity`, and no rule asks for it
        ╭─[pack.toml:20:23]
     19 │ last_verified_on = "2026-11-22"
     20 │ uses = ["birth_date", "ethnicity", "health_status", "language", "sexual_orientaton"]
        ·                       ─────┬─────
        ·                            ╰── declared here
     21 │ 
        ╰────
      help: leave it out: what is declared is what is used

    pack::source_attributes

      × `source.uses` declares `language`, and no rule asks for it
        ╭─[pack.toml:20:53]
     19 │ last_verified_on = "2026-11-22"
     20 │ uses = ["birth_date", "ethnicity", "health_status", "language", "sexual_orientaton"]
        ·                                                     ─────┬────
        ·                                                          ╰── declared here
     21 │ 
        ╰────
      help: leave it out: what is declared is what is used

    pack::source_attributes

      × there is no source attribute `sexual_orientaton`
        ╭─[pack.toml:20:65]
     19 │ last_verified_on = "2026-11-22"
     20 │ uses = ["birth_date", "ethnicity", "health_status", "language", "sexual_orientaton"]
        ·                                                                 ─────────┬─────────
        ·                                                                          ╰── declared here
     21 │ 
        ╰────
      help: did you mean `sexual_orientation`?

    error: the packs have 3 faults
    "#);
}

#[test]
fn value_sets_tie() {
    let told = broken(
        "value_sets_tie",
        &[(
            "values/sacrococcygeal.toml",
            r#"prefix = ["M53.3"] },"#,
            r#"prefix = ["S13.4", "M53.3"], seventh = "AB" },
]

[other]
title = "other"
cites = "value-exclusions"
codes = [
  { system = "icd10cm", prefix = ["S13.4"], seventh = "BD", from = "2026-01-01" },"#,
        )],
    );
    insta::assert_snapshot!(told, @r#"
    pack::value_set

      × value set `sacrococcygeal_pain`: prefix S13.4 with seventh character AB ties with `other` of
      │ the same axis: both hold of S13.4XXB on 2026-01-01
        ╭─[values/sacrococcygeal.toml:9:35]
      8 │ codes = [
      9 │   { system = "icd10cm", prefix = ["S13.4", "M53.3"], seventh = "AB" },
        ·                                   ───┬───
        ·                                      ╰── this row
     10 │ ]
        ╰────
      help: of equally specific rows of an axis at most one may hold of a code: take it out of one
            set, date the rows apart, or give a set an axis of its own

    error: the packs have a fault
    "#);
}

#[test]
fn rows_of_value_sets_that_cannot_be() {
    let told = broken(
        "rows_of_value_sets_that_cannot_be",
        &[
            ("values/procedure.toml", r#"range = ["64600", "64632"]"#, r#"range = ["64632", "64600"]"#),
            ("values/words.toml", r#"phrase = ["stimulat*"]"#, r#"phrase = ["stimulat*"], from = "2026-01-01""#),
        ],
    );
    insta::assert_snapshot!(told, @r#"
    pack::value_set

      × value set `nerve_suspect`: a range goes from a code to a later one of the same length
         ╭─[values/procedure.toml:112:31]
     111 │   { system = "cpt", code = ["20550", "20551", "64450", "64640", "64772"] },
     112 │   { system = "cpt", range = ["64632", "64600"] },
         ·                               ──┬──
         ·                                 ╰── here
     113 │ ]
         ╰────

    pack::value_set

      × value set `stimulation_words`: a row of phrases takes no other field
        ╭─[values/words.toml:24:16]
     23 │ codes = [
     24 │   { phrase = ["stimulat*"], from = "2026-01-01" },
        ·                ────┬────
        ·                    ╰── here
     25 │ ]
        ╰────

    error: the packs have 2 faults
    "#);
}

#[test]
fn a_remark_code_names_a_coverage_determination() {
    let told = broken(
        "a_remark_code_names_a_coverage_determination",
        &[("reasons.toml", r#"rarc = "M76""#, r#"rarc = "N115""#)],
    );
    insta::assert_snapshot!(told, @r#"
    pack::remark_code

      × reason `diagnosis-not-billable` uses N115, which names a coverage determination
        ╭─[reasons.toml:60:9]
     59 │ carc = "16"
     60 │ rarc = "N115"
        ·         ──┬─
        ·           ╰── here
     61 │ 
        ╰────
      help: a guideline is none; leave the remark code out

    error: the packs have a fault
    "#);
}
