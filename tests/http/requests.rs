//! Requests for the tests, composed here. The patient of all of them was born on [`BIRTH_DATE`], has
//! the number [`MEMBER`], and [`NARRATIVE`] was written of them; all three must never be logged.

use serde_json::{Value, json};

pub const BIRTH_DATE: &str = "1973-05-01";
pub const MEMBER: &str = "MEMBER-7731-Q";
pub const NARRATIVE: &str = "pulsed radiofrequency of dorsal root ganglion, patient fears needles";

/// A claim for an epidural against chronic radicular pain: deny.
pub fn denied(id: &str) -> Value {
    claim(id, "62323", "2025-09-01")
}

/// The same for pain of three weeks: allow.
pub fn allowed(id: &str) -> Value {
    claim(id, "62323", "2026-02-20")
}

/// The same without an onset: flag, and the duration is needed.
pub fn flagged(id: &str) -> Value {
    let mut claim = denied(id);
    claim.as_object_mut().unwrap().remove("onset_date");
    claim
}

/// A claim with a field that does not exist.
pub fn rejected(id: &str) -> Value {
    let mut claim = denied(id);
    claim["lines"][0]["procedre"] = json!("62323");
    claim
}

fn claim(id: &str, procedure: &str, onset: &str) -> Value {
    json!({"id": id, "kind": "claim", "form": "professional",
        "patient": {"member_id": MEMBER, "birth_date": BIRTH_DATE, "sex": "F"},
        "coverage": {"line_of_business": "commercial", "state": "TX"},
        "onset_date": onset,
        "diagnoses": [{"code": "M54.16", "system": "icd10cm"}],
        "lines": [{"number": 1, "procedure": procedure, "system": "cpt", "diagnosis_pointers": [1],
                   "service_date": "2026-03-10", "units": 1, "charge": "1250.00", "place_of_service": "11",
                   "narrative": NARRATIVE}]})
}

/// A FHIR claim for an epidural, with its patient and coverage.
pub fn bundle(claims: &[&str]) -> Value {
    let mut entries = vec![patient(), json!({"resource": coverage()})];
    entries.extend(claims.iter().map(|id| json!({"resource": fhir_claim(id)})));
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
}

pub fn fhir_claim(id: &str) -> Value {
    let coding = |system: &str, code: &str| json!({"coding": [{"system": system, "code": code}]});
    json!({"resourceType": "Claim", "id": id, "status": "active", "use": "claim",
        "type": coding("http://terminology.hl7.org/CodeSystem/claim-type", "professional"),
        "patient": {"reference": "Patient/p1"},
        "insurance": [{"sequence": 1, "focal": true, "coverage": {"reference": "Coverage/c1"}}],
        "supportingInfo": [{"sequence": 1, "category": coding("http://terminology.hl7.org/CodeSystem/claiminformationcategory", "onset"),
                            "timingDate": "2025-09-01"}],
        "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": coding("http://hl7.org/fhir/sid/icd-10-cm", "M54.16")}],
        "item": [{"sequence": 1, "productOrService": coding("http://www.ama-assn.org/go/cpt", "62323"),
                  "diagnosisSequence": [1], "servicedDate": "2026-03-10"}]})
}

fn patient() -> Value {
    json!({"resource": {"resourceType": "Patient", "id": "p1", "birthDate": BIRTH_DATE, "gender": "female",
                        "identifier": [{"value": MEMBER}], "name": [{"family": "Invented"}]}})
}

fn coverage() -> Value {
    json!({"resourceType": "Coverage", "id": "c1", "status": "active", "beneficiary": {"reference": "Patient/p1"},
           "subscriberId": MEMBER, "type": {"coding": [{"system": "https://nahdo.org/sopt", "code": "5"}]}})
}

/// A CDS Hooks call with one draft order for `procedure` and the conditions behind it.
pub fn call(hook: &str, procedure: &str, onset: &str) -> Value {
    let condition = json!({"resourceType": "Condition", "id": "d1", "subject": {"reference": "Patient/p1"},
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M54.16"}]},
        "onsetDateTime": onset, "note": [{"text": NARRATIVE}]});
    let order = json!({"resourceType": "ServiceRequest", "id": "o1", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "authoredOn": "2026-03-01", "occurrenceDateTime": "2026-03-10",
        "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": procedure}]},
        "insurance": [{"reference": "Coverage/c1"}], "reasonReference": [{"reference": "Condition/d1"}]});
    let mut call = json!({"hook": hook, "hookInstance": HOOK_INSTANCE,
        "context": {"userId": "Practitioner/dr1", "patientId": "p1",
                    "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}},
        "prefetch": {"patient": patient()["resource"],
                     "coverage": {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": coverage()}]},
                     "problems": {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": condition}]}}});
    if hook == "order-select" {
        call["context"]["selections"] = json!(["ServiceRequest/o1"]);
    }
    call
}

pub const HOOK_INSTANCE: &str = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";

/// An 837P of these claims: each an epidural against chronic radicular pain.
pub fn x12(claims: &[&str]) -> String {
    let header =
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260310*1200*^*00501*000000001*0*T*:~";
    let subscriber = format!(
        "HL*1**20*1~NM1*85*2*PRACTICE~HL*2*1*22*0~SBR*P*18*******CI~NM1*IL*1*INVENTED*NOBODY****MI*{MEMBER}~DMG*D8*19730501*F~"
    );
    let claim = |id: &&str| {
        format!(
            "CLM*{id}*100***11:B:1~DTP*431*D8*20250901~HI*ABK:M5416~LX*1~SV1*HC:62323*100*UN*1***1~DTP*472*D8*20260310~"
        )
    };
    let body: String = [subscriber].into_iter().chain(claims.iter().map(claim)).collect();
    let segments = body.matches('~').count() + 2;
    let version = "005010X222A1";
    format!(
        "{header}GS*HC*S*R*20260310*1200*1*X*{version}~ST*837*0001*{version}~{body}SE*{segments}*0001~GE*1*1~IEA*1*000000001~"
    )
}

/// The table of these claims.
pub fn csv(claims: &[&str]) -> String {
    let head = "claim_id,member_id,birth_date,line_of_business,onset_date,diagnosis_codes,line_number,procedure_code,diagnosis_pointers,service_date\n";
    let row = |id: &&str| format!("{id},{MEMBER},{BIRTH_DATE},commercial,2025-09-01,M54.16,1,62323,1,2026-03-10\n");
    [head.to_owned()].into_iter().chain(claims.iter().map(row)).collect()
}
