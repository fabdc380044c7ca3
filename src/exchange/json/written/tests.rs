use super::*;
use crate::exchange::json::{request_of_value, request_value};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Reads, writes and reads again: nothing may be lost.
fn check(value: &Value) {
    let request = request_of_value(value).unwrap();
    assert_eq!(request_of_value(&request_value(&request)).as_ref(), Ok(&request), "{}", request_value(&request));
}

/// Like [`check`]; but of what could not be read, why and in which part may be told otherwise.
fn check_values(value: &Value) {
    let first = request_value(&request_of_value(value).unwrap());
    let again = request_value(&request_of_value(&first).unwrap());
    assert_eq!(first, again);
    if !first.to_string().contains(r#""?""#) && !first.to_string().contains(r#""diagnosis_pointers":[0]"#) {
        check(value);
    }
}

#[test]
fn what_is_read_is_written() {
    check(&json!({"id": "C-1", "lines": [{}]}));
    check(&json!({"id": "C-1", "kind": "order", "form": "inpatient", "frequency": "replacement", "replaces": "C-0",
        "patient": {"member_id": "M1", "birth_date": "1973", "sex": "M"},
        "coverage": {"line_of_business": "medicare", "state": "TX",
                     "prior_authorization": {"number": "on file", "approved_on": "2026-03"}},
        "authored_on": "2026-03-01", "onset_date": "2025-09", "stated": {"pain_type": "mixed"},
        "diagnoses": [{"code": "M54.16", "onset_date": "2025-09-01", "status": "inactive",
                       "verification": "provisional"},
                      {"code": "23056005", "system": "snomed", "verification": "refuted"}, {}],
        "condition_codes": ["30"],
        "lines": [{"number": 7, "procedure": "62323", "concept": "other", "modifiers": ["50", "KX"],
                   "diagnosis_pointers": [2, 1], "service_date": "2026-03-10", "units": "1.125", "charge": "1250.00",
                   "place_of_service": "11", "purpose": "diagnostic", "narrative": "words \"quoted\""},
                  {"procedure": "3E0R33Z"}],
        "history": [{"claim_id": "C-9", "service_date": "2025-08", "procedures": ["64483-50-KX", "G0260"],
                     "diagnoses": ["M51.16", "snomed:23056005"]}]}));
}

#[test]
fn what_could_not_be_read_is_unreadable_again() {
    check_values(&json!({"id": "C-1", "patient": {"birth_date": "May"}, "onset_date": "2026-13",
        "coverage": {"prior_authorization": {"number": " "}},
        "diagnoses": [{"code": "back pain", "onset_date": "?"}],
        "lines": [{"procedure": "6232", "diagnosis_pointers": [4], "service_date": "10.03.2026", "units": -1,
                   "charge": "free"},
                  {"service_date": "2026-03-10", "service_date_end": "2026-03-09"},
                  {"service_date": "2026-03-10", "service_date_end": "later"}]}));
}

#[test]
fn fields_stand_in_the_order_of_the_contract() {
    let request = request_of_value(&json!({"lines": [{"charge": "1.00", "procedure": "62323"}], "id": "C-1"})).unwrap();
    assert_eq!(
        serde_json::to_string(&written(&request)).unwrap(),
        r#"{"id":"C-1","kind":"claim","lines":[{"number":1,"procedure":"62323","charge":"1.00"}]}"#
    );
}

fn date() -> impl Strategy<Value = Value> {
    prop_oneof![
        (1900u16..2030, 1u8..13, 1u8..29).prop_map(|(year, month, day)| json!(format!("{year}-{month:02}-{day:02}"))),
        (1900u16..2030, 1u8..13).prop_map(|(year, month)| json!(format!("{year}-{month:02}"))),
        (1900u16..2030).prop_map(|year| json!(year.to_string())),
        Just(json!("soon")),
        Just(Value::Null),
    ]
}

fn of(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), prop::sample::select(words).prop_map(Value::from)]
}

prop_compose! {
    fn diagnosis_json()(
        code in of(&["M54.16", "G89.29", "C61", "no code"]),
        onset_date in date(),
        status in of(&["active", "inactive"]),
        verification in of(&["confirmed", "provisional", "refuted"]),
    ) -> Value {
        json!({"code": code, "onset_date": onset_date, "status": status, "verification": verification})
    }
}

prop_compose! {
    fn line_json()(
        procedure in of(&["62323", "G0260", "3E0R33Z", "injection"]),
        modifiers in prop::collection::vec(prop::sample::select(&["50", "KX", "LT"][..]), 0..3),
        pointers in prop::collection::vec(0u8..4, 0..4),
        (service_date, end) in (date(), date()),
        milli in prop::option::of(0i64..5_000),
        cents in prop::option::of(0i64..500_000),
        place in of(&["11", "22"]),
        (purpose, concept) in (of(&["diagnostic", "therapeutic"]), of(&["drg-radiofrequency", "other"])),
        narrative in prop::option::of("[ -~äöü]{0,20}"),
    ) -> Value {
        let units = milli.map(|milli| format!("{}.{:03}", milli / 1000, milli % 1000));
        let charge = cents.map(|cents| format!("{}.{:02}", cents / 100, cents % 100));
        json!({"procedure": procedure, "modifiers": modifiers, "diagnosis_pointers": pointers,
               "service_date": service_date, "service_date_end": end, "units": units, "charge": charge,
               "place_of_service": place, "purpose": purpose, "concept": concept, "narrative": narrative})
    }
}

prop_compose! {
    fn request_json()(
        (kind, form, frequency) in (of(&["claim", "order"]), of(&["professional", "institutional", "inpatient"]),
                                    of(&["original", "replacement", "void"])),
        (birth, sex) in (date(), of(&["F", "M", "other"])),
        (business, number) in (of(&["commercial", "medicaid"]), of(&["on file", " "])),
        approved_on in date(),
        (authored_on, onset_date, pain) in (date(), date(), of(&["axial", "radicular", "mixed"])),
        diagnoses in prop::collection::vec(diagnosis_json(), 0..4),
        lines in prop::collection::vec(line_json(), 1..4),
        history in prop::collection::vec((1900u16..2030, of(&["64483-50", "62323"]), of(&["M51.16"])), 0..3),
    ) -> Value {
        let list = |value: Value| if value.is_null() { json!([]) } else { json!([value]) };
        let encounters: Vec<Value> = history.into_iter().map(|(year, procedure, diagnosis)| json!({
            "service_date": year.to_string(), "procedures": list(procedure), "diagnoses": list(diagnosis)})).collect();
        let on = if number == json!("on file") { approved_on } else { Value::Null };
        let approval = if number.is_null() { Value::Null } else { json!({"number": number, "approved_on": on}) };
        json!({"id": "P-1", "kind": kind, "form": form, "frequency": frequency,
               "patient": {"birth_date": birth, "sex": sex},
               "coverage": {"line_of_business": business, "prior_authorization": approval},
               "authored_on": authored_on, "onset_date": onset_date, "stated": {"pain_type": pain},
               "diagnoses": diagnoses, "lines": lines, "history": encounters})
    }
}

proptest! {
    #[test]
    fn any_request_that_is_read_is_written_whole(value in request_json()) {
        check_values(&value);
    }
}
