//! The rationale: findings as sentences, the questions that led there, where each value stood.

use super::{Asked, Judged, LineFacts, change::would_change, judge::answer_on, needs};
use crate::{
    date::day_of_number,
    fact::{Answer, Drawn, FactKind, QuestionId, Shape, Shown, Test, Value, amount_words},
    pack::{Pack, Reason, Rule},
    tree::{Allowed, Place, ValueMask},
    verdict::{
        Adjustment, Citation, Effect, Evidence, Finding, LineDecision, Need, Outcome, Said, Verdict, WouldChange,
    },
};

/// What the engine itself says: reason, sentence for the provider, sentence for the patient.
const ENGINE: &[(&str, &str, &str)] = &[
    (
        "no-pack-in-force",
        "Allowed: no policy is in force for this service.",
        "This request is fine: no policy applies to it.",
    ),
    ("nothing-found", "Allowed: no rule of the policy stands against this service.", "This request is fine."),
    (
        "missing-information",
        "Held for review: the answer hangs on what was not given or could not be read.",
        "We need more information from the clinic before we can decide.",
    ),
    (
        "follows-parent",
        "Follows the service it goes with.",
        "This goes with another service on the same day and gets the same answer.",
    ),
    (
        "parents-differ",
        "Held for review: the services it goes with have different answers, or their day is not certain.",
        "This goes with other services on the same day; a person will look at it.",
    ),
    ("no-parent", "Allowed: no service of that day that it could go with is judged.", "This request is fine."),
    (
        "diagnosis-table-year",
        "The diagnosis codes were checked against the table of fiscal year 2026, which was not published for this date of service.",
        "",
    ),
];

/// Fills in everything a person wants to know of a judged line.
pub(super) fn line(pack: &Pack, facts: &mut LineFacts<'_>, judged: &Judged<'_>, decided: &mut LineDecision) {
    decided.verdict = judged.verdict;
    let name = &pack.manifest.name;
    if judged.is_open {
        decided.needs = needs::of_pack(pack, facts);
        decided.findings.push(missing_information(pack, &decided.needs));
        return;
    }
    for (stage, rule, outcome) in &judged.findings {
        if let Outcome::Find(verdict, said) | Outcome::AtMost(verdict, said) = outcome {
            let mut finding = finding(pack, facts, rule, *verdict, said);
            finding.stage.clone_from(&stage.name);
            finding.evidence = evidence(pack, facts, rule, judged.completion.as_ref());
            decided.findings.push(finding);
        }
    }
    if decided.findings.is_empty() {
        decided.findings.push(engine_finding(name, "nothing-found", Verdict::Allow));
    }
    for (stage, rule, outcome) in &judged.notes {
        if let Outcome::Note(said) = outcome {
            let mut note = finding(pack, facts, rule, Verdict::Allow, said);
            note.stage.clone_from(&stage.name);
            note.evidence = evidence(pack, facts, rule, judged.completion.as_ref());
            decided.notes.push(note);
        }
    }
    if decided.verdict != Verdict::Allow {
        also_asked(pack, facts, judged, decided);
        decided.would_change = changes(pack, facts, decided.verdict);
        let day = facts.view().day();
        if day.is_some_and(|day| !crate::code::Icd10Cm::covers(day)) {
            decided.notes.push(engine_finding(name, "diagnosis-table-year", Verdict::Allow));
        }
    }
}

/// What documentation would change of a verdict.
fn changes(pack: &Pack, facts: &mut LineFacts<'_>, verdict: Verdict) -> Vec<WouldChange> {
    let restrict = |values: &mut dyn FnMut(u16) -> ValueMask| pack.diagram.open_where(values);
    let changes = pack.memos.changes.of(verdict as u64, &mut |variable| facts.mask(variable), |values| {
        would_change(Asked::by(pack), values, &restrict, verdict)
    });
    // Outside the pack's period nothing is denied.
    let may_lie_outside = pack.is_in_force(facts.view().service.get()) == Answer::Unknown;
    changes.iter().filter(|change| change.then != Verdict::Deny || !may_lie_outside).cloned().collect()
}

/// Fills in what is wanted of a line that the pack would deny, if its day lies in the pack's period.
pub(super) fn perhaps_in_force(pack: &Pack, facts: &LineFacts<'_>, decided: &mut LineDecision) {
    decided.verdict = Verdict::Flag;
    decided.needs = vec![needs::service_date(facts, Some(Verdict::Deny), Some(Verdict::Allow))];
    decided.findings.push(missing_information(pack, &decided.needs));
}

