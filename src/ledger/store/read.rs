//! What is read: entries by id, by what they are searched for, and all in the chain's order.

use sqlx::{Decode, Row as _, Type};
use sqlx_core::any::{Any, AnyConnection, AnyRow};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Ledger, LedgerError, rows::COLUMNS};
use crate::{
    ledger::{
        Digest, Row,
        chain::{kind_number, verdict_number},
        head::{Head, Mark, Signed},
        report::Counted,
        row::{findings_of, packs_of},
    },
    request::Kind,
    verdict::Verdict,
};

/// How many rows are read ahead of whoever takes them: well under a MB of entries.
const ROWS_AHEAD_MAX: usize = 64;

/// How many entries one search gives at most: a page for people, and a few MB for programs.
pub const PAGE_MAX: i64 = 1000;

/// What is searched for; everything that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Decided at this moment or later, in milliseconds since 1970 UTC.
    pub from_ms: Option<i64>,
    /// Decided before this moment, in milliseconds since 1970 UTC.
    pub to_ms: Option<i64>,
    /// The verdict of the whole request.
    pub verdict: Option<Verdict>,
    /// A rule that had a finding.
    pub rule: Option<String>,
    /// The id of a reason that was given.
    pub reason: Option<String>,
    /// The name of a pack that was asked.
    pub pack: Option<String>,
    /// The sender's identifier of the claim or order.
    pub request_id: Option<String>,
    /// Only what stands after this place of the chain.
    pub after: i64,
    /// How many at most; see [`PAGE_MAX`].
    pub limit: i64,
}

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its place in the chain, counted from 1.
    pub seq: i64,
    /// What it is found by.
    pub row: Row,
    /// The bytes of the entry; none once they are retired.
    pub body: Option<Vec<u8>>,
    /// The mark under which it was retired; 0: it was not.
    pub retired: i64,
    /// The hash of the entry before.
    pub previous: Digest,
    /// The leaf of what stays.
    pub index_leaf: Digest,
    /// The leaf of what retention removes.
    pub body_leaf: Digest,
    /// Its hash.
    pub hash: Digest,
}

