//! `GET /v1/decisions/{id}` and `GET /v1/decisions?…`: decisions that were recorded.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    House, media,
    problem::{Kind, Problem},
};
use crate::{
    date::moment_ms,
    ledger::{Ledger, Query, entry::Entry},
    verdict::Verdict,
};

/// How many decisions a page has where nothing is asked for, and at most.
const PAGE: i64 = 100;
const PAGE_MAX: i64 = 1000;

/// `GET /v1/decisions/{id}`: the answer as it was given.
pub(super) async fn one(request: HttpRequest, id: web::Path<String>, house: Data<House>) -> HttpResponse {
    match answer_of(&id, &house).await {
        Ok(bytes) => HttpResponse::Ok().content_type(media::JSON).body(bytes),
        Err(problem) => problem.answer(&request),
    }
}

async fn answer_of(id: &str, house: &House) -> Result<String, Problem> {
    let ledger = ledger_of(house)?;
    let none = || Problem::new(Kind::NotFound, "no decision was recorded under this id");
    let id = Uuid::parse_str(id).map_err(|_| none())?;
    let stored = ledger.entry(id).await.map_err(|_| not_read())?.ok_or_else(none)?;
    let Some(body) = stored.body else {
        return Err(Problem::new(Kind::Gone, "this decision was retired; what is left of it is found by a search"));
    };
    let entry = Entry::decode(&body).map_err(|fault| {
        tracing::error!(code = fault.code(), decision = %id, "an entry cannot be read");
        Problem::internal()
    })?;
    Ok(entry.answer().to_owned())
}

/// `GET /v1/decisions?from=&to=&verdict=&rule=&reason=&pack=&claim=&after=&limit=`: what was decided
/// when, in the order of the ledger.
pub(super) async fn search(request: HttpRequest, house: Data<House>) -> HttpResponse {
    match found(&request, &house).await {
        Ok(value) => media::answer(&value),
        Err(problem) => problem.answer(&request),
    }
}

async fn found(request: &HttpRequest, house: &House) -> Result<Value, Problem> {
    let query = query_of(request.query_string())?;
    let limit = query.limit;
    let found = ledger_of(house)?.search(query).await.map_err(|_| not_read())?;
    let is_full = i64::try_from(found.len()) == Ok(limit);
    let next = found.last().map(|last| last.seq).filter(|_| is_full);
    let decisions: Value = found.iter().map(crate::ledger::Stored::value).collect();
    Ok(json!({"decisions": decisions, "next_after": next}))
}

/// What a client is told when the ledger cannot be read; why is in the log, told by the ledger.
fn not_read() -> Problem {
    Problem::new(Kind::NotRecorded, "the ledger cannot be read now; try again shortly")
}

fn query_of(text: &str) -> Result<Query, Problem> {
    let bad = |says: String| Problem::new(Kind::BadParameter, says);
    let pairs = web::Query::<Vec<(String, String)>>::from_query(text)
        .map_err(|_| bad("the parameters after `?` cannot be read".to_owned()))?;
    let mut query = Query { limit: PAGE, ..Query::default() };
    for (name, value) in pairs.into_inner() {
        let moment = || {
            moment_ms(&value)
                .ok_or_else(|| bad(format!("`{name}` takes a day as 2026-01-31, or a time as 2026-01-31T08:00:00Z")))
        };
        let number = || value.parse::<i64>().ok().filter(|number| *number >= 0);
        match name.as_str() {
            "from" => query.from_ms = Some(moment()?),
            "to" => query.to_ms = Some(moment()?),
            "verdict" => {
                let verdict = Verdict::from_name(&value);
                query.verdict = Some(verdict.ok_or_else(|| bad("`verdict` takes allow, flag or deny".to_owned()))?);
            }
            "rule" => query.rule = Some(value),
            "reason" => query.reason = Some(value),
            "pack" => query.pack = Some(value),
            "claim" => query.request_id = Some(value),
            "after" => {
                query.after = number().ok_or_else(|| bad("`after` takes the `next_after` of an answer".to_owned()))?;
            }
            "limit" => {
                let limit = number().filter(|limit| (1..=PAGE_MAX).contains(limit));
                query.limit = limit.ok_or_else(|| bad(format!("`limit` takes 1 to {PAGE_MAX}")))?;
            }
            _ => {
                let known = "from, to, verdict, rule, reason, pack, claim, after and limit";
                return Err(bad(format!("there is no parameter of that name; there are {known}")));
            }
        }
    }
    Ok(query)
}

fn ledger_of(house: &House) -> Result<&Ledger, Problem> {
    let kept = house.recorder.as_ref().map(|recorder| recorder.ledger());
    kept.ok_or_else(|| Problem::new(Kind::NotFound, "this server keeps no ledger; start it with `--ledger`"))
}
