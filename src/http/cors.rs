//! Cross-origin calls from browsers: the CDS Hooks paths, for the origins the operator names.
//!
//! No other path answers them, and no credentials of a browser are ever asked for.

use actix_web::{
    Error, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};

use super::{House, is_hooks_path};

/// How long a browser may keep the answer to a preflight: an hour, so that an origin that is taken off
/// the list is out soon.
const PREFLIGHT_SECONDS_MAX: &str = "3600";

/// Answers preflights, and marks answers that a named origin may read.
pub(super) async fn cross_origin(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if !is_hooks_path(request.path()) {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    }
    let origin = allowed_origin(&request);
    if request.method() == Method::OPTIONS {
        let mut answer = HttpResponse::NoContent();
        answer.insert_header((header::ALLOW, "GET, POST, OPTIONS"));
        let mut response = request.into_response(answer.finish()).map_into_right_body();
        mark(response.headers_mut(), origin.as_ref());
        if origin.is_some() {
            set(response.headers_mut(), header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS");
            set(response.headers_mut(), header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, accept");
            set(response.headers_mut(), header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS_MAX);
        }
        return Ok(response);
    }
    let mut response = next.call(request).await?.map_into_left_body();
    mark(response.headers_mut(), origin.as_ref());
    Ok(response)
}

/// The origin of a request, where the operator allows it.
fn allowed_origin(request: &ServiceRequest) -> Option<HeaderValue> {
    let origin = request.headers().get(header::ORIGIN)?;
    let house = request.app_data::<Data<House>>()?;
    let is_allowed = |allowed: &String| allowed == "*" || origin.as_bytes() == allowed.as_bytes();
    house.config.cors_origins.iter().any(is_allowed).then(|| origin.clone())
}

fn mark(headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
    set(headers, header::VARY, "Origin");
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
