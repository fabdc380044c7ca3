//! Random small packs.

use crate::{
    chance::Random,
    model::{Condition, Model, Outcome, Rule, Set, Stage, Statement},
};

pub const PROCEDURES: [&str; 6] = ["62323", "62321", "64483", "64493", "27096", "20552"];
pub const DIAGNOSES: [&str; 4] = ["M54.16", "M54.50", "M47.816", "M53.3"];

const FINDS: [Outcome; 7] = [
    Outcome { verb: "allow", reason: "r-1" },
    Outcome { verb: "flag", reason: "r-2" },
    Outcome { verb: "flag", reason: "r-3" },
    Outcome { verb: "deny", reason: "r-4" },
    Outcome { verb: "deny", reason: "r-5" },
    Outcome { verb: "note", reason: "r-6" },
    Outcome { verb: "pass", reason: "" },
];
const CAPS: [Outcome; 4] = [
    Outcome { verb: "at_most flag", reason: "r-7" },
    Outcome { verb: "at_most allow", reason: "r-8" },
    Outcome { verb: "at_most flag", reason: "r-9" },
    Outcome { verb: "pass", reason: "" },
];

/// Facts that a pack may ask besides the procedure; each takes some of these.
const TOPICS: [&str; 11] = [
    "line.diagnoses",
    "request.diagnoses",
    "history.diagnoses",
    "history.sessions",
    "line.months_since_onset",
    "patient.age_years",
    "coverage.approved",
    "stated.pain_type",
    "line.service_date",
    "coverage.line_of_business",
    "line.purpose",
];

/// A random pack: of a seed always the same.
pub fn model(random: &mut Random) -> Model {
    let sets = sets(random);
    let mut topics: Vec<&str> = TOPICS.to_vec();
    while topics.len() > 4 {
        topics.remove(random.below(topics.len()));
    }
    // Whether a fact was given is asked of some packs' facts only: where it is, absence counts.
    let asks_known = random.percent(30);
    let asks = Asks { topics, asks_known, sets: &sets };
    let definitions: Vec<Condition> = (0..random.below(3)).map(|_| asks.condition(random, 2, 0)).collect();
    let count = definitions.len();
    let rules = |random: &mut Random, stage: usize, outcomes: &[Outcome]| -> Vec<Rule> {
        let names = ["one", "three", "two"];
        let rule = |place: usize, random: &mut Random| Rule {
            name: format!("{}-{stage}", names[place]),
            body: asks.block(random, outcomes, 2, count),
        };
        (0..1 + random.below(3)).map(|place| rule(place, random)).collect()
    };
    let stages: Vec<Stage> = (0..2 + random.below(3))
        .map(|place| Stage {
            name: ["alpha", "beta", "gamma", "delta"][place].to_owned(),
            rules: rules(random, place, &FINDS),
        })
        .collect();
    let limits = if random.percent(60) { rules(random, 9, &CAPS) } else { Vec::new() };
    let companions = random.percent(20).then(|| {
        let after = random.percent(50).then(|| stages[0].name.clone());
        ("p_1".to_owned(), after)
    });
    Model {
        definitions,
        stages,
        limits,
        mode: random.of(&["a", "b"]),
        strict: random.percent(50),
        months: random.of(&[2, 3]),
        effective: "2025-07-01",
        until: random.percent(30).then_some("2026-12-31"),
        companions,
        words: "What",
        sets: sets.clone(),
    }
}

/// Three sets of procedures and a union; on each of two axes sets of diagnoses, which overlap.
fn sets(random: &mut Random) -> Vec<Set> {
    let mut sets: Vec<Set> = Vec::new();
    for (axis, letter, codes) in
        [("procedures", "p", &PROCEDURES[..]), ("pain", "d", &DIAGNOSES[..]), ("other", "e", &DIAGNOSES[..])]
    {
        let count = if axis == "procedures" { 3 } else { 2 };
        let mut of_axis: Vec<Set> = (1..=count)
            .map(|number| Set { name: format!("{letter}_{number}"), axis, codes: Vec::new(), union: Vec::new() })
            .collect();
        // Each set has a code; the others are in one or in none.
        for (place, code) in codes.iter().enumerate() {
            let chosen = if place < count { place } else { random.below(count + 1) };
            of_axis.get_mut(chosen).into_iter().for_each(|set| set.codes.push(code));
        }
        if axis == "other" {
            of_axis.iter_mut().for_each(|set| set.codes = set.codes.iter().map(|code| turned(code)).collect());
        }
        sets.extend(of_axis);
    }
    let union = |name: &str, axis, of: [&str; 2]| Set {
        name: name.to_owned(),
        axis,
        codes: Vec::new(),
        union: of.map(str::to_owned).to_vec(),
    };
    sets.push(union("p_u", "procedures", ["p_1", "p_3"]));
    sets.push(union("d_u", "pain", ["d_2", "e_1"]));
    sets
}

