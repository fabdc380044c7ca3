//! Inputs cut into parts, which several hands read.

use std::io;

use claimgate::{
    exchange::{
        FlatClaims, Part, cut_parquet,
        fhir::{Aside, Beside, write},
        json, open_any, read_any, read_parquet, table, x12,
    },
    sample,
};

/// Nothing lies beside a claim; of one patient it cannot be had.
struct Nothing;

impl Beside for Nothing {
    fn of_patient(&self, id: &str) -> io::Result<Vec<String>> {
        if id == "nobody" { Err(io::Error::other("nobody's")) } else { Ok(Vec::new()) }
    }
}

fn cut(bytes: &[u8], is_beside: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    open_any(bytes, None).unwrap().cut("in", is_beside, &mut |part| parts.push(part)).unwrap();
    parts
}

/// What parts hold, each read by itself, the last of them first.
fn read_each(parts: Vec<Part>) -> Vec<String> {
    let read = |part: Part| {
        let (mut items, mut aside) = (Vec::new(), Aside::default());
        part.read("in", None, &mut aside, &mut |item| items.push(format!("{item:?}"))).unwrap();
        (items, aside)
    };
    let mut read: Vec<_> = parts.into_iter().rev().map(read).collect();
    read.reverse();
    let (mut items, mut aside) = (Vec::new(), Aside::default());
    for (more, left) in read {
        items.extend(more);
        aside.join(left);
    }
    aside.tell(&mut |item| items.push(format!("{item:?}")));
    items
}

fn check(bytes: &[u8], parts_min: usize) {
    let mut alone = Vec::new();
    read_any(bytes, "in", None, &mut |item| alone.push(format!("{item:?}"))).unwrap();
    let parts = cut(bytes, false);
    assert!(parts.len() >= parts_min, "{} parts", parts.len());
    assert_eq!(read_each(parts), alone);
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
fn parts_hold_what_the_input_holds() {
    let claims = || sample::claims(2).take(900);
    let mut native = Vec::new();
    claims().for_each(|claim| json::write_request(&claim.request, &mut native).unwrap());
    let native = String::from_utf8(native).unwrap();
    check(with_others(&native).as_bytes(), 2);
    check(with_others(&fhir(300)).as_bytes(), 2);
    check(format!("[{}]", native.trim_end().replace('\n', ",")).as_bytes(), 2);
    let mut x12 = x12::write::Writer::new(Vec::new()).unwrap();
    claims().for_each(|claim| x12.push(&claim.request).unwrap());
    let x12 = String::from_utf8(x12.finish().unwrap()).unwrap();
    check(x12.as_bytes(), 2);
    // Segments that are none of an 837, and trailers that are not there.
    check(x12.replace("HI*ABK:M54", "H*ABK:M54").replace("SE*", "XX*").as_bytes(), 2);
    let mut csv = table::write::Writer::new(Vec::new()).unwrap();
    claims().for_each(|claim| csv.push(&claim.request).unwrap());
    let csv = String::from_utf8(csv.finish().unwrap()).unwrap();
    check(csv.as_bytes(), 2);
    let mut rows: Vec<&str> = csv.lines().collect();
    rows.insert(400, ",,,,");
    rows.insert(300, "C-9,\"open");
    rows.swap(100, 500);
    check(rows.join("\n").as_bytes(), 2);
}

#[test]
fn parts_of_a_flat_parquet_table_hold_what_it_holds() {
    let mut table = FlatClaims::new(Vec::new()).unwrap();
    sample::claims(2).take(900).for_each(|claim| table.push(&claim.request).unwrap());
    let bytes = bytes::Bytes::from(table.finish().unwrap());
    let (mut alone, mut parts) = (Vec::new(), Vec::new());
    read_parquet(bytes.clone(), "in", &|| false, &mut |item| alone.push(format!("{item:?}"))).unwrap();
    cut_parquet(bytes, "in", &|| false, &mut |part| parts.push(part)).unwrap();
    assert!(alone.len() == 900 && parts.len() >= 2, "{} parts", parts.len());
    assert_eq!(read_each(parts), alone);
}

#[test]
fn what_cannot_be_had_ends_the_reading_at_its_place() {
    let claims = fhir(300);
    let broken = claims.lines().nth(200).unwrap();
    let from = broken.find("Patient/").unwrap();
    let to = from + broken.get(from..).unwrap().find('"').unwrap();
    let nobodys = broken.replace(broken.get(from..to).unwrap(), "Patient/nobody");
    let mut items = 0;
    let read = cut(claims.replace(broken, &nobodys).as_bytes(), true)
        .into_iter()
        .try_for_each(|part| part.read("in", Some(&Nothing), &mut Aside::default(), &mut |_| items += 1));
    assert_eq!((items, read.unwrap_err().to_string()), (200, "nobody's".to_owned()));
}
