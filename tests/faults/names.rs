//! Names that are misspelt.

use super::{EPIDURAL, broken};

#[test]
fn a_value_set() {
    let told = broken("a_value_set", &[("definitions.rhai", "any_in(spine_pain)", "any_in(spine_pains)")]);
    insta::assert_snapshot!(told, @r#"
    rule::unknown_value_set

      × there is no value set `spine_pains` in this pack
       ╭─[definitions.rhai:5:27]
     4 │ fn points_to_spine_pain() {
     5 │     line.diagnoses.any_in(spine_pains)
       ·                           ─────┬─────
       ·                                ╰── asked for here
     6 │ }
       ╰────
      help: did you mean `spine_pain`?

    error: the packs have a fault
    "#);
}

#[test]
fn a_reason() {
    let told = broken("a_reason", &[(EPIDURAL, r#"flag("unknown-type-epidural")"#, r#"flag("unknown-type-epidurl")"#)]);
    insta::assert_snapshot!(told, @r#"
    rule::unknown_reason

      × there is no reason `unknown-type-epidurl` in reasons.toml
        ╭─[13-recommendation/epidural.rhai:9:57]
      8 │ if pain != "ambiguous" { return no_type(pain); }
      9 │ if params.unknown_type_epidural == "flag" { return flag("unknown-type-epidurl"); }
        ·                                                         ───────────┬──────────
        ·                                                                    ╰── given here
     10 │ deny("epidural-recommended-against")
        ╰────
      help: did you mean `unknown-type-epidural`?

    error: the packs have a fault
    "#);
}

#[test]
fn a_passage() {
    let told = broken("a_passage", &[(EPIDURAL, r#""rec-axial-epidural")"#, r#""rec-axial-epidurals")"#)]);
    insta::assert_snapshot!(told, @r#"
    rule::unknown_anchor

      × SOURCE.md has no anchor `rec-axial-epidurals`
       ╭─[13-recommendation/epidural.rhai:6:66]
     5 │ let pain = pain_type();
     6 │ if pain == "axial" { return deny("epidural-recommended-against", "rec-axial-epidurals"); }
       ·                                                                  ──────────┬──────────
       ·                                                                            ╰── cited here
     7 │ if pain == "radicular" || pain == "mixed" { return deny("epidural-recommended-against"); }
       ╰────
      help: did you mean `rec-axial-epidural`?

    error: the packs have a fault
    "#);
}

#[test]
fn a_fact() {
    let told = broken("a_fact", &[("6-access/under-18.rhai", "patient.age_years", "patient.age_year")]);
    insta::assert_snapshot!(told, @r#"
    rule::unknown_fact

      × there is no fact `patient.age_year`
       ╭─[6-access/under-18.rhai:4:12]
     3 │ 
     4 │ if patient.age_year < 18 { return allow("under-18"); }
       ·            ────┬───
       ·                ╰── asked for here
     5 │ pass()
       ╰────
      help: did you mean `patient.age_years`?

    error: the packs have a fault
    "#);
}

#[test]
fn a_parameter() {
    let told = broken("a_parameter", &[(EPIDURAL, "params.unknown_type_epidural", "params.unknown_type_epidurals")]);
    insta::assert_snapshot!(told, @r#"
    rule::unknown_parameter

      × the pack has no parameter `unknown_type_epidurals`
        ╭─[13-recommendation/epidural.rhai:9:11]
      8 │ if pain != "ambiguous" { return no_type(pain); }
      9 │ if params.unknown_type_epidurals == "flag" { return flag("unknown-type-epidural"); }
        ·           ───────────┬──────────
        ·                      ╰── asked for here
     10 │ deny("epidural-recommended-against")
        ╰────
      help: did you mean `unknown_type_epidural`?

    error: the packs have a fault
    "#);
}

#[test]
fn a_choice_of_a_fact() {
    let told = broken("a_choice_of_a_fact", &[("1-claim/void-claim.rhai", r#""void""#, r#""voided""#)]);
    insta::assert_snapshot!(told, @r#"
    rule::unknown_choice

      × `voided` is none of original, replacement, void
       ╭─[1-claim/void-claim.rhai:4:25]
     3 │ 
     4 │ if request.frequency == "voided" { return allow("void-claim"); }
       ·                         ────┬───
       ·                             ╰── compared with here
     5 │ pass()
       ╰────
      help: did you mean `void`?

    error: the packs have a fault
    "#);
}

#[test]
fn a_choice_of_a_parameter() {
    let told = broken("a_choice_of_a_parameter", &[(EPIDURAL, r#"epidural == "flag""#, r#"epidural == "flagg""#)]);
    insta::assert_snapshot!(told, @r#"
    rule::unknown_choice

      × `flagg` is none of deny, flag
        ╭─[13-recommendation/epidural.rhai:9:36]
      8 │ if pain != "ambiguous" { return no_type(pain); }
      9 │ if params.unknown_type_epidural == "flagg" { return flag("unknown-type-epidural"); }
        ·                                    ───┬───
        ·                                       ╰── compared with here
     10 │ deny("epidural-recommended-against")
        ╰────
      help: did you mean `flag`?

    error: the packs have a fault
    "#);
}

#[test]
fn a_function() {
    let told = broken("a_function", &[(EPIDURAL, "is_epidural()", "is_epidurals()")]);
    insta::assert_snapshot!(told, @r#"
    rule::unknown_function

      × there is no function `is_epidurals`
       ╭─[13-recommendation/epidural.rhai:4:5]
     3 │ 
     4 │ if !is_epidurals() { return pass(); }
       ·     ──────┬─────
       ·           ╰── called here
     5 │ let pain = pain_type();
       ╰────
      help: did you mean `is_epidural`?

    error: the packs have a fault
    "#);
}

#[test]
fn a_placeholder() {
    let told = broken("a_placeholder", &[("reasons.toml", "{line.service_date}", "{line.service_dat}")]);
    insta::assert_snapshot!(told, @r#"
    pack::placeholder

      × reason `before-policy-effective`: there is no fact `line.service_dat` to fill in
        ╭─[reasons.toml:15:37]
     14 │ [before-policy-effective]
     15 │ provider = "Allowed: the service on {line.service_dat} was before the plan adopted this policy."
        ·                                     ─────────┬────────
        ·                                              ╰── here
     16 │ patient = "This request is fine: the service was before this policy began."
        ╰────
      help: did you mean `line.service_date`?

    error: the packs have a fault
    "#);
}

#[test]
fn two_files_at_once() {
    let told = broken(
        "two_files_at_once",
        &[
            ("definitions.rhai", "any_in(spine_pain)", "any_in(spine_pains)"),
            ("6-access/under-18.rhai", "patient.age_years", "patient.age_year"),
        ],
    );
    insta::assert_snapshot!(told, @r#"
    rule::unknown_value_set

      × there is no value set `spine_pains` in this pack
       ╭─[definitions.rhai:5:27]
     4 │ fn points_to_spine_pain() {
     5 │     line.diagnoses.any_in(spine_pains)
       ·                           ─────┬─────
       ·                                ╰── asked for here
     6 │ }
       ╰────
      help: did you mean `spine_pain`?

    rule::unknown_fact

      × there is no fact `patient.age_year`
       ╭─[6-access/under-18.rhai:4:12]
     3 │ 
     4 │ if patient.age_year < 18 { return allow("under-18"); }
       ·            ────┬───
       ·                ╰── asked for here
     5 │ pass()
       ╰────
      help: did you mean `patient.age_years`?

    error: the packs have 2 faults
    "#);
}
