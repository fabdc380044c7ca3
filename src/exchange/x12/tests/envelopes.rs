//! Interchanges, groups and sets that do not agree with themselves.

use super::{ISA, SUBSCRIBER, check, claim, interchange, professional, read, said};
use crate::exchange::Item;

#[test]
fn several_of_everything() {
    let one = professional(&claim("C-1"));
    let two = one.replace("000000001", "000000002").replace("C-1", "C-2");
    check(&one, &["C-1 1"]);
    check(format!("{one}{two}"), &["C-1 1", "C-2 1"]);
    check(format!("{one}\r\n\r\n{two}\n"), &["C-1 1", "C-2 1"]);
    let set =
        |id: &str, control: &str| format!("ST*837*{control}*005010X222A1~{SUBSCRIBER}{}SE*14*{control}~", claim(id));
    let group = |sets: &str, count: u32, control: u32| {
        format!("GS*HC*S*R*20260310*1200*{control}*X*005010X222A1~{sets}GE*{count}*{control}~")
    };
    let groups = [group(&[set("C-1", "01"), set("C-2", "02")].concat(), 2, 1), group(&set("C-3", "01"), 1, 2)].concat();
    check(format!("{ISA}TA1*1~{groups}IEA*2*000000001~"), &["C-1 1", "C-2 1", "C-3 1"]);
}

#[test]
fn counts_and_control_numbers() {
    let good = professional(&claim("C-1"));
    let with = |from: &str, to: &str| good.replace(from, to);
    check(with("SE*14*", "SE*13*"), &["C-1 1", "x12::count"]);
    check(with("SE*14*", "SE**"), &["C-1 1", "x12::count"]);
    check(with("*0001~GE", "*0002~GE"), &["C-1 1", "x12::control_number"]);
    check(with("GE*1*1", "GE*2*7"), &["C-1 1", "x12::control_number", "x12::count"]);
    check(with("IEA*1*000000001", "IEA*2*000000009"), &["C-1 1", "x12::control_number", "x12::count"]);
}

#[test]
fn a_fault_names_its_place() {
    let text = professional(&claim("C-1")).replace("SE*14*", "SE*13*");
    let Some(Item::Fault(fault)) = read(text.as_bytes()).pop() else { panic!("no fault") };
    let byte = text.find("SE*").unwrap();
    let segment = text.bytes().take(byte).filter(|byte| *byte == b'~').count() + 1;
    assert_eq!(fault.place, format!("claims.x12: interchange 000000001, segment {segment}, byte {byte}"));
    assert_eq!(fault.message, "SE01 says 13 where 14 segments stand");
}

#[test]
fn the_same_interchange_twice() {
    let one = professional(&claim("C-1"));
    check(format!("{one}{one}"), &["C-1 1", "x12::duplicate_interchange", "C-1 1"]);
}

#[test]
fn missing_trailers() {
    const SE: &str = "x12::missing_trailer";
    let good = professional(&claim("C-1"));
    check(good.replace("SE*14*0001~", ""), &["C-1 1", SE]);
    check(good.replace("GE*1*1~", ""), &["C-1 1", SE]);
    check(good.replace("IEA*1*000000001~", ""), &["C-1 1", SE]);
    check(good.replace("SE*14*0001~GE*1*1~", ""), &["C-1 1", SE, SE]);
    check(good.replace("GE*1*1~IEA*1*000000001~", ""), &["C-1 1", SE, SE]);
    check(good.trim_end_matches('~'), &["C-1 1"]);
    // Without SE nothing closes the claim: it may have lost lines.
    let open = good.replace("SE*14*0001~GE*1*1~IEA*1*000000001~", "");
    check(&open, &["reject C-1 1 x12::claim_cut", SE, SE, SE]);
    let two = professional(&[claim("C-1"), claim("C-2")].concat());
    let (two, _) = two.split_once("SE*").unwrap();
    check(two, &["C-1 1", "reject C-2 1 x12::claim_cut", SE, SE, SE]);
    // The next interchange begins in the midst of this.
    let next = good.replace("000000001", "000000002").replace("C-1", "C-2");
    check(format!("{open}{next}"), &["reject C-1 1 x12::claim_cut", SE, SE, SE, "C-2 1"]);
    let mid = open.strip_suffix("472*D8*20260310~").unwrap();
    check(format!("{mid}{next}"), &["reject C-1 1 x12::unterminated_segment", SE, SE, SE, "C-2 1"]);
    let set = good.replace("SE*14*0001~", &format!("ST*837*0002~{SUBSCRIBER}{}SE*14*0002~", claim("C-2")));
    check(set.replace("GE*1", "GE*2"), &["C-1 1", SE, "C-2 1"]);
}

#[test]
fn trailers_and_headers_out_of_place() {
    let good = professional(&claim("C-1"));
    check(good.replace("SE*14*0001~", "SE*14*0001~SE*14*0001~"), &["C-1 1", "x12::unexpected_trailer"]);
    check(good.replace("GE*1*1~", "GE*1*1~GE*1*1~"), &["C-1 1", "x12::unexpected_trailer"]);
    let group = "GS*HC*S*R*20260310*1200*1*X*005010X222A1~";
    let ungrouped = good.replace(group, "").replace("GE*1*1~IEA*1", "IEA*0");
    check(ungrouped, &["x12::missing_header", "C-1 1"]);
    check(
        good.replace("ST*837*0001*005010X222A1~", ""),
        &["x12::outside_set", "reject C-1 0 x12::claim_outside_set", "x12::unexpected_trailer", "x12::count"],
    );
}

#[test]
fn versions_that_are_not_read() {
    let version = |version: &str| interchange(version, &format!("{SUBSCRIBER}{}{}", claim("C-1"), claim("C-2")));
    let rejected = ["reject C-1 1 x12::version", "reject C-2 1 x12::version"];
    check(version("004010X098A1"), &rejected);
    check(version("005010X224A2"), &rejected);
    check(version(""), &rejected);
    let Item::Reject(reject) = read(version("004010X098A1").as_bytes()).remove(0) else { panic!("no reject") };
    assert_eq!(reject.fault.message, "version `004010X098A1` is not read; 005010X222A1 and 005010X223A2 are");
    // ST03 says more than GS08, and 4010 has no ST03.
    check(professional(&claim("C-1")).replace("*X*005010X222A1", "*X*004010X098A1"), &["C-1 1"]);
    check(professional(&claim("C-1")).replace("0001*005010X222A1~", "0001~"), &["C-1 1"]);
    check(version("004010X098A1").replace("0001*004010X098A1~", "0001~"), &rejected);
}

#[test]
fn sets_that_are_no_claims() {
    let other = "ST*835*0002~BPR*I*10~CLM*X*1~LX*1~CLP*1*1*10~SE*6*0002~";
    let text = professional(&claim("C-1")).replace("GE*1", &format!("{other}GE*2"));
    check(&text, &["C-1 1", "x12::set_left_aside"]);
    let Some(Item::Fault(fault)) = read(text.as_bytes()).pop() else { panic!("no fault") };
    assert_eq!(fault.message, "transaction set `835` is no claim and was left aside");
    assert_eq!(said(&read(b"")), [""; 0]);
}
