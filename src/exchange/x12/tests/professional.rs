//! How an 837P becomes a request.

use super::{claim, interchange, only, professional, remarks};
use crate::{
    code::{Code, System},
    money::Cents,
    request::{Form, Frequency, Given, Kind, Line, Pointers, Request},
};

/// The claim `clm` of the standard subscriber with the standard line.
fn with(clm: &str, above: &str) -> Request {
    only(&professional(&format!("{clm}~{above}HI*ABK:M5416*ABF:G894~LX*1~SV1*HC:62323*100*UN*1***1~")))
}

/// The only line of a claim that has `line` for its SV1 and what follows.
fn line(line: &str) -> Line {
    let clm = format!("CLM*C-1*100***11:B:1~HI*ABK:M5416*ABF:G894*ABF:M545~LX*1~{line}~");
    only(&professional(&clm)).lines.remove(0)
}

fn why<T: std::fmt::Debug>(given: &Given<T>) -> Result<String, &'static str> {
    match given {
        Given::Absent => Err("absent"),
        Given::Unreadable(sourced) => Err(sourced.value),
        Given::Value(sourced) => Ok(format!("{:?}", sourced.value)),
    }
}

#[test]
fn a_claim_with_everything() {
    let request = only(&professional(&claim("C-1")));
    assert_eq!((request.id.as_str(), request.kind), ("C-1", Kind::Claim));
    assert_eq!((request.form.value, request.frequency.value), (Form::Professional, Frequency::Original));
    assert_eq!(request.patient.member_id.as_ref().unwrap().reveal(), "M1");
    assert_eq!(request.patient.birth_date.get().unwrap().reveal().to_string(), "1973-05-01");
    assert_eq!(request.onset.get().unwrap().to_string(), "2025-09-01");
    assert_eq!(request.diagnoses.len(), 1);
    let code = request.diagnoses[0].code.get().unwrap();
    assert_eq!((code.system(), code.text()), (System::Icd10Cm, "M5416"));
    let line = &request.lines[0];
    assert_eq!(line.procedure.get(), Code::parse(System::Cpt, "62323").ok().as_ref());
    assert_eq!((line.charge.get(), line.units_milli.get()), (Some(&Cents(10_000)), Some(&1_000)));
    assert_eq!(line.service_date.get().unwrap().to_string(), "2026-03-10");
    assert_eq!(line.place_of_service.as_ref().unwrap().value.text(), "11");
    assert!(matches!(&line.pointers, Pointers::To(places, _) if places == &[0]));
    assert_eq!(remarks(&request), [""; 0]);
}

#[test]
fn every_value_says_where_it_stood() {
    let text = professional(&claim("C-1"));
    let request = only(&text);
    let byte = text.find("SV1").unwrap();
    let segment = text.bytes().take(byte).filter(|byte| *byte == b'~').count() + 1;
    let source = request.lines[0].procedure.source().to_string();
    assert_eq!(source, format!("837P 2400 SV101-2 (segment {segment}, byte {byte})"));
    let check = |source: &crate::request::Source, expected: &str| {
        assert!(source.to_string().starts_with(expected), "{source}");
    };
    check(request.onset.source(), "837P 2300 DTP03");
    check(request.patient.birth_date.source(), "837P 2010BA DMG02");
    check(request.coverage.line_of_business.source(), "837P 2000B SBR09");
    check(request.diagnoses[0].code.source(), "837P 2300 HI01-2");
    check(request.lines[0].service_date.source(), "837P 2400 DTP03");
    check(&request.form.source, "837P 2300 CLM05-1");
}

#[test]
fn frequency_and_what_it_replaces() {
    let check = |frequency: &str, above: &str, expected: (Frequency, Option<&str>), remark: bool| {
        let request = with(&format!("CLM*C-2*100***11:B:{frequency}"), above);
        assert_eq!((request.frequency.value, request.replaces.as_deref()), expected, "{frequency}");
        assert_eq!(!request.remarks.is_empty(), remark, "{:?}", remarks(&request));
    };
    check("1", "REF*F8*C-1~", (Frequency::Original, None), false);
    check("7", "REF*F8*C-1~", (Frequency::Replacement, Some("C-1")), false);
    check("8", "REF*F8*C-1~", (Frequency::Void, Some("C-1")), false);
    check("7", "", (Frequency::Replacement, None), true);
    check("6", "", (Frequency::Original, None), true);
    check("", "", (Frequency::Original, None), true);
}

