//! The questions of a questionnaire, against answering them in every way.
//!
//! Whatever is answered, the lines that had needs have none left; each question is asked only while
//! its fact is needed; and one that is not asked changes no verdict, whatever it would be answered.

use std::collections::BTreeSet;

use claimgate::{
    code::{Code, System},
    date::{DateSpan, plus_months},
    desk::Desk,
    exchange::fhir,
    fact::Test,
    pack::Pack,
    private::Private,
    questionnaire::{Answer, Answers, CodeOf, Item, Questionnaire, Takes},
    request::{
        Approval, Concept, Diagnosis, Given, LineOfBusiness, PainType, Pointers, Purpose, Request, Sex, Source, Status,
        Verification,
    },
    verdict::{Cause, Decision, Need, Verdict},
};
use jiff::civil::date;

use serde_json::{Value, json};

use crate::{
    count,
    forms::{self, Filled},
    random::{Random, request},
    small,
};

/// How many ways of answering one questionnaire are tried.
const WAYS_MAX: usize = 30;

/// Some answers a question may get, all of them where they are few.
fn answers(random: &mut Random, item: &Item, request: &Request) -> Vec<Answer> {
    let day = request.service_day(&request.lines[0]).unwrap_or(date(2026, 3, 10));
    let code = |system, text: &str| Code::parse(system, text).unwrap();
    let codes = |of: &CodeOf| -> Vec<Code> {
        let (system, texts): (_, &[&str]) = match of {
            CodeOf::Procedure => (System::Cpt, &["62323", "64493", "20610", "64999", "99214"]),
            CodeOf::Diagnosis => (System::Icd10Cm, &["M54.16", "M47.816", "C79.51", "M48.061", "E11.9"]),
            CodeOf::Modifier => (System::Modifier, &["50", "Q1"]),
            CodeOf::Condition => (System::ConditionCode, &["30", "A1"]),
            CodeOf::Place => (System::PlaceOfService, &["11"]),
        };
        texts.iter().map(|text| code(system, text)).collect()
    };
    match &item.takes {
        Takes::Choice { names, .. } => (0..names.len()).map(Answer::Choice).collect(),
        Takes::YesNo => vec![Answer::YesNo(true), Answer::YesNo(false)],
        Takes::Day(within) => {
            let edges = [1, 2, 3, 4, 12, 18 * 12, 40 * 12].map(|months| plus_months(day, -months));
            let around = edges.iter().flat_map(|edge| [edge.yesterday(), Ok(*edge), edge.tomorrow()]).flatten();
            let within = within.iter().flat_map(|span| [span.first, span.last]);
            around.chain(within).chain([day]).map(|day| Answer::Day(Private::new(day))).collect()
        }
        Takes::Code(of) => codes(of).into_iter().map(|code| Answer::Codes(vec![code])).collect(),
        Takes::Codes { of, or_none } => {
            let one = codes(of).into_iter().map(|code| vec![code]);
            one.chain(or_none.then(Vec::new)).map(Answer::Codes).collect()
        }
        Takes::Of(all) => {
            let mut some: Vec<Code> = all.iter().filter(|_| random.below(2) == 0).copied().collect();
            some.extend(Some(all[random.below(all.len())]).filter(|_| some.is_empty()));
            all.iter().map(|one| vec![*one]).chain([some]).map(Answer::Codes).collect()
        }
        Takes::Text => {
            ["pulsed radiofrequency of dorsal root ganglion", "something else", "endoscopic facet denervation"]
                .map(|words| Answer::Text(Private::new(words.to_owned())))
                .to_vec()
        }
        Takes::Units | Takes::Money => vec![Answer::Amount(1000), Answer::Amount(0)],
    }
}

/// The fact that must be needed for a question to be asked, where its name tells.
fn fact_of(link: &str) -> Option<&str> {
    let (_, name) = link.split_once('/')?;
    match name {
        "patient.birth_date" => Some("patient.age_years"),
        "onset_date" => Some("line.months_since_onset"),
        "stated.pain_type"
        | "coverage.line_of_business"
        | "patient.sex"
        | "coverage.approved"
        | "line.concept"
        | "line.purpose"
        | "line.procedure"
        | "line.narrative"
        | "line.modifiers" => Some(name),
        _ => None,
    }
}

fn needed(decision: &Decision) -> BTreeSet<&str> {
    let needs = decision.lines.iter().flat_map(|line| &line.needs);
    needs.map(|need| need.fact.split('(').next().unwrap()).collect()
}

/// The answers of which others may hang: choices and days. Those to codes, words and days of service
/// are waited for by none.
fn told(given: &Answers, but: &str) -> Answers {
    let is_told = |link: &str, answer: &Answer| {
        matches!(answer, Answer::Choice(_) | Answer::YesNo(_) | Answer::Day(_)) && !link.ends_with("service_date")
    };
    given.iter().filter(|(link, answer)| link != but && is_told(link, answer)).cloned().collect()
}

