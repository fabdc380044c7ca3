//! Malformed input: what it gets, and that the next claim goes on.

use super::{ISA, check, claim, only, professional};
use crate::exchange::x12::{claim::LINES_MAX, segments::SEGMENT_BYTES_MAX};

#[test]
fn any_delimiters() {
    let good = professional(&claim("C-1"));
    let with = |element: &str, component: &str, terminator: &str| {
        good.replace('*', "\u{1}")
            .replace(':', "\u{2}")
            .replace('~', "\u{3}")
            .replace('\u{1}', element)
            .replace('\u{2}', component)
            .replace('\u{3}', terminator)
    };
    check(with("|", ">", "\n"), &["C-1 1"]);
    check(with("*", ":", "\r"), &["C-1 1"]);
    check(with("*", ":", "\r\n"), &["C-1 1"]);
    check(with("*", ":", "~\r\n"), &["C-1 1"]);
    check(with("*", ":", "~\n\n"), &["C-1 1"]);
    check(with("~", "^", "_"), &["C-1 1"]);
    check(with("\u{1d}", "\u{1f}", "\u{1c}"), &["C-1 1"]);
    check(with("\t", ":", "~"), &["C-1 1"]);
    let second = with("|", ">", "'").replace("000000001", "000000002");
    check(format!("{good}{second}"), &["C-1 1", "C-1 1"]);
}

#[test]
fn delimiters_that_cannot_be_reject_the_interchange() {
    let good = professional(&claim("C-1"));
    let next = good.replace("000000001", "000000002").replace("C-1", "C-2");
    const UNREAD: [&str; 2] = ["x12::delimiters", "reject - 0 x12::interchange_unread"];
    let letters = professional(&claim("C-1")).replace('*', "Q");
    check(&letters, &UNREAD);
    check(format!("{letters}{next}"), &[UNREAD[0], UNREAD[1], "C-2 1"]);
    check(format!("{good}{letters}{next}"), &["C-1 1", UNREAD[0], UNREAD[1], "C-2 1"]);
    check(good.replace(":~GS", "A~GS"), &[UNREAD[0], "reject C-1 0 x12::claim_outside_interchange"]);
    check(format!("{}{next}", good.replace('~', "1")), &[UNREAD[0], UNREAD[1], "C-2 1"]);
}

#[test]
fn what_stands_around_interchanges() {
    let good = professional(&claim("C-1"));
    check(format!("\u{feff}{good}"), &["x12::byte_order_mark", "C-1 1"]);
    check(format!("\r\n\r\n  {good}\r\n\u{1a}"), &["C-1 1"]);
    check(format!("{good}\0\0\0"), &["C-1 1"]);
    check(format!("dear sir,\nhere is ISA and CLM\n{good}"), &["x12::outside_interchange", "C-1 1"]);
    check(format!("HEADER{good}"), &["x12::outside_interchange", "C-1 1"]);
    check(format!("{good}~~"), &["C-1 1", "x12::outside_interchange"]);
    let (_, headless) = good.split_once('~').unwrap();
    check(headless, &["x12::outside_interchange", "reject C-1 0 x12::claim_outside_interchange"]);
    check("plain text, no claims", &["x12::outside_interchange"]);
    check(ISA.get(..60).unwrap(), &["x12::outside_interchange"]);
    check("", &[]);
    check("\n", &[]);
}

#[test]
fn a_header_of_another_width() {
    let good = professional(&claim("C-1"));
    check(good.replace("          *00", "*00"), &["x12::header_width", "C-1 1"]);
    check(good.replace("*1200*^", "*12\n00*^"), &["x12::header_width", "C-1 1"]);
    check(good.replace("ISA", "isa"), &["x12::header_width", "C-1 1"]);
}

#[test]
fn blemishes_cost_nothing() {
    let good = professional(&claim("C-1"));
    check(good.replace("~LX", "~~ ~LX"), &["x12::empty_segment", "C-1 1"]);
    check(good.replace("CLM*", "clm*").replace("SV1*", "sv1*"), &["x12::lower_case", "C-1 1"]);
    check(good.replace("***1~", "***1******~").replace("LX*1", "LX*1*"), &["C-1 1"]);
    // A file wrapped at 80 columns, wherever that falls.
    let wrap = |width: usize, line_break: &str| {
        let lines = good.as_bytes().chunks(width).map(|line| String::from_utf8(line.to_vec()).unwrap());
        lines.collect::<Vec<_>>().join(line_break)
    };
    check(wrap(80, "\n"), &["x12::header_width", "x12::line_break", "C-1 1"]);
    check(wrap(80, "\r\n"), &["x12::header_width", "x12::line_break", "C-1 1"]);
    check(wrap(107, "\r\n"), &["x12::line_break", "C-1 1"]);
    assert_eq!(only(&good.replace("~", "~\r\n")).lines[0].procedure.get().unwrap().text(), "62323");
}

#[test]
fn latin_1_is_read() {
    let text = professional(&claim("C-1").replace("LX*1", "NTE*ADD*x~LX*1")).replace("PRACTICE", "M\u{1}LLER");
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte == 1 { 0xDC } else { byte }).collect();
    check(bytes, &["C-1 1"]);
    let bytes: Vec<u8> =
        professional(&claim("C\u{1}")).bytes().map(|byte| if byte == 1 { 0xDC } else { byte }).collect();
    check(bytes, &["C\u{dc} 1"]);
}