/// The code that stands so far from the end as this one from the start.
fn turned(code: &str) -> &'static str {
    let place = DIAGNOSES.iter().position(|known| *known == code).unwrap();
    DIAGNOSES[DIAGNOSES.len() - 1 - place]
}

struct Asks<'a> {
    topics: Vec<&'static str>,
    asks_known: bool,
    sets: &'a [Set],
}

impl Asks<'_> {
    /// Statements; each ends the rule or goes on to the next.
    fn block(&self, random: &mut Random, outcomes: &[Outcome], depth: usize, definitions: usize) -> Vec<Statement> {
        let end = |random: &mut Random| Statement::Return(outcomes[random.below(outcomes.len())].clone());
        if depth == 0 {
            return vec![end(random)];
        }
        let mut block = Vec::new();
        for _ in 0..1 + random.below(2) {
            let yes = if random.percent(70) {
                vec![end(random)]
            } else {
                self.block(random, outcomes, depth - 1, definitions)
            };
            let no = random.percent(25).then(|| self.block(random, outcomes, depth - 1, definitions));
            block.push(Statement::If(self.condition(random, 2, definitions), yes, no));
        }
        if random.percent(30) {
            block.push(end(random));
        }
        block
    }

    fn condition(&self, random: &mut Random, depth: usize, definitions: usize) -> Condition {
        let deeper = |random: &mut Random| Box::new(self.condition(random, depth - 1, definitions));
        match random.below(10) {
            0 | 1 if depth > 0 => Condition::And(deeper(random), deeper(random)),
            2 if depth > 0 => Condition::Or(deeper(random), deeper(random)),
            3 if depth > 0 => Condition::Not(deeper(random)),
            4 if definitions > 0 => Condition::Defined(random.below(definitions)),
            5 => Condition::Ask(random.of(&["params.mode == \"a\"", "params.strict"]).to_owned()),
            6 | 7 => Condition::Ask(format!("line.procedure in {}", random.of(&["p_1", "p_2", "p_3", "p_u"]))),
            _ => self.question(random),
        }
    }

    fn question(&self, random: &mut Random) -> Condition {
        let topic = random.of(&self.topics);
        let of_set = |random: &mut Random| {
            let sets: Vec<&Set> = self.sets.iter().filter(|set| set.axis != "procedures").collect();
            sets[random.below(sets.len())].name.clone()
        };
        if self.asks_known && topic != "coverage.approved" && random.percent(30) {
            let fact = match topic {
                "history.diagnoses" => "history.diagnoses(12)".to_owned(),
                "history.sessions" => "history.sessions(p_u, 12)".to_owned(),
                "line.months_since_onset" => "line.months_since_onset(d_u)".to_owned(),
                topic => topic.to_owned(),
            };
            return Condition::Ask(format!("known({fact})"));
        }
        let compare = |random: &mut Random, fact: String, bounds: &[&str]| {
            Condition::Compare(fact, random.of(&[">=", "<", ">", "<="]), random.of(bounds).to_owned())
        };
        match topic {
            "line.diagnoses" | "request.diagnoses" => {
                let how = if random.percent(80) { "any_in" } else { "any_outside" };
                Condition::Ask(format!("{topic}.{how}({})", of_set(random)))
            }
            "history.diagnoses" => Condition::Ask(format!("{topic}(12).any_in({})", of_set(random))),
            "history.sessions" => compare(random, "history.sessions(p_u, 12)".to_owned(), &["1", "2"]),
            "line.months_since_onset" => {
                compare(random, "line.months_since_onset(d_u)".to_owned(), &["0", "params.months", "6"])
            }
            "patient.age_years" => compare(random, topic.to_owned(), &["18", "65"]),
            "line.service_date" => compare(random, topic.to_owned(), &["params.effective"]),
            "coverage.approved" => Condition::Ask(topic.to_owned()),
            "stated.pain_type" => {
                Condition::Ask(format!("{topic} == \"{}\"", random.of(&["axial", "not stated", "mixed"])))
            }
            "line.purpose" => Condition::Ask(format!("{topic} != \"{}\"", random.of(&["diagnostic", "therapeutic"]))),
            _ => Condition::Ask(format!("{topic} == \"{}\"", random.of(&["medicare", "commercial"]))),
        }
    }
}
