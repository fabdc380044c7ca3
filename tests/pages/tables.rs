//! A table says exactly what its tree says: both are asked on every assignment of answers that can
//! occur. The tree is the pack's own, which decides lines; of a definition it is the script itself.

use std::collections::{BTreeMap, BTreeSet};

use claimgate::{
    fact::{Answer, Book, Domains, QuestionId},
    pack::Pack,
    page::{
        article::row_words,
        atlas::Atlas,
        table::{About, Condition, Literal, Table},
    },
    script::Returned,
    tree::Trail,
};

use super::{made, packs};

/// Assignments of one rule or definition; the largest has a few thousand.
const ASSIGNMENTS_MAX: usize = 2_000_000;

/// Plans under which the pack is looked at: parameters change which rules say something.
const PLANS: [&[(&str, &str)]; 3] = [
    &[],
    &[("m46_1", "exempt"), ("spine_fracture", "exempt"), ("excludes1", "note"), ("thoracic", "include")],
    &[("m46_1", "mechanical"), ("unknown_type_epidural", "flag"), ("accept_asserted_chronic", "false")],
];

/// One assignment: the answers so far, and what is still possible after them.
struct Assignment<'a> {
    book: &'a Book,
    domains: Domains,
    given: Vec<bool>,
    used: usize,
}

impl Assignment<'_> {
    fn answer(&mut self, id: QuestionId) -> bool {
        let question = self.book.get(id).unwrap();
        self.domains.forced(question, self.book).unwrap_or_else(|| {
            if self.used == self.given.len() {
                self.given.push(false);
            }
            let answer = self.given[self.used];
            self.used += 1;
            self.domains.assume(question, answer, self.book);
            answer
        })
    }
}

