//! What the hands do: items of the input become rows and rejects.

use serde_json::{Value, json};

use super::{Input, ReplayError, Tally, batch::Batch, rows};
use crate::{
    desk::Desk,
    exchange::{
        Fault, Item, Reject,
        fhir::{self, Aside, with_answers},
        json as native,
    },
    history::{History, HistoryError, Place},
    request::{Patient, Request},
    verdict::Verdict,
};

/// What came of a batch.
#[derive(Default)]
pub(super) struct Worked {
    /// How many items it had.
    pub(super) items: u64,
    /// What of it was left aside.
    pub(super) aside: Aside,
    /// Whether an earlier run had done it.
    pub(super) is_done: bool,
    /// The place of the input, where nothing of it comes behind.
    pub(super) ended: Option<u32>,
    /// Decisions, as they are written.
    pub(super) decisions: Vec<u8>,
    /// Rejects and faults, a line each.
    pub(super) rejects: Vec<u8>,
    /// What came and what went.
    pub(super) tally: Tally,
}

/// What decides and what is known beforehand.
pub(super) struct Hands<'a> {
    pub(super) desk: &'a Desk,
    pub(super) history: Option<&'a History>,
    pub(super) inputs: &'a [Input],
    /// Whether whole decisions are written.
    pub(super) is_whole: bool,
}

impl Hands<'_> {
    /// Works a batch.
    pub(super) fn work(&self, batch: Batch) -> Result<Worked, ReplayError> {
        let (input, is_last, is_done) = (batch.input, batch.is_last, batch.is_done);
        let mut worked = Worked { is_done, ended: Some(input).filter(|_| is_last), ..Worked::default() };
        let mut aside = Aside::default();
        batch.each(self.inputs, &mut aside, &mut |place, item| {
            worked.items += 1;
            worked.tally.came(&item);
            self.take(item, place, &mut worked)
        })?;
        Ok(Worked { aside, ..worked })
    }

    /// What was left aside of an input, to be told at its end.
    pub(super) fn tell(&self, input: u32, aside: Aside) -> Worked {
        let mut worked = Worked::default();
        aside.tell(&mut |item| {
            worked.items += 1;
            worked.tally.came(&item);
            if let Item::Fault(fault) = item {
                worked.fault(&fault, self.path(input));
            }
        });
        worked
    }

    fn take(&self, item: Item, place: Place, worked: &mut Worked) -> Result<(), ReplayError> {
        match item {
            Item::Request(request) => self.decide(*request, place, worked)?,
            Item::Answered(request, responses) => {
                let (request, faults) = answered(self.desk, *request, &responses);
                faults.iter().for_each(|fault| worked.fault(fault, self.path(place.input)));
                self.decide(request, place, worked)?;
            }
            Item::Reject(reject) => worked.reject(&reject, self.path(place.input)),
            Item::Fault(fault) => worked.fault(&fault, self.path(place.input)),
        }
        Ok(())
    }

    fn path(&self, input: u32) -> &str {
        self.inputs.get(input as usize).map_or("", |input| &input.path)
    }

    fn decide(&self, mut request: Request, place: Place, worked: &mut Worked) -> Result<(), HistoryError> {
        if let Some(history) = self.history {
            let Patient { member_id, birth_date, .. } = &request.patient;
            let is_born_on = birth_date.get().is_some_and(|born| born.reveal().exact().is_some());
            worked.tally.without_member += u64::from(member_id.is_none());
            worked.tally.without_birth_date += u64::from(member_id.is_some() && !is_born_on);
            history.complete(&mut request, place)?;
        }
        if self.is_whole {
            let decision = self.desk.decide(&request);
            for line in &decision.lines {
                worked.line(line.verdict, line.findings.first().map(|finding| finding.reason.as_str()));
            }
            worked.tally.claims.went(decision.verdict);
            native::write_decision(&decision, None, &mut worked.decisions);
        } else {
            let judgement = self.desk.judge(&request);
            for (line, judged) in request.lines.iter().zip(&judgement.lines) {
                worked.line(judged.verdict, judged.main().map(|main| main.reason));
                rows::write(&request, line, judged, &mut worked.decisions);
            }
            worked.tally.claims.went(judgement.verdict);
        }
        Ok(())
    }
}

/// A request with the answers that came with it, and what is wrong with these.
pub(super) fn answered(desk: &Desk, request: Request, responses: &[fhir::Response]) -> (Request, Vec<Fault>) {
    with_answers(request, responses, |request| desk.ask(request), |request, answers| desk.answered(request, answers))
}

impl Worked {
    fn line(&mut self, verdict: Verdict, reason: Option<&str>) {
        self.tally.lines.went(verdict);
        if verdict != Verdict::Allow {
            self.tally.blame(verdict, reason.unwrap_or_default());
        }
    }

    fn reject(&mut self, reject: &Reject, path: &str) {
        self.tally.rejected(reject);
        self.tell(native::reject(reject), path);
    }

    fn fault(&mut self, fault: &Fault, path: &str) {
        self.tally.faulty(fault);
        let Fault { code, place, message, help } = fault;
        self.tell(json!({"rejected": false, "code": code, "place": place, "message": message, "help": help}), path);
    }

    fn tell(&mut self, mut told: Value, path: &str) {
        if let Some(told) = told.as_object_mut() {
            told.insert("file".to_owned(), path.into());
        }
        self.rejects.extend_from_slice(told.to_string().as_bytes());
        self.rejects.push(b'\n');
    }
}
