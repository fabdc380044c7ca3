//! What a client is told when it gets no decision: `application/problem+json` (RFC 9457), or an
//! OperationOutcome where FHIR is spoken.
//!
//! No word of a problem repeats a value of the body other than codes and claim identifiers; why a
//! server failed is for its log alone.

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{self, HeaderName},
    },
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{media, record::RequestId};
use crate::exchange::{Fault, Reject};

/// How many faults of a body are told; the rest is counted.
const ERRORS_TOLD_MAX: usize = 100;

/// How many seconds a client that was turned away should wait: what is under way now is done by
/// then.
const RETRY_AFTER_SECONDS: u32 = 1;

/// A kind of problem: a row of the table in `docs/http.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The body breaks the rules of its format altogether.
    Malformed,
    /// There is nothing at this path.
    NotFound,
    /// The path does not take this method.
    MethodNotAllowed,
    /// The body did not arrive in time.
    BodyTooSlow,
    /// The body is larger than it may be.
    BodyTooLarge,
    /// The body's content type is none of ours.
    UnknownContentType,
    /// The request was read and cannot be decided.
    Rejected,
    /// Our own fault.
    Internal,
    /// Too many requests are under way.
    OverCapacity,
    /// No packs are loaded.
    NotReady,
    /// The ledger could not record, or could not be read.
    NotRecorded,
    /// A header or parameter of ours cannot be taken.
    BadParameter,
    /// The key of a request was used for another.
    KeyUsed,
    /// What was there was removed.
    Gone,
}

/// A problem.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<ErrorOut>,
    headers: Vec<(HeaderName, String)>,
}

/// What is wrong at one place of the body.
#[derive(Clone, Debug, Serialize)]
struct ErrorOut {
    /// Where, in JSON and FHIR.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// Where, in X12.
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<String>,
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl Kind {
    /// Status, the last part of the type, the title, and FHIR's code of the issue.
    fn words(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Kind::Malformed => (StatusCode::BAD_REQUEST, "malformed", "the body cannot be read", "structure"),
            Kind::NotFound => (StatusCode::NOT_FOUND, "not-found", "there is nothing here", "not-found"),
            Kind::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "the method is not allowed here",
                "not-supported",
            ),
            Kind::BodyTooSlow => (StatusCode::REQUEST_TIMEOUT, "body-too-slow", "the body took too long", "timeout"),
            Kind::BodyTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "the body is too large", "too-long")
            }
            Kind::UnknownContentType => {
                let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                (status, "unknown-content-type", "the content type is not known here", "not-supported")
            }
            Kind::Rejected => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "rejected",
                "the request was rejected, which is no denial",
                "invalid",
            ),
            Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server failed", "exception"),
            Kind::OverCapacity => {
                (StatusCode::SERVICE_UNAVAILABLE, "over-capacity", "too many requests are under way", "throttled")
            }
            Kind::NotReady => (StatusCode::SERVICE_UNAVAILABLE, "not-ready", "no packs are loaded", "transient"),
            Kind::NotRecorded => {
                (StatusCode::SERVICE_UNAVAILABLE, "not-recorded", "the ledger does not answer", "transient")
            }
            Kind::BadParameter => {
                (StatusCode::BAD_REQUEST, "bad-parameter", "a header or parameter cannot be taken", "value")
            }
            Kind::KeyUsed => (StatusCode::CONFLICT, "key-used", "the key names another request", "duplicate"),
            Kind::Gone => (StatusCode::GONE, "gone", "it was retired", "deleted"),
        }
    }
}

impl Problem {
    /// A problem of a kind; `detail` says what happened this time, and what to do.
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Problem {
        let retry = matches!(kind, Kind::OverCapacity | Kind::NotReady | Kind::NotRecorded);
        let headers = if retry { vec![(header::RETRY_AFTER, RETRY_AFTER_SECONDS.to_string())] } else { Vec::new() };
        Problem { kind, detail: detail.into(), errors: Vec::new(), headers }
    }

    /// Nothing of a body could be decided: its rejects, or else its faults, say why.
    pub(super) fn of_body(rejects: &[Reject], faults: &[Fault]) -> Problem {
        let all = rejects.iter().map(|reject| &reject.fault).chain(faults);
        let malformed = !rejects.is_empty() && rejects.iter().all(|reject| is_malformed(reject.fault.code));
        let kind = if malformed { Kind::Malformed } else { Kind::Rejected };
        let errors: Vec<ErrorOut> = all.map(ErrorOut::of).collect();
        let detail = match errors.as_slice() {
            [] => "there is no claim and no order in the body".to_owned(),
            [one] => one.sentence(),
            [first, more @ ..] => format!("{}; and {} more, see `errors`", first.sentence(), more.len()),
        };
        Problem { errors: errors.into_iter().take(ERRORS_TOLD_MAX).collect(), ..Problem::new(kind, detail) }
    }

    /// A body that breaks its format at a place.
    pub(super) fn malformed(field: &str, code: &'static str, message: &str, help: &str) -> Problem {
        let fault = Fault { code, place: field.to_owned(), message: message.to_owned(), help: Some(help.to_owned()) };
        Problem { errors: vec![ErrorOut::of(&fault)], ..Problem::new(Kind::Malformed, ErrorOut::of(&fault).sentence()) }
    }