/// Calls `check` on every assignment that can occur, as far as it asks.
fn on_every_assignment(pack: &Pack, book: &Book, mut check: impl FnMut(&mut Assignment<'_>)) -> usize {
    let mut given = Vec::new();
    for count in 1..ASSIGNMENTS_MAX {
        let mut assignment = Assignment { book, domains: Domains::new(pack.sets.all()), given, used: 0 };
        check(&mut assignment);
        given = assignment.given;
        while given.last() == Some(&true) {
            given.pop();
        }
        match given.last_mut() {
            Some(last) => *last = true,
            None => return count,
        }
    }
    panic!("more than {ASSIGNMENTS_MAX} assignments");
}

/// The tables of every definition, by call.
type Tables = BTreeMap<String, Table>;

/// What a table says, the tables of its definitions asked for what those come to.
fn said(tables: &Tables, table: &Table, assignment: &mut Assignment<'_>) -> Returned {
    for row in &table.rows {
        if row.conditions.iter().all(|condition| holds(tables, condition, assignment)) {
            return row.end.clone();
        }
    }
    panic!("no row fits: {table:?}");
}

fn holds(tables: &Tables, condition: &Condition, assignment: &mut Assignment<'_>) -> bool {
    condition.any.iter().any(|all| {
        all.iter().all(|literal| match (literal, &condition.about) {
            (Literal::Asked(id, answer), _) => assignment.answer(*id) == *answer,
            (Literal::Returned(results), About::Call(call)) => {
                results.contains(&said(tables, &tables[call.as_ref()], assignment))
            }
            (Literal::Returned(_), About::Fact(_)) => panic!("a fact comes to nothing"),
        })
    })
}

fn tables(atlas: &Atlas<'_>) -> Tables {
    let calls = atlas.pack.rules().flat_map(|(_, rule)| atlas.calls_of(atlas.rule(rule).unwrap()));
    calls.map(|call| (call.to_string(), Table::of(atlas, atlas.call(&call).unwrap()).clone())).collect()
}

/// Holds the table of every rule against its tree; the most rows of one table.
fn check_rules(pack: &Pack) -> usize {
    let atlas = Atlas::of(pack);
    let calls = tables(&atlas);
    let mut longest = 0;
    for (_, rule) in pack.rules() {
        let table = Table::of(&atlas, atlas.rule(rule).unwrap());
        longest = longest.max(table.rows.len());
        let ends: BTreeSet<String> = table.rows.iter().map(|row| format!("{:?}", row.end)).collect();
        let mut met = BTreeSet::new();
        on_every_assignment(pack, &atlas.book, |assignment| {
            let trail = pack.forest.follow(rule.root, |id| Answer::of(assignment.answer(id)));
            let Trail::Ends(leaf) = trail else { panic!("an answer is missing") };
            let tree = Returned::Outcome(pack.forest.outcome(leaf).clone());
            assert_eq!(said(&calls, table, assignment), tree, "{}: {:?}", rule.name, assignment.given);
            met.insert(format!("{tree:?}"));
        });
        assert_eq!(met, ends, "{} has a row that nothing leads to", rule.name);
    }
    longest
}

#[test]
fn the_table_of_every_rule_says_what_its_tree_says() {
    for plan in PLANS {
        for pack in packs(plan) {
            check_rules(&pack);
        }
    }
}

#[test]
fn a_rule_that_no_list_makes_short_is_told_path_by_path() {
    // An odd number of ten independent answers: no path can be left out.
    let sets: Vec<String> = (0..10).map(|place| format!("set_{place}")).collect();
    let ask = |set: &String| format!("if line.diagnoses.any_in({set}) {{ odd = !odd; }}\n");
    let script: String = sets.iter().map(ask).collect();
    let pack =
        made(&sets, "", &[("odd", &format!("let odd = false;\n{script}if odd {{ return flag(\"odd\"); }}\npass()\n"))]);
    assert_eq!(check_rules(&pack), 1 << 10);
}

#[test]
fn facts_as_arguments_are_told_apart() {
    // Both calls look alike; the rule is then shown by its questions.
    let script = "if asked(line.diagnoses) && !asked(request.diagnoses) { return flag(\"one\"); }\npass()\n";
    let pack = made(&["set_0".to_owned()], "fn asked(codes) { codes.any_in(set_0) }\n", &[("one", script)]);
    assert_eq!(check_rules(&pack), 2);
}

#[test]
fn numbers_days_and_choices_are_told_exactly() {
    let script = "if patient.age_years == 40 || patient.age_years > 90 { return flag(\"one\"); }\n\
        if stated.pain_type in [\"axial\", \"mixed\"] && line.units_milli != 2000 { return flag(\"two\"); }\n\
        if known(patient.sex) && patient.sex != \"male\" { return flag(\"three\"); }\n\
        if line.diagnoses.any_outside(set_0) && coverage.approved { return flag(\"four\"); }\npass()\n";
    let pack = made(&["set_0".to_owned()], "", &[("one", script)]);
    check_rules(&pack);
    let atlas = Atlas::of(&pack);
    let (_, rule) = pack.rules().next().unwrap();
    let rows = &Table::of(&atlas, atlas.rule(rule).unwrap()).rows;
    let words: Vec<String> = rows.iter().map(|row| row_words(&atlas, row).join("; ")).collect();
    let expected = [
        "patient.age_years exactly 40 years or ≥ 91 years",
        "stated.pain_type is axial or mixed; line.units_milli < 2.000 units or ≥ 2.001 units",
        "patient.sex given, is not male",
        "line.diagnoses outside set_0; coverage.approved: yes",
        "",
    ];
    assert_eq!(words, expected);
}

#[test]
fn the_table_of_every_definition_says_what_the_script_says() {
    for plan in PLANS {
        for pack in packs(plan) {
            let atlas = Atlas::of(&pack);
            let calls = tables(&atlas);
            for (call, table) in &calls {
                // The script's own runs, each with the questions that were open on it.
                let mut given = Vec::new();
                loop {
                    let run = pack.scripts.call(call, &given).unwrap();
                    on_every_assignment(&pack, &atlas.book, |assignment| {
                        for asked in &run.asked {
                            let question = atlas.book.get(asked.question).unwrap();
                            assignment.domains.assume(question, asked.answer, &atlas.book);
                        }
                        assert_eq!(said(&calls, table, assignment), run.returned, "{call}: {:?}", run.asked);
                    });
                    given = run.asked.iter().map(|asked| asked.answer).collect();
                    while given.last() == Some(&true) {
                        given.pop();
                    }
                    match given.last_mut() {
                        Some(last) => *last = true,
                        None => break,
                    }
                }
            }
        }
    }
}

#[test]
fn tables_are_short() {
    // What a person reads at a glance; a longer one is a rule to be split, or a table made badly.
    const ROWS_MAX: usize = 14;
    for pack in packs(&[]) {
        let atlas = Atlas::of(&pack);
        let rules =
            pack.rules().map(|(_, rule)| (rule.name.clone(), Table::of(&atlas, atlas.rule(rule).unwrap()).clone()));
        for (name, table) in rules.chain(tables(&atlas)) {
            assert!(table.rows.len() <= ROWS_MAX, "{name} has {} rows", table.rows.len());
            assert!(table.rows.last().unwrap().conditions.is_empty(), "{name} ends with a condition");
        }
    }
}
