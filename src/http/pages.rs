//! The front page, the probes, and what stands where nothing is.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};

use super::{
    House, minutes,
    problem::{Kind, Problem},
};

/// Every route, for people.
pub(super) const ROUTES: &str =
    "  POST /v1/decisions                 claims and orders in, decisions out; by content type:
                                       application/json        one, or an array
                                       application/x-ndjson    one a line
                                       application/fhir+json   Claim, ServiceRequest, Bundle
                                       application/fhir+ndjson one a line
                                       application/edi-x12     837P, 837I
                                       text/csv                a row a service line
  GET  /v1/decisions?…               decisions of the ledger: from, to, verdict, rule, reason, pack, claim
  GET  /v1/decisions/{id}            one of them, as it was answered
  POST /v1/questionnaire             the same in, what is missing out: FHIR Questionnaires
  GET  /v1/packs                     the policies in force
  GET  /v1/packs/{name}              one of them: source, parameters, rules, value sets, reasons
  GET  /cds-services                 CDS Hooks 2.0 discovery
  POST /cds-services/{id}            order-sign, order-select
  POST /cds-services/{id}/feedback   read, not kept
  GET  /healthz                      200 while the server is alive
  GET  /readyz                       200 once packs are loaded and the ledger, if there is one, can be written
";

/// `GET /`.
pub(super) async fn front() -> HttpResponse {
    let version = env!("CARGO_PKG_VERSION");
    let words = "claims and orders in; allow, flag or deny with a rationale out";
    text(format!("claimgate {version}, a reimbursement rules engine: {words}.\n\n{ROUTES}"))
}

/// `GET /healthz`.
pub(super) async fn alive() -> HttpResponse {
    text("alive\n".to_owned())
}

/// `GET /readyz`.
pub(super) async fn ready(request: HttpRequest, house: Data<House>) -> HttpResponse {
    let desk = match house.ready_desk() {
        Ok(desk) => desk,
        Err(problem) => return problem.answer(&request),
    };
    if let Some(recorder) = &house.recorder
        && recorder.ledger().is_writable(minutes::now_ms()).await.is_err()
    {
        return minutes::not_recorded().answer(&request);
    }
    text(format!("ready, packs: {}\n", desk.packs().len()))
}

/// Any other path.
pub(super) async fn not_found(request: HttpRequest) -> HttpResponse {
    Problem::new(Kind::NotFound, "there is nothing at this path; GET / lists the routes").answer(&request)
}

/// What a path answers to a method that it does not take.
pub(super) fn method_not_allowed(request: &HttpRequest, allowed: &'static str) -> HttpResponse {
    let problem = Problem::new(Kind::MethodNotAllowed, format!("this path takes {allowed}"));
    problem.header(header::ALLOW, allowed).answer(request)
}

fn text(text: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}
