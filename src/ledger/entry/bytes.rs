//! An entry as bytes: JSON with its fields in one order and no blanks, so that an entry has one
//! encoding and two entries with the same bytes are the same.
//!
//! The first field is the format's number, the last the answer as it was given. Names of fields and
//! what they hold are a contract: old ledgers are read for ever.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{
    Entry, EntryFault, Least,
    wire::{RequestIn, RequestOut},
};
use crate::{
    exchange::json::told,
    fact::DICTIONARY,
    ledger::{hex, unhex},
};

/// How many bytes an entry may have: no database keeps more in one value (SQLite a thousand
/// million, PostgreSQL a little more).
pub const BYTES_MAX: usize = 1_000_000_000;

/// The format of today.
const FORMAT: u64 = 1;

/// How every entry of it begins.
const BEGINNING: &[u8] = br#"{"format":1,"#;

#[derive(Serialize)]
struct EntryOut<'a> {
    format: u64,
    id: String,
    received_ms: i64,
    decided_ms: i64,
    expedited: bool,
    request_digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<String>,
    engine: &'a str,
    request: RequestOut<'a>,
    left_out: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history_months: Option<i64>,
}

/// The format alone; what else there is depends on it.
#[derive(Deserialize)]
struct Format {
    format: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryIn<'a> {
    #[serde(rename = "format")]
    _format: u64,
    id: String,
    received_ms: i64,
    decided_ms: i64,
    expedited: bool,
    request_digest: String,
    #[serde(default)]
    member: Option<String>,
    engine: String,
    request: RequestIn,
    left_out: Vec<String>,
    #[serde(default)]
    history_months: Option<i64>,
    #[serde(borrow)]
    decision: &'a RawValue,
}

impl Entry {
    /// The entry as bytes. The same entry always gives the same ones.
    pub fn encode(&self) -> Vec<u8> {
        let out = EntryOut {
            format: FORMAT,
            id: self.id.to_string(),
            received_ms: self.received_ms,
            decided_ms: self.decided_ms,
            expedited: self.expedited,
            request_digest: hex(&self.request_digest),
            member: self.member.as_ref().map(|member| hex(member)),
            engine: &self.engine,
            request: RequestOut::of(&self.least.request),
            left_out: self.least.left_out.iter().copied().collect(),
            history_months: self.least.history_months,
        };
        let mut bytes = Vec::with_capacity(self.answer.len() * 2);
        // INVARIANT: writing to memory does not fail, and every field is one that JSON has.
        let _ = serde_json::to_writer(&mut bytes, &out);
        bytes.pop();
        bytes.extend_from_slice(br#","decision":"#);
        bytes.extend_from_slice(self.answer.as_bytes());
        bytes.push(b'}');
        bytes
    }

    /// The entry of some bytes. Sources come back as the texts that they print.
    ///
    /// # Errors
    /// See [`EntryFault`]; also where an entry can be read, and its bytes are not the ones that
    /// [`Entry::encode`] makes of it.
    pub fn decode(bytes: &[u8]) -> Result<Entry, EntryFault> {
        if bytes.len() > BYTES_MAX {
            return Err(EntryFault::Long(bytes.len()));
        }
        let broken = |error: serde_json::Error| EntryFault::Broken(error.column().saturating_sub(1));
        if !bytes.starts_with(BEGINNING) {
            let Format { format } = serde_json::from_slice(bytes).map_err(broken)?;
            return Err(if format == FORMAT { EntryFault::Form } else { EntryFault::Format(format) });
        }
        let read: EntryIn<'_> = serde_json::from_slice(bytes).map_err(broken)?;
        let id = Uuid::try_parse(&read.id).map_err(|_| EntryFault::Value("id"))?;
        let told = told(read.decision.get()).ok_or(EntryFault::Value("decision"))?;
        let kind = |name: &String| DICTIONARY.iter().map(|kind| kind.name).find(|known| known == name);
        let entry = Entry {
            id,
            received_ms: read.received_ms,
            decided_ms: read.decided_ms,
            expedited: read.expedited,
            request_digest: unhex(&read.request_digest).ok_or(EntryFault::Value("request_digest"))?,
            member: match &read.member {
                Some(text) => Some(unhex(text).ok_or(EntryFault::Value("member"))?),
                None => None,
            },
            engine: read.engine,
            decision: told.decision,
            answer: read.decision.get().to_owned(),
            least: Least {
                request: read.request.read()?,
                left_out: read.left_out.iter().map(kind).collect::<Option<_>>().ok_or(EntryFault::Value("left_out"))?,
                history_months: read.history_months,
            },
        };
        if told.decision_id != Some(entry.id.to_string()) || told.engine != entry.engine {
            return Err(EntryFault::Value("decision"));
        }
        if entry.decision.request_id != entry.least.request.id {
            return Err(EntryFault::Value("request.id"));
        }
        if entry.encode() == bytes { Ok(entry) } else { Err(EntryFault::Form) }
    }
}
