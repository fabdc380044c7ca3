//! The writer: gathers what waits into one transaction and one sync, then answers all.
//!
//! The first statement of each transaction takes the chain's head: SQLite's write lock, PostgreSQL's
//! row lock. So there is one writer at a time, over all servers, and the chain is one.
//!
//! INVARIANT: a group is recorded whole or not at all, and a key of [`Once`] is recorded once.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
    time::Duration,
};

use sqlx::{Row as _, Transaction};
use sqlx_core::any::Any;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use uuid::Uuid;

use super::{AnyPool, LedgerError, WAITING_MAX, read, trouble::Trouble, upkeep::keep_checkpoint};
use crate::ledger::{
    Digest, Keys, Record,
    chain::{self, body_leaf, index_leaf, kind_number, verdict_number},
    head::{Head, Signed},
};

/// How many groups one transaction takes: enough that the sync is shared by all who wait under load.
const GROUPS_MAX: usize = 256;

/// How many records one transaction takes, unless a single group has more: a few MB.
const RECORDS_MAX: usize = 1024;

/// How long a transaction may take, with its connection and its lock.
const WRITE_TIME_MAX: Duration = Duration::from_secs(10);

/// How many rows one statement inserts, most first, and its text, which the database keeps prepared.
static INSERTS: LazyLock<[(usize, String); 3]> =
    LazyLock::new(|| [64, 8, 1].map(|rows| (rows, insert_statement(rows))));

/// How long an answer is kept for its `Idempotency-Key`, in milliseconds: a day, longer than any
/// client goes on trying.
pub const ONCE_KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// How often answers that are kept no longer are removed, in milliseconds.
const SWEEP_MS: i64 = 60_000;

/// A checkpoint is signed when so many entries came since the last …
const CHECKPOINT_ENTRIES: i64 = 10_000;

/// … or so many milliseconds went by and anything came.
const CHECKPOINT_MS: i64 = 60_000;

/// What is recorded together: a request's decisions. An empty one only asks whether it could be.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The decisions.
    pub records: Vec<Record>,
    /// The packs that were asked; kept once each.
    pub packs: Vec<PackArchive>,
    /// The key under which all of it is to happen once.
    pub once: Option<Once>,
    /// Now, in milliseconds since 1970 UTC.
    pub now_ms: i64,
}

/// A pack as it is kept.
#[derive(Clone, Debug)]
pub struct PackArchive {
    /// The pack's digest.
    pub digest: String,
    /// All of it.
    pub archive: Arc<[u8]>,
}

/// What makes a second try the same try.
#[derive(Clone, Debug)]
pub struct Once {
    /// The digest of the key and of what it is a key of.
    pub key: Digest,
    /// The digest of what was sent.
    pub body: Digest,
    /// What is answered.
    pub answer: Answer,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its content type.
    pub media: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What became of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is durable.
    New,
    /// The same was recorded earlier, with this answer.
    Earlier(Answer),
    /// The key was used for something else.
    OtherBody,
}

/// A group, and who waits for it.
pub(super) struct Waiting {
    pub(super) group: Group,
    pub(super) answer: oneshot::Sender<Result<Recorded, LedgerError>>,
}

/// What the writer remembers between transactions. Only what was committed.
pub(super) struct Writer {
    pool: AnyPool,
    ledger: Uuid,
    keys: Option<Arc<Keys>>,
    known_packs: BTreeSet<String>,
    swept_ms: i64,
    signed: Option<(i64, i64)>,
}

/// Writes until nobody can ask any more.
pub(super) async fn run(mut writer: Writer, mut queue: mpsc::Receiver<Waiting>, trouble: Arc<Trouble>) {
    while let Some(first) = queue.recv().await {
        let mut records = first.group.records.len();
        let mut batch = vec![first];
        while batch.len() < GROUPS_MAX && records < RECORDS_MAX {
            let Ok(next) = queue.try_recv() else { break };
            records += next.group.records.len();
            batch.push(next);
        }
        let groups: Vec<&Group> = batch.iter().map(|waiting| &waiting.group).collect();
        let written = timeout(WRITE_TIME_MAX, writer.write(&groups)).await.unwrap_or(Err(LedgerError::TooSlow));
        match written {
            Ok(outcomes) => {
                // Where the queue is hardly shorter, the next will be told that it is full.
                if queue.len() < WAITING_MAX / 2 {
                    trouble.records();
                }
                batch.into_iter().zip(outcomes).for_each(|(waiting, outcome)| waiting.tell(Ok(outcome)));
            }
            Err(error) => {
                trouble.cannot_record(&error, batch.len());
                batch.into_iter().for_each(|waiting| waiting.tell(Err(error.clone())));
            }
        }
    }
}

