//! What a comparison of recorded requests says of the record: what could not be compared, and what
//! changes only because something was not recorded.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Value, json};

use crate::{desk::Desk, exchange::Reject, request::Request, verdict::LineDecision};

/// One recorded decision, as it is compared.
pub enum Recorded {
    /// The request, as far as it was recorded.
    Request(Box<RecordedRequest>),
    /// Some pack asks for facts that were not recorded and cannot be unknown: no verdict is taken.
    Untold {
        /// How many service lines it has.
        lines: u64,
        /// The facts, as scripts write them.
        facts: Arc<BTreeSet<String>>,
    },
    /// Its body was retired: nothing is known of it.
    Retired,
    /// It cannot be read.
    Reject(Reject),
}

/// A request as far as it was recorded.
pub struct RecordedRequest {
    /// The request.
    pub request: Request,
    /// What its member is known by; `None` where none was named.
    pub member: Option<u128>,
    /// Who decides as it was.
    pub old: Arc<Desk>,
}

/// What of a record could not be compared, and what was held for want of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotRecorded {
    /// Facts that kept requests from being compared, each with how many; one may lack several.
    pub facts: BTreeMap<String, u64>,
    /// Requests whose bodies were retired.
    pub retired: u64,
    /// Changed lines that one side or the other holds for a fact that was given and not recorded.
    pub waiting_lines: u64,
    /// Those facts, each with how many lines; one may wait for several.
    pub waiting: BTreeMap<String, u64>,
}

impl NotRecorded {
    /// A request is not compared for want of these facts.
    pub(super) fn untold(&mut self, facts: &BTreeSet<String>) {
        facts.iter().for_each(|fact| *self.facts.entry(fact.clone()).or_default() += 1);
    }

    /// Counts a changed line that waits for what is not recorded.
    pub(super) fn waits(&mut self, (old, new): (&LineDecision, &LineDecision), not_recorded: &str) {
        let needs = old.needs.iter().chain(&new.needs);
        let facts: BTreeSet<&String> =
            needs.filter(|need| need.source == not_recorded).map(|need| &need.fact).collect();
        self.waiting_lines += u64::from(!facts.is_empty());
        facts.into_iter().for_each(|fact| *self.waiting.entry(fact.clone()).or_default() += 1);
    }

    pub(super) fn add(&mut self, other: NotRecorded) {
        self.retired += other.retired;
        self.waiting_lines += other.waiting_lines;
        for (whole, part) in [(&mut self.facts, other.facts), (&mut self.waiting, other.waiting)] {
            part.into_iter().for_each(|(fact, count)| *whole.entry(fact).or_default() += count);
        }
    }

    /// As JSON.
    pub(super) fn value(&self) -> Value {
        let rows = |counts: &BTreeMap<String, u64>, of: &str| -> Vec<Value> {
            counts.iter().map(|(fact, count)| json!({"fact": fact, of: count})).collect()
        };
        json!({
            "facts": rows(&self.facts, "decisions"),
            "retired": self.retired,
            "changed_lines_waiting": self.waiting_lines,
            "waiting_for": rows(&self.waiting, "lines"),
        })
    }
}
