use super::*;

const ONE: &str = r#"{"id": "A", "lines": [{}]}"#;

/// What an input says, an item each: `A` a request, `! code place` a reject, `? code place` a fault.
fn check(input: &[u8], format: Option<Format>, expected: &[&str]) {
    let mut told = Vec::new();
    let mut each = |item| {
        told.push(match item {
            Item::Request(request) | Item::Answered(request, _) => request.id,
            Item::Reject(Reject { fault, .. }) => format!("! {} {}", fault.code, fault.place),
            Item::Fault(fault) => format!("? {} {}", fault.code, fault.place),
        });
    };
    read_any(input, "x", format, &mut each).unwrap();
    assert_eq!(told, expected);
}

#[test]
fn an_input_goes_through_the_door_of_its_format() {
    check(ONE.as_bytes(), None, &["A"]);
    check(format!("\u{feff}[{ONE}, 7]").as_bytes(), None, &["A", "! json::wrong_type x: [1]: the request"]);
    check(format!("{ONE}\n7\n{ONE}\n").as_bytes(), None, &["A", "! json::wrong_type x:2: the request", "A"]);
    check(b"{\"id\": \"\xff\"}", None, &["! json::not_utf8 x: byte 8"]);
    let table = "claim_id,line_number,service_date,procedure_code,diagnosis_codes\nA,1,,,\n";
    check(table.as_bytes(), None, &["A"]);
    check(format!("\u{feff}{table}").as_bytes(), None, &["A"]);
    check(table.replace("claim_id", "claim").as_bytes(), Some(Format::Csv), &["? csv::unknown_column x:1"]);
    check(b"", None, &["? format::unknown x"]);
    check(b"PK", None, &["? format::unknown x"]);
    check(b"PK", Some(Format::Json), &["! json::not_json x: column 1"]);
}

#[test]
fn lines_longer_than_the_first_look_are_still_lines() {
    let long = format!(r#"{{"id": "L", "lines": [{{"narrative": "{}"}}]}}"#, "x".repeat(3 * HEAD_BYTES));
    check(format!("{long}\n{ONE}\n").as_bytes(), None, &["L", "A"]);
    check(format!("{long}\n\n").as_bytes(), None, &["L"]);
    check(long.as_bytes(), None, &["L"]);
}
