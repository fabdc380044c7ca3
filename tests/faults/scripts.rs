//! What a script must not do.

use super::{EPIDURAL, broken, rule};

/// What is told of the pack with these definitions before all others.
fn with_definitions(trial: &str, definitions: &str) -> String {
    const FIRST: &str = "/// The line points";
    broken(trial, &[("definitions.rhai", FIRST, &format!("{definitions}\n{FIRST}"))])
}

#[test]
fn it_loops_for_ever() {
    let told = broken("it_loops_for_ever", &[(EPIDURAL, "", &rule("loop { }\nfor n in 0..3 { }\npass()"))]);
    insta::assert_snapshot!(told, @r#"
    rule::loop

      × a rule has no loops
       ╭─[13-recommendation/epidural.rhai:4:1]
     3 │ 
     4 │ loop { }
       · ──┬─
       ·   ╰── this loop
     5 │ for n in 0..3 { }
       ╰────
      help: ask each fact once; several sets of codes are one set with `union = [...]`

    rule::loop

      × a rule has no loops
       ╭─[13-recommendation/epidural.rhai:5:1]
     4 │ loop { }
     5 │ for n in 0..3 { }
       · ─┬─
       ·  ╰── this loop
     6 │ pass()
       ╰────
      help: ask each fact once; several sets of codes are one set with `union = [...]`

    error: the packs have 2 faults
    "#);
}

#[test]
fn it_holds_a_code() {
    let told = broken(
        "it_holds_a_code",
        &[(
            EPIDURAL,
            "",
            &rule(
                r#"if line.procedure == "62323" { return pass(); }
unfinished"#,
            ),
        )],
    );
    insta::assert_snapshot!(told, @r#"
    rule::code_literal

      × `62323` looks like a code; scripts hold no codes
       ╭─[13-recommendation/epidural.rhai:4:22]
     3 │ 
     4 │ if line.procedure == "62323" { return pass(); }
       ·                      ───┬───
       ·                         ╰── this code
     5 │ unfinished
       ╰────
      help: put it into a value set under values/, with its citation, and ask for the set

    rule::unknown_value_set

      × there is no value set `unfinished` in this pack
       ╭─[13-recommendation/epidural.rhai:5:1]
     4 │ if line.procedure == "62323" { return pass(); }
     5 │ unfinished
       · ─────┬────
       ·      ╰── asked for here
       ╰────

    error: the packs have 2 faults
    "#);
}

#[test]
fn it_defines_a_function() {
    let told = broken(
        "it_defines_a_function",
        &[(
            EPIDURAL,
            "",
            &rule("fn is_mine() { line.procedure in epidural }\nif is_mine() { return pass(); }\npass()"),
        )],
    );
    insta::assert_snapshot!(told, @r#"
    rule::function

      × the rule defines a function of its own, `is_mine`
       ╭─[13-recommendation/epidural.rhai:4:1]
     3 │ 
     4 │ fn is_mine() { line.procedure in epidural }
       · ─────┬────
       ·      ╰── defined here
     5 │ if is_mine() { return pass(); }
       ╰────
      help: move it to definitions.rhai: there its name is shown in the rationale

    error: the packs have a fault
    "#);
}

#[test]
fn it_switches_and_tries() {
    let told = broken(
        "it_switches_and_tries",
        &[(EPIDURAL, "", &rule("switch line.procedure { 1 => pass() }\ntry { pass() } catch { pass() }"))],
    );
    insta::assert_snapshot!(told, @r#"
    rule::switch

      × a rule has no `switch`
       ╭─[13-recommendation/epidural.rhai:4:1]
     3 │ 
     4 │ switch line.procedure { 1 => pass() }
       · ───┬──
       ·    ╰── this switch
     5 │ try { pass() } catch { pass() }
       ╰────
      help: ask with `if`

    rule::try

      × a rule has no `try`
       ╭─[13-recommendation/epidural.rhai:5:1]
     4 │ switch line.procedure { 1 => pass() }
     5 │ try { pass() } catch { pass() }
       · ─┬─
       ·  ╰── this try
       ╰────
      help: a rule cannot fail once it is loaded: leave `try` out

    error: the packs have 2 faults
    "#);
}

#[test]
fn a_definition_calls_itself() {
    let told = with_definitions("a_definition_calls_itself", "fn again() { line.procedure in epidural && again() }\n");
    insta::assert_snapshot!(told, @r#"
    rule::recursion

      × `again` calls itself
       ╭─[definitions.rhai:3:44]
     2 │ 
     3 │ fn again() { line.procedure in epidural && again() }
       ·                                            ──┬──
       ·                                              ╰── called here
     4 │ 
       ╰────
      help: a definition is explored to its end, so it must have one: break the circle

    error: the packs have a fault
    "#);
}

#[test]
fn two_definitions_call_each_other() {
    let both = "fn one() { two() }\nfn two() {\n    line.procedure in epidural || one()\n}\n";
    let told = with_definitions("two_definitions_call_each_other", both);
    insta::assert_snapshot!(told, @r#"
    rule::recursion

      × `one` calls itself by way of `two`
       ╭─[definitions.rhai:3:12]
     2 │ 
     3 │ fn one() { two() }
       ·            ─┬─
       ·             ╰── called here
     4 │ fn two() {
       ╰────
      help: a definition is explored to its end, so it must have one: break the circle

    rule::recursion

      × `two` calls itself by way of `one`
       ╭─[definitions.rhai:5:35]
     4 │ fn two() {
     5 │     line.procedure in epidural || one()
       ·                                   ─┬─
       ·                                    ╰── called here
     6 │ }
       ╰────
      help: a definition is explored to its end, so it must have one: break the circle

    error: the packs have 2 faults
    "#);
}

#[test]
fn it_takes_too_long() {
    // Every definition calls the one before it three times.
    let call = |n: i32| format!("fn n{n}() {{ n{}(); n{}(); n{}() }}\n", n - 1, n - 1, n - 1);
    let tripling: String = (2..=14).map(call).collect();
    let defined = format!("fn n1() {{ 1 }}\n{tripling}\nfn is_epidural() {{\n    n14();");
    let told = broken("it_takes_too_long", &[("definitions.rhai", "fn is_epidural() {", &defined)]);
    insta::assert_snapshot!(told, @r#"
    rule::endless

      × the rule does not end within the limit of operations
       ╭─[13-recommendation/epidural.rhai:4:5]
     3 │ 
     4 │ if !is_epidural() { return pass(); }
       ·     ─────┬─────
       ·          ╰── here
     5 │ let pain = pain_type();
       ╰────
      help: ask each fact once, and keep the answer with `let`

    rule::endless

      × the rule does not end within the limit of operations
       ╭─[limit/pain-type-conflict.rhai:4:4]
     3 │ 
     4 │ if is_epidural() && params.unknown_type_epidural == "deny" { return pass(); }
       ·    ─────┬─────
       ·         ╰── here
     5 │ let coded = coded_type();
       ╰────
      help: ask each fact once, and keep the answer with `let`

    error: the packs have 2 faults
    "#);
}

#[test]
fn a_path_has_no_outcome() {
    let told = broken(
        "a_path_has_no_outcome",
        &[(
            EPIDURAL,
            "",
            &rule(
                r#"if !is_epidural() { return pass(); }
if pain_type() == "axial" { return deny("epidural-recommended-against"); }"#,
            ),
        )],
    );
    insta::assert_snapshot!(told, @r#"
    rule::no_outcome

      × the rule ends without an outcome
       ╭─[13-recommendation/epidural.rhai:5:1]
     4 │ if !is_epidural() { return pass(); }
     5 │ if pain_type() == "axial" { return deny("epidural-recommended-against"); }
       · ─────────────────────────────────────┬────────────────────────────────────
       ·                                      ╰── the rule may end here
       ╰────
      help: end every path with `pass()`, `note(…)`, `allow(…)`, `flag(…)`, `deny(…)` or `at_most(…)`
            the answers that lead here: line.procedure in epidural: no; line.procedure in
            catheter_epidural: yes; line.diagnoses in spine_pain: yes; line.diagnoses in mixed: no;
            line.diagnoses in radicular: no; line.diagnoses in axial_strong: no; line.diagnoses in
            axial_listhesis: no; line.diagnoses in ambiguous: no; line.diagnoses in other_ambiguous:
            no; line.diagnoses in axial_weak: no

    error: the packs have a fault
    "#);
}

#[test]
fn it_does_not_parse() {
    let told =
        broken("it_does_not_parse", &[(EPIDURAL, "", &rule("if line.procedure in epidural { return pass();\npass()"))]);
    insta::assert_snapshot!(told, @r#"
    rule::syntax

      × the script does not parse: expecting ';' to terminate this statement
       ╭─[13-recommendation/epidural.rhai:5:6]
     4 │ if line.procedure in epidural { return pass();
     5 │ pass()
       ·      ┬
       ·      ╰── here
       ╰────

    error: the packs have a fault
    "#);
}