impl Waiting {
    fn tell(self, outcome: Result<Recorded, LedgerError>) {
        // Whoever waited may have gone: then what was recorded was never answered.
        let _ = self.answer.send(outcome);
    }
}

impl Writer {
    pub(super) fn new(pool: AnyPool, ledger: Uuid, keys: Option<Arc<Keys>>) -> Writer {
        Writer { pool, ledger, keys, known_packs: BTreeSet::new(), swept_ms: i64::MIN, signed: None }
    }

    async fn write(&mut self, groups: &[&Group]) -> Result<Vec<Recorded>, LedgerError> {
        let now_ms = groups.iter().map(|group| group.now_ms).max().unwrap_or_default();
        let mut transaction = self.pool.begin().await?;
        let begun = take_head(&mut transaction).await?;
        let outcomes = once(&mut transaction, groups).await?;
        let new =
            || groups.iter().zip(&outcomes).filter(|(_, outcome)| **outcome == Recorded::New).map(|(group, _)| group);
        let packs = self.keep_packs(&mut transaction, new().flat_map(|group| &group.packs)).await?;
        let records: Vec<&Record> = new().flat_map(|group| &group.records).collect();
        let head = insert(&mut transaction, begun, &records).await?;
        put_head(&mut transaction, head).await?;
        let signed = self.sign(&mut transaction, head, now_ms).await?;
        let sweep = now_ms.saturating_sub(self.swept_ms) >= SWEEP_MS;
        if sweep {
            let old = sqlx::query("DELETE FROM claimgate_once WHERE until_ms < $1").bind(now_ms);
            old.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        self.known_packs.extend(packs);
        self.signed = signed;
        self.swept_ms = if sweep { now_ms } else { self.swept_ms };
        Ok(outcomes)
    }

    /// Keeps the packs that are not known to be there, and names them.
    async fn keep_packs<'g>(
        &self,
        transaction: &mut Transaction<'static, Any>,
        packs: impl Iterator<Item = &'g PackArchive>,
    ) -> Result<BTreeSet<String>, LedgerError> {
        let mut kept = BTreeSet::new();
        for pack in packs {
            if self.known_packs.contains(&pack.digest) || !kept.insert(pack.digest.clone()) {
                continue;
            }
            sqlx::query(
                "INSERT INTO claimgate_packs (digest, archive) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
            )
            .bind(pack.digest.clone())
            .bind(pack.archive.to_vec())
            .execute(&mut **transaction)
            .await?;
        }
        Ok(kept)
    }

    /// Signs a checkpoint where one is due; says how many entries the last one has, and when it was.
    async fn sign(
        &self,
        transaction: &mut Transaction<'static, Any>,
        head: (i64, Digest),
        now_ms: i64,
    ) -> Result<Option<(i64, i64)>, LedgerError> {
        let Some(keys) = &self.keys else { return Ok(None) };
        let (count, at_ms) = match self.signed {
            Some(last) => last,
            None => read::last_checkpoint(transaction).await?.unwrap_or((0, i64::MIN)),
        };
        let came = head.0.saturating_sub(count);
        let is_due = came >= CHECKPOINT_ENTRIES || (came > 0 && now_ms.saturating_sub(at_ms) >= CHECKPOINT_MS);
        if !is_due {
            return Ok(Some((count, at_ms)));
        }
        let what = Head { ledger: self.ledger, count: head.0, hash: head.1, made_ms: now_ms };
        keep_checkpoint(transaction, &Signed::sign(what, keys.signing())).await?;
        Ok(Some((head.0, now_ms)))
    }
}

/// Takes the chain's head for this transaction: how many entries, and the hash of the last.
pub(super) async fn take_head(transaction: &mut Transaction<'static, Any>) -> Result<(i64, Digest), LedgerError> {
    let take = sqlx::query("UPDATE claimgate_head SET count = count WHERE one = 1 RETURNING count, hash");
    let row = take.fetch_optional(&mut **transaction).await?;
    let row = row.ok_or(LedgerError::Damaged { seq: 0, what: "the ledger has lost its head" })?;
    read::head_of(&row)
}

