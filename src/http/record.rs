//! One event a request, and an answer even where a handler fails.
//!
//! INVARIANT: what is logged is the method, the *pattern* of the route, status, time, counts and
//! ids that we made ourselves, or that are a UUID. Never a path, a query, a body, an address or any
//! other header: each of them can hold patient data.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Instant,
};

use actix_web::{
    Error, HttpMessage as _, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
};
use uuid::Uuid;

use super::problem::{self, Problem};
use crate::verdict::{Decision, Verdict};

/// The header that tells a client how we call its request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What we call a request; made here, for what a client calls it may be anything.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestId(pub(super) Uuid);

/// What became of a request's lines; handlers leave it in the response for the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Lines allowed.
    pub(super) allowed: u64,
    /// Lines flagged.
    pub(super) flagged: u64,
    /// Lines denied.
    pub(super) denied: u64,
    /// Claims and orders that could not be read.
    pub(super) rejects: u64,
    /// The client's name of a CDS Hooks call.
    pub(super) hook_instance: Option<Uuid>,
}

impl Tally {
    /// Counts the lines of a decision.
    pub(super) fn count(&mut self, decision: &Decision) {
        for line in &decision.lines {
            match line.verdict {
                Verdict::Allow => self.allowed += 1,
                Verdict::Flag => self.flagged += 1,
                Verdict::Deny => self.denied += 1,
            }
        }
    }

    /// `response`, with the counts where the log finds them.
    pub(super) fn leave_in(self, mut response: HttpResponse) -> HttpResponse {
        response.extensions_mut().insert(self);
        response
    }
}

/// Runs a request, logs it, and names it in its answer.
pub(super) async fn record(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = Uuid::now_v7();
    request.extensions_mut().insert(RequestId(id));
    let event = Event::begin(id, request.method().as_str());
    let is_fhir = problem::is_fhir(request.request());
    let outcome = match caught(next.call(request)).await {
        Some(Ok(mut response)) => {
            let route = response.request().match_pattern();
            let tally = response.response().extensions().get::<Tally>().copied().unwrap_or_default();
            event.end(route.as_deref(), response.status().as_u16(), tally);
            if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
                response.headers_mut().insert(REQUEST_ID, value);
            }
            return Ok(response);
        }
        Some(Err(error)) => error,
        None => {
            let instance = format!("urn:uuid:{id}");
            let answer: HttpResponse = Problem::internal().answer_in(is_fhir, Some(&instance));
            tracing::error!(request_id = %id, "a handler failed");
            InternalError::from_response("a handler failed", answer).into()
        }
    };
    event.end(None, outcome.as_response_error().status_code().as_u16(), Tally::default());
    Err(outcome)
}

/// The output of a future, or none where it panics.
async fn caught<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// A request that is under way. Dropped before its end, the client has gone.
struct Event {
    id: Uuid,
    method: Method,
    began: Instant,
    is_over: bool,
}

/// A method as it may be logged: a client can make up its own.
type Method = &'static str;

impl Event {
    #[expect(clippy::disallowed_methods, reason = "a door may look at the clock, and only measures how long it took")]
    fn begin(id: Uuid, method: &str) -> Event {
        let known = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT"];
        let method = known.into_iter().find(|known| *known == method).unwrap_or("other");
        Event { id, method, began: Instant::now(), is_over: false }
    }

    fn end(mut self, route: Option<&str>, status: u16, tally: Tally) {
        self.is_over = true;
        let Tally { allowed, flagged, denied, rejects, hook_instance } = tally;
        tracing::info!(
            request_id = %self.id,
            method = self.method,
            route = route.unwrap_or("none"),
            status,
            duration_us = self.micros(),
            lines_allowed = allowed,
            lines_flagged = flagged,
            lines_denied = denied,
            rejects,
            hook_instance = hook_instance.map(tracing::field::display),
            "request"
        );
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        if !self.is_over {
            tracing::info!(request_id = %self.id, method = self.method, duration_us = self.micros(), "request abandoned by the client");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::Mutex,
    };

    use actix_web::{App, http::StatusCode, middleware::from_fn, test as calls, web};

    use super::*;
    use crate::{
        config::{LogConfig, LogFormat},
        telemetry,
    };

    #[test]
    fn a_request_whose_client_has_gone_is_logged() {
        static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
        struct Writer;
        impl Write for Writer {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                LINES.lock().unwrap().write(bytes)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let config = LogConfig { format: LogFormat::Json, filter: "info".to_owned() };
        let log = telemetry::subscriber(&config, || Writer).unwrap();
        tracing::subscriber::with_default(log, || drop(Event::begin(Uuid::nil(), "SECRET")));
        let text = String::from_utf8(LINES.lock().unwrap().clone()).unwrap();
        assert!(text.contains("abandoned") && text.contains("\"method\":\"other\""), "{text}");
    }

    async fn failing() -> HttpResponse {
        panic!("on purpose, with `1973-05-01`")
    }

    #[test]
    fn a_panic_is_answered_without_detail() {
        let answered = actix_web::rt::System::new().block_on(async {
            let app = App::new().wrap(from_fn(record)).route("/fails", web::get().to(failing));
            let app = calls::init_service(app).await;
            let request = calls::TestRequest::get().uri("/fails").to_request();
            let error = calls::try_call_service(&app, request).await.err().unwrap();
            let response = error.error_response();
            let status = response.status();
            let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
            (status, String::from_utf8(body.to_vec()).unwrap())
        });
        assert_eq!(answered.0, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            answered.1.contains("urn:claimgate:problem:internal") && !answered.1.contains("1973"),
            "{}",
            answered.1
        );
    }
}