/// Each question was asked for a reason: when it was put its fact was needed, or it is needed once
/// the others are answered (an onset that is answered is given, and rules may ask whether it is).
fn check_needed(desk: &Desk, request: &Request, given: &Answers) {
    for (place, (link, _)) in given.iter().enumerate() {
        let Some(fact) = fact_of(link) else { continue };
        let is_needed = |answers: &Answers| {
            // Where other questions hang on this one, their answers cannot stand without it.
            let Ok(without) = desk.answered(request, answers) else { return true };
            let decision = desk.decide(&without);
            let needs = needed(&decision);
            // What hangs on a day that is unknown too is needed under the day's name, the procedures
            // of other lines under their own.
            let roots: &[&str] = match fact {
                "patient.age_years" => &["line.service_date"],
                "line.months_since_onset" => &["line.service_date", "line.diagnoses"],
                "line.procedure" => &["line.service_date", "same_day.procedures"],
                _ => &[],
            };
            needs.contains(fact) || roots.iter().any(|root| needs.contains(root))
        };
        assert!(
            is_needed(&told(&given[..place].to_vec(), link)) || is_needed(&told(given, link)),
            "{link} is asked beside {given:?}: {request:#?}"
        );
    }
}

/// Answers what is asked, in random ways, until nothing more is; `None` where an answer was refused
/// for what the test cannot know: the day is out of what was sent.
fn answer_all(random: &mut Random, desk: &Desk, request: &Request, form: &Questionnaire) -> Option<(Answers, Request)> {
    let mut given: Answers = Vec::new();
    let mut now = request.clone();
    while let Some(item) =
        form.items().find(|item| form.is_asked(item, &given) && !given.iter().any(|(link, _)| *link == item.link))
    {
        let mut all = answers(random, item, request);
        all.retain(|answer| is_open(answer, &item.link, request));
        if all.is_empty() {
            return None;
        }
        let mut filled = None;
        for _ in 0..4 {
            given.push((item.link.clone(), all[random.below(all.len())].clone()));
            match desk.answered(request, &given) {
                Ok(request) => {
                    filled = Some(request);
                    break;
                }
                Err(refused) => {
                    assert!(refused.iter().all(|one| one.code == "answers::out_of_range"), "{refused:?}");
                    given.pop();
                }
            }
        }
        now = filled?;
    }
    Some((given, now))
}

/// Whether what was sent leaves a day open.
fn is_open(answer: &Answer, link: &str, request: &Request) -> bool {
    let Answer::Day(day) = answer else { return true };
    let born = request.patient.birth_date.get().map(|born| *born.reveal());
    let within = match link {
        "request/onset_date" => request.onset.get().copied(),
        "request/patient.birth_date" => born,
        _ => None,
    };
    within.is_none_or(|span| span.first <= *day.reveal() && *day.reveal() <= span.last)
}

/// Whether a rule asks if a fact was given at all.
fn asks_whether_given(desk: &Desk, name: &str) -> bool {
    let asks = |pack: &Pack| {
        let of_fact = |fact| pack.book.get_fact(fact).is_some_and(|fact| fact.kind.name == name);
        pack.book.questions().iter().any(|question| question.test == Test::Known && of_fact(question.fact))
    };
    desk.packs().iter().any(asks)
}

/// Sets what a question is about, without asking whether it may be: by hand, apart from the desk.
pub fn set(request: &mut Request, link: &str, answer: &Answer) -> bool {
    let source = || Source::field("set");
    let line = link.strip_prefix("line-").and_then(|rest| rest.split_once('/')?.0.parse::<usize>().ok());
    let day = |answer: &Answer| if let Answer::Day(day) = answer { Some(DateSpan::day(*day.reveal())) } else { None };
    match (link.split_once('/').unwrap().1, answer) {
        ("stated.pain_type", Answer::Choice(place)) => {
            let all = [None, Some(PainType::Axial), Some(PainType::Radicular), Some(PainType::Mixed)];
            request.stated_pain_type = all[*place].map_or(Given::Absent, |pain| Given::value(pain, source()));
        }
        ("coverage.line_of_business", Answer::Choice(place)) => {
            use LineOfBusiness::{Commercial, Medicaid, Medicare, MedicareAdvantage, Other};
            let all = [Commercial, MedicareAdvantage, Medicare, Medicaid, Other];
            request.coverage.line_of_business = Given::value(all[*place], source());
        }
        ("patient.sex", Answer::Choice(place)) => {
            request.patient.sex = Given::value([Sex::Female, Sex::Male, Sex::Other][*place], source());
        }
        ("patient.birth_date", answer) => {
            request.patient.birth_date = Given::value(Private::new(day(answer).unwrap()), source());
        }
        ("onset_date", answer) => request.onset = Given::value(day(answer).unwrap(), source()),
        ("coverage.approved", Answer::YesNo(yes)) => {
            let approved_on = Given::value(DateSpan::day(date(2026, 1, 1)), source());
            let given = Given::value(Approval { approved_on }, source());
            request.coverage.prior_authorization = if *yes { given } else { Given::Absent };
        }
        ("line.purpose", Answer::Choice(place)) => {
            let all = [None, Some(Purpose::Diagnostic), Some(Purpose::Therapeutic)];
            let purpose = all[*place].map_or(Given::Absent, |purpose| Given::value(purpose, source()));
            request.lines[line.unwrap() - 1].purpose = purpose;
        }
        ("line.concept", Answer::Choice(place)) => {
            use Concept::{DrgRadiofrequency, JointRadiofrequency, Other};
            let all = [None, Some(DrgRadiofrequency), Some(JointRadiofrequency), Some(Other)];
            let concept = all[*place].map_or(Given::Absent, |concept| Given::value(concept, source()));
            request.lines[line.unwrap() - 1].concept = concept;
        }
        _ => return false,
    }
    true
}