async fn put_head(transaction: &mut Transaction<'static, Any>, head: (i64, Digest)) -> Result<(), LedgerError> {
    let put = sqlx::query("UPDATE claimgate_head SET count = $1, hash = $2 WHERE one = 1");
    put.bind(head.0).bind(head.1.to_vec()).execute(&mut **transaction).await?;
    Ok(())
}

/// Which groups are new. Whoever has the head is alone, so that a key that is not there will not
/// come meanwhile.
async fn once(transaction: &mut Transaction<'static, Any>, groups: &[&Group]) -> Result<Vec<Recorded>, LedgerError> {
    let mut outcomes = Vec::with_capacity(groups.len());
    for group in groups {
        let Some(once) = &group.once else {
            outcomes.push(Recorded::New);
            continue;
        };
        let find = sqlx::query("SELECT body, media, answer FROM claimgate_once WHERE key = $1 AND until_ms >= $2");
        let row = find.bind(once.key.to_vec()).bind(group.now_ms).fetch_optional(&mut **transaction).await?;
        let Some(row) = row else {
            // One that is kept no longer may stand there still.
            sqlx::query(
                "INSERT INTO claimgate_once (key, body, media, answer, until_ms) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (key) DO UPDATE SET body = excluded.body, media = excluded.media, \
                 answer = excluded.answer, until_ms = excluded.until_ms",
            )
            .bind(once.key.to_vec())
            .bind(once.body.to_vec())
            .bind(once.answer.media.clone())
            .bind(once.answer.bytes.clone())
            .bind(group.now_ms.saturating_add(ONCE_KEPT_MS))
            .execute(&mut **transaction)
            .await?;
            outcomes.push(Recorded::New);
            continue;
        };
        let body: Vec<u8> = row.try_get(0)?;
        outcomes.push(if body == once.body {
            Recorded::Earlier(Answer { media: row.try_get(1)?, bytes: row.try_get(2)? })
        } else {
            Recorded::OtherBody
        });
    }
    Ok(outcomes)
}

/// Puts records at the end of the chain; gives its new head.
async fn insert(
    transaction: &mut Transaction<'static, Any>,
    begun: (i64, Digest),
    records: &[&Record],
) -> Result<(i64, Digest), LedgerError> {
    let (mut seq, mut hash) = begun;
    let mut rest = records;
    while let Some((rows, statement)) = INSERTS.iter().find(|(rows, _)| *rows <= rest.len()) {
        let (now, later) = rest.split_at(*rows);
        let mut query = sqlx::query(statement);
        for record in now {
            let (row, previous) = (&record.row, hash);
            let (index, body) = (index_leaf(row), body_leaf(row, &record.body));
            seq += 1;
            hash = chain::entry_hash(seq, &previous, &index, &body);
            query = query
                .bind(seq)
                .bind(row.id.as_bytes().to_vec())
                .bind(kind_number(row.kind))
                .bind(row.request_id.clone().into_bytes())
                .bind(row.received_ms)
                .bind(row.decided_ms)
                .bind(i64::from(row.expedited))
                .bind(verdict_number(row.verdict))
                .bind(row.member.map(|member| member.to_vec()).unwrap_or_default())
                .bind(row.packs_text())
                .bind(row.findings_text())
                .bind(record.body.clone())
                .bind(0_i64)
                .bind(previous.to_vec())
                .bind(index.to_vec())
                .bind(body.to_vec())
                .bind(hash.to_vec());
        }
        query.execute(&mut **transaction).await?;
        rest = later;
    }
    Ok((seq, hash))
}

/// The columns of an entry, in the order they are written and read.
pub(super) const COLUMNS: &str = "seq, id, kind, request_id, received_ms, decided_ms, expedited, verdict, member, packs, \
                                  findings, body, retired, previous, index_leaf, body_leaf, hash";

/// How many columns.
const COLUMN_COUNT: usize = 17;

fn insert_statement(rows: usize) -> String {
    let row = |row: usize| {
        let numbers: Vec<String> =
            (1..=COLUMN_COUNT).map(|column| format!("${}", row * COLUMN_COUNT + column)).collect();
        format!("({})", numbers.join(", "))
    };
    let all: Vec<String> = (0..rows).map(row).collect();
    format!("INSERT INTO claimgate_entries ({COLUMNS}) VALUES {}", all.join(", "))
}
