//! The one check: record, write, read, decide again.

use std::borrow::Borrow;

use claimgate::{
    desk::decide,
    exchange::json::{ENGINE, decision_text},
    ledger::entry::{Entry, Key, again, least},
    pack::Pack,
    request::Request,
    verdict::Decision,
};

/// A member id that no claim has.
pub const MEMBER: &str = "Zq7MEMBERzq";

pub const RECEIVED_MS: i64 = 1_774_000_000_123;
pub const DECIDED_MS: i64 = 1_774_000_000_128;

pub fn entry<P: Borrow<Pack>>(packs: &[P], request: &Request) -> (Decision, Entry) {
    let decision = decide(packs, request);
    let key = Key::new(&[7; 32]);
    let entry = Entry::new(RECEIVED_MS, DECIDED_MS, false, [5; 32], request, &decision, packs, &key);
    (decision, entry)
}

/// Records a decision of a request, and holds what comes back against it; the entry's bytes.
pub fn check<P: Borrow<Pack>>(packs: &[P], request: &Request) -> Vec<u8> {
    let (decision, entry) = entry(packs, request);
    let bytes = entry.encode();
    let read = Entry::decode(&bytes).unwrap_or_else(|fault| panic!("{}: {fault}: {}", request.id, text(&bytes)));
    assert_eq!(read.encode(), bytes, "one entry, one encoding");
    assert_eq!(read.answer(), decision_text(&decision, &entry.id.to_string(), ENGINE));
    assert_eq!(read.packs(), decision.packs);
    assert_eq!((read.received_ms, read.decided_ms, read.expedited), (RECEIVED_MS, DECIDED_MS, false));
    assert_eq!(read.member.is_some(), request.patient.member_id.is_some());
    // All of it, also what is not written of notes.
    let repeated = decide(packs, &read.least.request);
    assert_eq!(repeated, decision, "{request:#?}\nleft of it: {}", text(&bytes));
    again(&read, packs).unwrap_or_else(|differs| panic!("{}: {differs}", request.id));
    assert_eq!(least(&read.least.request, packs).request, read.least.request, "nothing more can be left out");
    assert!(!is_private_in(request, &read, &bytes), "{request:#?}\nleft of it: {}", text(&bytes));
    bytes
}

/// Whether the member id, the birth date or a narrative stands in an entry. A birth date that is
/// also another date of the claim, or the birthday on a day of service, stands there as that.
fn is_private_in(request: &Request, entry: &Entry, bytes: &[u8]) -> bool {
    let written = text(bytes);
    let narratives = request.lines.iter().filter_map(|line| line.narrative.get()).map(|words| words.reveal());
    let has_words = |words: &String| {
        // A text of one word may be a word of a sentence, and one that is nothing but a phrase of the
        // pack is a phrase of the pack.
        let left = entry.least.request.lines.iter().filter_map(|line| line.narrative.get());
        let is_phrase = left.into_iter().any(|left| left.reveal().trim_matches(['*', ' ']) == words.to_lowercase());
        words.trim().contains(' ') && written.contains(words.as_str()) && !is_phrase
    };
    let member = request.patient.member_id.as_ref().map(|member| member.reveal().as_str());
    member.is_some_and(|member| member.len() > 3 && written.contains(member) && !request.id.contains(member))
        || narratives.into_iter().any(has_words)
        || birth_date(request, entry).is_some_and(|born| written.contains(&born))
}

/// The birth date as it is written, where it is a sign that it was kept.
pub fn birth_date(request: &Request, entry: &Entry) -> Option<String> {
    let born = request.patient.birth_date.get().and_then(|born| born.reveal().exact())?;
    let left = entry.least.request.patient.birth_date.get().map(|left| *left.reveal());
    let is_age = left.is_some_and(|left| left.first == born || left.last == born);
    let is_other = [&request.onset, &request.authored_on]
        .into_iter()
        .chain(request.lines.iter().map(|line| &line.service_date))
        .chain(request.diagnoses.iter().map(|diagnosis| &diagnosis.onset))
        .filter_map(|given| given.get())
        .chain(request.history.iter().map(|earlier| &earlier.service_date))
        .any(|days| days.first == born || days.last == born);
    (!is_age && !is_other).then(|| born.to_string())
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
