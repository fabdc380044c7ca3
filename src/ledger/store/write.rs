//! The writer: gathers what waits into one transaction and one sync, then answers all.
//!
//! The first statement of each transaction takes the chain's head: SQLite's write lock, PostgreSQL's
//! row lock. So there is one writer at a time, over all servers, and the chain is one.
//!
//! INVARIANT: a group is recorded whole or not at all, and a key of [`Once`] is recorded once.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use sqlx::{Connection as _, Row as _, Transaction};
use sqlx_core::any::{Any, AnyConnection};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    time::timeout,
};
use uuid::Uuid;

use super::{
    LedgerError, WAITING_MAX,
    connect::Connecting,
    read,
    rows::{Link, Seal, insert, links},
    trouble::Trouble,
    upkeep::keep_checkpoint,
};
use crate::ledger::{
    Digest, Keys, Record,
    head::{Head, Signed},
};

/// How many groups one transaction takes: enough that the sync is shared by all who wait under load.
const GROUPS_MAX: usize = 256;

/// How many records one transaction takes, unless a single group has more: a few MB.
const RECORDS_MAX: usize = 1024;

/// How long a transaction may take, with its connection and its lock.
const WRITE_TIME_MAX: Duration = Duration::from_secs(10);

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
    /// The seal of each record.
    pub(super) seals: Vec<Seal>,
    pub(super) answer: oneshot::Sender<Result<Recorded, LedgerError>>,
}

/// What the writer remembers between transactions. Only what was committed.
pub(super) struct Writer {
    connecting: Connecting,
    /// When its connection was used last.
    used_ms: i64,
    /// The chain's head, unless another has gone on since.
    head: Option<(i64, Digest)>,
    ledger: Uuid,
    keys: Option<Arc<Keys>>,
    known_packs: BTreeSet<String>,
    swept_ms: i64,
    signed: Option<(i64, i64)>,
}

/// A connection that was not used for so many milliseconds is asked whether it is alive.
const UNUSED_MS_MAX: i64 = 1_000;

/// How long that may take.
const PING_TIME_MAX: Duration = Duration::from_secs(1);

