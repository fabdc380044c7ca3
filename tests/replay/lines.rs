//! NDJSON read by several hands.

use std::io;

use claimgate::{
    exchange::{
        fhir::{Beside, write},
        json, open_any, read_any,
    },
    replay::read_lines,
    sample,
};

/// Nothing lies beside a claim; of one patient it cannot be had.
struct Nothing;

impl Beside for Nothing {
    fn of_patient(&self, id: &str) -> io::Result<Vec<String>> {
        if id == "nobody" { Err(io::Error::other("nobody's")) } else { Ok(Vec::new()) }
    }
}

fn several(threads: usize, text: &str, beside: Option<&dyn Beside>) -> (Vec<String>, io::Result<()>) {
    let mut items = Vec::new();
    let input = open_any(text.as_bytes(), None).unwrap();
    let lined = input.lined().unwrap();
    let read = read_lines(threads, lined, input, ("in", beside), &mut |item| items.push(format!("{item:?}")));
    (items, read)
}

fn check(text: &str) {
    let mut alone = Vec::new();
    read_any(text.as_bytes(), "in", None, &mut |item| alone.push(format!("{item:?}"))).unwrap();
    for threads in [1, 3] {
        let (items, read) = several(threads, text, None);
        read.unwrap();
        assert_eq!(items, alone, "{threads} threads");
    }
}

/// Lines among which every seventh is none of the format's.
fn with_others(lines: &str) -> String {
    let others = ["{broken", "", "{\"resourceType\": \"Observation\"}", "{\"resourceType\": \"Patient\"}"];
    let mut text = String::new();
    for (number, line) in lines.lines().enumerate() {
        text.push_str(line);
        text.push('\n');
        if number % 7 == 0 {
            text.push_str(others.iter().cycle().nth(number / 7).unwrap());
            text.push('\n');
        }
    }
    text
}

fn fhir(claims: usize) -> String {
    let files = write::Files { claims: Vec::new(), patients: Vec::new(), coverages: Vec::new() };
    let mut writer = write::Writer::new(files);
    sample::claims(2).take(claims).for_each(|claim| writer.push(&claim.request, false).unwrap());
    String::from_utf8(writer.finish().unwrap().claims).unwrap()
}

#[test]
fn several_hands_read_what_one_reads() {
    let mut native = Vec::new();
    sample::claims(2).take(900).for_each(|claim| json::write_request(&claim.request, &mut native).unwrap());
    check(&with_others(&String::from_utf8(native).unwrap()));
    check(&with_others(&fhir(300)));
}

#[test]
fn what_cannot_be_had_ends_the_reading_at_its_place() {
    let claims = fhir(300);
    let broken = claims.lines().nth(200).unwrap();
    let from = broken.find("Patient/").unwrap();
    let to = from + broken.get(from..).unwrap().find('"').unwrap();
    let nobodys = broken.replace(broken.get(from..to).unwrap(), "Patient/nobody");
    let (items, read) = several(3, &claims.replace(broken, &nobodys), Some(&Nothing));
    assert_eq!((items.len(), read.unwrap_err().to_string()), (200, "nobody's".to_owned()));
}
