//! CDS Hooks: discovery, calls, feedback. Errors are OperationOutcomes.
//!
//! A call is answered with what it brings: `fhirServer` is never asked and a token never used.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Bytes, Data, Payload},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    House, body, media,
    minutes::Minutes,
    problem::{Kind, Problem},
    record::Tally,
    sheet,
};
use crate::{
    exchange::{
        Fault,
        cds_hooks::{self, Hook, OutcomeError},
    },
    fault::did_you_mean,
    verdict::Decision,
};

/// How many reports one feedback may hold: a clinic's day of cards.
const FEEDBACK_MAX: usize = 10_000;

/// `GET /cds-services`.
pub(super) async fn discovery() -> HttpResponse {
    media::answer(&cds_hooks::discovery())
}

/// `POST /cds-services/{id}`.
pub(super) async fn call(request: HttpRequest, payload: Payload, house: Data<House>) -> HttpResponse {
    let hook = match hook_of(&request) {
        Ok(hook) => hook,
        Err(problem) => return problem.answer(&request),
    };
    let bytes = match json_body(&request, payload, &house).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.answer(&request),
    };
    let call = match cds_hooks::read(hook, &bytes) {
        Ok(call) => call,
        Err(error) => return outcome(&error),
    };
    let desk = match house.ready_desk() {
        Ok(desk) => desk,
        Err(problem) => return problem.answer(&request),
    };
    let mut minutes = match house.recorder.as_ref().map(|to| Minutes::begin(to, &request, &bytes)).transpose() {
        Ok(minutes) => minutes,
        Err(problem) => return problem.answer(&request),
    };
    let decisions: Vec<Decision> = call.requests.iter().map(|(_, order)| desk.decide(order)).collect();
    let recorded = minutes.as_mut().map(|minutes| {
        let judged = call.requests.iter().zip(&decisions);
        judged.map(|((_, order), decision)| minutes.take(desk.packs(), order, decision).0).collect::<Vec<Uuid>>()
    });
    let base = house.config.public_url.as_deref();
    let mut answer = cds_hooks::answer(&call, &decisions, recorded.as_deref(), base);
    if !call.faults.is_empty() {
        cds_hooks::extend(&mut answer, "claimgate.faults", faults_out(&call.faults));
    }
    // A client's name of its call is logged only where it is the UUID it should be.
    let hook_instance = Uuid::parse_str(&call.hook_instance).ok();
    let mut tally = Tally { hook_instance, ..Tally::default() };
    decisions.iter().for_each(|decision| tally.count(decision));
    tally.rejects = call.faults.len() as u64;
    let answer = sheet::Answer { media: media::JSON, bytes: answer.to_string().into_bytes(), tally };
    let kept = match minutes {
        Some(minutes) => minutes.keep(&desk, answer).await,
        None => Ok(answer),
    };
    match kept {
        Ok(sheet::Answer { media, bytes, tally }) => tally.leave_in(HttpResponse::Ok().content_type(media).body(bytes)),
        Err(problem) => problem.answer(&request),
    }
}

/// `POST /cds-services/{id}/feedback`: read, and not kept. What a clinician writes there is free
/// text about a patient.
pub(super) async fn feedback(request: HttpRequest, payload: Payload, house: Data<House>) -> HttpResponse {
    let read = async {
        hook_of(&request)?;
        let bytes = json_body(&request, payload, &house).await?;
        check_feedback(&bytes)
    };
    match read.await {
        Ok(()) => HttpResponse::new(StatusCode::OK),
        Err(problem) => problem.answer(&request),
    }
}

fn hook_of(request: &HttpRequest) -> Result<Hook, Problem> {
    let id = request.match_info().get("id").unwrap_or_default();
    Hook::from_service_id(id).ok_or_else(|| {
        let names = Hook::ALL.map(Hook::service_id);
        let help = match did_you_mean(id, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}; see GET /cds-services", names.map(|name| format!("`{name}`")).join(" and ")),
        };
        Problem::new(Kind::NotFound, format!("there is no such service; {help}"))
    })
}

async fn json_body(request: &HttpRequest, payload: Payload, house: &House) -> Result<Bytes, Problem> {
    media::is_json(request)?;
    body::whole(request, payload, &house.config).await
}

/// The shape of feedback: a list, and of each report the card and what became of it.
fn check_feedback(bytes: &[u8]) -> Result<(), Problem> {
    let wrong = |field: &str, message: &str| {
        let help = "see feedback in CDS Hooks 2.0";
        Err(Problem::malformed(field, "cds_hooks::feedback", message, help))
    };
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return wrong("", "this is not JSON") };
    let Some(list) = value.get("feedback").and_then(Value::as_array) else {
        return wrong("feedback", "expected a list of reports");
    };
    if list.len() > FEEDBACK_MAX {
        return wrong("feedback", "the list has too many reports");
    }
    for (place, report) in list.iter().enumerate() {
        let text = |name: &str| report.get(name).and_then(Value::as_str);
        if text("card").is_none() {
            return wrong(&format!("feedback[{place}].card"), "expected the uuid of a card");
        }
        if !text("outcome").is_some_and(|outcome| matches!(outcome, "accepted" | "overridden")) {
            return wrong(&format!("feedback[{place}].outcome"), "expected `accepted` or `overridden`");
        }
    }
    Ok(())
}

fn faults_out(faults: &[Fault]) -> Value {
    faults.iter().map(super::sheet::fault_out).collect()
}

fn outcome(error: &OutcomeError) -> HttpResponse {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    HttpResponse::build(status).content_type(media::FHIR).body(cds_hooks::operation_outcome(error).to_string())
}
