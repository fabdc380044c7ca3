//! Entries as rows: what is made of a record, its place in the chain, and the statements that put it there.

use std::sync::LazyLock;

use sqlx::Transaction;
use sqlx_core::any::Any;

use super::LedgerError;
use crate::ledger::{
    Digest, Record,
    chain::{self, body_leaf, index_leaf, kind_number, verdict_number},
};

/// Statements that insert so many rows, most first. The database keeps them prepared.
type Inserts = [(usize, String); 7];

/// For SQLite and for PostgreSQL: SQLite looks for a name among all that a statement has, one by one, so
/// there parameters have none.
static INSERTS: LazyLock<[Inserts; 2]> = LazyLock::new(|| {
    [false, true].map(|is_server| [64, 32, 16, 8, 4, 2, 1].map(|rows| (rows, insert_statement(rows, is_server))))
});

/// What can be made of a record before its place in the chain is known: whoever asks makes it, not the
/// writer, for whom all wait.
pub(super) struct Seal {
    index: Digest,
    body: Digest,
    packs: String,
    findings: String,
}

impl Seal {
    pub(super) fn of(record: &Record) -> Seal {
        let Record { row, body } = record;
        let (packs, findings) = (row.packs_text(), row.findings_text());
        Seal { index: index_leaf(row), body: body_leaf(row, body), packs, findings }
    }
}

/// A record with its seal and its place in the chain.
pub(super) struct Link<'g> {
    record: &'g Record,
    seal: &'g Seal,
    seq: i64,
    previous: Digest,
    hash: Digest,
}

/// Where records stand in the chain behind its head, and the head behind them.
pub(super) fn links<'g>(
    head: (i64, Digest),
    sealed: impl Iterator<Item = (&'g Record, &'g Seal)>,
) -> (Vec<Link<'g>>, (i64, Digest)) {
    let (mut seq, mut previous) = head;
    let links = sealed.map(|(record, seal)| {
        seq += 1;
        let hash = chain::entry_hash(seq, &previous, &seal.index, &seal.body);
        Link { record, seal, seq, previous: std::mem::replace(&mut previous, hash), hash }
    });
    let links = links.collect();
    (links, (seq, previous))
}

/// Puts records at their places.
pub(super) async fn insert(
    transaction: &mut Transaction<'_, Any>,
    links: &[Link<'_>],
    is_server: bool,
) -> Result<(), LedgerError> {
    let [without_names, with_names] = &*INSERTS;
    let inserts = if is_server { with_names } else { without_names };
    let mut rest = links;
    while let Some((rows, statement)) = inserts.iter().find(|(rows, _)| *rows <= rest.len()) {
        let (now, later) = rest.split_at(*rows);
        let mut query = sqlx::query(statement);
        for Link { record: Record { row, body }, seal, seq, previous, hash } in now {
            query = query
                .bind(*seq)
                .bind(row.id.as_bytes().to_vec())
                .bind(kind_number(row.kind))
                .bind(row.request_id.clone().into_bytes())
                .bind(row.received_ms)
                .bind(row.decided_ms)
                .bind(i64::from(row.expedited))
                .bind(verdict_number(row.verdict))
                .bind(row.member.map(|member| member.to_vec()).unwrap_or_default())
                .bind(seal.packs.as_str())
                .bind(seal.findings.as_str())
                .bind(body.as_slice())
                .bind(0_i64)
                .bind(previous.to_vec())
                .bind(seal.index.to_vec())
                .bind(seal.body.to_vec())
                .bind(hash.to_vec());
        }
        query.execute(&mut **transaction).await?;
        rest = later;
    }
    Ok(())
}

/// The columns of an entry, in the order they are written and read.
pub(super) const COLUMNS: &str = "seq, id, kind, request_id, received_ms, decided_ms, expedited, verdict, member, packs, \
                                  findings, body, retired, previous, index_leaf, body_leaf, hash";

/// How many columns.
const COLUMN_COUNT: usize = 17;

fn insert_statement(rows: usize, has_names: bool) -> String {
    let row = |row: usize| {
        let name = |column: usize| match has_names {
            true => format!("${}", row * COLUMN_COUNT + column),
            false => "?".to_owned(),
        };
        let parameters: Vec<String> = (1..=COLUMN_COUNT).map(name).collect();
        format!("({})", parameters.join(", "))
    };
    let all: Vec<String> = (0..rows).map(row).collect();
    format!("INSERT INTO claimgate_entries ({COLUMNS}) VALUES {}", all.join(", "))
}