/// That something is missing, and what of it to send; nothing where no need is told.
pub(super) fn missing_information<'n>(pack: &Pack, needs: impl IntoIterator<Item = &'n Need>) -> Finding {
    let mut finding = engine_finding(&pack.manifest.name, "missing-information", Verdict::Flag);
    let needs: Vec<&Need> = needs.into_iter().collect();
    let asks: Vec<&str> = needs.iter().map(|need| need.ask.as_str()).collect();
    if !asks.is_empty() {
        finding.text = format!("{} Send {}.", finding.text, asks.join("; "));
    }
    let remark = needs.iter().find_map(|need| pack.manifest.needs.get(need.kind()));
    finding.adjustment = Some(Adjustment { group: "CO".into(), carc: "16".into(), rarc: remark.cloned() });
    finding
}

/// A finding of the engine itself.
pub(super) fn engine_finding(pack: &str, reason: &str, verdict: Verdict) -> Finding {
    let (_, text, text_for_patient) = ENGINE.iter().find(|(id, ..)| *id == reason).copied().unwrap_or((reason, "", ""));
    Finding {
        pack: pack.to_owned(),
        rule: String::new(),
        stage: "engine".to_owned(),
        verdict,
        reason: reason.to_owned(),
        text: text.to_owned(),
        text_for_patient: text_for_patient.to_owned(),
        citation: None,
        adjustment: None,
        effect: effect(None, verdict),
        evidence: Vec::new(),
    }
}

fn finding(pack: &Pack, facts: &mut LineFacts<'_>, rule: &Rule, verdict: Verdict, said: &Said) -> Finding {
    let reason = pack.reasons.get(&said.reason);
    let anchor = said.cites.as_deref().or(reason.map(|reason| reason.cites.as_str()));
    Finding {
        pack: pack.manifest.name.clone(),
        rule: rule.name.clone(),
        stage: String::new(),
        verdict,
        reason: said.reason.clone(),
        text: reason.map(|reason| fill(facts, &reason.provider)).unwrap_or_default(),
        text_for_patient: reason.map(|reason| fill(facts, &reason.patient)).unwrap_or_default(),
        citation: anchor.map(|anchor| citation(pack, anchor)),
        adjustment: reason.and_then(adjustment),
        effect: effect(reason, verdict),
        evidence: Vec::new(),
    }
}

fn citation(pack: &Pack, anchor: &str) -> Citation {
    let passage = pack.passage(anchor);
    Citation {
        anchor: anchor.to_owned(),
        doi: pack.manifest.source.doi.clone(),
        strength: passage.and_then(|passage| passage.strength.clone()),
        certainty: passage.and_then(|passage| passage.certainty.clone()),
        dissent: passage.and_then(|passage| passage.dissent.clone()),
    }
}

fn adjustment(reason: &Reason) -> Option<Adjustment> {
    let carc = reason.carc.clone()?;
    Some(Adjustment { group: reason.group.clone().unwrap_or_else(|| "CO".to_owned()), carc, rarc: reason.rarc.clone() })
}

fn effect(reason: Option<&Reason>, verdict: Verdict) -> Effect {
    let (pas, crd) = match verdict {
        Verdict::Allow => ("NA", "covered"),
        Verdict::Flag => ("A4", "doc-needed"),
        Verdict::Deny => ("A3", "not-covered"),
    };
    Effect {
        pas: Some(reason.and_then(|reason| reason.pas.clone()).unwrap_or_else(|| pas.to_owned())),
        crd: Some(reason.and_then(|reason| reason.crd.clone()).unwrap_or_else(|| crd.to_owned())),
    }
}

/// The questions on a rule's path, in the order they were asked.
fn evidence(pack: &Pack, facts: &mut LineFacts<'_>, rule: &Rule, completion: Option<&Allowed>) -> Vec<Evidence> {
    evidence_where(pack, facts, rule, completion, |_, _| true)
}

/// Those of them that are wanted: sentences are only made of these.
fn evidence_where(
    pack: &Pack,
    facts: &mut LineFacts<'_>,
    rule: &Rule,
    completion: Option<&Allowed>,
    is_wanted: impl Fn(&str, Answer) -> bool,
) -> Vec<Evidence> {
    let mut list = Vec::new();
    let mut at = rule.root;
    while let Place::Ask { question, within, yes, no } = pack.forest.place(at) {
        let known = facts.answer(question);
        let taken = match (known, completion) {
            (Answer::Unknown, Some(completion)) => answer_on(pack, completion, question),
            _ => known,
        };
        if pack.book.get(question).is_some_and(|question| is_wanted(&question.words, known)) {
            list.extend(one(pack, facts, question, within, known));
        }
        at = if taken == Answer::Yes { yes } else { no };
    }
    list
}

