//! The least that a service of this kind does: it parses the same JSON into structs and answers
//! bytes that it made beforehand.

use actix_web::{App, HttpResponse, HttpServer, rt::System, web};
use serde::Deserialize;

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Claim {
    id: String,
    kind: String,
    form: Option<String>,
    frequency: Option<String>,
    replaces: Option<String>,
    provider: Option<String>,
    patient: Patient,
    coverage: Option<Coverage>,
    onset_date: Option<String>,
    #[serde(default)]
    diagnoses: Vec<Diagnosis>,
    #[serde(default)]
    condition_codes: Vec<String>,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Patient {
    member_id: Option<String>,
    birth_date: Option<String>,
    sex: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Coverage {
    line_of_business: Option<String>,
    state: Option<String>,
    prior_authorization: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Diagnosis {
    code: Option<String>,
    system: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Line {
    number: u32,
    procedure: Option<String>,
    system: Option<String>,
    #[serde(default)]
    modifiers: Vec<String>,
    #[serde(default)]
    diagnosis_pointers: Vec<u32>,
    service_date: Option<String>,
    units: Option<serde_json::Value>,
    charge: Option<String>,
    place_of_service: Option<String>,
    narrative: Option<String>,
}

/// Answers POST at the path of decisions with so many bytes, until the process is killed.
pub(crate) fn serve(answer_bytes: usize) {
    let answer = web::Bytes::from(vec![b' '; answer_bytes]);
    let app = move || {
        let answer = answer.clone();
        let route = move |body: web::Bytes| {
            let answer = answer.clone();
            async move {
                match serde_json::from_slice::<Claim>(&body) {
                    Ok(_) => HttpResponse::Ok().content_type("application/json").body(answer),
                    Err(error) => HttpResponse::BadRequest().body(error.to_string()),
                }
            }
        };
        App::new().route("/v1/decisions", web::post().to(route))
    };
    let server = HttpServer::new(app).bind("127.0.0.1:0").unwrap();
    let port = server.addrs().first().unwrap().port();
    eprintln!("{{\"port\":{port}}}");
    System::new().block_on(server.run()).unwrap();
}