/// The FHIR values of an answer.
fn values(item: &Item, answer: &Answer) -> Vec<Value> {
    let coding = |code: &Code| json!({"valueCoding": {"system": code.system().uri(), "code": code.to_string()}});
    match (answer, &item.takes) {
        (Answer::Choice(place), Takes::Choice { fact, names }) => {
            vec![json!({"valueCoding": {"system": format!("urn:claimgate:fact:{fact}"), "code": names[*place]}})]
        }
        (Answer::YesNo(yes), _) => vec![json!({"valueBoolean": yes})],
        (Answer::Day(day), _) => vec![json!({"valueDate": day.reveal().to_string()})],
        (Answer::Codes(codes), _) if codes.is_empty() => {
            vec![json!({"valueCoding": {"system": "urn:claimgate:answer", "code": "none"}})]
        }
        (Answer::Codes(codes), _) => codes.iter().map(coding).collect(),
        (Answer::Text(text), _) => vec![json!({"valueString": text.reveal()})],
        (Answer::Amount(amount), Takes::Money) => vec![json!({"valueDecimal": amount / 100})],
        (Answer::Amount(amount), _) => vec![json!({"valueDecimal": amount / 1000})],
        (other, takes) => panic!("{other:?} is no answer to {takes:?}"),
    }
}

/// The form as it travels enables the same questions, and its answers come back as they were given.
fn check_travel(desk: &Desk, request: &Request, form: &Questionnaire, given: &Answers, after: &Request) {
    let json = fhir::questionnaire(form);
    let filled: Filled =
        given.iter().map(|(link, answer)| (link.clone(), values(form.item(link).unwrap(), answer))).collect();
    let expected: BTreeSet<String> =
        form.items().filter(|item| form.is_asked(item, given)).map(|item| item.link.clone()).collect();
    assert_eq!(forms::enabled(&json, &filled), expected, "after {given:?}: {json:#}");
    let mut responses = Vec::new();
    let sent = forms::response(&json, &filled).to_string();
    fhir::responses(sent.as_bytes(), "a.json", &mut |read| responses.push(read.unwrap()));
    assert!(responses[0].is_for(&request.id));
    let (back, faults) =
        fhir::with_answers(request.clone(), &responses, |one| desk.ask(one), |one, all| desk.answered(one, all));
    assert_eq!(faults, [], "{sent}");
    assert_eq!(back, *after, "{sent}");
}

#[derive(Debug, Default)]
struct Held {
    forms: usize,
    questions: usize,
    conditional: usize,
    ways: usize,
    unasked: usize,
}

