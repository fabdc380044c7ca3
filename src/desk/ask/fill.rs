//! Answers filled into a request, each where its question says.

use super::wanted::onset_rivals;
use crate::{
    code::Code,
    date::{Date, DateSpan},
    desk::Desk,
    fact::{Input, is_certain},
    money::Cents,
    pack::Pack,
    private::Private,
    questionnaire::Answer,
    request::{
        Approval, Concept, Diagnosis, Given, Line, LineOfBusiness, PainType, Pointers, Purpose, Request, Sex, Source,
        Sourced, Status, Verification,
    },
};

/// A request that is being filled in.
pub(super) struct Filling<'p> {
    desk: &'p Desk,
    /// As it was sent.
    sent: &'p Request,
    pub(super) request: Request,
    /// The request's own diagnoses, before anything was filled in.
    own: Vec<(usize, Code)>,
}

/// Why an answer cannot be filled in: code, what is wrong, what to do.
type Wrong = (&'static str, String, &'static str);

/// The first and last day an answer may be, where more of it is known.
pub(super) fn day_limits(request: &Request, input: Input) -> (Option<Date>, Option<Date>) {
    let within = |span: Option<&DateSpan>| (span.map(|span| span.first), span.map(|span| span.last));
    let born = request.patient.birth_date.get().map(Private::reveal);
    match input {
        Input::BirthDate => {
            // Born on a day of service at the latest; one given as after it contradicts itself.
            let served =
                request.lines.iter().filter_map(|line| request.service_span(line).get()).map(|days| days.last).min();
            let (first, last) = within(born.filter(|born| served.is_none_or(|day| born.first <= day)));
            (first, [last, served].into_iter().flatten().min())
        }
        Input::ServiceDate(line) => {
            let (first, last) = within(request.lines.get(line).and_then(|line| line.service_date.get()));
            ([first, born.map(|born| born.first)].into_iter().flatten().max(), last)
        }
        Input::EarlierDay(place) => within(request.history.get(place).map(|earlier| &earlier.service_date)),
        Input::Onset => within(request.onset.get().filter(|_| !has_onset_of_diagnosis(request))),
        _ => (None, None),
    }
}

/// Has what was absent stand there, not yet readable: what it says is still to come.
pub(super) fn as_given(request: &mut Request, input: Input) {
    fn mark<T>(given: &mut Given<T>) {
        if given.is_absent() {
            *given = Given::unreadable("an answer", Source::field("answer"));
        }
    }
    match input {
        Input::BirthDate => mark(&mut request.patient.birth_date),
        Input::Sex => mark(&mut request.patient.sex),
        Input::Onset => mark(&mut request.onset),
        Input::LineOfBusiness => mark(&mut request.coverage.line_of_business),
        _ => {}
    }
    let is_dated =
        |request: &Request, place| request.lines.get(place).is_some_and(|line| !request.service_span(line).is_absent());
    let is_planned = matches!(input, Input::ServiceDate(place) if is_dated(request, place));
    let place = match input {
        Input::Procedure(place)
        | Input::ServiceDate(place)
        | Input::Narrative(place)
        | Input::Diagnoses(place)
        | Input::Units(place)
        | Input::Charge(place) => place,
        _ => return,
    };
    let Some(line) = request.lines.get_mut(place) else { return };
    match input {
        Input::Procedure(_) => mark(&mut line.procedure),
        // An order's written day stands for its planned one until that is answered.
        Input::ServiceDate(_) if !is_planned => mark(&mut line.service_date),
        Input::Narrative(_) => mark(&mut line.narrative),
        Input::Units(_) => mark(&mut line.units_milli),
        Input::Charge(_) => mark(&mut line.charge),
        Input::Diagnoses(_) => {
            if let Pointers::Unknown(given) = &mut line.pointers {
                mark(given);
            }
        }
        _ => {}
    }
}

/// Where a diagnosis has an onset too, what is wanted may be which of them is right.
fn has_onset_of_diagnosis(request: &Request) -> bool {
    request.diagnoses.iter().any(|diagnosis| !diagnosis.onset.is_absent())
}