impl Ledger {
    /// The entry of a decision.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn entry(&self, id: Uuid) -> Result<Option<Stored>, LedgerError> {
        let pool = self.pool();
        let read = self.run(async move {
            let text = format!("SELECT {COLUMNS} FROM claimgate_entries WHERE id = $1");
            let row = sqlx::query(&text).bind(id.as_bytes().to_vec()).fetch_optional(&pool).await?;
            row.as_ref().map(stored).transpose()
        });
        self.inner.trouble.of_reading(read.await)
    }

    /// A page of what is searched for, in the order of the chain.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn search(&self, query: Query) -> Result<Vec<Stored>, LedgerError> {
        let pool = self.pool();
        let read = self.run(async move {
            let (text, words) = statement(&query);
            let mut search = sqlx::query(&text).bind(query.after);
            for word in words {
                search = match word {
                    Word::Number(number) => search.bind(number),
                    Word::Text(text) => search.bind(text),
                    Word::Bytes(bytes) => search.bind(bytes),
                };
            }
            let rows = search.bind(query.limit.clamp(1, PAGE_MAX)).fetch_all(&pool).await?;
            rows.iter().map(stored).collect()
        });
        self.inner.trouble.of_reading(read.await)
    }

    /// Hands every entry to `each` in the order of the chain, in flat memory, until it says no more.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn each(&self, mut each: impl FnMut(&Stored) -> bool) -> Result<(), LedgerError> {
        let text = format!("SELECT {COLUMNS} FROM claimgate_entries ORDER BY seq");
        self.stream(text, [0; 0], stored, |entry| each(entry))
    }

    /// Hands every decision of a period to `each` as far as it is counted, in flat memory: decided at
    /// `from_ms` or later, and before `to_ms`.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn each_counted(&self, from_ms: i64, to_ms: i64, mut each: impl FnMut(&Counted)) -> Result<(), LedgerError> {
        let text = "SELECT seq, kind, expedited, verdict, received_ms, decided_ms, packs FROM claimgate_entries \
                    WHERE decided_ms >= $1 AND decided_ms < $2";
        let all = |one: &Counted| {
            each(one);
            true
        };
        self.stream(text.to_owned(), [from_ms, to_ms], counted, all)
    }

    /// Hands what a statement gives to `each`, on this thread, until it says no more. At most
    /// [`ROWS_AHEAD_MAX`] rows are read ahead.
    fn stream<T: Send + 'static, const N: usize>(
        &self,
        text: String,
        numbers: [i64; N],
        of: fn(&AnyRow) -> Result<T, LedgerError>,
        mut each: impl FnMut(&T) -> bool,
    ) -> Result<(), LedgerError> {
        let (rows, mut came) = mpsc::channel(ROWS_AHEAD_MAX);
        let pool = self.pool();
        let reader = async move {
            let mut connection = pool.acquire().await?;
            let query = numbers.iter().fold(sqlx::query(&text), |query, number| query.bind(*number));
            let mut found = query.fetch(&mut *connection);
            while let Some(row) = std::future::poll_fn(|context| found.as_mut().poll_next(context)).await {
                // Whoever listens no longer has seen enough.
                if rows.send(of(&row?)?).await.is_err() {
                    break;
                }
            }
            Ok(())
        };
        let read = self.inner.handle.spawn(reader);
        while let Some(row) = came.blocking_recv() {
            if !each(&row) {
                break;
            }
        }
        drop(came);
        self.wait(read).unwrap_or_else(|_| Err(LedgerError::Database("the work broke off".to_owned())))
    }

    /// The head as it is now, not signed.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn head(&self) -> Result<(i64, Digest), LedgerError> {
        let pool = self.pool();
        self.run(async move {
            let row = sqlx::query("SELECT count, hash FROM claimgate_head WHERE one = 1").fetch_optional(&pool).await?;
            head_of(&row.ok_or(LedgerError::Damaged { seq: 0, what: "the ledger has lost its head" })?)
        })
        .await
    }

    /// Checkpoints of more than `after` entries, in order, a page of them.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn checkpoints(&self, after: i64) -> Result<Vec<Signed<Head>>, LedgerError> {
        let (pool, ledger) = (self.pool(), self.id());
        self.run(async move {
            let rows = sqlx::query(
                "SELECT count, hash, made_ms, public_key, signature FROM claimgate_heads WHERE count > $1 ORDER BY count LIMIT $2",
            )
            .bind(after)
            .bind(PAGE_MAX)
            .fetch_all(&pool)
            .await?;
            let of = |row: &AnyRow| {
                let what = Head { ledger, count: row.try_get(0)?, hash: bytes(row, 1, 0)?, made_ms: row.try_get(2)? };
                Ok(Signed { what, public_key: bytes(row, 3, 0)?, signature: bytes(row, 4, 0)? })
            };
            rows.iter().map(of).collect()
        })
        .await
    }

    /// Every mark of retirement, in order.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn marks(&self) -> Result<Vec<Signed<Mark>>, LedgerError> {
        let (pool, ledger) = (self.pool(), self.id());
        self.run(async move {
            let text = "SELECT number, before_ms, made_ms, public_key, signature FROM claimgate_marks ORDER BY number";
            let rows = sqlx::query(text).fetch_all(&pool).await?;
            let of = |row: &AnyRow| {
                let (number, before_ms, made_ms) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
                let what = Mark { ledger, number, before_ms, made_ms };
                Ok(Signed { what, public_key: bytes(row, 3, 0)?, signature: bytes(row, 4, 0)? })
            };
            rows.iter().map(of).collect()
        })
        .await
    }

    /// A pack as it was kept.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn pack(&self, digest: String) -> Result<Option<Vec<u8>>, LedgerError> {
        let pool = self.pool();
        self.run(async move {
            let text = "SELECT archive FROM claimgate_packs WHERE digest = $1";
            let row = sqlx::query(text).bind(digest).fetch_optional(&pool).await?;
            row.map(|row| get(&row, 0, 0)).transpose()
        })
        .await
    }

    /// The digest of every pack that is kept.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn packs(&self) -> Result<Vec<String>, LedgerError> {
        let pool = self.pool();
        self.run(async move {
            let rows = sqlx::query("SELECT digest FROM claimgate_packs ORDER BY digest").fetch_all(&pool).await?;
            rows.iter().map(|row| get(row, 0, 0)).collect()
        })
        .await
    }
}

