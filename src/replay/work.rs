//! What the hands do: items of the input become rows and rejects.

use serde_json::{Value, json};

use super::{Input, Tally, input::Input as In, rows};
use crate::{
    desk::Desk,
    exchange::{
        Fault, Item, Reject,
        fhir::{self, with_answers},
        json as native,
    },
    history::{History, HistoryError, Place},
    request::{Patient, Request},
    verdict::Verdict,
};

/// Items that are worked together.
const ITEMS: usize = 128;
/// Service lines that are worked together: a claim may have a thousand.
const LINES: usize = 2_048;

/// Items of one input that follow one another.
#[derive(Default)]
pub(super) struct Batch {
    /// The place of the input among the inputs.
    pub(super) input: u32,
    /// The number of the first item among those of all inputs.
    pub(super) first: u64,
    /// The items.
    pub(super) items: Vec<Item>,
    /// What came, as the reader counted it.
    pub(super) came: Tally,
    lines: u64,
}

/// What came of a batch.
#[derive(Default)]
pub(super) struct Worked {
    /// How many items it had.
    pub(super) items: u64,
    /// Decisions, as they are written.
    pub(super) decisions: Vec<u8>,
    /// Rejects and faults, a line each.
    pub(super) rejects: Vec<u8>,
    /// What came and what went.
    pub(super) tally: Tally,
}

/// Reads the inputs in their order and sends what they hold from item `from` on; how many items
/// there are in all.
pub(super) fn read(inputs: &[In], from: u64, halt: &std::sync::atomic::AtomicBool, send: &mut dyn FnMut(Batch)) -> u64 {
    let mut number = 0;
    for (place, input) in (0u32..).zip(inputs) {
        let begin = |number| Batch { input: place, first: number, ..Batch::default() };
        let mut batch = begin(number);
        input.each(halt, &mut |item| {
            number += 1;
            if number <= from {
                return;
            }
            if batch.items.is_empty() {
                batch.first = number - 1;
            }
            batch.take(item);
            if batch.items.len() >= ITEMS || batch.lines >= LINES as u64 {
                send(std::mem::replace(&mut batch, begin(number)));
            }
        });
        if !batch.items.is_empty() {
            send(batch);
        }
    }
    number
}

impl Batch {
    fn take(&mut self, item: Item) {
        self.came.came(&item);
        self.lines = self.came.lines.came;
        self.items.push(item);
    }

    /// Each item with its place.
    pub(super) fn places(self) -> impl Iterator<Item = (Place, Item)> {
        let (input, first) = (self.input, self.first);
        self.items.into_iter().zip(first..).map(move |(item, number)| (Place { input, number }, item))
    }
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
    pub(super) fn work(&self, batch: Batch) -> Result<Worked, HistoryError> {
        let mut worked = Worked { items: batch.items.len() as u64, tally: batch.came.clone(), ..Worked::default() };
        let path = self.inputs.get(batch.input as usize).map_or("", |input| &input.path);
        for (place, item) in batch.places() {
            match item {
                Item::Request(request) => self.decide(*request, place, &mut worked)?,
                Item::Answered(request, responses) => {
                    let (request, faults) = answered(self.desk, *request, &responses);
                    faults.iter().for_each(|fault| worked.fault(fault, path));
                    self.decide(request, place, &mut worked)?;
                }
                Item::Reject(reject) => worked.reject(&reject, path),
                Item::Fault(fault) => worked.fault(&fault, path),
            }
        }
        Ok(worked)
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
