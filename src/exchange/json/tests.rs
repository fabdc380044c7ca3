use super::*;
use crate::{
    code::System,
    money::Cents,
    request::{
        Approval, Concept, Form, Frequency, Given, Kind, LineOfBusiness, PainType, Pointers, Purpose, Sex, Source,
        Status, Verification,
    },
};
use serde_json::{Value, json};

/// The request of the design, with every optional field.
fn whole() -> Value {
    json!({"id": "C-1", "kind": "claim", "form": "professional", "frequency": "replacement", "replaces": "C-0",
        "patient": {"member_id": "M1", "birth_date": "1973-05-01", "sex": "F"},
        "coverage": {"line_of_business": "commercial", "state": "TX",
                     "prior_authorization": {"number": "A1", "approved_on": "2026-03-01"}},
        "authored_on": "2026-03-01", "onset_date": "2025-09", "stated": {"pain_type": "radicular"},
        "diagnoses": [{"code": "M54.16", "system": "icd10cm", "onset_date": "2025-09-01", "status": "remission",
                       "verification": "provisional"}, {"code": "g89.29"}],
        "condition_codes": ["30"],
        "lines": [{"number": 7, "procedure": "62323", "system": "cpt", "concept": "drg-radiofrequency",
                   "modifiers": ["50", "kx"], "diagnosis_pointers": [2, 1, 2], "service_date": "2026-03-10",
                   "service_date_end": "2026-03-11", "units": 1.5, "charge": "1250.00", "place_of_service": "11",
                   "purpose": "therapeutic", "narrative": "words"}],
        "history": [{"claim_id": "C-0", "service_date": "2025-08-02", "procedures": ["64483-50-KX"],
                     "diagnoses": ["M51.16"]}]})
}

/// `whole()` with the value at a JSON pointer put in place (its parent must be there).
fn with(pointer: &str, value: Value) -> Value {
    let mut request = whole();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    match request.pointer_mut(parent).unwrap() {
        Value::Object(members) => drop(members.insert(field.to_owned(), value)),
        Value::Array(members) => members[field.parse::<usize>().unwrap()] = value,
        other => panic!("{other}"),
    }
    request
}

fn read_with(pointer: &str, value: Value) -> Request {
    request_of_value(&with(pointer, value)).unwrap()
}