#[test]
fn claims_that_cannot_be_read() {
    let next = claim("C-2");
    let check = |clm: &str, expected: &str| check(professional(&format!("{clm}{next}")), &[expected, "C-2 1"]);
    check(&claim(""), "reject - 1 x12::claim_id");
    check(&claim("   "), "reject - 1 x12::claim_id");
    check(&claim(&"9".repeat(201)), "reject - 1 x12::claim_id");
    check("CLM~", "reject - 0 x12::claim_id");
    check("CLM*C-1*100***11:B:1~HI*ABK:M5416~", "reject C-1 0 x12::no_service_line");
    let lines = "LX*1~SV1*HC:62323*1*UN*1~".repeat(LINES_MAX + 1);
    check(&format!("CLM*C-1*1***11:B:1~{lines}"), &format!("reject C-1 {} x12::too_many_lines", LINES_MAX + 1));
    let codes = format!("HI{}~", "*ABF:M5416".repeat(100)).repeat(3);
    check(&format!("CLM*C-1*1***11:B:1~{codes}LX*1~SV1*HC:62323*1*UN*1~"), "reject C-1 1 x12::too_many_codes");
    check(&format!("CLM*C-1*1***11:B:1~HI{}~LX*1~", "*".repeat(60_000)), "reject C-1 1 x12::too_many_codes");
    let merged = [claim("C-1"), claim("X").split_once("DTP").map(|(_, rest)| format!("DTP{rest}")).unwrap()].concat();
    check(&merged, "reject C-1 2 x12::second_diagnoses");
    check(&claim("C-1").replace("HI*", "H?*"), "reject C-1 1 x12::unknown_segment");
}

#[test]
fn an_unknown_segment_around_claims_hides_whose_they_are() {
    let text = professional(&claim("C-1")).replace("SBR*", "NM31*IL~SBR*").replace("SE*14", "SE*15");
    check(&text, &["x12::unknown_segment", "C-1 1"]);
    let items = super::read(text.as_bytes());
    let Some(crate::exchange::Item::Request(request)) = items.last() else { panic!("no request") };
    assert!(request.patient.birth_date.get().is_none());
    assert!(request.coverage.line_of_business.get().is_none());
}

#[test]
fn segments_without_an_end() {
    const LONG: &str = "x12::segment_too_long";
    let pad = "x".repeat(SEGMENT_BYTES_MAX);
    let good = professional(&[claim("C-1"), claim("C-2")].concat());
    let with = |segment: &str, before: &str| good.replacen(before, &format!("{segment}~{before}"), 1);
    // As long as is allowed, and one byte more.
    let note = |len: usize| format!("NTE*ADD*{}", "x".repeat(len - 8));
    check(with(&note(SEGMENT_BYTES_MAX), "LX*1").replace("SE*20", "SE*21"), &["C-1 1", "C-2 1"]);
    let reject = format!("reject C-1 1 {LONG}");
    check(with(&note(SEGMENT_BYTES_MAX + 1), "LX*1").replace("SE*20", "SE*21"), &[&reject, "C-2 1"]);
    check(with(&format!("NTE*ADD*{pad}{pad}{pad}"), "LX*1").replace("SE*20", "SE*21"), &[&reject, "C-2 1"]);
    let clm = format!("CLM*C-0*{pad}");
    check(with(&clm, "CLM*C-1").replace("SE*20", "SE*21"), &[&format!("reject C-0 0 {LONG}"), "C-1 1", "C-2 1"]);
    check(with(&format!("NM1*85*{pad}"), "HL*2").replace("SE*20", "SE*21"), &[LONG, "C-1 1", "C-2 1"]);
    check(with(&format!("HL*2*1*22*0{pad}"), "SBR").replace("SE*20", "SE*21"), &[LONG, "C-1 1", "C-2 1"]);
    // Another interchange begins inside, wherever the reading stops.
    let next = good.replace("000000001", "000000002").replace("C-1", "C-3").replace("C-2", "C-4");
    let (open, _) = good.split_once("LX*1").unwrap();
    let missing = ["x12::missing_trailer"; 3];
    for len in (SEGMENT_BYTES_MAX - 200..SEGMENT_BYTES_MAX + 10).step_by(7).chain([1, 3 * SEGMENT_BYTES_MAX]) {
        let first = if len <= SEGMENT_BYTES_MAX - 8 { "x12::unterminated_segment" } else { LONG };
        let reject = format!("reject C-1 0 {first}");
        let expected = [&[reject.as_str()][..], &missing, &["C-3 1", "C-4 1"]].concat();
        check(format!("{open}NTE*ADD*{}{next}", "x".repeat(len)), &expected);
    }
    check(format!("{ISA}{}", "X".repeat(5 * SEGMENT_BYTES_MAX)), &[LONG, "x12::missing_trailer"]);
}

#[test]
fn cut_inside_the_claim_that_begins() {
    let missing = ["x12::missing_trailer"; 3];
    let good = professional(&[claim("C-1"), claim("C-20")].concat());
    let cut = |end: &str, expected: &[&str]| {
        let until = good.find(end).unwrap() + end.len();
        check(&good.as_bytes()[..until], &[&["C-1 1"], expected, &missing].concat());
    };
    cut("CLM*C-20", &["reject - 0 x12::unterminated_segment"]);
    cut("CLM*C-20*1", &["reject C-20 0 x12::unterminated_segment"]);
    cut("CLM*C-20*100***11:B:1~", &["reject C-20 0 x12::claim_cut"]);
}

#[test]
fn letters_of_a_header_in_data() {
    let clm = claim("C-1").replace("LX*1", "NTE*ADD*ISA is no header~ISA*1~LX*1");
    check(professional(&clm), &["reject C-1 1 x12::unknown_segment"]);
    let clm = claim("C-1").replace(
        "LX*1",
        "NTE*ADD*ISABEL says ISA ISA ISA and a very long note that goes on and on and on and on and on and on~LX*1",
    );
    check(professional(&clm), &["C-1 1"]);
}
