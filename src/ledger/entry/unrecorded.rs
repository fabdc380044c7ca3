//! What another pack asks that an entry does not hold.

use std::{borrow::Borrow, collections::BTreeSet};

use super::{Least, NOT_RECORDED};
use crate::{
    pack::Pack,
    request::{Frequency, Given, Source, Status, Verification},
};

/// The kinds of facts that cannot come out as unknown: where something was left out of what they are
/// drawn from, they come out as if it had not been given.
pub const NEVER_UNKNOWN: [&str; 8] = [
    "history.diagnoses",
    "history.untabled_diagnoses",
    "history.months_diagnosed_twice",
    "history.months_since_procedure",
    "history.sessions",
    "line.narrative",
    "line.invalid_diagnosis",
    "line.place_of_service",
];

impl Least {
    /// The facts of `pack`, as scripts write them, that can come out otherwise than from the request
    /// itself; none of the packs that it was `recorded` under, which are asked for their phrases.
    ///
    /// Most of them come out as unknown, with [`NOT_RECORDED`] as their source,
    /// and the verdict is still one that all their values share. Facts of earlier services, of a
    /// narrative, of a place of service and of diagnoses that may not be billed come out as if
    /// nothing had been given: where one of them stands here, a verdict of `pack` says nothing.
    pub fn unrecorded<P: Borrow<Pack>>(&self, pack: &Pack, recorded: &[P]) -> BTreeSet<String> {
        let mut facts = BTreeSet::new();
        for kind in pack.asked.iter().filter(|kind| self.left_out.contains(kind.name)) {
            if kind.name != "line.narrative" || !has_all_phrases(pack, recorded) {
                facts.insert(kind.name.to_owned());
            }
        }
        let asked = (0u16..).map(crate::fact::FactId).zip(pack.book.facts());
        for (id, fact) in asked {
            let is_whole = fact.months_back().zip(self.history_months).is_none_or(|(back, whole)| back <= whole);
            if !is_whole && !facts.contains(fact.kind.name) {
                facts.insert(pack.book.fact_words(id, &pack.sets));
            }
        }
        facts
    }

    /// Those of [`Least::unrecorded`] that are [`NEVER_UNKNOWN`]: where there are any, a verdict of
    /// `pack` says nothing of this request.
    pub fn untold<P: Borrow<Pack>>(&self, pack: &Pack, recorded: &[P]) -> BTreeSet<String> {
        let mut facts = self.unrecorded(pack, recorded);
        // A fact is written as its kind, and some with arguments behind it.
        facts.retain(|fact| NEVER_UNKNOWN.iter().any(|kind| fact.split('(').next() == Some(*kind)));
        facts
    }

    /// Whether a diagnosis that later claims of the member have as history was given and is not kept,
    /// or the day on which it began.
    pub fn lacks_diagnoses(&self) -> bool {
        fn is_lost<T>(given: &Given<T>) -> bool {
            matches!(given.source(), Source::Path(path) if **path == *NOT_RECORDED)
        }
        let request = &self.request;
        let counts = |status, verification| status == Status::Active && verification == Verification::Confirmed;
        let mut counted = request.diagnoses.iter().filter(|one| counts(one.status, one.verification));
        request.frequency.value != Frequency::Void
            && counted.any(|one| is_lost(&one.code) || (!one.code.is_absent() && is_lost(&one.onset)))
    }
}

/// Whether every phrase of `pack` is one of the `recorded` packs, of which a narrative was asked.
fn has_all_phrases<P: Borrow<Pack>>(pack: &Pack, recorded: &[P]) -> bool {
    let asking = || {
        recorded.iter().map(Borrow::borrow).filter(|pack| pack.asked.iter().any(|kind| kind.name == "line.narrative"))
    };
    let known: BTreeSet<&[String]> = recorded.iter().flat_map(|pack| pack.borrow().sets.phrases()).collect();
    asking().next().is_some() && pack.sets.phrases().all(|phrase| known.contains(phrase))
}
