//! `POST /v1/decisions`: claims and orders in, decisions out, by content type.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Payload},
};

use super::{
    House, body, media,
    minutes::Minutes,
    problem::Problem,
    sheet::{self, Answer},
};

/// How large a body may be to be decided where it arrived: some twenty claims, well under ten
/// milliseconds. A larger one would keep the other connections of its worker waiting, and goes to
/// a thread for such work.
pub(super) const INLINE_BYTES_MAX: usize = 32 * 1024;

pub(super) async fn post(request: HttpRequest, payload: Payload, house: Data<House>) -> HttpResponse {
    match decided(&request, payload, house).await {
        Ok(Answer { media, bytes, tally }) => tally.leave_in(HttpResponse::Ok().content_type(media).body(bytes)),
        Err(problem) => problem.answer(&request),
    }
}

async fn decided(request: &HttpRequest, payload: Payload, house: Data<House>) -> Result<Answer, Problem> {
    let format = media::format_of(request)?;
    let bytes = body::whole(request, payload, &house.config).await?;
    let desk = house.ready_desk()?;
    let mut minutes = house.recorder.as_ref().map(|recorder| Minutes::begin(recorder, request, &bytes)).transpose()?;
    let (answer, minutes) = if bytes.len() <= INLINE_BYTES_MAX {
        (sheet::decide(&desk, format, &bytes, minutes.as_mut())?, minutes)
    } else {
        let there = Arc::clone(&desk);
        let work = move || sheet::decide(&there, format, &bytes, minutes.as_mut()).map(|answer| (answer, minutes));
        web::block(work).await.unwrap_or_else(|_| Err(Problem::internal()))?
    };
    match minutes {
        Some(minutes) => minutes.keep(&desk, answer).await,
        None => Ok(answer),
    }
}