/// What rules of earlier stages had to hear for the verdict to come this far: each fact that the
/// finding itself did not show, by the last amount it was held against or by a *yes*.
fn also_asked(pack: &Pack, facts: &mut LineFacts<'_>, judged: &Judged<'_>, decided: &mut LineDecision) {
    let Some(main) = decided.findings.first_mut() else { return };
    let is_shown = |fact: &str| main.evidence.iter().any(|evidence| evidence.answer == "yes" && evidence.fact == fact);
    let is_amount = |question: &str| question.starts_with("≥ ") || question.starts_with("on or after ");
    let is_told = |question: &str, answer| is_amount(question) || (answer == Answer::Yes && question != "known");
    let mut more: Vec<Evidence> = Vec::new();
    for rule in &judged.passed {
        for evidence in evidence_where(pack, facts, rule, judged.completion.as_ref(), is_told) {
            if is_shown(&evidence.fact) {
                continue;
            }
            let is_amount = is_amount(&evidence.question);
            match more.iter_mut().find(|known| known.fact == evidence.fact) {
                Some(known) if is_amount => *known = evidence,
                Some(known) if known.question == evidence.question => {}
                Some(_) | None => more.push(evidence),
            }
        }
    }
    main.evidence.append(&mut more);
}

fn one(
    pack: &Pack,
    facts: &mut LineFacts<'_>,
    id: QuestionId,
    within: Option<u16>,
    answer: Answer,
) -> Option<Evidence> {
    let question = pack.book.get(id)?;
    let kind = pack.book.get_fact(question.fact)?.kind;
    let drawn = facts.get(question.fact)?;
    let (value, source) = shown(kind, drawn, &question.test);
    Some(Evidence {
        fact: pack.words.fact(question.fact).to_owned(),
        question: question.words.clone(),
        answer: answer.name(),
        value,
        source,
        within: within.and_then(|within| pack.forest.frame(within)).map(str::to_owned),
    })
}

/// The value a question was answered from, and where it stood.
fn shown(kind: &FactKind, drawn: &Drawn<'_>, test: &Test) -> (Option<String>, String) {
    let place = || drawn.source.map_or_else(|| "not given".to_owned(), ToString::to_string);
    match (&drawn.value, test) {
        (Value::Codes { shown, maybe, .. }, Test::In(mask)) => {
            let inside: Vec<&Shown<'_>> =
                shown.iter().chain(maybe).filter(|shown| mask.contains(shown.class)).collect();
            let all: Vec<&Shown<'_>> = if inside.is_empty() { shown.iter().collect() } else { inside };
            let codes = listed(all.iter().filter_map(|shown| shown.code));
            let sources = listed(all.iter().map(|shown| shown.source));
            (codes, sources.unwrap_or_else(place))
        }
        (_, Test::Known) => (None, place()),
        _ => (value_words(kind, drawn), place()),
    }
}

/// One after the other; `None` where there is none.
fn listed(all: impl Iterator<Item = impl std::fmt::Display>) -> Option<String> {
    use std::fmt::Write as _;
    let mut list: Option<String> = None;
    for one in all {
        match &mut list {
            // Writing into memory does not fail.
            Some(list) => write!(list, ", {one}").unwrap_or_default(),
            None => list = Some(one.to_string()),
        }
    }
    list
}

/// A fact's value in words; codes, ages, months and choices only, never a birth date or a text.
fn value_words(kind: &FactKind, drawn: &Drawn<'_>) -> Option<String> {
    match &drawn.value {
        Value::Code(shown) => shown.and_then(|shown| shown.code).map(|code| code.to_string()),
        Value::Codes { shown, .. } => listed(shown.iter().filter_map(|shown| shown.code)),
        Value::Span(i64::MIN, i64::MAX) => None,
        Value::Span(low, high) if low == high => match kind.shape {
            Shape::Date => day_of_number(*low).map(|day| day.to_string()),
            shape => Some(amount_words(shape, *low)),
        },
        Value::Span(low, high) => {
            Some(format!("{} to {}", amount_words(kind.shape, *low), amount_words(kind.shape, *high)))
        }
        Value::Choice(possible) => {
            let names: &[&str] = match kind.shape {
                Shape::Choice(names) => names,
                _ => &["no", "yes"],
            };
            let left: Vec<&str> = names
                .iter()
                .enumerate()
                .filter(|(place, _)| possible >> place & 1 == 1)
                .map(|(_, name)| *name)
                .collect();
            Some(left.join(" or "))
        }
    }
}

/// A sentence with the values of its facts filled in.
fn fill(facts: &mut LineFacts<'_>, sentence: &str) -> String {
    let mut parts = sentence.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        filled.push_str(&value_of(facts, name));
        filled.push_str(rest);
    }
    filled
}

fn value_of(facts: &mut LineFacts<'_>, name: &str) -> String {
    if name == "line.invalid_diagnosis" {
        return facts.view().invalid_diagnoses();
    }
    if name.ends_with(".untabled_diagnoses") {
        return facts.unplaced(name).unwrap_or_else(|| "not given".to_owned());
    }
    let kind = crate::fact::DICTIONARY.iter().find(|kind| kind.name == name);
    let words = kind.and_then(|kind| value_words(kind, &(kind.draw)(facts.view(), &[])));
    words.unwrap_or_else(|| "not given".to_owned())
}
