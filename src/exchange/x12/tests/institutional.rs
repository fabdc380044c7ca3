//! How an 837I becomes a request.

use super::{SUBSCRIBER, interchange, only};
use crate::{
    code::System,
    request::{Form, Given, Pointers, Request},
};

/// A claim of facility `facility`, with `above` before its lines and `below` for its lines.
fn claim(facility: &str, above: &str, below: &str) -> Request {
    let clm = format!("CLM*C-1*100***{facility}:A:1~{above}LX*1~{below}");
    only(&interchange("005010X223A2", &format!("{SUBSCRIBER}{clm}")))
}

const SV2: &str = "SV2*0360*HC:62323:50*100*UN*2~";

#[test]
fn a_service_line() {
    let request = claim("13", "DTP*434*RD8*20260310-20260312~HI*ABK:M5416:::::::Y~", SV2);
    let line = &request.lines[0];
    assert_eq!(request.form.value, Form::Institutional);
    assert_eq!(line.procedure.get().unwrap().text(), "62323");
    assert_eq!(line.modifiers[0].value.text(), "50");
    assert_eq!((line.charge.get().unwrap().0, line.units_milli.get()), (10_000, Some(&2_000)));
    assert_eq!(line.pointers, Pointers::All);
    assert_eq!(line.service_date.get().unwrap().to_string(), "2026-03-10");
    assert!(line.service_date.source().to_string().starts_with("837I 2300 DTP03"));
    assert!(line.procedure.source().to_string().starts_with("837I 2400 SV202-2"));
    assert!(line.place_of_service.is_none());
}

#[test]
fn lines_without_date_diagnosis_or_procedure() {
    let request = claim("13", "", "SV2*0250**100*UN*2~DTP*472*D8*20260311~");
    assert_eq!(request.lines[0].pointers, Pointers::Unknown(Given::Absent));
    let procedure = request.lines[0].procedure.get().unwrap();
    assert_eq!((procedure.system(), procedure.text()), (System::Revenue, "0250"), "billed by revenue code alone");
    assert!(claim("13", "", "SV2***100*UN*2~").lines[0].procedure.is_absent());
    assert_eq!(request.lines[0].service_date.get().unwrap().to_string(), "2026-03-11");
    assert!(claim("13", "", SV2).lines[0].service_date.is_absent());
}

#[test]
fn facility_codes_lead_to_forms() {
    let check = |facility: &str, expected| assert_eq!(claim(facility, "", SV2).form.value, expected, "{facility}");
    for inpatient in ["11", "12", "18", "21", "41", "111", "0111", "66"] {
        check(inpatient, Form::Inpatient);
    }
    for outpatient in ["13", "14", "22", "23", "32", "71", "81", "83", "85", "0131", "", "X"] {
        check(outpatient, Form::Institutional);
    }
}

#[test]
fn codes_by_qualifier() {
    let above = "HI*ABK:M5416*ABJ:R52~HI*APR:M545*ABN:W19XXXA~HI*ABF:G894*ABF:Z981~HI*BG:30*BG:A6~\
                 HI*BH:11:D8:20250901*BH:05:D8:20200101~HI*BE:80:::5~HI*DR:460~HI*BI:70:RD8:20260101-20260102~";
    let request = claim("13", above, SV2);
    let codes: Vec<_> = request.diagnoses.iter().map(|d| d.code.get().unwrap().to_string()).collect();
    assert_eq!(codes, ["M54.16", "G89.4", "Z98.1"]);
    let conditions: Vec<_> = request.condition_codes.iter().map(|code| code.value.text()).collect();
    assert_eq!(conditions, ["30", "A6"]);
    assert_eq!(request.onset.get().unwrap().to_string(), "2025-09-01");
    assert!(request.onset.source().to_string().starts_with("837I 2300 HI01-4"));
    assert_eq!(request.remarks.len(), 0);
    let unknown = claim("13", "HI*QQ:M5416~", SV2);
    assert_eq!((unknown.diagnoses.len(), unknown.remarks.len()), (0, 1));
}

#[test]
fn inpatient_procedures_are_lines_behind_the_others() {
    let above = "DTP*434*RD8*20260310-20260314~HI*ABK:M5416~HI*BBR:3E0R33Z:D8:20260311~HI*BBQ:01NB0ZZ*BBQ:3E0~";
    let request = claim("11", above, SV2);
    let lines: Vec<_> = request
        .lines
        .iter()
        .map(|line| {
            let code = line.procedure.get().map(|code| (code.system(), code.text().to_owned()));
            (line.number, code, line.service_date.get().unwrap().to_string())
        })
        .collect();
    let pcs = |code: &str| Some((System::Icd10Pcs, code.to_owned()));
    assert_eq!(
        lines,
        [
            (1, Some((System::Cpt, "62323".into())), "2026-03-10".into()),
            (2, pcs("3E0R33Z"), "2026-03-11".into()),
            (3, pcs("01NB0ZZ"), "2026-03-10".into()),
            (4, None, "2026-03-10".into()),
        ]
    );
    assert_eq!(request.lines[1].pointers, Pointers::All);
    assert!(request.lines[1].charge.is_absent());
    assert!(request.lines[1].procedure.source().to_string().starts_with("837I 2300 HI01-2"));
}