#[test]
fn prior_authorization_of_claim_or_line() {
    let check = |above: &str, below: &str, expected: Option<&str>| {
        let clm = format!("CLM*C-1*100***11:B:1~{above}HI*ABK:M5416~LX*1~SV1*HC:62323*100*UN*1***1~{below}");
        let approval = only(&professional(&clm)).coverage.prior_authorization;
        assert_eq!(approval.get().is_some(), expected.is_some(), "{above} {below}");
        assert!(approval.get().is_none_or(|approval| approval.approved_on.is_absent()));
        let source = approval.source().to_string();
        assert!(expected.is_none_or(|expected| source.starts_with(expected)), "{source}");
    };
    check("", "", None);
    check("REF*G1*P-1~", "", Some("837P 2300 REF02"));
    check("NM1*82*1*C~REF*G1*P-1~", "", Some("837P 2300 REF02"));
    check("", "REF*G1*P-1~", Some("837P 2400 REF02"));
    check("", "REF*G1*P-1**2U:OTHER~", None);
    check("", "NM1*82*1*C~REF*G1*P-1~", None);
    check("REF*G1*~", "", None);
    check("REF*9F*P-1~", "", None);
    check("SBR*S*18*******CI~NM1*PR*2*OTHER~REF*G1*P-1~", "", None);
}

#[test]
fn other_payers_keep_to_themselves() {
    let other = "SBR*S*01*******MB~CAS*PR*1*50~AMT*D*50~DMG*D8*19500101*M~OI***Y~NM1*IL*1*X*Y****MI*OTHER~\
                 NM1*PR*2*PAYER~DTP*573*D8*20260401~DTP*431*D8*20200101~REF*F8*OTHER-1~";
    let clm = format!(
        "CLM*C-1*100***11:B:7~REF*F8*C-0~HI*ABK:M5416~{other}LX*1~SV1*HC:62323*100*UN*1***1~\
                       DTP*472*D8*20260310~SVD*PAYER*50*HC:99213**1~CAS*PR*1*50~DTP*573*D8*20260401~AMT*EAF*50~"
    );
    let request = only(&professional(&clm));
    assert_eq!(format!("{:?}", request.coverage.line_of_business.get()), "Some(Commercial)");
    assert_eq!(request.patient.member_id.unwrap().reveal(), "M1");
    assert_eq!(request.patient.birth_date.get().unwrap().reveal().to_string(), "1973-05-01");
    assert!(request.onset.is_absent());
    assert_eq!(request.replaces.as_deref(), Some("C-0"));
    assert_eq!(request.lines[0].procedure.get().unwrap().text(), "62323");
    assert_eq!(request.lines[0].service_date.get().unwrap().to_string(), "2026-03-10");
}

#[test]
fn drugs_below_a_line_are_not_its_own() {
    let line = line("SV1*HC:J1100*100*UN*1***1~LIN**N4*00000000000~CTP****2*ME~REF*XZ*1~DTP*472*D8*20260310");
    assert_eq!(line.procedure.get().unwrap().text(), "J1100");
    assert_eq!(line.procedure.get().unwrap().system(), System::Hcpcs);
    assert_eq!(line.units_milli.get(), Some(&1_000));
    assert!(line.service_date.get().is_some());
}

#[test]
fn procedures_and_modifiers() {
    const EXPECTED: &str = "a CPT or HCPCS code of five characters under HC";
    let check = |composite: &str, code: Result<&str, &str>, modifiers: &[&str]| {
        let line = line(&format!("SV1*{composite}*100*UN*1***1"));
        let read = why(&line.procedure);
        assert_eq!(read.as_deref().map_err(|why| *why), code, "{composite}");
        let read: Vec<&str> = line.modifiers.iter().map(|modifier| modifier.value.text()).collect();
        assert_eq!(read, modifiers, "{composite}");
    };
    check("HC:62323", Ok("cpt:62323"), &[]);
    check("hc:g0260:lt:kx", Ok("hcpcs:G0260"), &["LT", "KX"]);
    check("HC:64493::50", Ok("cpt:64493"), &["50"]);
    check("HC:64493:1:2:3:4:RF", Ok("cpt:64493"), &["RF"]);
    check("HC:64493:LT:RT:50:KX:59", Ok("cpt:64493"), &["LT", "RT", "50", "KX", "59"]);
    check("HC:6232", Err(EXPECTED), &[]);
    check("HC:62323-50", Err(EXPECTED), &[]);
    check("ER:62323", Err(EXPECTED), &[]);
    check("62323", Err(EXPECTED), &[]);
    check("", Err("absent"), &[]);
}

