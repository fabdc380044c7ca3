//! The tables, their format's number, and how a database gets them.
//!
//! One text for both databases: where a word differs, `{…}` stands for it. No column holds NULL; what
//! is not there is empty, or 0.

use sqlx::{Connection as _, Row as _};
use sqlx_core::any::AnyConnection;
use uuid::Uuid;

use super::LedgerError;
use crate::ledger::chain;

/// The format that this program writes. The format of a ledger is raised step by step when it is
/// opened for writing; each step is a constant of its own, for ledgers stay.
pub(super) const FORMAT: i64 = 1;

/// Format 1.
const FORMAT_1: &[&str] = &[
    "CREATE TABLE claimgate_ledger (one INTEGER PRIMARY KEY, format BIGINT NOT NULL, ledger {BLOB} NOT NULL)",
    "CREATE TABLE claimgate_head (one INTEGER PRIMARY KEY, count BIGINT NOT NULL, hash {BLOB} NOT NULL)",
    "CREATE TABLE claimgate_entries ({SEQ}, id {BLOB} NOT NULL, kind BIGINT NOT NULL, request_id {BLOB} NOT NULL, \
     received_ms BIGINT NOT NULL, decided_ms BIGINT NOT NULL, expedited BIGINT NOT NULL, verdict BIGINT NOT NULL, \
     member {BLOB} NOT NULL, packs TEXT NOT NULL, findings TEXT NOT NULL, body {BLOB} NOT NULL, \
     retired BIGINT NOT NULL, previous {BLOB} NOT NULL, index_leaf {BLOB} NOT NULL, body_leaf {BLOB} NOT NULL, \
     hash {BLOB} NOT NULL)",
    "CREATE UNIQUE INDEX claimgate_entries_id ON claimgate_entries (id)",
    "CREATE INDEX claimgate_entries_request ON claimgate_entries (request_id)",
    "CREATE INDEX claimgate_entries_decided ON claimgate_entries (decided_ms)",
    "CREATE TABLE claimgate_packs (digest TEXT PRIMARY KEY, archive {BLOB} NOT NULL)",
    "CREATE TABLE claimgate_once (key {BLOB} PRIMARY KEY, body {BLOB} NOT NULL, media TEXT NOT NULL, \
     answer {BLOB} NOT NULL, until_ms BIGINT NOT NULL)",
    "CREATE INDEX claimgate_once_until ON claimgate_once (until_ms)",
    "CREATE TABLE claimgate_heads (count BIGINT PRIMARY KEY, hash {BLOB} NOT NULL, made_ms BIGINT NOT NULL, \
     public_key {BLOB} NOT NULL, signature {BLOB} NOT NULL)",
    "CREATE TABLE claimgate_marks (number BIGINT PRIMARY KEY, before_ms BIGINT NOT NULL, made_ms BIGINT NOT NULL, \
     public_key {BLOB} NOT NULL, signature {BLOB} NOT NULL)",
];

/// So that two servers that begin one ledger do not both begin it: any number that is ours.
const BEGIN_LOCK: &str = "SELECT pg_advisory_xact_lock(4957201107843)";

/// Sees to it that the database holds a ledger of today's format, and says which ledger it is.
///
/// # Errors
/// When it cannot be read or written, or is of a later format.
pub(super) async fn open(connection: &mut AnyConnection, is_server: bool) -> Result<Uuid, LedgerError> {
    if let Some(ledger) = found(connection, is_server).await? {
        return Ok(ledger);
    }
    let begin = if is_server { "BEGIN" } else { "BEGIN IMMEDIATE" };
    let mut transaction = connection.begin_with(begin).await?;
    if is_server {
        sqlx::query(BEGIN_LOCK).execute(&mut *transaction).await?;
    }
    // Another may have begun it meanwhile.
    if let Some(ledger) = found(&mut transaction, is_server).await? {
        // At once: the connection goes on, and would keep the lock until it is used again.
        transaction.rollback().await?;
        return Ok(ledger);
    }
    let (blob, seq) = if is_server { ("BYTEA", "seq BIGINT PRIMARY KEY") } else { ("BLOB", "seq INTEGER PRIMARY KEY") };
    for statement in FORMAT_1 {
        let statement = statement.replace("{BLOB}", blob).replace("{SEQ}", seq);
        sqlx::query(&statement).execute(&mut *transaction).await?;
    }
    let ledger = Uuid::now_v7();
    let (id, beginning) = (ledger.as_bytes().to_vec(), chain::beginning(ledger).to_vec());
    sqlx::query("INSERT INTO claimgate_ledger (one, format, ledger) VALUES (1, $1, $2)")
        .bind(FORMAT)
        .bind(id)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("INSERT INTO claimgate_head (one, count, hash) VALUES (1, 0, $1)")
        .bind(beginning)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(ledger)
}

/// The ledger that the database holds; none where it holds none yet.
///
/// # Errors
/// When it cannot be read, or is of a later format.
pub(super) async fn found(connection: &mut AnyConnection, is_server: bool) -> Result<Option<Uuid>, LedgerError> {
    let tables = if is_server {
        "SELECT COUNT(*) AS tables FROM information_schema.tables \
         WHERE table_name = 'claimgate_ledger' AND table_schema = ANY (current_schemas(false))"
    } else {
        "SELECT COUNT(*) AS tables FROM sqlite_master WHERE type = 'table' AND name = 'claimgate_ledger'"
    };
    let tables: i64 = sqlx::query(tables).fetch_one(&mut *connection).await?.try_get(0)?;
    if tables == 0 {
        return Ok(None);
    }
    let Some(row) =
        sqlx::query("SELECT format, ledger FROM claimgate_ledger WHERE one = 1").fetch_optional(connection).await?
    else {
        return Err(LedgerError::Damaged { seq: 0, what: "the ledger has lost its name" });
    };
    let (format, ledger): (i64, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
    if format > FORMAT {
        return Err(LedgerError::Newer { found: format, known: FORMAT });
    }
    let damaged = LedgerError::Damaged { seq: 0, what: "the ledger's name is no UUID" };
    Uuid::from_slice(&ledger).map(Some).map_err(|_| damaged)
}