/// Something that a statement is given.
enum Word {
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// The statement of a search, and what it is given between the place and the limit.
fn statement(query: &Query) -> (String, Vec<Word>) {
    let (mut conditions, mut words) = (vec!["seq > $1".to_owned()], Vec::new());
    let mut add = |condition: &str, word: Option<Word>| {
        if let Some(word) = word {
            words.push(word);
            conditions.push(condition.replace('?', &format!("${}", words.len() + 1)));
        }
    };
    add("decided_ms >= ?", query.from_ms.map(Word::Number));
    add("decided_ms < ?", query.to_ms.map(Word::Number));
    add("verdict = ?", query.verdict.map(|verdict| Word::Number(verdict_number(verdict))));
    add("request_id = ?", query.request_id.clone().map(|id| Word::Bytes(id.into_bytes())));
    let like = |before: char, name: &Option<String>, after: char| {
        name.as_ref().map(|name| Word::Text(format!("%{before}{}{after}%", escaped(name))))
    };
    add("findings LIKE ? ESCAPE '!'", like('\t', &query.rule, '\t'));
    add("findings LIKE ? ESCAPE '!'", like('\t', &query.reason, '\n'));
    add("packs LIKE ? ESCAPE '!'", like('\n', &query.pack, '\t'));
    let limit = words.len() + 2;
    let text = format!(
        "SELECT {COLUMNS} FROM claimgate_entries WHERE {} ORDER BY seq LIMIT ${limit}",
        conditions.join(" AND ")
    );
    (text, words)
}

/// A name within a pattern of LIKE.
fn escaped(name: &str) -> String {
    name.chars().flat_map(|c| matches!(c, '%' | '_' | '!').then_some('!').into_iter().chain([c])).collect()
}

/// How many entries the last checkpoint has, and when it was made.
pub(super) async fn last_checkpoint(connection: &mut AnyConnection) -> Result<Option<(i64, i64)>, LedgerError> {
    let text = "SELECT count, made_ms FROM claimgate_heads ORDER BY count DESC LIMIT 1";
    let row = sqlx::query(text).fetch_optional(connection).await?;
    Ok(row.map(|row| Ok::<_, sqlx::Error>((row.try_get(0)?, row.try_get(1)?))).transpose()?)
}

/// A row of count and hash.
pub(super) fn head_of(row: &AnyRow) -> Result<(i64, Digest), LedgerError> {
    Ok((row.try_get(0)?, bytes(row, 1, 0)?))
}

fn stored(row: &AnyRow) -> Result<Stored, LedgerError> {
    let seq: i64 = get(row, 0, 0)?;
    let damaged = |what| LedgerError::Damaged { seq, what };
    let member: Vec<u8> = get(row, 8, seq)?;
    let request_id = String::from_utf8(get(row, 3, seq)?).map_err(|_| damaged("the claim id is no text"))?;
    let (packs, findings): (String, String) = (get(row, 9, seq)?, get(row, 10, seq)?);
    let (body, retired): (Vec<u8>, i64) = (get(row, 11, seq)?, get(row, 12, seq)?);
    if retired != 0 && !(body.is_empty() && request_id.is_empty() && member.is_empty()) {
        return Err(damaged("it is retired, and not empty"));
    }
    Ok(Stored {
        seq,
        row: Row {
            id: Uuid::from_bytes(bytes(row, 1, seq)?),
            kind: kind_of(get(row, 2, seq)?).ok_or_else(|| damaged(KIND))?,
            request_id,
            received_ms: get(row, 4, seq)?,
            decided_ms: get(row, 5, seq)?,
            expedited: yes_or_no(get(row, 6, seq)?).ok_or_else(|| damaged(EXPEDITED))?,
            verdict: verdict_of(get(row, 7, seq)?).ok_or_else(|| damaged(VERDICT))?,
            member: if member.is_empty() { None } else { Some(bytes(row, 8, seq)?) },
            packs: packs_of(&packs).ok_or_else(|| damaged(PACKS))?,
            findings: findings_of(&findings).ok_or_else(|| damaged("the findings cannot be read"))?,
        },
        body: (retired == 0).then_some(body),
        retired,
        previous: bytes(row, 13, seq)?,
        index_leaf: bytes(row, 14, seq)?,
        body_leaf: bytes(row, 15, seq)?,
        hash: bytes(row, 16, seq)?,
    })
}

fn counted(row: &AnyRow) -> Result<Counted, LedgerError> {
    let seq: i64 = get(row, 0, 0)?;
    let damaged = |what| LedgerError::Damaged { seq, what };
    let packs = packs_of(&get::<String>(row, 6, seq)?).ok_or_else(|| damaged(PACKS))?;
    Ok(Counted {
        kind: kind_of(get(row, 1, seq)?).ok_or_else(|| damaged(KIND))?,
        expedited: yes_or_no(get(row, 2, seq)?).ok_or_else(|| damaged(EXPEDITED))?,
        verdict: verdict_of(get(row, 3, seq)?).ok_or_else(|| damaged(VERDICT))?,
        received_ms: get(row, 4, seq)?,
        decided_ms: get(row, 5, seq)?,
        packs: packs.into_iter().map(|pack| pack.name).collect(),
    })
}

const KIND: &str = "it is neither claim nor order";
const EXPEDITED: &str = "it is neither expedited nor standard";
const VERDICT: &str = "it has no verdict";
const PACKS: &str = "the packs cannot be read";

fn kind_of(number: i64) -> Option<Kind> {
    [Kind::Claim, Kind::Order].into_iter().find(|kind| kind_number(*kind) == number)
}

fn verdict_of(number: i64) -> Option<Verdict> {
    [Verdict::Allow, Verdict::Flag, Verdict::Deny].into_iter().find(|verdict| verdict_number(*verdict) == number)
}

fn yes_or_no(number: i64) -> Option<bool> {
    [false, true].into_iter().find(|is| i64::from(*is) == number)
}

/// What a column holds. SQLite keeps anything anywhere: what is of another kind was put there by others.
fn get<'r, T: Decode<'r, Any> + Type<Any>>(row: &'r AnyRow, column: usize, seq: i64) -> Result<T, LedgerError> {
    row.try_get(column).map_err(|_| LedgerError::Damaged { seq, what: "a column holds what it cannot hold" })
}

fn bytes<const N: usize>(row: &AnyRow, column: usize, seq: i64) -> Result<[u8; N], LedgerError> {
    let bytes: Vec<u8> = get(row, column, seq)?;
    bytes.try_into().map_err(|_| LedgerError::Damaged { seq, what: "a column has not the length it should" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_searched_for_is_a_pattern() {
        assert_eq!(escaped("a_b%c!d"), "a!_b!%c!!d");
        let (text, words) = statement(&Query { from_ms: Some(1), pack: Some("spine".to_owned()), ..Query::default() });
        assert!(
            text.ends_with("seq > $1 AND decided_ms >= $2 AND packs LIKE $3 ESCAPE '!' ORDER BY seq LIMIT $4"),
            "{text}"
        );
        assert_eq!(words.len(), 2);
    }
}
