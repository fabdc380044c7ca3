//! Witnesses against what random requests really answer: what some request answers is never called
//! impossible, and nearly always found again.

use claimgate::{
    desk::LineFacts,
    fact::{Answer, QuestionId},
    pack::Pack,
    proof::{
        Literal,
        witness::{Codes, Ground, holds, impossible, witness},
    },
};

use super::{Random, count, pack, request};

fn literals(pack: &Pack, facts: &mut LineFacts<'_>, random: &mut Random) -> Vec<Literal> {
    let every = 1 + random.below(12);
    let mut literals = Vec::new();
    for (id, question) in (0u16..).map(QuestionId).zip(pack.book.questions()) {
        let answer = facts.answer(id);
        if answer != Answer::Unknown && random.below(every) == 0 {
            let literal = Literal { fact: question.fact, test: question.test.clone(), answer: answer == Answer::Yes };
            literals.push(literal);
        }
    }
    literals
}

#[test]
fn what_a_request_answers_is_possible_and_found_again() {
    let pack = pack();
    let codes = Codes::new(&pack.sets, []);
    let ground = Ground { book: &pack.book, sets: &pack.sets, period: &pack.manifest.period, codes: &codes };
    let mut random = Random::new(23);
    let (mut asked, mut found) = (0usize, 0usize);
    for trial in 0..count("CLAIMGATE_ORACLE_WITNESSES", 300) {
        let request = request(&mut random, &pack, trial % 2 == 0);
        let Some(line) = request.lines.first() else { continue };
        let mut facts = LineFacts::new(&pack, &request, line);
        let literals = literals(&pack, &mut facts, &mut random);
        let proof = impossible(&ground, &literals);
        assert_eq!(proof, None, "trial {trial}: {literals:#?} of {request:#?}");
        let again = witness(&ground, &literals);
        assert_eq!(again, witness(&ground, &literals), "the same literals give the same request");
        if let Some(again) = &again {
            assert!(holds(&ground, again, &literals));
            found += 1;
        } else {
            println!("trial {trial} not found");
        }
        asked += 1;
    }
    println!("{found} of {asked} found");
    assert!(found * 100 >= asked * 95, "{found} of {asked} found");
}
