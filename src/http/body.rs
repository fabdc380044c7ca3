//! A request's body, in bounded memory and time.

use actix_web::{
    HttpRequest,
    http::header,
    rt::time::timeout,
    web::{Bytes, Payload},
};

use super::problem::{Kind, Problem};
use crate::config::ServerConfig;

/// The whole body.
///
/// # Errors
/// When it is larger, or slower, than it may be, breaks off, or is empty.
pub(super) async fn whole(request: &HttpRequest, payload: Payload, config: &ServerConfig) -> Result<Bytes, Problem> {
    let bytes_max = config.body_bytes_max;
    let too_large = || {
        let detail = format!(
            "a body may have {bytes_max} bytes; send fewer claims at once, or give the file to `claimgate decide`"
        );
        Problem::new(Kind::BodyTooLarge, detail)
    };
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > bytes_max.try_into().unwrap_or(u64::MAX)) {
        return Err(too_large());
    }
    let Ok(received) = timeout(config.body_time_max, payload.to_bytes_limited(bytes_max)).await else {
        let detail = format!("the body was not there after {} seconds", config.body_time_max.as_secs_f32());
        return Err(Problem::new(Kind::BodyTooSlow, detail));
    };
    match received {
        Err(_) => Err(too_large()),
        Ok(Err(_)) => Err(Problem::new(Kind::Malformed, "the body broke off before its end")),
        Ok(Ok(bytes)) if bytes.trim_ascii().is_empty() => Err(Problem::new(Kind::Malformed, "the body is empty")),
        Ok(Ok(bytes)) => Ok(bytes),
    }
}
