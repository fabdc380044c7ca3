//! Whose claim it is.

use super::{claim, interchange, only, read, said};
use crate::{
    exchange::Item,
    request::{Given, Request, Sex},
};

const PROVIDER: &str = "HL*1**20*1~NM1*85*2*PRACTICE~";

fn requests(body: &str, expected: &[&str]) -> Vec<Request> {
    let items = read(interchange("005010X222A1", body).as_bytes());
    assert_eq!(said(&items), expected, "{body}");
    let request = |item: Item| if let Item::Request(request) = item { Some(*request) } else { None };
    items.into_iter().filter_map(request).collect()
}

/// Member, birth date and sex in short.
fn who(request: &Request) -> String {
    let patient = &request.patient;
    let member = patient.member_id.as_ref().map_or("-", |id| id.reveal());
    let birth = match &patient.birth_date {
        Given::Absent => "absent".to_owned(),
        Given::Unreadable(_) => "unreadable".to_owned(),
        Given::Value(birth) => birth.value.reveal().to_string(),
    };
    let sex = match patient.sex.get() {
        None => "-",
        Some(Sex::Female) => "F",
        Some(Sex::Male) => "M",
        Some(Sex::Other) => "U",
    };
    format!("{member} {birth} {sex}")
}

fn subscriber(number: u32, child: u32, member: &str, birth: &str) -> String {
    format!("HL*{number}*1*22*{child}~SBR*P*18*******CI~NM1*IL*1*A*B****MI*{member}~DMG*D8*{birth}*F~")
}

fn patient(number: u32, parent: u32, dmg: &str) -> String {
    format!("HL*{number}*{parent}*23*0~PAT*19~NM1*QC*1*A*B~{dmg}")
}

#[test]
fn patients_and_subscribers_in_turn() {
    let body = [
        PROVIDER.into(),
        subscriber(2, 1, "M1", "19500101"),
        patient(3, 2, "DMG*D8*20100102*M~"),
        claim("C-1"),
        claim("C-2"),
        patient(4, 2, ""),
        claim("C-3"),
        subscriber(5, 0, "M2", "19600101"),
        claim("C-4"),
    ]
    .concat();
    let requests = requests(&body, &["C-1 1", "C-2 1", "C-3 1", "C-4 1"]);
    let who: Vec<String> = requests.iter().map(who).collect();
    assert_eq!(who, ["M1 2010-01-02 M", "M1 2010-01-02 M", "M1 absent -", "M2 1960-01-01 F"]);
    assert!(requests[0].patient.birth_date.source().to_string().starts_with("837P 2010CA DMG02"));
}

#[test]
fn the_order_of_levels_decides_whatever_the_numbers_say() {
    let check = |levels: [&str; 3], expected: &[&str]| {
        let body = format!(
            "{}~SBR*P*18*******CI~NM1*IL*1*A*B****MI*M0~{}~SBR*P*18*******CI~NM1*IL*1*A*B****MI*M1~\
             DMG*D8*19500101*F~{}~DMG*D8*20100102*M~{}",
            levels[0],
            levels[1],
            levels[2],
            claim("C-1")
        );
        let requests = requests(&body, expected);
        assert_eq!(who(&requests[0]), "M1 2010-01-02 M", "{levels:?}");
    };
    const WRONG: &[&str] = &["x12::hl_numbering", "C-1 1"];
    check(["HL*1**20*1", "HL*2*1*22*1", "HL*3*2*23*0"], &["C-1 1"]);
    check(["HL*1**20*1", "HL*2*1*22*1", "HL*4*2*23*0"], WRONG);
    check(["HL*1**20*1", "HL*2*7*22*1", "HL*3*9*23*0"], WRONG);
    check(["HL*1**20*1", "HL*2*1*22*0", "HL*3*2*23*0"], WRONG);
    check(["HL*x**20", "HL**1*22", "HL*3*2*23"], WRONG);
}

#[test]
fn a_promised_patient_that_never_comes() {
    let body = [PROVIDER.into(), subscriber(2, 1, "M1", "19500101"), claim("C-1")].concat();
    assert_eq!(who(&requests(&body, &["C-1 1", "x12::hl_numbering"])[0]), "M1 1950-01-01 F");
    let body = [body, subscriber(3, 0, "M2", "19600101"), claim("C-2")].concat();
    assert_eq!(who(&requests(&body, &["C-1 1", "x12::hl_numbering", "C-2 1"])[1]), "M2 1960-01-01 F");
}

#[test]
fn an_unknown_level_belongs_to_nobody() {
    let body = [PROVIDER.into(), subscriber(2, 0, "M1", "19500101"), "HL*3*2*24*0~".into(), claim("C-1")].concat();
    let requests = requests(&body, &["x12::hl_numbering", "C-1 1"]);
    assert_eq!(who(&requests[0]), "- unreadable -");
    assert!(requests[0].coverage.line_of_business.get().is_none());
}

#[test]
fn a_claim_before_any_subscriber_is_remarked() {
    let requests = requests(&[PROVIDER.into(), claim("C-1")].concat(), &["C-1 1"]);
    assert_eq!(who(&requests[0]), "- absent -");
    assert_eq!(requests[0].remarks.len(), 1);
}

#[test]
fn birth_dates_and_sexes() {
    let check = |dmg: &str, expected: &str| {
        let body = format!("{PROVIDER}HL*2*1*22*0~SBR*P*18~NM1*IL*1*A*B****MI*M1~{dmg}{}", claim("C-1"));
        let request = only(&interchange("005010X222A1", &body));
        assert_eq!(who(&request), format!("M1 {expected}"), "{dmg}");
        assert!(request.coverage.line_of_business.is_absent());
    };
    check("DMG*D8*19730501*U~", "1973-05-01 U");
    check("DMG*D8*197305*F~", "1973-05 F");
    check("DMG*D8*19731344*X~", "unreadable -");
    check("DMG*D8**M~", "absent M");
    check("DMG*D8*19730501*F~DMG*D8*19730502*F~", "unreadable F");
    check("", "absent -");
}

#[test]
fn nothing_private_prints() {
    let body = [PROVIDER.into(), subscriber(2, 0, "SECRET", "19500101"), claim("C-1")].concat();
    let printed = format!("{:?}", requests(&body, &["C-1 1"]));
    assert!(!printed.contains("SECRET") && !printed.contains("1950"), "{printed}");
}