#[test]
fn charges_and_units() {
    let check = |charge: &str, unit: &str, units: &str, expected: (Result<&str, &str>, Result<&str, &str>)| {
        let line = line(&format!("SV1*HC:62323*{charge}*{unit}*{units}***1"));
        let read = (why(&line.charge), why(&line.units_milli));
        let read = (read.0.as_deref().map_err(|why| *why), read.1.as_deref().map_err(|why| *why));
        assert_eq!(read, expected, "{charge} {units}");
    };
    const AMOUNT: &str = "an amount that is not negative";
    const UNITS: &str = "units of service (UN)";
    check("412.", "UN", "1.5", (Ok("Cents(41200)"), Ok("1500")));
    check(".5", "", "2", (Ok("Cents(50)"), Ok("2000")));
    check("-5", "UN", "-1", (Err(AMOUNT), Err(UNITS)));
    check("", "UN", "", (Err(AMOUNT), Err("absent")));
    check("1,5", "MJ", "30", (Err(AMOUNT), Err(UNITS)));
}

#[test]
fn pointers() {
    let check = |pointers: &str, expected: Result<&[usize], &str>| {
        let line = line(&format!("SV1*HC:62323*100*UN*1***{pointers}"));
        let read = match &line.pointers {
            Pointers::To(places, _) => Ok(places.as_slice()),
            Pointers::All => Err("all"),
            Pointers::Unknown(why) if why.is_absent() => Err("absent"),
            Pointers::Unknown(_) => Err("unreadable"),
        };
        assert_eq!(read, expected, "{pointers}");
    };
    check("1", Ok(&[0]));
    check("3:1:03", Ok(&[2, 0]));
    check("1::2:", Ok(&[0, 1]));
    check("0", Err("unreadable"));
    check("4", Err("unreadable"));
    check("1:4", Err("unreadable"));
    check("A:B", Err("unreadable"));
    check("-1", Err("unreadable"));
    check("99999999999999999999999", Err("unreadable"));
    check("", Err("absent"));
    let none = only(&professional("CLM*C-1*100***11:B:1~LX*1~SV1*HC:62323*100*UN*1~"));
    assert_eq!(none.lines[0].pointers, Pointers::Unknown(Given::Absent));
}

#[test]
fn service_dates() {
    let check = |dates: &str, expected: Result<&str, &str>| {
        let line = line(&format!("SV1*HC:62323*100*UN*1***1~{dates}REF*6R*1"));
        let read = why(&line.service_date).map(|_| line.service_date.get().unwrap().to_string());
        assert_eq!(read.as_deref().map_err(|why| *why), expected, "{dates}");
    };
    check("DTP*472*D8*20260310~", Ok("2026-03-10"));
    check("DTP*472*RD8*20260310-20260312~", Ok("2026-03-10"));
    check("NM1*82*1*C~DTP*472*D8*20260310~", Ok("2026-03-10"));
    check("DTP*472*RD8*20260312-20260310~", Err("a range of dates that ends after it begins"));
    check("DTP*472*D8*20261344~", Err("a date YYYYMMDD"));
    check("DTP*472*D8*20260310~DTP*472*D8*20260311~", Err("one date of service"));
    check("DTP*573*D8*20260310~", Err("absent"));
    check("", Err("absent"));
}

#[test]
fn place_of_service_of_the_line_first() {
    let check = |place: &str, expected: Option<&str>| {
        let line = line(&format!("SV1*HC:62323*100*UN*1*{place}**1"));
        assert_eq!(line.place_of_service.as_ref().map(|place| place.value.text()), expected);
    };
    check("", Some("11"));
    check("24", Some("24"));
    check("??", None);
}

#[test]
fn narrative_from_the_note_before_the_description() {
    let check = |line: &Line, expected: Option<&str>| {
        assert_eq!(line.narrative.get().map(|words| words.reveal().as_str()), expected);
    };
    check(&line("SV1*HC:64999*100*UN*1***1"), None);
    check(&line("SV1*HC:64999:::::pulsed*100*UN*1***1"), Some("pulsed"));
    check(&line("SV1*HC:64999:::::pulsed*100*UN*1***1~NTE*ADD*of the root~NTE*ADD*left"), Some("of the root left"));
    check(&line("NTE*ADD*of the root~SV1*HC:64999:::::pulsed*100*UN*1***1"), Some("of the root"));
    check(&line("SV1*HC:64999*100*UN*1***1~NTE*TPO*other"), None);
    let long = format!("SV1*HC:64999*100*UN*1***1~NTE*ADD*{}~NTE*ADD*last", "x".repeat(4_095));
    check(&line(&long), Some(&"x".repeat(4_095)));
    assert_eq!(format!("{:?}", line("SV1*HC:64999:::::pulsed*100*UN*1***1").narrative.get()), "Some(<private>)");
}