/// Writes until it is told to stop, or nobody can ask any more; then its connection is closed.
pub(super) async fn run(
    mut writer: Writer,
    connection: AnyConnection,
    mut queue: mpsc::Receiver<Waiting>,
    stop: Arc<Notify>,
    trouble: Arc<Trouble>,
) {
    // None after a failure, whatever state that left it in.
    let mut connection = Some(connection);
    loop {
        let first = tokio::select! {
            () = stop.notified() => None,
            first = queue.recv() => first,
        };
        let Some(first) = first else { break };
        let mut records = first.group.records.len();
        let mut batch = vec![first];
        while batch.len() < GROUPS_MAX && records < RECORDS_MAX {
            let Ok(next) = queue.try_recv() else { break };
            records += next.group.records.len();
            batch.push(next);
        }
        let written = timeout(WRITE_TIME_MAX, writer.write(&mut connection, &batch)).await;
        let written = written.unwrap_or(Err(LedgerError::TooSlow));
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
    if let Some(connection) = connection {
        let _ = connection.close().await;
    }
}

impl Waiting {
    fn sealed(&self) -> impl Iterator<Item = (&Record, &Seal)> {
        self.group.records.iter().zip(&self.seals)
    }

    fn tell(self, outcome: Result<Recorded, LedgerError>) {
        // Whoever waited may have gone: then what was recorded was never answered.
        let _ = self.answer.send(outcome);
    }
}

impl Writer {
    pub(super) fn new(connecting: Connecting, ledger: Uuid, keys: Option<Arc<Keys>>) -> Writer {
        Writer {
            connecting,
            used_ms: i64::MIN,
            head: None,
            ledger,
            keys,
            known_packs: BTreeSet::new(),
            swept_ms: i64::MIN,
            signed: None,
        }
    }

    async fn write(
        &mut self,
        kept: &mut Option<AnyConnection>,
        batch: &[Waiting],
    ) -> Result<Vec<Recorded>, LedgerError> {
        let now_ms = batch.iter().map(|waiting| waiting.group.now_ms).max().unwrap_or_default();
        // Where this breaks off, neither connection nor head is there any more.
        let known = self.head.take();
        let mut connection = self.alive(kept.take(), now_ms).await?;
        let mut transaction = connection.begin().await?;
        let (outcomes, links, head) = self.chained(&mut transaction, batch, known).await?;
        let new = batch.iter().zip(&outcomes).filter(|(_, outcome)| **outcome == Recorded::New);
        let packs = self.keep_packs(&mut transaction, new.flat_map(|(waiting, _)| &waiting.group.packs)).await?;
        insert(&mut transaction, &links, self.connecting.is_server()).await?;
        let signed = self.sign(&mut transaction, head, now_ms).await?;
        let sweep = now_ms.saturating_sub(self.swept_ms) >= SWEEP_MS;
        if sweep {
            let old = sqlx::query("DELETE FROM claimgate_once WHERE until_ms < $1").bind(now_ms);
            old.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        (*kept, self.used_ms, self.head) = (Some(connection), now_ms, Some(head));
        self.known_packs.extend(packs);
        self.signed = signed;
        self.swept_ms = if sweep { now_ms } else { self.swept_ms };
        Ok(outcomes)
    }

    /// The connection that was kept, where it is alive, or a new one.
    async fn alive(&self, kept: Option<AnyConnection>, now_ms: i64) -> Result<AnyConnection, LedgerError> {
        let Some(mut kept) = kept else { return self.connecting.connect().await };
        let is_unused = now_ms.saturating_sub(self.used_ms) > UNUSED_MS_MAX;
        if is_unused && !matches!(timeout(PING_TIME_MAX, kept.ping()).await, Ok(Ok(()))) {
            return self.connecting.connect().await;
        }
        Ok(kept)
    }

    /// Which groups are new, where their records stand in the chain, and its head behind them. The chain is
    /// taken, and nobody else has it until the transaction ends.
    async fn chained<'g>(
        &self,
        transaction: &mut Transaction<'_, Any>,
        batch: &'g [Waiting],
        known: Option<(i64, Digest)>,
    ) -> Result<(Vec<Recorded>, Vec<Link<'g>>, (i64, Digest)), LedgerError> {
        if let Some(known) = known.filter(|_| batch.iter().all(|waiting| waiting.group.once.is_none())) {
            let (links, head) = links(known, batch.iter().flat_map(Waiting::sealed));
            if move_head(transaction, known, head).await? {
                return Ok((batch.iter().map(|_| Recorded::New).collect(), links, head));
            }
        }
        let begun = take_head(transaction).await?;
        let outcomes = once(transaction, batch).await?;
        let new = batch.iter().zip(&outcomes).filter(|(_, outcome)| **outcome == Recorded::New);
        let (links, head) = links(begun, new.flat_map(|(waiting, _)| waiting.sealed()));
        put_head(transaction, head).await?;
        Ok((outcomes, links, head))
    }

    /// Keeps the packs that are not known to be there, and names them.
    async fn keep_packs<'g>(
        &self,
        transaction: &mut Transaction<'_, Any>,
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
        transaction: &mut Transaction<'_, Any>,
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
pub(super) async fn take_head(transaction: &mut Transaction<'_, Any>) -> Result<(i64, Digest), LedgerError> {
    let take = sqlx::query("UPDATE claimgate_head SET count = count WHERE one = 1 RETURNING count, hash");
    let row = take.fetch_optional(&mut **transaction).await?;
    let row = row.ok_or(LedgerError::Damaged { seq: 0, what: "the ledger has lost its head" })?;
    read::head_of(&row)
}

/// Takes the chain's head and moves it on at once; false where another has moved it since it was `known`.
async fn move_head(
    transaction: &mut Transaction<'_, Any>,
    known: (i64, Digest),
    head: (i64, Digest),
) -> Result<bool, LedgerError> {
    let text = "UPDATE claimgate_head SET count = $1, hash = $2 WHERE one = 1 AND count = $3 AND hash = $4";
    let moved = sqlx::query(text).bind(head.0).bind(head.1.to_vec()).bind(known.0).bind(known.1.to_vec());
    Ok(moved.execute(&mut **transaction).await?.rows_affected() == 1)
}

async fn put_head(transaction: &mut Transaction<'_, Any>, head: (i64, Digest)) -> Result<(), LedgerError> {
    let put = sqlx::query("UPDATE claimgate_head SET count = $1, hash = $2 WHERE one = 1");
    put.bind(head.0).bind(head.1.to_vec()).execute(&mut **transaction).await?;
    Ok(())
}

/// Which groups are new. Whoever has the head is alone, so that a key that is not there will not
/// come meanwhile.
async fn once(transaction: &mut Transaction<'_, Any>, batch: &[Waiting]) -> Result<Vec<Recorded>, LedgerError> {
    let mut outcomes = Vec::with_capacity(batch.len());
    for Waiting { group, .. } in batch {
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
