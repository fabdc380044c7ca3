//! Questions that cannot be asked.

use super::{EPIDURAL, broken, rule};

#[test]
fn an_age_is_compared_with_a_text() {
    let told = broken(
        "an_age_is_compared_with_a_text",
        &[(
            EPIDURAL,
            "",
            &rule(
                r#"if patient.age_years >= "18" { return pass(); }
pass()"#,
            ),
        )],
    );
    insta::assert_snapshot!(told, @r#"
    rule::unfit

      × `>=` cannot compare quantity and text
       ╭─[13-recommendation/epidural.rhai:4:22]
     3 │ 
     4 │ if patient.age_years >= "18" { return pass(); }
       ·                      ─┬
       ·                       ╰── here
     5 │ pass()
       ╰────
      help: compare it with a number, the fact first: `patient.age_years < 18`

    error: the packs have a fault
    "#);
}

#[test]
fn a_number_stands_before_the_fact() {
    let told = broken(
        "a_number_stands_before_the_fact",
        &[(EPIDURAL, "", &rule("if line.procedure in epidural && 18 <= patient.age_years { return pass(); }\npass()"))],
    );
    insta::assert_snapshot!(told, @r#"
    rule::unfit

      × `<=` cannot compare number and quantity
       ╭─[13-recommendation/epidural.rhai:4:37]
     3 │ 
     4 │ if line.procedure in epidural && 18 <= patient.age_years { return pass(); }
       ·                                     ─┬
       ·                                      ╰── here
     5 │ pass()
       ╰────
      help: compare it with a number, the fact first: `patient.age_years < 18`
            the answers that lead here: line.procedure in epidural: yes

    error: the packs have a fault
    "#);
}

#[test]
fn a_code_is_compared_with_a_set() {
    let told = broken(
        "a_code_is_compared_with_a_set",
        &[(EPIDURAL, "", &rule("if line.procedure == epidural { return pass(); }\npass()"))],
    );
    insta::assert_snapshot!(told, @r#"
    rule::unfit

      × `==` cannot compare code and value set
       ╭─[13-recommendation/epidural.rhai:4:19]
     3 │ 
     4 │ if line.procedure == epidural { return pass(); }
       ·                   ─┬
       ·                    ╰── here
     5 │ pass()
       ╰────
      help: codes are asked by value sets: `line.procedure in set`, `line.diagnoses.any_in(set)`

    error: the packs have a fault
    "#);
}

#[test]
fn a_set_of_codes_is_asked_like_one_code() {
    let told = broken(
        "a_set_of_codes_is_asked_like_one_code",
        &[(EPIDURAL, "", &rule("if line.diagnoses in radicular { return pass(); }\npass()"))],
    );
    insta::assert_snapshot!(told, @r#"
    rule::unfit

      × this cannot be asked: `contains (value set, set of codes)`
       ╭─[13-recommendation/epidural.rhai:4:19]
     3 │ 
     4 │ if line.diagnoses in radicular { return pass(); }
       ·                   ─┬
       ·                    ╰── here
     5 │ pass()
       ╰────
      help: see rules/facts.md for what can be asked of each fact

    error: the packs have a fault
    "#);
}

#[test]
fn a_fact_is_taken_for_an_answer() {
    let told = broken(
        "a_fact_is_taken_for_an_answer",
        &[(EPIDURAL, "", &rule("if line.diagnoses { return pass(); }\npass()"))],
    );
    insta::assert_snapshot!(told, @r#"
    rule::unfit

      × a yes-or-no is needed here, this is a set of codes
       ╭─[13-recommendation/epidural.rhai:4:8]
     3 │ 
     4 │ if line.diagnoses { return pass(); }
       ·        ─────┬────
       ·             ╰── here
     5 │ pass()
       ╰────
      help: only a question has the answer yes or no

    error: the packs have a fault
    "#);
}

/// Of a narrative only the phrases of sets are seen, so the answer would be *no* for ever.
#[test]
fn words_are_asked_whether_they_are_in_no_set() {
    let told = broken(
        "words_are_asked_whether_they_are_in_no_set",
        &[(EPIDURAL, "", &rule("if line.narrative.any_in_no_set() { return pass(); }\npass()"))],
    );
    insta::assert_snapshot!(told, @r#"
    rule::unfit

      × `line.narrative.any_in_no_set()` can never be yes: of words only the phrases of sets are seen
       ╭─[13-recommendation/epidural.rhai:4:19]
     3 │ 
     4 │ if line.narrative.any_in_no_set() { return pass(); }
       ·                   ──────┬──────
       ·                         ╰── here
     5 │ pass()
       ╰────
      help: ask for phrases: `line.narrative.any_in(set)`

    error: the packs have a fault
    "#);
}