#[test]
fn diagnoses_keep_their_places() {
    let check = |segments: &str, expected: &[Result<&str, &str>]| {
        let clm = format!("CLM*C-1*100***11:B:1~{segments}LX*1~SV1*HC:62323*100*UN*1***1~");
        let request = only(&professional(&clm));
        let read: Vec<_> = request.diagnoses.iter().map(|diagnosis| why(&diagnosis.code)).collect();
        let read: Vec<_> = read.iter().map(|read| read.as_deref().map_err(|why| *why)).collect();
        assert_eq!(read, expected, "{segments}");
    };
    check("HI*ABK:M54.16*abf:g89.4~", &[Ok("icd10cm:M54.16"), Ok("icd10cm:G89.4")]);
    check("HI*BK:72210*BF:7242~", &[Ok("icd9cm:722.10"), Ok("icd9cm:724.2")]);
    check("HI*ABK:M5416**ABF:G894**~", &[Ok("icd10cm:M54.16"), Err("absent"), Ok("icd10cm:G89.4")]);
    check("HI*ABK:M5416~HI*ABF:G894~", &[Ok("icd10cm:M54.16"), Ok("icd10cm:G89.4")]);
    check("HI*ABK:M5416*XX:G894~", &[Ok("icd10cm:M54.16"), Err("a diagnosis qualified ABK, ABF, BK or BF")]);
    check("HI*ABK:M5\u{e4}16*ABF:~", &[Err("a diagnosis code"), Err("a diagnosis code")]);
    check("HI*BP:01992~HI*ABK:M5416~HI*BG:30~", &[Ok("icd10cm:M54.16")]);
}

#[test]
fn totals_numbers_and_lines_that_are_remarked() {
    let check = |clm: &str, numbers: &[u32], expected: &[&str]| {
        let request = only(&professional(clm));
        let read: Vec<u32> = request.lines.iter().map(|line| line.number).collect();
        assert_eq!((read.as_slice(), remarks(&request).as_slice()), (numbers, expected), "{clm}");
    };
    const SV1: &str = "SV1*HC:62323*50*UN*1***1~";
    let two = format!("HI*ABK:M5416~LX*1~{SV1}LX*2~{SV1}");
    check(&format!("CLM*C-1*100***11:B:1~{two}"), &[1, 2], &[]);
    check(&format!("CLM*C-1*101***11:B:1~{two}"), &[1, 2], &["the total charge is not the sum of its lines"]);
    check(&format!("CLM*C-1****11:B:1~{two}"), &[1, 2], &["the total charge cannot be read"]);
    const OWN: &str = "the service has no line number (LX) of its own; it was given the next";
    check(&format!("CLM*C-1*100***11:B:1~HI*ABK:M5416~LX*1~{SV1}{SV1}"), &[1, 2], &[OWN]);
    check(&format!("CLM*C-1*50***11:B:1~HI*ABK:M5416~{SV1}"), &[1], &[OWN]);
    const NONE: &str = "the line has no number; it was given the next";
    check(&format!("CLM*C-1*50***11:B:1~HI*ABK:M5416~LX~{SV1}"), &[1], &[NONE]);
    const BACK: &str = "the line's number does not count on";
    check(&format!("CLM*C-1*100***11:B:1~HI*ABK:M5416~LX*2~{SV1}LX*1~{SV1}"), &[2, 1], &[BACK]);
    check("CLM*C-1*0***11:B:1~HI*ABK:M5416~LX*1~", &[1], &[]);
    let many: String = (1..=51).map(|number| format!("LX*{number}~{SV1}")).collect();
    let clm = format!("CLM*C-1*2550***11:B:1~HI*ABK:M5416~{many}");
    check(&clm, &(1..=51).collect::<Vec<_>>(), &["the claim has more lines than its form allows; all were read"]);
}

#[test]
fn every_errata_of_the_guide_is_read() {
    for version in ["005010X222", "005010X222A1", "005010X222A2"] {
        let request = only(&interchange(version, &format!("{}{}", super::SUBSCRIBER, claim("C-1"))));
        assert_eq!(request.form.value, Form::Professional);
    }
}
