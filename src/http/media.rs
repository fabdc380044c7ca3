//! Content types: which are taken, and what each means.

use actix_web::{HttpRequest, HttpResponse, http::header};
use serde_json::Value;

use super::problem::{Kind, Problem};

pub(super) const JSON: &str = "application/json";
pub(super) const NDJSON: &str = "application/x-ndjson";
pub(super) const FHIR: &str = "application/fhir+json";
pub(super) const FHIR_NDJSON: &str = "application/fhir+ndjson";
pub(super) const X12: &str = "application/edi-x12";
pub(super) const CSV: &str = "text/csv";
pub(super) const PROBLEM: &str = "application/problem+json";

/// What a body of requests is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// The native JSON: an object or an array.
    Json,
    /// The native JSON, a request a line.
    JsonLines,
    /// A FHIR resource.
    Fhir,
    /// A FHIR resource a line.
    FhirLines,
    /// X12 837.
    X12,
    /// A table with a header row, a row a service line.
    Csv,
}

/// Content type and format, in the order they are offered.
const FORMATS: [(&str, Format); 6] = [
    (JSON, Format::Json),
    (NDJSON, Format::JsonLines),
    (FHIR, Format::Fhir),
    (FHIR_NDJSON, Format::FhirLines),
    (X12, Format::X12),
    (CSV, Format::Csv),
];

/// The format a request's head announces.
///
/// # Errors
/// When it announces none of ours, another character set than UTF-8, or a compressed body.
pub(super) fn format_of(request: &HttpRequest) -> Result<Format, Problem> {
    let sent = header_text(request, &header::CONTENT_TYPE);
    let mut parts = sent.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default();
    let format = FORMATS.iter().find(|(name, _)| media.eq_ignore_ascii_case(name)).map(|(_, format)| *format);
    let Some(format) = format else { return Err(unknown("send it as one of", &FORMATS.map(|(name, _)| name))) };
    is_plain_utf8(request, parts)?;
    Ok(format)
}

/// Whether a request's head announces JSON, as CDS Hooks does.
///
/// # Errors
/// When it does not.
pub(super) fn is_json(request: &HttpRequest) -> Result<(), Problem> {
    let sent = header_text(request, &header::CONTENT_TYPE);
    let mut parts = sent.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default();
    if ![JSON, FHIR].iter().any(|name| media.eq_ignore_ascii_case(name)) {
        return Err(unknown("send it as", &[JSON]));
    }
    is_plain_utf8(request, parts)
}

/// The content type of an answer that was kept, where it is one of ours.
pub(super) fn known(media: &str) -> Option<&'static str> {
    [JSON, NDJSON].into_iter().find(|known| *known == media)
}

/// An answer in JSON.
pub(super) fn answer(value: &Value) -> HttpResponse {
    HttpResponse::Ok().content_type(JSON).body(value.to_string())
}

fn is_plain_utf8<'p>(request: &HttpRequest, parameters: impl Iterator<Item = &'p str>) -> Result<(), Problem> {
    let charset =
        parameters.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("charset"));
    let is_utf8 = |name: &str| ["utf-8", "utf8", "us-ascii"].iter().any(|known| name.eq_ignore_ascii_case(known));
    if charset.is_some_and(|(_, name)| !is_utf8(name.trim_matches('"'))) {
        return Err(Problem::new(Kind::UnknownContentType, "send the body as UTF-8"));
    }
    let coding = header_text(request, &header::CONTENT_ENCODING);
    if !coding.is_empty() && !coding.eq_ignore_ascii_case("identity") {
        let problem = Problem::new(Kind::UnknownContentType, "send the body without compression");
        return Err(problem.header(header::ACCEPT_ENCODING, "identity"));
    }
    Ok(())
}

fn header_text<'r>(request: &'r HttpRequest, name: &header::HeaderName) -> &'r str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim()
}

fn unknown(what_to_do: &str, names: &[&str]) -> Problem {
    let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let detail =
        format!("the body's content type is missing or none that is read here; {what_to_do} {}", list.join(", "));
    Problem::new(Kind::UnknownContentType, detail).header(header::ACCEPT, names.join(", "))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn check(content_type: &str, coding: &str, expected: Option<Format>) {
        let request = TestRequest::post().insert_header((header::CONTENT_TYPE, content_type));
        let request = request.insert_header((header::CONTENT_ENCODING, coding)).to_http_request();
        assert_eq!(format_of(&request).ok(), expected, "{content_type} {coding}");
    }

    #[test]
    fn formats_are_told_from_the_content_type() {
        check("application/json", "", Some(Format::Json));
        check("Application/JSON; charset=\"UTF-8\"", "identity", Some(Format::Json));
        check("application/x-ndjson", "", Some(Format::JsonLines));
        check("application/fhir+json; fhirVersion=4.0", "", Some(Format::Fhir));
        check("application/fhir+ndjson", "", Some(Format::FhirLines));
        check("application/EDI-X12", "", Some(Format::X12));
        check("application/json; charset=iso-8859-1", "", None);
        check("application/json", "gzip", None);
        check("text/csv; header=present", "", Some(Format::Csv));
        check("text/json", "", None);
        check("", "", None);
    }
}