fn hold(random: &mut Random, desk: &Desk, request: &Request, held: &mut Held) {
    let before = desk.decide(request);
    let asked = desk.ask(request);
    let is_needed = before.lines.iter().any(|line| !line.needs.is_empty());
    assert_eq!(asked.is_some(), is_needed, "{:?}: {request:#?}", needed(&before));
    let Some(form) = asked else { return };
    held.forms += 1;
    held.questions += form.items().count();
    held.conditional += form.items().filter(|item| !item.when.is_empty()).count();
    let links: BTreeSet<&String> = form.items().map(|item| &item.link).collect();
    assert_eq!(links.len(), form.items().count(), "each name once");
    for _ in 0..WAYS_MAX.min(4 + 6 * form.items().count()) {
        let Some((given, after)) = answer_all(random, desk, request, &form) else { continue };
        held.ways += 1;
        check_travel(desk, request, &form, &given, &after);
        // Where a day is unknown too, nothing hangs on days, and more is asked at once.
        if !form.items().any(|item| item.link.ends_with("service_date")) {
            check_needed(desk, request, &given);
        }
        let decision = desk.decide(&after);
        for (line, before) in decision.lines.iter().zip(&before.lines) {
            // Lines that had needs have none. One may have a new one: the onset that was answered for
            // another line contradicts that of a diagnosis this one points to.
            let is_contradicted = |need: &Need| {
                need.why == Cause::Contradictory
                    && need.fact.starts_with("line.months_since_onset")
                    && before.needs.iter().all(|known| known.fact != need.fact)
            };
            let left: Vec<&str> =
                line.needs.iter().filter(|need| !is_contradicted(need)).map(|need| need.fact.as_str()).collect();
            let is_new = before.needs.is_empty();
            assert!(
                left.is_empty() || is_new,
                "{left:?} is left of line {} after {given:?}: {request:#?}",
                line.number
            );
        }
        let verdicts: Vec<Verdict> = decision.lines.iter().map(|line| line.verdict).collect();
        for item in form.items().filter(|item| !form.is_asked(item, &given)) {
            // An onset beside that of a diagnosis would only contradict it; and where rules ask whether
            // one was given, to give one is another claim, not an answer to what is unknown.
            let is_contradicted = request.diagnoses.iter().any(|one| !one.onset.is_absent());
            let is_told = request.onset.is_absent() && asks_whether_given(desk, "line.months_since_onset");
            if item.link == "request/onset_date" && (is_contradicted || is_told) {
                continue;
            }
            for answer in answers(random, item, request) {
                if !is_open(&answer, &item.link, request) {
                    continue;
                }
                let mut other = after.clone();
                if !set(&mut other, &item.link, &answer) {
                    continue;
                }
                let others: Vec<Verdict> = desk.decide(&other).lines.iter().map(|line| line.verdict).collect();
                assert_eq!(
                    others, verdicts,
                    "{} was not asked after {given:?}, and {answer:?} matters: {request:#?}",
                    item.link
                );
                held.unasked += 1;
            }
        }
    }
}

#[test]
fn answers_settle_requests_on_the_spine_pack() {
    let desk = Desk::new(vec![crate::pack()]);
    let (mut random, mut held) = (Random::new(31), Held::default());
    for _ in 0..count("CLAIMGATE_ORACLE_ASKED", 120) {
        let request = request(&mut random, &desk.packs()[0], true);
        hold(&mut random, &desk, &request, &mut held);
    }
    println!("{held:?}");
    assert!(held.forms > 8 && held.ways > 60, "{held:?}");
}

#[test]
fn answers_settle_requests_on_small_packs() {
    let (mut random, mut held) = (Random::new(37), Held::default());
    for _ in 0..count("CLAIMGATE_ORACLE_PACKS", 12) {
        let desk = Desk::new(vec![small::pack(&mut random), small::pack(&mut random)]);
        for _ in 0..8 {
            let request = request(&mut random, &desk.packs()[0], true);
            hold(&mut random, &desk, &request, &mut held);
        }
    }
    println!("{held:?}");
    assert!(held.conditional > 10 && held.unasked > 100, "{held:?}");
}

/// More ways of answering than are gone through: then more is asked, and it still settles.
#[test]
fn answers_settle_requests_with_more_ways_than_are_gone_through() {
    let desk = Desk::new(vec![crate::pack()]);
    let (mut random, mut held) = (Random::new(41), Held::default());
    for _ in 0..200 {
        if held.forms == 2 {
            break;
        }
        let mut request = request(&mut random, &desk.packs()[0], false);
        let codes =
            ["M54.16", "M47.816", "M54.50", "M48.061", "M51.16", "M54.12", "M54.2", "M43.16", "M47.26", "M54.6"];
        request.lines.truncate(1);
        request.diagnoses.clear();
        request.history.clear();
        request.onset = Given::value(DateSpan::day(date(2024, 1, 1)), Source::field("random"));
        request.diagnoses.extend(codes.map(|code| Diagnosis {
            code: Given::value(Code::parse(System::Icd10Cm, code).unwrap(), Source::field("random")),
            onset: Given::Absent,
            status: Status::Active,
            verification: Verification::Unconfirmed,
        }));
        request.lines[0].pointers = Pointers::To((0..request.diagnoses.len()).collect(), Source::field("random"));
        request.lines[0].procedure = Given::value(Code::parse(System::Cpt, "64493").unwrap(), Source::field("random"));
        if desk.ask(&request).is_some_and(|form| form.items().count() >= 10) {
            hold(&mut random, &desk, &request, &mut held);
        }
    }
    println!("{held:?}");
    assert_eq!(held.forms, 2, "{held:?}");
}