impl<'p> Filling<'p> {
    /// A request in which nothing is filled in yet.
    pub(super) fn new(desk: &'p Desk, sent: &'p Request) -> Filling<'p> {
        Filling { desk, sent, request: sent.clone(), own: own_diagnoses(desk.packs(), sent) }
    }

    /// Fills one answer in.
    ///
    /// # Errors
    /// When it contradicts what is known, or says nothing.
    pub(super) fn fill(&mut self, input: Input, answer: &Answer, source: &Source) -> Result<(), Wrong> {
        match answer {
            Answer::Choice(place) => self.choice(input, *place, source),
            Answer::YesNo(yes) => self.yes_no(input, *yes),
            Answer::Day(day) => self.day(input, *day.reveal(), source)?,
            Answer::Codes(codes) => self.codes(input, codes, source)?,
            Answer::Text(text) => self.text(input, text, source)?,
            Answer::Amount(amount) => self.amount(input, *amount, source),
        }
        Ok(())
    }

    fn choice(&mut self, input: Input, place: usize, source: &Source) {
        let request = &mut self.request;
        match input {
            Input::PainType => {
                let all = [PainType::Axial, PainType::Radicular, PainType::Mixed];
                request.stated_pain_type = after_first(&all, place, source);
            }
            Input::Sex => request.patient.sex = of(&[Sex::Female, Sex::Male, Sex::Other], place, source),
            Input::LineOfBusiness => {
                let all = [
                    LineOfBusiness::Commercial,
                    LineOfBusiness::MedicareAdvantage,
                    LineOfBusiness::Medicare,
                    LineOfBusiness::Medicaid,
                    LineOfBusiness::Other,
                ];
                request.coverage.line_of_business = of(&all, place, source);
            }
            Input::Concept(line) => {
                let all = [Concept::DrgRadiofrequency, Concept::JointRadiofrequency, Concept::Other];
                self.line(line, |line| line.concept = after_first(&all, place, source));
            }
            Input::Purpose(line) => {
                let all = [Purpose::Diagnostic, Purpose::Therapeutic];
                self.line(line, |line| line.purpose = after_first(&all, place, source));
            }
            _ => {}
        }
    }

    fn yes_no(&mut self, input: Input, yes: bool) {
        match (input, yes) {
            // Looked up, and none was given.
            (Input::Approval, false) => self.request.coverage.prior_authorization = Given::Absent,
            (Input::Diagnosis(place), true) => {
                if let Some(diagnosis) = self.request.diagnoses.get_mut(place) {
                    (diagnosis.status, diagnosis.verification) = (Status::Active, Verification::Confirmed);
                }
            }
            // It stays what it is, suspected or past; no line is for it.
            (Input::Diagnosis(place), false) => {
                let all: Vec<usize> = (0..self.request.diagnoses.len()).collect();
                for line in &mut self.request.lines {
                    let (places, source) = match &line.pointers {
                        Pointers::To(places, source) => (places.clone(), source.clone()),
                        Pointers::All => (all.clone(), Source::field("diagnoses")),
                        Pointers::Unknown(_) => continue,
                    };
                    let left = places.into_iter().filter(|pointed| *pointed != place).collect();
                    line.pointers = Pointers::To(left, source);
                }
            }
            _ => {}
        }
    }

    fn day(&mut self, input: Input, day: Date, source: &Source) -> Result<(), Wrong> {
        let (min, max) = day_limits(&self.request, input);
        if min.is_some_and(|min| day < min) || max.is_some_and(|max| day > max) {
            return Err((
                "answers::out_of_range",
                "the day is not one that what was sent leaves open".to_owned(),
                "an answer completes what was sent; where that is wrong, send the request again, corrected",
            ));
        }
        let span = DateSpan::day(day);
        let given = || Given::value(span, source.clone());
        match input {
            Input::Approval => {
                let approval = Approval { approved_on: given() };
                self.request.coverage.prior_authorization = Given::value(approval, source.clone());
            }
            Input::BirthDate => self.request.patient.birth_date = Given::value(Private::new(span), source.clone()),
            Input::Onset => {
                // What it is asked for may be that diagnoses say otherwise: then it stands for them too.
                let rivals = onset_rivals(self.desk, self.sent, &self.request);
                self.request.onset = given();
                for place in rivals {
                    if let Some(diagnosis) = self.request.diagnoses.get_mut(place)
                        && diagnosis.onset.get() != Some(&span)
                    {
                        diagnosis.onset = given();
                    }
                }
            }
            Input::ServiceDate(line) => self.line(line, |line| line.service_date = given()),
            Input::EarlierDay(place) => {
                if let Some(earlier) = self.request.history.get_mut(place) {
                    earlier.service_date = span;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn codes(&mut self, input: Input, codes: &[Code], source: &Source) -> Result<(), Wrong> {
        let sourced = |code: &Code| Sourced::new(*code, source.clone());
        let one = codes.first().map_or(Given::Absent, |code| Given::value(*code, source.clone()));
        match input {
            Input::Procedure(line) => self.line(line, |line| line.procedure = one),
            Input::PlaceOfService(line) => self.line(line, |line| line.place_of_service = codes.first().map(sourced)),
            Input::DiagnosisCode(place) => {
                if let Some(diagnosis) = self.request.diagnoses.get_mut(place) {
                    diagnosis.code = one;
                }
            }
            Input::Modifiers(line) => self.line(line, |line| {
                line.modifiers.extend(codes.iter().map(sourced));
                line.unread_modifier = None;
            }),
            Input::ConditionCodes => {
                self.request.condition_codes.extend(codes.iter().map(sourced));
                self.request.unread_condition_code = None;
            }
            Input::Diagnoses(line) => return self.point(line, codes, source),
            _ => {}
        }
        Ok(())
    }

    /// Points a line to diagnoses: to the request's own where it has certain ones, else to new ones.
    fn point(&mut self, line: usize, codes: &[Code], source: &Source) -> Result<(), Wrong> {
        let mut places: Vec<usize> = Vec::new();
        for code in codes {
            let known: Vec<usize> = self.own.iter().filter(|(_, own)| own == code).map(|(place, _)| *place).collect();
            if !known.is_empty() {
                places.extend(known);
                continue;
            }
            if !self.own.is_empty() {
                return Err((
                    "answers::unknown_choice",
                    "the code is none of those that are offered".to_owned(),
                    "choose diagnoses of the request; one that it does not carry belongs on a corrected request",
                ));
            }
            self.request.diagnoses.push(Diagnosis {
                code: Given::value(*code, source.clone()),
                onset: Given::Absent,
                status: Status::Active,
                verification: Verification::Confirmed,
            });
            places.push(self.request.diagnoses.len() - 1);
        }
        self.line(line, |line| line.pointers = Pointers::To(places, source.clone()));
        Ok(())
    }

    fn text(&mut self, input: Input, text: &Private<String>, source: &Source) -> Result<(), Wrong> {
        if !text.reveal().chars().any(char::is_alphanumeric) {
            let message = "there is no word in it".to_owned();
            return Err(("answers::no_words", message, "describe the procedure in words"));
        }
        if let Input::Narrative(line) = input {
            self.line(line, |line| line.narrative = Given::value(text.clone(), source.clone()));
        }
        Ok(())
    }

    fn amount(&mut self, input: Input, amount: i64, source: &Source) {
        match input {
            Input::Units(line) => self.line(line, |line| line.units_milli = Given::value(amount, source.clone())),
            Input::Charge(line) => self.line(line, |line| line.charge = Given::value(Cents(amount), source.clone())),
            _ => {}
        }
    }

    fn line(&mut self, place: usize, change: impl FnOnce(&mut Line)) {
        if let Some(line) = self.request.lines.get_mut(place) {
            change(line);
        }
    }
}

/// The diagnoses of a request that a line can be said to be for: certain ones, their code readable
/// and of a system that every pack knows.
pub(super) fn own_diagnoses(packs: &[Pack], request: &Request) -> Vec<(usize, Code)> {
    let is_read = |code: &Code| packs.iter().all(|pack| pack.sets.speaks(code.system()));
    let all = request.diagnoses.iter().enumerate().filter(|(_, diagnosis)| is_certain(diagnosis));
    all.filter_map(|(place, diagnosis)| Some((place, *diagnosis.code.get()?)))
        .filter(|(_, code)| is_read(code))
        .collect()
}

/// One of several, by its place.
fn of<T: Copy>(all: &[T], place: usize, source: &Source) -> Given<T> {
    all.get(place).map_or(Given::Absent, |value| Given::value(*value, source.clone()))
}

/// The same, where the first place says that nothing is stated.
fn after_first<T: Copy>(all: &[T], place: usize, source: &Source) -> Given<T> {
    place.checked_sub(1).map_or(Given::Absent, |place| of(all, place, source))
}