#[test]
fn every_field_is_read_with_its_source() {
    let request = request_of_value(&whole()).unwrap();
    assert_eq!((request.id.as_str(), request.kind), ("C-1", Kind::Claim));
    assert_eq!((request.form.value, request.frequency.value), (Form::Professional, Frequency::Replacement));
    assert_eq!(request.replaces.as_deref(), Some("C-0"));
    assert_eq!(request.patient.member_id.as_ref().map(|id| id.reveal().as_str()), Some("M1"));
    assert_eq!(request.patient.birth_date.get().map(|day| day.reveal().to_string()).as_deref(), Some("1973-05-01"));
    assert_eq!(request.patient.sex.get(), Some(&Sex::Female));
    assert_eq!(request.coverage.line_of_business.get(), Some(&LineOfBusiness::Commercial));
    assert_eq!(request.coverage.state.as_deref(), Some("TX"));
    assert!(matches!(request.coverage.prior_authorization.get(), Some(Approval { approved_on: Given::Value(_) })));
    assert_eq!(request.onset.get().map(ToString::to_string).as_deref(), Some("2025-09"));
    assert_eq!(request.stated_pain_type.get(), Some(&PainType::Radicular));
    let [first, second] = request.diagnoses.as_slice() else { panic!() };
    assert_eq!(first.code.get().map(ToString::to_string).as_deref(), Some("M54.16"));
    assert_eq!((first.status, first.verification), (Status::Past, Verification::Unconfirmed));
    assert_eq!((second.status, second.verification), (Status::Active, Verification::Confirmed));
    assert_eq!(request.condition_codes[0].source.to_string(), "condition_codes[0]");
    let line = &request.lines[0];
    assert_eq!((line.number, line.concept.get()), (7, Some(&Concept::DrgRadiofrequency)));
    let modifiers: Vec<_> = line.modifiers.iter().map(|code| format!("{:?} {}", code.value, code.source)).collect();
    assert_eq!(modifiers, ["modifier:50 lines[0].modifiers[0]", "modifier:KX lines[0].modifiers[1]"]);
    assert_eq!(line.pointers, Pointers::To(vec![1, 0], Source::member("lines", 0, "diagnosis_pointers")));
    assert_eq!((line.units_milli.get(), line.charge.get()), (Some(&1500), Some(&Cents(125_000))));
    assert_eq!(line.purpose.get(), Some(&Purpose::Therapeutic));
    assert_eq!(line.narrative.get().map(|words| words.reveal().as_str()), Some("words"));
    let earlier = &request.history[0];
    assert_eq!(
        format!("{:?} {:?}", earlier.procedures, earlier.diagnoses),
        "[(cpt:64483, [modifier:50, modifier:KX])] [icd10cm:M51.16]"
    );

    let sources = [
        (request.form.source.to_string(), "form"),
        (request.patient.birth_date.source().to_string(), "patient.birth_date"),
        (request.coverage.prior_authorization.source().to_string(), "coverage.prior_authorization"),
        (request.stated_pain_type.source().to_string(), "stated.pain_type"),
        (request.onset.source().to_string(), "onset_date"),
        (second.code.source().to_string(), "diagnoses[1].code"),
        (line.procedure.source().to_string(), "lines[0].procedure"),
        (line.service_date.source().to_string(), "lines[0].service_date"),
        (earlier.source.to_string(), "history[0]"),
    ];
    sources.iter().for_each(|(source, expected)| assert_eq!(source, expected));
}

