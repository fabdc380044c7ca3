//! Decisions are recorded before they are answered.
//!
//! INVARIANT: where a server keeps a ledger, no decision leaves that is not durable in it.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use actix_web::HttpRequest;
use dashmap::DashMap;
use uuid::Uuid;

use super::{
    media,
    problem::{Kind, Problem},
    record::Tally,
    sheet::Answer,
};
use crate::{
    desk::Desk,
    ledger::{
        self, Digest, Group, Ledger, Once, PackArchive, Record, Recorded, Row,
        chain::Sum,
        entry::{self, Entry},
    },
    pack::Pack,
    request::Request,
    verdict::Decision,
};

/// Names a request that is to be decided once, however often it is sent.
const ONCE_HEADER: &str = "idempotency-key";

/// How long such a name may be.
const ONCE_CHARS_MAX: usize = 255;

/// Says `true` where the sender asks for an expedited decision (42 CFR 422.570 and its like).
const EXPEDITED_HEADER: &str = "claimgate-expedited";

/// What records: a ledger, and the key that members are hashed under.
pub struct Recorder {
    ledger: Ledger,
    key: entry::Key,
    /// Packs as they are kept, by digest: made once each.
    archives: DashMap<String, Arc<[u8]>>,
}

/// What is recorded of one request of a client.
pub(super) struct Minutes {
    recorder: Arc<Recorder>,
    received_ms: i64,
    expedited: bool,
    digest: Digest,
    once: Option<(Digest, Digest)>,
    records: Vec<Record>,
}

impl Recorder {
    /// Records into `ledger`; members are hashed under `key`.
    pub fn new(ledger: Ledger, key: entry::Key) -> Recorder {
        Recorder { ledger, key, archives: DashMap::new() }
    }

    /// The ledger.
    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn archives_of(&self, packs: &[Pack]) -> Vec<PackArchive> {
        let kept = |pack: &Pack| {
            let digest = pack.stamp().digest;
            let archive = self.archives.entry(digest.clone()).or_insert_with(|| entry::archive(pack).into()).clone();
            PackArchive { digest, archive }
        };
        packs.iter().map(kept).collect()
    }
}

impl Minutes {
    /// Begins with what arrived.
    ///
    /// # Errors
    /// A header of ours that cannot be taken.
    pub(super) fn begin(recorder: &Arc<Recorder>, request: &HttpRequest, body: &[u8]) -> Result<Minutes, Problem> {
        let header =
            |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("").trim().to_owned());
        let expedited = match header(EXPEDITED_HEADER).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                return Err(Problem::new(Kind::BadParameter, "Claimgate-Expedited is `true` or `false`"));
            }
        };
        let media = header("content-type").unwrap_or_default();
        let sent = Sum::new().text(media.as_bytes()).number(expedited.into()).text(body).done();
        let once = match header(ONCE_HEADER) {
            None => None,
            Some(key) if key.is_empty() || key.len() > ONCE_CHARS_MAX => {
                let says = "Idempotency-Key takes 1 to 255 visible characters";
                return Err(Problem::new(Kind::BadParameter, says));
            }
            Some(key) => Some((Sum::new().text(request.path().as_bytes()).text(key.as_bytes()).done(), sent)),
        };
        Ok(Minutes {
            recorder: Arc::clone(recorder),
            received_ms: now_ms(),
            expedited,
            digest: ledger::sha256(body),
            once,
            records: Vec::new(),
        })
    }

    /// Takes down a decision; gives the id it is recorded under, and its text as it is answered.
    pub(super) fn take(&mut self, packs: &[Pack], request: &Request, decision: &Decision) -> (Uuid, String) {
        let times_ms = (self.received_ms, now_ms().max(self.received_ms));
        let key = &self.recorder.key;
        let entry = Entry::new(times_ms.0, times_ms.1, self.expedited, self.digest, request, decision, packs, key);
        let row = Row::of(entry.id, times_ms, self.expedited, request, decision, entry.member);
        self.records.push(Record { row, body: entry.encode() });
        (entry.id, entry.answer().to_owned())
    }

    /// Records what was taken down, all of it or nothing; gives the answer that may leave: this one,
    /// or that of an earlier request under the same key.
    ///
    /// # Errors
    /// When it could not be recorded, or the key names another request.
    pub(super) async fn keep(self, desk: &Desk, answer: Answer) -> Result<Answer, Problem> {
        if self.records.is_empty() && self.once.is_none() {
            return Ok(answer);
        }
        let kept = || ledger::Answer { media: answer.media.to_owned(), bytes: answer.bytes.clone() };
        let group = Group {
            records: self.records,
            packs: self.recorder.archives_of(desk.packs()),
            once: self.once.map(|(key, body)| Once { key, body, answer: kept() }),
            now_ms: now_ms(),
        };
        match self.recorder.ledger.record(group).await {
            Ok(Recorded::New) => Ok(answer),
            Ok(Recorded::Earlier(earlier)) => {
                let media = media::known(&earlier.media).ok_or_else(Problem::internal)?;
                Ok(Answer { media, bytes: earlier.bytes, tally: Tally::default() })
            }
            Ok(Recorded::OtherBody) => {
                let says = "this Idempotency-Key was used for another request; use a new one for each";
                Err(Problem::new(Kind::KeyUsed, says))
            }
            // Why is in the log: the ledger tells it once, however many requests it costs.
            Err(_) => Err(not_recorded()),
        }
    }
}

/// What a client is told when nothing could be recorded.
pub(super) fn not_recorded() -> Problem {
    let says = "decisions cannot be recorded now, so none is given; try again shortly";
    Problem::new(Kind::NotRecorded, says)
}

/// Now, in milliseconds since 1970 UTC.
#[expect(clippy::disallowed_methods, reason = "a door may look at the clock, and passes the time in")]
pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.ok().and_then(|since| since.as_millis().try_into().ok()).unwrap_or(0)
}
