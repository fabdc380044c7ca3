//! The least request of which packs say what they say of the whole.
//!
//! What is left out comes out as *unknown* under a pack that asks for it, never as a *no*: where
//! something was given and is not kept, the place is unreadable at [`NOT_RECORDED`]. Three things
//! cannot say so of themselves (earlier services, a narrative that other phrases may be in, a place
//! of service), so that [`Least::left_out`] names every kind of fact that lost something.

use std::{
    borrow::Borrow,
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use super::{asked::Asked, birth};
use crate::{
    code::ValueSets,
    date::DateSpan,
    fact::may_reach,
    pack::Pack,
    private::Private,
    request::{
        Coverage, Diagnosis, Encounter, Given, Kind, Line, Patient, Pointers, Request, Source, Sourced, Verification,
    },
};

/// The source of what was given and is not kept.
pub const NOT_RECORDED: &str = "not recorded";

/// What was expected of something that could not be read; no decision tells it.
pub(super) const EXPECTED: &str = "what was asked for";

/// A request of which only what packs ask is left.
#[derive(Clone, Debug, PartialEq)]
pub struct Least {
    /// The request.
    pub request: Request,
    /// The kinds of facts for which something was given that is not kept.
    pub left_out: BTreeSet<&'static str>,
    /// Where earlier services were left out because no window reaches them: how many calendar months
    /// back are whole.
    pub history_months: Option<i64>,
}

/// The least of `request` that these packs ask for.
pub fn least<P: Borrow<Pack>>(request: &Request, packs: &[P]) -> Least {
    let mut leaving = Leaving { asked: Asked::by(packs), left_out: BTreeSet::new(), history_months: None };
    let services: Vec<&Given<DateSpan>> = request.lines.iter().map(|line| request.service_span(line)).collect();
    let days: Vec<DateSpan> = services.iter().filter_map(|days| days.get().copied()).collect();
    let history = leaving.history(request, (services.len() == days.len()).then_some(&days));
    let is_dated_by_order =
        request.kind == Kind::Order && request.lines.iter().any(|line| line.service_date.is_absent());
    let asked = &leaving.asked;
    let (pain_type, onset, codes) = (asked.pain_type, asked.onset, asked.condition_codes);
    let (condition_codes, unread_condition_code) =
        leaving.codes(codes, "request.condition_codes", &request.condition_codes, &request.unread_condition_code);
    let least = Request {
        id: request.id.clone(),
        kind: request.kind,
        form: request.form.clone(),
        frequency: request.frequency.clone(),
        // Nothing is decided by it here, for `history` lacks that claim already. What a later claim has
        // as history is without it too.
        replaces: request.replaces.clone(),
        // Nothing is decided by it; comparisons of policies count by it, as they do charges.
        provider: request.provider,
        patient: leaving.patient(&request.patient, &days),
        coverage: leaving.coverage(&request.coverage),
        // Nothing is drawn from it but the day of an order's line that has none.
        authored_on: if is_dated_by_order { kept(&request.authored_on) } else { Given::Absent },
        onset: leaving.given(onset, "line.months_since_onset", &request.onset),
        stated_pain_type: leaving.given(pain_type, "stated.pain_type", &request.stated_pain_type),
        diagnoses: request.diagnoses.iter().map(|diagnosis| leaving.diagnosis(diagnosis)).collect(),
        condition_codes,
        unread_condition_code,
        lines: request.lines.iter().map(|line| leaving.line(line, packs)).collect(),
        history,
        remarks: request.remarks.clone(),
    };
    Least { request: least, left_out: leaving.left_out, history_months: leaving.history_months }
}

/// What is left out on the way.
struct Leaving {
    asked: Asked,
    left_out: BTreeSet<&'static str>,
    history_months: Option<i64>,
}

impl Leaving {
    /// What was given, where it `is_asked`; else that it is not recorded.
    fn given<T: Clone>(&mut self, is_asked: bool, kind: &'static str, given: &Given<T>) -> Given<T> {
        if is_asked || given.is_absent() {
            return kept(given);
        }
        self.left_out.insert(kind);
        Given::unreadable(EXPECTED, not_recorded())
    }

    fn codes<T: Clone>(
        &mut self,
        is_asked: bool,
        kind: &'static str,
        list: &[Sourced<T>],
        unread: &Option<Source>,
    ) -> (Vec<Sourced<T>>, Option<Source>) {
        if is_asked || (list.is_empty() && unread.is_none()) {
            return (list.to_vec(), unread.clone());
        }
        self.left_out.insert(kind);
        (Vec::new(), Some(not_recorded()))
    }

    /// Of a birth date the ages on `days` are left.
    fn patient(&mut self, patient: &Patient, days: &[DateSpan]) -> Patient {
        let birth_date = match self.given(self.asked.age, "patient.age_years", &patient.birth_date) {
            Given::Value(born) => {
                let least = birth::least_telling(born.value.reveal(), days);
                Given::value(Private::new(least), born.source)
            }
            other => other,
        };
        Patient { member_id: None, birth_date, sex: self.given(self.asked.sex, "patient.sex", &patient.sex) }
    }

    /// No fact is drawn from the state.
    fn coverage(&mut self, coverage: &Coverage) -> Coverage {
        let Asked { line_of_business, approved, .. } = self.asked;
        let approval = match self.given(approved, "coverage.approved", &coverage.prior_authorization) {
            Given::Value(mut approval) => {
                approval.value.approved_on = kept(&approval.value.approved_on);
                Given::Value(approval)
            }
            other => other,
        };
        Coverage {
            line_of_business: self.given(line_of_business, "coverage.line_of_business", &coverage.line_of_business),
            state: None,
            prior_authorization: approval,
        }
    }

    /// Of a refuted diagnosis its place is left: pointers count it, and no fact is drawn from it.
    fn diagnosis(&mut self, diagnosis: &Diagnosis) -> Diagnosis {
        let (mut code, mut onset) = (Given::Absent, Given::Absent);
        if diagnosis.verification != Verification::Refuted {
            if !self.asked.diagnoses && !diagnosis.code.is_absent() {
                // The other kinds come out as unknown; this one is never unknown.
                self.left_out.extend(OF_DIAGNOSES);
            }
            code = self.given(self.asked.diagnoses, "line.diagnoses", &diagnosis.code);
            onset = self.given(self.asked.onset, "line.months_since_onset", &diagnosis.onset);
        }
        Diagnosis { code, onset, status: diagnosis.status, verification: diagnosis.verification }
    }

    fn line<P: Borrow<Pack>>(&mut self, line: &Line, packs: &[P]) -> Line {
        let Asked { concept, modifiers, purpose, units, .. } = self.asked;
        let (modifiers, unread_modifier) =
            self.codes(modifiers, "line.modifiers", &line.modifiers, &line.unread_modifier);
        Line {
            number: line.number,
            procedure: kept(&line.procedure),
            concept: self.given(concept, "line.concept", &line.concept),
            modifiers,
            unread_modifier,
            pointers: self.pointers(&line.pointers),
            service_date: kept(&line.service_date),
            units_milli: self.given(units, "line.units_milli", &line.units_milli),
            charge: kept(&line.charge),
            place_of_service: self.place(line),
            purpose: self.given(purpose, "line.purpose", &line.purpose),
            narrative: self.narrative(&line.narrative, packs),
        }
    }

    fn pointers(&mut self, pointers: &Pointers) -> Pointers {
        match pointers {
            Pointers::Unknown(given) if given.is_absent() => Pointers::Unknown(Given::Absent),
            Pointers::Unknown(given) => Pointers::Unknown(Given::unreadable(EXPECTED, given.source().clone())),
            Pointers::To(..) | Pointers::All if self.asked.diagnoses => pointers.clone(),
            Pointers::To(..) | Pointers::All => {
                self.left_out.insert("line.diagnoses");
                Pointers::Unknown(Given::unreadable(EXPECTED, not_recorded()))
            }
        }
    }

    fn place(&mut self, line: &Line) -> Option<Sourced<crate::code::Code>> {
        let place = line.place_of_service.as_ref()?;
        if self.asked.place_of_service {
            return Some(place.clone());
        }
        self.left_out.insert("line.place_of_service");
        None
    }

    /// Of a narrative the phrases of the packs that it holds are left. One without a word is none.
    fn narrative<P: Borrow<Pack>>(
        &mut self,
        narrative: &Given<Private<String>>,
        packs: &[P],
    ) -> Given<Private<String>> {
        let words = match self.given(self.asked.narrative, "line.narrative", narrative) {
            Given::Value(words) => words,
            other => return other,
        };
        let sets = packs.iter().map(|pack| pack.borrow().sets.as_ref());
        match ValueSets::phrases_alone(words.value.reveal(), sets) {
            Some(phrases) => {
                self.left_out.insert("line.narrative");
                Given::value(Private::new(phrases), words.source)
            }
            None => Given::Absent,
        }
    }

    /// The earlier services that count and that some fact can see. `days` are those of all lines,
    /// `None` where some line has none: then any service may be before it.
    fn history(&mut self, request: &Request, days: Option<&Vec<DateSpan>>) -> Vec<Encounter> {
        let Asked { earlier_diagnoses, earlier_procedures, months, .. } = self.asked;
        let reach = i32::try_from(months).unwrap_or(i32::MAX);
        let mut kept = Vec::new();
        for earlier in request.earlier() {
            if !earlier_diagnoses && !earlier.diagnoses.is_empty() {
                self.left_out.extend(OF_EARLIER_DIAGNOSES);
            }
            if !earlier_procedures && !earlier.procedures.is_empty() {
                self.left_out.extend(["history.months_since_procedure", "history.sessions"]);
            }
            if !earlier_diagnoses && !earlier_procedures {
                continue;
            }
            if days.is_some_and(|days| !days.iter().any(|day| may_reach(&earlier.service_date, day, reach))) {
                self.history_months = Some(months);
                continue;
            }
            // No fact is drawn from modifiers of earlier procedures, nor from whose claim it was.
            let procedures = earlier.procedures.iter().filter(|_| earlier_procedures);
            let encounter = Encounter {
                claim_id: None,
                service_date: earlier.service_date,
                procedures: procedures.map(|(code, _)| (*code, Vec::new())).collect(),
                diagnoses: earlier.diagnoses.iter().copied().filter(|_| earlier_diagnoses).collect(),
                source: earlier.source.clone(),
            };
            // That there was one at all counts for a line without a day alone.
            let has_codes = !encounter.procedures.is_empty() || !encounter.diagnoses.is_empty();
            kept.extend((has_codes || days.is_none()).then_some(encounter));
        }
        kept
    }
}

/// The kinds of facts that are drawn from codes of diagnoses.
const OF_DIAGNOSES: [&str; 5] = [
    "request.diagnoses",
    "request.unconfirmed_diagnoses",
    "request.past_diagnoses",
    "request.untabled_diagnoses",
    "line.invalid_diagnosis",
];

/// The kinds of facts that are drawn from diagnoses of earlier services.
const OF_EARLIER_DIAGNOSES: [&str; 3] =
    ["history.diagnoses", "history.untabled_diagnoses", "history.months_diagnosed_twice"];

/// What was given; of what could not be read only where that stood.
fn kept<T: Clone>(given: &Given<T>) -> Given<T> {
    match given {
        Given::Unreadable(unread) => Given::unreadable(EXPECTED, unread.source.clone()),
        Given::Absent | Given::Value(_) => given.clone(),
    }
}

pub(super) fn not_recorded() -> Source {
    static PATH: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from(NOT_RECORDED));
    Source::Path(PATH.clone())
}
