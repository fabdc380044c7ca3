//! What is done to a ledger beside recording: its heads are signed, and what is old is retired.

use sqlx::{Row as _, Transaction};
use sqlx_core::any::Any;
use uuid::Uuid;

use super::{
    AnyPool, LedgerError,
    write::{ONCE_KEPT_MS, take_head},
};
use crate::ledger::{
    Keys,
    head::{Head, Mark, Signed},
};

/// How many bodies are retired in one transaction: recording goes on in between.
const RETIRED_AT_ONCE: i64 = 1000;

/// Keeps a signed head in the ledger itself.
pub(super) async fn keep_checkpoint(
    transaction: &mut Transaction<'_, Any>,
    signed: &Signed<Head>,
) -> Result<(), LedgerError> {
    sqlx::query(
        "INSERT INTO claimgate_heads (count, hash, made_ms, public_key, signature) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (count) DO NOTHING",
    )
    .bind(signed.what.count)
    .bind(signed.what.hash.to_vec())
    .bind(signed.what.made_ms)
    .bind(signed.public_key.to_vec())
    .bind(signed.signature.to_vec())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Signs the head as it is now.
pub(super) async fn checkpoint(
    pool: &AnyPool,
    ledger: Uuid,
    keys: &Keys,
    now_ms: i64,
) -> Result<Signed<Head>, LedgerError> {
    let mut transaction = pool.begin().await?;
    let (count, hash) = take_head(&mut transaction).await?;
    let signed = Signed::sign(Head { ledger, count, hash, made_ms: now_ms }, keys.signing());
    keep_checkpoint(&mut transaction, &signed).await?;
    transaction.commit().await?;
    Ok(signed)
}

/// Sets a mark, and removes what may be removed under it.
pub(super) async fn retire(
    pool: &AnyPool,
    ledger: Uuid,
    is_server: bool,
    keys: &Keys,
    before_ms: i64,
    now_ms: i64,
) -> Result<(Signed<Mark>, u64), LedgerError> {
    let mut connection = pool.acquire().await?;
    if !is_server {
        // Otherwise what was removed stays in the file until something is written over it.
        sqlx::query("PRAGMA secure_delete = ON").execute(&mut *connection).await?;
    }
    let last = sqlx::query("SELECT COALESCE(MAX(number), 0) AS last FROM claimgate_marks");
    let number: i64 = last.fetch_one(&mut *connection).await?.try_get::<i64, _>(0)? + 1;
    let signed = Signed::sign(Mark { ledger, number, before_ms, made_ms: now_ms }, keys.signing());
    // The mark is there before anything is gone: a body is never missing without one.
    sqlx::query(
        "INSERT INTO claimgate_marks (number, before_ms, made_ms, public_key, signature) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(number)
    .bind(before_ms)
    .bind(now_ms)
    .bind(signed.public_key.to_vec())
    .bind(signed.signature.to_vec())
    .execute(&mut *connection)
    .await?;
    let (mut retired, empty) = (0, Vec::<u8>::new());
    loop {
        let gone = sqlx::query(
            "UPDATE claimgate_entries SET body = $1, request_id = $2, member = $3, retired = $4 WHERE seq IN \
             (SELECT seq FROM claimgate_entries WHERE decided_ms < $5 AND retired = 0 ORDER BY decided_ms LIMIT $6)",
        )
        .bind(empty.clone())
        .bind(empty.clone())
        .bind(empty.clone())
        .bind(number)
        .bind(before_ms)
        .bind(RETIRED_AT_ONCE)
        .execute(&mut *connection)
        .await?
        .rows_affected();
        retired += gone;
        if gone == 0 {
            break;
        }
    }
    // Kept answers say what bodies said.
    sqlx::query("DELETE FROM claimgate_once WHERE until_ms < $1")
        .bind(before_ms.saturating_add(ONCE_KEPT_MS))
        .execute(&mut *connection)
        .await?;
    if !is_server {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *connection).await?;
    }
    connection.close_on_drop();
    Ok((signed, retired))
}