    /// Our own fault; why is logged and not told.
    pub(super) fn internal() -> Problem {
        Problem::new(Kind::Internal, "nothing was decided; send the request again or report the `instance`")
    }

    /// With a header.
    #[must_use]
    pub(super) fn header(mut self, name: HeaderName, value: impl Into<String>) -> Problem {
        self.headers.push((name, value.into()));
        self
    }

    /// The answer to `request`, in the language it speaks.
    pub(super) fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let id = request.extensions().get::<RequestId>().map(|id| format!("urn:uuid:{}", id.0));
        self.answer_in(is_fhir(request), id.as_deref())
    }

    /// The answer, as an OperationOutcome or not, to a request of this id.
    pub(super) fn answer_in(&self, is_fhir: bool, instance: Option<&str>) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.kind.words().0);
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.as_str()));
        }
        let (media, value) =
            if is_fhir { (media::FHIR, self.outcome()) } else { (media::PROBLEM, self.problem(instance)) };
        response.content_type(media).body(value.to_string())
    }

    fn problem(&self, instance: Option<&str>) -> Value {
        let (status, name, title, _) = self.kind.words();
        let mut value = json!({
            "type": format!("urn:claimgate:problem:{name}"),
            "title": title,
            "status": status.as_u16(),
            "detail": self.detail,
        });
        if let Some(members) = value.as_object_mut() {
            members.extend(instance.map(|instance| ("instance".to_owned(), json!(instance))));
            let errors = json!(self.errors);
            members.extend((!self.errors.is_empty()).then(|| ("errors".to_owned(), errors)));
        }
        value
    }

    fn outcome(&self) -> Value {
        let (_, _, _, code) = self.kind.words();
        let issue = |text: &str, error: Option<&ErrorOut>| {
            let mut issue = json!({"severity": "error", "code": code, "details": {"text": text}});
            if let (Some(members), Some(error)) = (issue.as_object_mut(), error) {
                let help = error.help.iter().map(|help| ("diagnostics".to_owned(), json!(help)));
                let place = error.place().filter(|place| !place.is_empty());
                members.extend(help.chain(place.map(|place| ("expression".to_owned(), json!([place])))));
            }
            issue
        };
        let issues: Vec<Value> = match self.errors.as_slice() {
            [] => vec![issue(&self.detail, None)],
            errors => errors.iter().map(|error| issue(&error.message, Some(error))).collect(),
        };
        json!({"resourceType": "OperationOutcome", "issue": issues})
    }
}

impl ErrorOut {
    fn of(fault: &Fault) -> ErrorOut {
        let place = Some(fault.place.clone()).filter(|place| !place.is_empty());
        let (field, segment) = if fault.code.starts_with("x12::") { (None, place) } else { (place, None) };
        ErrorOut { field, segment, code: fault.code, message: fault.message.clone(), help: fault.help.clone() }
    }

    fn place(&self) -> Option<&str> {
        self.field.as_deref().or(self.segment.as_deref())
    }

    fn sentence(&self) -> String {
        match self.place() {
            Some(place) => format!("{place}: {}", self.message),
            None => self.message.clone(),
        }
    }
}

/// Whether a fault says that the body is not of its format at all.
pub(super) fn is_malformed(code: &str) -> bool {
    ["::not_json", "::not_utf8", "::broken_json"].iter().any(|end| code.ends_with(end))
}

/// Whether the client speaks FHIR: on the CDS Hooks paths, and where it sent FHIR.
pub(super) fn is_fhir(request: &HttpRequest) -> bool {
    let sent = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    super::is_hooks_path(request.path()) || sent.is_some_and(|sent| sent.trim_start().starts_with("application/fhir+"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_documented() {
        let page = include_str!("../../docs/http.md");
        for kind in [
            Kind::Malformed,
            Kind::NotFound,
            Kind::MethodNotAllowed,
            Kind::BodyTooSlow,
            Kind::BodyTooLarge,
            Kind::UnknownContentType,
            Kind::Rejected,
            Kind::Internal,
            Kind::OverCapacity,
            Kind::NotReady,
        ] {
            let (status, name, _, code) = kind.words();
            let row = format!("| {} | `{name}` |", status.as_u16());
            let row = page.lines().find(|line| line.starts_with(&row));
            assert!(
                row.is_some_and(|row| row.ends_with(&format!("`{code}` |"))),
                "docs/http.md has no row for {kind:?}"
            );
        }
    }

    #[test]
    fn several_faults_are_told_together() {
        let fault =
            |place: &str| Fault { code: "json::x", place: place.into(), message: "is wrong".into(), help: None };
        let check = |faults: &[Fault], detail: &str| assert_eq!(Problem::of_body(&[], faults).detail, detail);
        check(&[], "there is no claim and no order in the body");
        check(&[fault("a")], "a: is wrong");
        check(&[fault("a"), fault("b"), fault("c")], "a: is wrong; and 2 more, see `errors`");
        let many = vec![fault("a"); ERRORS_TOLD_MAX + 5];
        assert_eq!(Problem::of_body(&[], &many).errors.len(), ERRORS_TOLD_MAX);
    }
}