#[test]
fn what_is_not_given_is_absent() {
    let request = request(r#"{"id": "C-1", "patient": null, "lines": [{}, {"diagnosis_pointers": []}]}"#).unwrap();
    assert_eq!(
        (request.kind, request.form.value, request.form.source),
        (Kind::Claim, Form::Professional, Source::Absent)
    );
    assert_eq!((request.frequency.value, request.replaces), (Frequency::Original, None));
    assert!(request.patient.birth_date.is_absent() && request.coverage.line_of_business.is_absent());
    assert!(request.coverage.prior_authorization.is_absent() && request.onset.is_absent());
    let numbers: Vec<_> = request.lines.iter().map(|line| line.number).collect();
    assert_eq!(numbers, [1, 2]);
    for line in &request.lines {
        assert!(line.procedure.is_absent() && line.service_date.is_absent() && line.charge.is_absent());
        assert_eq!(line.pointers, Pointers::Unknown(Given::Absent));
    }
}

#[test]
fn what_cannot_be_read_is_unreadable_and_never_a_reject() {
    type Find = fn(&Request) -> Option<Source>;
    fn place<T>(given: &Given<T>) -> Option<Source> {
        if let Given::Unreadable(unread) = given { Some(unread.source.clone()) } else { None }
    }
    let check = |pointer: &str, value: Value, expected: &str, find: Find| {
        let found = find(&read_with(pointer, value.clone())).map(|source| source.to_string());
        assert_eq!(found.as_deref(), Some(expected), "{pointer} {value}");
    };
    let service_date: Find = |request| place(&request.lines[0].service_date);
    for bad in ["20261344", "2026-13-44", "2026-02-30", "", "03/10/2026"] {
        check("/lines/0/service_date", json!(bad), "lines[0].service_date", service_date);
        check("/onset_date", json!(bad), "onset_date", |request| place(&request.onset));
        check("/patient/birth_date", json!(bad), "patient.birth_date", |r| place(&r.patient.birth_date));
    }
    check("/lines/0/service_date_end", json!("2026-03-09"), "lines[0].service_date_end", service_date);
    check("/lines/0/service_date_end", json!("2026-99"), "lines[0].service_date_end", service_date);
    for bad in ["-1", "", " ", "12,50", "free"] {
        check("/lines/0/charge", json!(bad), "lines[0].charge", |request| place(&request.lines[0].charge));
    }
    for bad in [json!(-1), json!(1e300), json!("one"), json!(1.00005)] {
        check("/lines/0/units", bad, "lines[0].units", |request| place(&request.lines[0].units_milli));
    }
    let procedure: Find = |request| place(&request.lines[0].procedure);
    for bad in ["", "back injection", "6232", "62323-50"] {
        check("/lines/0/procedure", json!(bad), "lines[0].procedure", procedure);
    }
    check("/lines/0/system", json!("snomed"), "lines[0].procedure", procedure);
    check("/lines/0/system", json!("icd10cm"), "lines[0].procedure", procedure);
    let code: Find = |request| place(&request.diagnoses[0].code);
    check("/diagnoses/0/code", json!("low back pain"), "diagnoses[0].code", code);
    check("/diagnoses/0/system", json!("cpt"), "diagnoses[0].code", code);
    let approval: Find = |request| place(&request.coverage.prior_authorization);
    check("/coverage/prior_authorization/number", json!(" "), "coverage.prior_authorization.number", approval);
    let pointers: Find = |request| match &request.lines[0].pointers {
        Pointers::Unknown(given) => place(given),
        Pointers::To(..) | Pointers::All => None,
    };
    for bad in [json!([1, 0]), json!([1, 3]), json!([1, -1]), json!([2, 1.5])] {
        check("/lines/0/diagnosis_pointers", bad, "lines[0].diagnosis_pointers[1]", pointers);
    }
    let remarks = read_with("/lines/0/place_of_service", json!("office")).remarks;
    assert_eq!(remarks[0].source.to_string(), "lines[0].place_of_service");
}

#[test]
fn codes_take_the_system_that_is_named_or_told() {
    let check = |system: Option<&str>, code: &str, expected: &str| {
        let mut request = with("/lines/0/procedure", json!(code));
        request["lines"][0]["system"] = json!(system);
        let request = request_of_value(&request).unwrap();
        assert_eq!(request.lines[0].procedure.get().map(|code| format!("{code:?}")).as_deref(), Some(expected));
    };
    check(None, "62323", "cpt:62323");
    check(None, "g0260", "hcpcs:G0260");
    check(Some("icd10pcs"), "3E0R33Z", "icd10pcs:3E0R33Z");
    let mut request = with("/diagnoses/0/code", json!("2415007"));
    request["diagnoses"][0]["system"] = json!("snomed");
    let code = request_of_value(&request).unwrap().diagnoses[0].code.get().copied().unwrap();
    assert_eq!((code.system(), code.text()), (System::Snomed, "2415007"));
}

#[test]
fn lines_without_pointers_take_what_their_form_says() {
    let check = |form: Option<&str>, diagnoses: Value, expected: Pointers| {
        let request = json!({"id": "C", "form": form, "diagnoses": diagnoses, "lines": [{}]});
        assert_eq!(request_of_value(&request).unwrap().lines[0].pointers, expected, "{request}");
    };
    let one = || json!([{"code": "M54.16"}]);
    check(None, one(), Pointers::Unknown(Given::Absent));
    check(Some("professional"), one(), Pointers::Unknown(Given::Absent));
    check(Some("institutional"), one(), Pointers::All);
    check(Some("inpatient"), one(), Pointers::All);
    check(Some("institutional"), json!([]), Pointers::Unknown(Given::Absent));
    check(Some("inpatient"), Value::Null, Pointers::Unknown(Given::Absent));
}

fn fault_of(request: &Value) -> Fault {
    request_of_value(request).unwrap_err().fault
}

#[test]
fn faults_name_the_path_what_was_expected_and_what_was_meant() {
    let check = |pointer: &str, value: Value, code: &str, place: &str, words: &str| {
        let fault = fault_of(&with(pointer, value));
        let told = format!("{} | {}", fault.message, fault.help.as_deref().unwrap_or(""));
        assert_eq!((fault.code, fault.place.as_str()), (code, place), "{told}");
        assert!(told.contains(words), "{told:?} has not {words:?}");
    };
    check("/lines/0/procedre", json!("62323"), "json::unknown_field", "lines[0].procedre", "did you mean `procedure`?");
    check("/payer", json!(1), "json::unknown_field", "payer", "the fields here are id, kind");
    check("/patient/name", json!("X"), "json::unknown_field", "patient.name", "there is no field `name`");
    check("/patient/123-45-6789", json!("X"), "json::unknown_field", "patient.…", "there is no field `…`");
    check(
        "/coverage/prior_authorization/date",
        json!("X"),
        "json::unknown_field",
        "coverage.prior_authorization.date",
        "",
    );
    check("/id", json!(7), "json::wrong_type", "id", "expected text, found a number | put the value in quotes");
    check("/id", Value::Null, "json::missing_field", "id", "`id` is missing");
    check("/id", json!("\u{1b}[2J"), "json::unreadable", "id", "expected an identifier");
    check("/id", json!("x".repeat(257)), "json::unreadable", "id", "expected an identifier");
    check("/lines", json!([]), "json::missing_field", "lines", "missing or empty");
    check("/lines", json!({}), "json::wrong_type", "lines", "expected a list, found an object");
    check("/lines", json!(vec![json!({}); 1000]), "json::list_too_long", "lines", "1000 members; 999");
    check("/lines/0", json!("x"), "json::wrong_type", "lines[0]", "expected an object, found text");
    check("/lines/0/number", json!(1.5), "json::wrong_type", "lines[0].number", "whole number");
    check("/lines/0/charge", json!(1250.00), "json::wrong_type", "lines[0].charge", "as \"1250.00\"");
    check("/lines/0/service_date", json!(20_260_310), "json::wrong_type", "lines[0].service_date", "in quotes");
    check(
        "/lines/0/diagnosis_pointers/0",
        json!("1"),
        "json::wrong_type",
        "lines[0].diagnosis_pointers[0]",
        "a number",
    );
    check("/lines/0/modifiers/1", json!("KXX"), "json::unreadable", "lines[0].modifiers[1]", "two characters");
    check(
        "/lines/0/purpose",
        json!("therapuetic"),
        "json::unknown_value",
        "lines[0].purpose",
        "did you mean `therapeutic`?",
    );
    check("/kind", json!("bill"), "json::unknown_value", "kind", "expected one of `claim`, `order`");
    check(
        "/coverage/line_of_business",
        json!("medicare-advantage"),
        "json::unknown_value",
        "coverage.line_of_business",
        "did you mean `medicare_advantage`?",
    );
    check("/coverage/state", json!("Texas"), "json::unreadable", "coverage.state", "two capital letters");
    check("/coverage/prior_authorization", json!({}), "json::missing_field", "coverage.prior_authorization.number", "");
    check(
        "/coverage/prior_authorization",
        json!("A1"),
        "json::wrong_type",
        "coverage.prior_authorization",
        "an object",
    );
    check("/frequency", json!("original"), "json::replaces_without_replacement", "replaces", "`replacement` or `void`");
    check(
        "/history/0/service_date",
        json!("2025-13"),
        "json::unreadable",
        "history[0].service_date",
        "a date of the form",
    );
    check("/history/0/service_date", Value::Null, "json::missing_field", "history[0].service_date", "");
    check("/history/0/procedures/0", json!("64493-K"), "json::unreadable", "history[0].procedures[0]", "64493-KX");
    check("/history/0", json!(1), "json::wrong_type", "history[0]", "an object");
}

#[test]
fn every_fault_is_told_at_once_and_the_claim_is_named() {
    let mut request = with("/lines/0/procedre", json!("62323"));
    request["lines"][0]["units"] = json!([]);
    request["kind"] = json!("clam");
    let reject = request_of_value(&request).unwrap_err();
    assert_eq!((reject.request_id.as_deref(), reject.lines), (Some("C-1"), 1));
    for told in ["3 faults: kind: expected one of", "did you mean `claim`?", "lines[0].procedre:", "lines[0].units:"] {
        assert!(reject.fault.message.contains(told), "{}", reject.fault.message);
    }
    let twice = r#"{"id": "C-1", "id": "C-2", "lines": [{}]}"#;
    assert_eq!(super::request(twice).unwrap_err().fault.message, "`id` is given twice");
    let mut wide = whole();
    (0..100).for_each(|field| wide[format!("field_{field}")] = json!(1));
    assert_eq!(fault_of(&wide).code, "json::object_too_long");
}

/// The items of an input as short texts: `C-1` a request, `! place: message` a reject.
fn told(read: impl FnOnce(&mut dyn FnMut(Item))) -> Vec<String> {
    let mut items = Vec::new();
    read(&mut |item| {
        items.push(match item {
            Item::Request(request) | Item::Answered(request, _) => request.id,
            Item::Reject(Reject { fault, .. }) => format!("! {}: {}", fault.place, fault.message),
            Item::Fault(fault) => format!("? {}", fault.place),
        });
    });
    items
}

#[test]
fn one_an_array_and_a_line_each() {
    let check = |text: &str, expected: &[&str]| assert_eq!(told(|each| read(text.as_bytes(), each)), expected);
    let one = |id: &str| format!(r#"{{"id": "{id}", "lines": [{{}}]}}"#);
    let (a, b) = (one("A"), one("B"));
    check(&format!("\u{feff} {a}\n"), &["A"]);
    check(&format!("[{a}, {b}]"), &["A", "B"]);
    check("[]", &[]);
    check(
        &format!("[{a}, 7, {{}}, {b}]"),
        &[
            "A",
            "! [1]: the request: expected an object, found a number",
            "! [2]: id: 2 faults: id: `id` is missing; lines: `lines` is missing or empty: there is nothing to decide",
            "B",
        ],
    );
    check(&format!("{a}\n{b}"), &["A", "! line 2, column 1: something follows after the request"]);
    check(&format!("[{a}, {{\"id\""), &["A", "! column 34: after 1 members: the JSON breaks off"]);
    check("", &["! column 0: the JSON breaks off"]);
    check("7", &["! the request: expected an object, found a number"]);
    let deep = format!(r#"[{{"id": {}{}}}, {a}]"#, "[".repeat(5000), "]".repeat(5000));
    check(&deep, &["! [0]: column 134: the JSON is nested deeper than 128 levels", "A"]);
    assert_eq!(told(|each| read(b"{\"id\": \"\xff\"}", each)), ["! byte 8: the text is not UTF-8"]);

    let lines = format!("{a}\n\n{{\"id\": \n\"\u{7f}\n{b}\r\n");
    let mut bytes = lines.into_bytes();
    bytes.extend_from_slice(b"\xff\n");
    bytes.extend(vec![b' '; LINE_BYTES_MAX + 1]);
    bytes.extend_from_slice(b"\n{}\n");
    assert_eq!(
        told(|each| read_lines(bytes.as_slice(), "x.ndjson", each).unwrap()),
        [
            "A",
            "! x.ndjson:3: column 6: the JSON breaks off",
            "! x.ndjson:4: column 2: the JSON breaks off",
            "B",
            "! x.ndjson:6: byte 0: the text is not UTF-8",
            "! x.ndjson:7: the line is longer than 8388608 bytes",
            "! x.ndjson:8: id: 2 faults: id: `id` is missing; lines: `lines` is missing or empty: there is nothing to decide",
        ]
    );
}
