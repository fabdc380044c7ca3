//! `POST /v1/questionnaire`: claims and orders in, what is missing of them out, as FHIR
//! Questionnaires.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Payload},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    House, body,
    decisions::INLINE_BYTES_MAX,
    media::{self, Format},
    problem::Problem,
    record::Tally,
    sheet,
};
use crate::{
    desk::Desk,
    exchange::{Fault, Item, Reject, fhir},
    request::Request,
};

/// What a body of requests has us ask.
#[derive(Default)]
struct Asked {
    questionnaires: Vec<Value>,
    rejects: Vec<Reject>,
    faults: Vec<Fault>,
    read: u64,
}

pub(super) async fn post(request: HttpRequest, payload: Payload, house: Data<House>) -> HttpResponse {
    match asked(&request, payload, house).await {
        Ok((Some(value), tally)) => {
            tally.leave_in(HttpResponse::Ok().content_type(media::FHIR).body(value.to_string()))
        }
        Ok((None, tally)) => tally.leave_in(HttpResponse::NoContent().finish()),
        Err(problem) => problem.answer(&request),
    }
}

async fn asked(request: &HttpRequest, payload: Payload, house: Data<House>) -> Result<(Option<Value>, Tally), Problem> {
    let format = media::format_of(request)?;
    let bytes = body::whole(request, payload, &house.config).await?;
    let desk = house.ready_desk()?;
    if bytes.len() <= INLINE_BYTES_MAX {
        return ask(&desk, format, &bytes);
    }
    let work = move || ask(&desk, format, &bytes);
    web::block(work).await.unwrap_or_else(|_| Err(Problem::internal()))
}

/// The questionnaire of one request, nothing where nothing is missing; of several, and where there
/// is something else to tell, a Bundle.
fn ask(desk: &Desk, format: Format, bytes: &[u8]) -> Result<(Option<Value>, Tally), Problem> {
    let mut asked = Asked::default();
    sheet::read(format, bytes, &mut |item| asked.take(desk, item))?;
    if asked.read == 0 {
        return Err(Problem::of_body(&asked.rejects, &asked.faults));
    }
    let tally = Tally { rejects: asked.rejects.len().try_into().unwrap_or(u64::MAX), ..Tally::default() };
    let is_one = asked.read == 1 && sheet::is_single(format, bytes);
    if is_one && asked.rejects.is_empty() && asked.faults.is_empty() {
        return Ok((asked.questionnaires.pop(), tally));
    }
    Ok((Some(asked.bundle()), tally))
}

impl Asked {
    fn take(&mut self, desk: &Desk, item: Item) {
        match item {
            Item::Request(request) => self.ask(desk, &request),
            Item::Answered(request, responses) => {
                let (request, faults) = sheet::answered(desk, *request, &responses);
                self.faults.extend(faults);
                self.ask(desk, &request);
            }
            Item::Reject(reject) => self.rejects.push(reject),
            Item::Fault(fault) => self.faults.push(fault),
        }
    }

    fn ask(&mut self, desk: &Desk, request: &Request) {
        self.read += 1;
        self.questionnaires.extend(desk.ask(request).map(|asked| fhir::questionnaire(&asked)));
    }

    fn bundle(self) -> Value {
        let issue = |severity: &str, fault: &Fault| {
            let mut issue = json!({"severity": severity, "code": "invalid", "details": {"text": fault.message}});
            if let Some(members) = issue.as_object_mut() {
                members.extend(fault.help.iter().map(|help| ("diagnostics".to_owned(), json!(help))));
                let place = Some(&fault.place).filter(|place| !place.is_empty());
                members.extend(place.map(|place| ("expression".to_owned(), json!([place]))));
            }
            issue
        };
        let rejects = self.rejects.iter().map(|reject| issue("error", &reject.fault));
        let issues: Vec<Value> = rejects.chain(self.faults.iter().map(|fault| issue("warning", fault))).collect();
        let told = (!issues.is_empty()).then(|| json!({"resourceType": "OperationOutcome", "issue": issues}));
        let entry = |resource: Value| {
            let url = resource.get("url").cloned();
            let url = url.unwrap_or_else(|| json!(format!("urn:uuid:{}", Uuid::now_v7())));
            json!({"fullUrl": url, "resource": resource})
        };
        let entries: Vec<Value> = self.questionnaires.into_iter().chain(told).map(entry).collect();
        let mut bundle = json!({"resourceType": "Bundle", "type": "collection"});
        // FHIR has no empty lists.
        if let Some(members) = bundle.as_object_mut().filter(|_| !entries.is_empty()) {
            members.insert("entry".to_owned(), Value::Array(entries));
        }
        bundle
    }
}
