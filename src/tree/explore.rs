//! Exploring a rule: every feasible path, no infeasible one.

use std::sync::Arc;

use super::{Forest, Root};
use crate::{fact::QuestionId, verdict::Outcome};

/// A question on a path, with its answer and the definition that asked.
#[derive(Clone, Debug)]
pub struct Step {
    /// The question.
    pub question: QuestionId,
    /// The answer that was forced.
    pub answer: bool,
    /// The definition that asked.
    pub within: Option<Arc<str>>,
}

/// Limits of exploring.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Paths of one rule.
    pub paths_max: usize,
    /// Questions on one path.
    pub steps_max: usize,
}

impl Default for Limits {
    /// A rule with 20,000 paths takes about a second to explore and nobody can read it; a path of
    /// 200 questions is longer than any policy's.
    fn default() -> Limits {
        Limits { paths_max: 20_000, steps_max: 200 }
    }
}

/// Why exploring was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal<E> {
    /// The script went wrong on a path.
    Script(E),
    /// More paths than the limit.
    Paths(usize),
    /// A path longer than the limit.
    Steps(usize),
}

/// Explores a rule into `forest`. `run` runs it with the given answers to its open questions and
/// *no* to those past their end; it returns every open question in order, and the outcome.
///
/// # Errors
/// The first path on which the script goes wrong, or a limit that was passed.
pub fn explore<E>(
    forest: &mut Forest,
    limits: Limits,
    mut run: impl FnMut(&[bool]) -> Result<(Vec<Step>, Outcome), E>,
) -> Result<Root, Refusal<E>> {
    // Depth first, *no* before *yes*: `path` is the path last run; a step whose answer is *no*
    // still has its *yes* to be tried; `done` holds the finished *no* side of each *yes* step.
    let mut path: Vec<(Step, Option<Root>)> = Vec::new();
    let mut paths = 0usize;
    loop {
        let answers: Vec<bool> = path.iter().map(|(step, _)| step.answer).collect();
        let (steps, outcome) = run(&answers).map_err(Refusal::Script)?;
        paths += 1;
        if paths > limits.paths_max {
            return Err(Refusal::Paths(limits.paths_max));
        }
        if steps.len() > limits.steps_max {
            return Err(Refusal::Steps(limits.steps_max));
        }
        path.extend(steps.into_iter().skip(path.len()).map(|step| (step, None)));
        let mut below = forest.say(&outcome);
        loop {
            match path.pop() {
                None => return Ok(below),
                Some((step, Some(no))) => below = forest.ask(step.question, step.within.as_ref(), below, no),
                Some((mut step, None)) => {
                    step.answer = true;
                    path.push((step, Some(below)));
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fact::Answer,
        tree::{Answers, Trail},
        verdict::{Said, Verdict},
    };

    fn find(verdict: Verdict) -> Outcome {
        Outcome::Find(verdict, Said { reason: verdict.name().into(), cites: None })
    }

    /// A script over three questions: deny if a and b, flag if a and c, else pass.
    fn script(answer: &mut dyn FnMut(u16) -> bool) -> Outcome {
        if !answer(0) {
            return Outcome::Pass;
        }
        if answer(1) {
            return find(Verdict::Deny);
        }
        if answer(2) { find(Verdict::Flag) } else { Outcome::Pass }
    }

    fn run(answers: &[bool]) -> Result<(Vec<Step>, Outcome), ()> {
        let mut steps = Vec::new();
        let outcome = script(&mut |question| {
            let answer = answers.get(steps.len()).copied().unwrap_or(false);
            steps.push(Step { question: QuestionId(question), answer, within: None });
            answer
        });
        Ok((steps, outcome))
    }

    #[test]
    fn the_tree_says_what_the_script_says() {
        let mut forest = Forest::default();
        let root = explore(&mut forest, Limits::default(), run).unwrap();
        assert_eq!(forest.paths(root), 4);
        for bits in 0..8u16 {
            let mut answers = Answers::none(3);
            for question in 0..3 {
                answers.set(QuestionId(question), Answer::of(bits >> question & 1 == 1));
            }
            let Trail::Ends(leaf) = forest.walk(root, &answers) else { panic!("stopped") };
            assert_eq!(*forest.outcome(leaf), script(&mut |question| bits >> question & 1 == 1));
        }
    }

    #[test]
    fn limits_refuse() {
        let refused = |limits| explore(&mut Forest::default(), limits, run).unwrap_err();
        assert_eq!(refused(Limits { paths_max: 3, steps_max: 9 }), Refusal::Paths(3));
        assert_eq!(refused(Limits { paths_max: 9, steps_max: 2 }), Refusal::Steps(2));
    }
}
