use super::*;
use crate::request::{Frequency, Given, LineOfBusiness, Pointers, Purpose, Request, Sex, Source};

const HEADER: &str = "claim_id,line_number,service_date,procedure_code,diagnosis_codes,diagnosis_pointers,member_id,\
                      birth_date,sex,plan_type,state,onset_date,prior_auth_number,prior_auth_date,frequency,replaces,\
                      modifier_1,modifier_2,units,billed_amount,place_of_service,purpose,narrative,provider_npi";

/// A row with every cell filled.
const ROW: &str = "C-1,7,2026-03-10,62323,M54.16|g8929,\"2,1\",M1,19730501,F,Medicare Advantage,tx,2025-09,A1,2026-03-01,7,C-0,\
                   50,kx,1.5,1250.02,11,Therapeutic,\"some, words\",9000000023";

/// `ROW` with the cells of some columns put in place.
fn with(cells: &[(&str, &str)]) -> String {
    let mut row: Vec<String> = csv_cells(ROW);
    for (column, cell) in cells {
        let place = HEADER.split(',').position(|name| name.trim() == *column).unwrap();
        row[place] = (*cell).to_owned();
    }
    row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect::<Vec<_>>().join(",")
}

fn csv_cells(row: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(row.as_bytes());
    reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect()
}

fn items(bytes: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    read(bytes, "claims.csv", &mut |item| items.push(item)).unwrap();
    for block_bytes in [1, 300, 64 * 1024] {
        let (mut blocks, mut later) = (Vec::<Block>::new(), Vec::new());
        match open(bytes, "claims.csv").unwrap() {
            Ok(opened) => opened.cut(block_bytes, &mut |block| blocks.push(block)).unwrap(),
            Err(fault) => later.push(Item::Fault(fault)),
        }
        for block in blocks {
            let (told, before) = (block.claims(), later.len());
            block.read(&mut |item| later.push(item));
            assert_eq!(later.iter().skip(before).filter(|item| item.is_claim()).count(), told);
        }
        assert_eq!(format!("{later:?}"), format!("{items:?}"), "in blocks of {block_bytes}");
    }
    items
}

/// The one claim that `rows` under the header are.
fn one(rows: &[String]) -> Item {
    let mut items = items(format!("{HEADER}\n{}\n", rows.join("\n")).as_bytes());
    assert_eq!(items.len(), 1, "{items:?}");
    items.remove(0)
}

fn request(rows: &[String]) -> Request {
    match one(rows) {
        Item::Request(request) => *request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_cell_is_read_with_its_source() {
    let claim = request(&[ROW.to_owned()]);
    assert_eq!((claim.id.as_str(), claim.frequency.value), ("C-1", Frequency::Replacement));
    assert_eq!(claim.replaces.as_deref(), Some("C-0"));
    assert_eq!(claim.patient.birth_date.get().map(|day| day.reveal().to_string()).as_deref(), Some("1973-05-01"));
    assert_eq!(claim.patient.sex.get(), Some(&Sex::Female));
    assert_eq!(claim.coverage.line_of_business.get(), Some(&LineOfBusiness::MedicareAdvantage));
    assert_eq!(claim.coverage.state.as_deref(), Some("TX"));
    assert!(claim.coverage.prior_authorization.get().is_some_and(|approval| approval.approved_on.get().is_some()));
    assert_eq!(claim.onset.get().map(ToString::to_string).as_deref(), Some("2025-09"));
    let codes: Vec<_> = claim.diagnoses.iter().map(|diagnosis| diagnosis.code.get().unwrap().to_string()).collect();
    assert_eq!(codes, ["M54.16", "G89.29"]);
    let line = &claim.lines[0];
    assert_eq!((line.number, line.procedure.get().unwrap().text()), (7, "62323"));
    assert!(matches!(&line.pointers, Pointers::To(places, _) if *places == [1, 0]));
    let modifiers: Vec<_> = line.modifiers.iter().map(|code| format!("{:?} {}", code.value, code.source)).collect();
    assert_eq!(modifiers, ["modifier:50 claims.csv:2 modifier_1", "modifier:KX claims.csv:2 modifier_2"]);
    assert_eq!(
        (line.units_milli.get(), line.charge.get().map(ToString::to_string).as_deref()),
        (Some(&1500), Some("1250.02"))
    );
    assert_eq!(line.purpose.get(), Some(&Purpose::Therapeutic));
    assert_eq!(line.narrative.get().map(|words| words.reveal().as_str()), Some("some, words"));
    assert_eq!(line.service_date.source().to_string(), "claims.csv:2 service_date");
}

#[test]
fn blank_cells_are_absent_and_a_number_without_a_day_is_an_approval_without_one() {
    let text =
        "claim_id,line_number,service_date,procedure_code,diagnosis_codes,prior_auth_number\nC,1, ,,,\n\nD,1,,,,A1";
    let items = items(text.as_bytes());
    let [Item::Request(bare), Item::Request(approved)] = items.as_slice() else { panic!("{items:?}") };
    let line = &bare.lines[0];
    assert!(line.service_date.is_absent() && line.procedure.is_absent() && bare.diagnoses.is_empty());
    assert_eq!((bare.frequency.value, &bare.form.source), (Frequency::Original, &Source::Absent));
    assert!(bare.coverage.prior_authorization.is_absent() && line.purpose.is_absent());
    assert_eq!(line.pointers, Pointers::Unknown(Given::Absent));
    assert!(approved.coverage.prior_authorization.get().is_some_and(|approval| approval.approved_on.is_absent()));
    assert_eq!(approved.coverage.prior_authorization.source().to_string(), "claims.csv:4 prior_auth_number");
}

#[test]
fn what_cannot_be_read_is_unreadable_and_never_a_reject() {
    fn unread<T>(given: &Given<T>) -> bool {
        matches!(given, Given::Unreadable(_))
    }
    let check = |column: &str, cell: &str, find: fn(&Request) -> bool| {
        assert!(find(&request(&[with(&[(column, cell)])])), "{column} {cell}");
    };
    for bad in ["20261344", "2026-02-30", "03/10/2026", "202603"] {
        check("service_date", bad, |claim| unread(&claim.lines[0].service_date));
        check("onset_date", bad, |claim| unread(&claim.onset));
        check("birth_date", bad, |claim| unread(&claim.patient.birth_date));
        check("prior_auth_date", bad, |c| c.coverage.prior_authorization.get().is_some_and(|a| unread(&a.approved_on)));
    }
    check("procedure_code", "back injection", |claim| unread(&claim.lines[0].procedure));
    check("procedure_code", "62323-50", |claim| unread(&claim.lines[0].procedure));
    check("diagnosis_codes", "back pain|M54.16", |claim| {
        unread(&claim.diagnoses[0].code) && claim.diagnoses.len() == 2
    });
    check("diagnosis_codes", "|M54.16|", |claim| unread(&claim.diagnoses[0].code) && claim.diagnoses.len() == 2);
    for bad in ["0", "1,3", "A", "1:2", "1,"] {
        check("diagnosis_pointers", bad, |c| matches!(&c.lines[0].pointers, Pointers::Unknown(given) if unread(given)));
    }
    check("diagnosis_codes", "", |claim| matches!(&claim.lines[0].pointers, Pointers::Unknown(given) if unread(given)));
    check("units", "-1", |claim| unread(&claim.lines[0].units_milli));
    check("billed_amount", "-5.00", |claim| unread(&claim.lines[0].charge));
    check("purpose", "cosmetic", |claim| unread(&claim.lines[0].purpose));
    check("plan_type", "PPO", |claim| unread(&claim.coverage.line_of_business));
    check("sex", "?", |claim| unread(&claim.patient.sex));
    check("prior_auth_number", "", |claim| unread(&claim.coverage.prior_authorization));
    check("place_of_service", "office", |claim| claim.remarks.len() == 1 && claim.lines[0].place_of_service.is_none());
}

#[test]
fn faults_reject_the_claim_by_name_and_cell() {
    let check = |rows: &[String], code: &str, place: &str, words: &str| {
        let Item::Reject(reject) = one(rows) else { panic!("{rows:?}") };
        let told = format!("{} | {:?}", reject.fault.message, reject.fault.help);
        assert_eq!((reject.fault.code, reject.fault.place.as_str()), (code, place), "{told}");
        assert_eq!((reject.request_id.as_deref(), reject.lines as usize), (Some("C-1"), rows.len()), "{told}");
        assert!(told.contains(words), "{told}");
    };
    let bad = |column: &str, cell: &str| vec![with(&[(column, cell)])];
    check(&bad("line_number", "one"), "csv::unreadable", "claims.csv:2 line_number", "a whole number");
    check(&bad("line_number", ""), "csv::unreadable", "claims.csv:2 line_number", "a whole number");
    check(&bad("modifier_2", "KXX"), "csv::unreadable", "claims.csv:2 modifier_2", "two characters");
    check(&bad("frequency", "6"), "csv::unreadable", "claims.csv:2 frequency", "7 or replacement");
    check(&bad("frequency", "1"), "csv::replaces_without_replacement", "claims.csv:2 replaces", "");
    check(&bad("state", "Texas"), "csv::unreadable", "claims.csv:2 state", "two letters");
    check(
        &bad("diagnosis_codes", &"M54.16|".repeat(100).replace("|\"", "")),
        "csv::too_many_diagnoses",
        "claims.csv:2 diagnosis_codes",
        "99",
    );
    check(&["C-1,1".into()], "csv::row_length", "claims.csv:2", "the row has 2 cells, the header 24");
    check(&[ROW.into(), format!("{ROW},x")], "csv::row_length", "claims.csv:3", "25 cells");
    let differ = [ROW.to_owned(), with(&[("diagnosis_codes", "M54.50")])];
    check(&differ, "csv::rows_differ", "claims.csv:2 diagnosis_codes", "first on line 3");
    check(&vec![ROW.to_owned(); 1001], "csv::too_many_lines", "claims.csv:1001 claim_id", "more than 999 lines");
    let two = [with(&[("modifier_1", "?"), ("state", "T")])];
    check(&two, "csv::unreadable", "claims.csv:2 modifier_1", "2 faults: ");
}

#[test]
fn rows_that_differ_leave_a_fact_of_the_claim_unreadable() {
    let check = |column: &str, cell: &str, place: fn(&Request) -> Source| {
        let claim = request(&[ROW.into(), with(&[(column, cell)])]);
        assert_eq!(claim.lines.len(), 2);
        assert_eq!(place(&claim).to_string(), format!("claims.csv:3 {column}"));
    };
    check("birth_date", "1973-05-02", |claim| claim.patient.birth_date.source().clone());
    check("onset_date", "", |claim| claim.onset.source().clone());
    check("plan_type", "COMMERCIAL", |claim| claim.coverage.line_of_business.source().clone());
    check("prior_auth_number", "", |claim| claim.coverage.prior_authorization.source().clone());
}

/// What a table says, an item each: `C-1/2` a claim of two lines, `!C-1/2 csv::x 5` a reject.
fn check_told(rows: &[u8], expected: &[&str]) {
    let mut bytes = b"claim_id,line_number,service_date,procedure_code,diagnosis_codes\n".to_vec();
    bytes.extend_from_slice(rows);
    let told: Vec<String> = items(&bytes)
        .into_iter()
        .map(|item| match item {
            Item::Request(request) | Item::Answered(request, _) => format!("{}/{}", request.id, request.lines.len()),
            Item::Reject(Reject { request_id, lines, fault }) => {
                let line = fault.place.split([':', ' ']).nth(1).unwrap_or_default();
                format!("!{}/{lines} {} {line}", request_id.unwrap_or_default(), fault.code)
            }
            Item::Fault(fault) => format!("?{}", fault.code),
        })
        .collect();
    assert_eq!(told, expected, "{}", String::from_utf8_lossy(rows.get(..200).unwrap_or(rows)));
}

#[test]
fn rows_that_stand_together_are_a_claim() {
    check_told(b"A,1,,,\r\nA,2,,,\r\n\r\n,,,,\r\nA,3,,,\r\nB,1,,,", &["A/3", "B/1"]);
    check_told(b"A,1,,,\nB,1,,,\nA,2,,,\nA,3,,,\nC,1,,,\n", &["A/1", "B/1", "!A/2 csv::claim_split 4", "C/1"]);
    check_told(b"", &[]);
}

#[test]
fn whatever_may_have_cost_a_claim_a_row_rejects_it() {
    check_told(b"A,1\nA,2,,,\nB,1,,,\n", &["!A/2 csv::row_length 2", "B/1"]);
    check_told(b"A,1,,,\xff\nA,2,,,\nB,1,,,\n", &["!A/2 csv::not_utf8 2", "B/1"]);
    check_told(
        b"A,1,,,\n,2,,,\nB,1,,,\nC,1,,,\n",
        &["!/1 csv::no_claim_id 3", "!A/1 csv::row_lost 3", "!B/1 csv::row_lost 3", "C/1"],
    );
    check_told(b"A,1,,,\n\xff,2,,,\nA,3,,,\nC,1,,,\n", &["!/1 csv::not_utf8 3", "!A/2 csv::row_lost 3", "C/1"]);
    check_told(b"A,1,,,\"x\nA,2,,,\nB,1,,,\n", &["!A/3 csv::endless_row 2"]);
    check_told(
        b"A,1,,\"x\nB,1,,,\nC,1,\"y,,\nC,2,,,\nD,1,,,\n",
        &["!A/3 csv::open_quote 2", "!C/1 csv::row_lost 2", "D/1"],
    );
    let long = "x".repeat(2 * ROW_BYTES_MAX);
    check_told(
        format!("A,1,,,\nB,1,{long}\nB,2,,,\nC,1,,,\nD,1,,,\n").as_bytes(),
        &["A/1", "!B/2 csv::endless_row 3", "C/1", "D/1"],
    );
    check_told(
        format!("A,1,,,\n{long}\nC,1,,,\nD,1,,,\n").as_bytes(),
        &["!/1 csv::endless_row 3", "!A/1 csv::row_lost 3", "!C/1 csv::row_lost 3", "D/1"],
    );
}

#[test]
fn a_header_that_cannot_be_used_is_one_fault_and_no_row_is_read() {
    let check = |bytes: &[u8], code: &str| {
        let items = items(bytes);
        assert!(matches!(items.as_slice(), [Item::Fault(fault)] if fault.code == code), "{items:?}");
    };
    check(b"", "csv::no_header");
    check(b"claim_id\nA\n", "csv::missing_column");
    check(b"claim_id,line_number,service_date,procedure_code,diagnosis_codes,dob\nA,1,,,,\n", "csv::unknown_column");
    check(b"claim_id,\xff\nA\n", "csv::not_utf8");
    check(&vec![b'x'; ROW_BYTES_MAX + 1], "csv::endless_row");
}

#[test]
fn an_input_that_fails_rejects_the_claim_it_failed_in() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let head = b"claim_id,line_number,service_date,procedure_code,diagnosis_codes\nA,1,,,\nB,1,,,\n".as_slice();
    let mut told = Vec::new();
    let read = read(head.chain(Failing), "claims.csv", &mut |item| told.push(format!("{item:?}")));
    assert!(read.is_err() && told.len() == 2 && told[1].contains("csv::broken_off"), "{told:?}");
}

#[test]
fn what_is_too_much_to_keep_of_one_claim_is_read_as_it_comes() {
    const ROWS: usize = 20_000;
    let blocks = |text: &[u8]| {
        let (mut items, mut heaviest) = (Vec::new(), 0);
        let mut each = |block: Block| {
            heaviest = heaviest.max(block.weight());
            block.read(&mut |item| items.push(item));
        };
        open(text, "claims.csv").unwrap().ok().unwrap().cut(64 * 1024, &mut each).unwrap();
        assert!(heaviest < 4 * 1024 * 1024, "{heaviest} bytes");
        let told = |item: &Item| match item {
            Item::Request(request) => format!("{} {}", request.id, request.lines.len()),
            Item::Reject(Reject { request_id, lines, fault }) => {
                format!("reject {} {lines} {}", request_id.as_deref().unwrap_or("-"), fault.code)
            }
            other => format!("{other:?}"),
        };
        items.iter().map(told).collect::<Vec<_>>()
    };
    let second = with(&[("claim_id", "C-2")]);
    // Rows that name no claim.
    let nobodys = format!("{}x\n", ",".repeat(HEADER.matches(',').count()));
    let told = blocks(format!("{HEADER}\n{ROW}\n{}{second}\n", nobodys.repeat(ROWS)).as_bytes());
    assert_eq!(told.len(), ROWS + 2);
    assert_eq!(told[..ROWS], vec!["reject - 1 csv::no_claim_id".to_owned(); ROWS]);
    assert_eq!(told[ROWS..], ["reject C-1 1 csv::row_lost", "reject C-2 1 csv::row_lost"]);
    // Rows of the claim that cannot be read, and ones that are too long to be kept together.
    let mut text = format!("{HEADER}\n{ROW}\n").into_bytes();
    (0..ROWS).for_each(|_| text.extend_from_slice(b"C-1,\xff,x\n"));
    text.extend_from_slice(format!("{second}\n").as_bytes());
    assert_eq!(blocks(&text), [format!("reject C-1 {} csv::not_utf8", ROWS + 1), "C-2 1".to_owned()]);
    let wide: String = (1..=60)
        .map(|number| with(&[("line_number", &number.to_string()), ("narrative", &"words ".repeat(10_000))]) + "\n")
        .collect();
    assert_eq!(blocks(format!("{HEADER}\n{wide}{second}\n").as_bytes()), ["C-1 60", "C-2 1"]);
    // A long first row of a broken claim that swallows others: the claim behind it is broken too.
    let open = with(&[("claim_id", "C-3"), ("narrative", &"words ".repeat(100_000)), ("sex", "F\nG\n")]);
    let text = format!("{HEADER}\n{nobodys}{open}\n{second}\n");
    let told = blocks(text.as_bytes());
    assert!(
        told.len() == 3 && told[1].starts_with("reject C-3 ") && told[2] == "reject C-2 1 csv::row_lost",
        "{told:?}"
    );
    // One that differs from the first is seen however far behind.
    let other = with(&[("line_number", "61"), ("member_id", "M2")]);
    let told = blocks(format!("{HEADER}\n{wide}{other}\n{second}\n").as_bytes());
    assert_eq!(told, ["reject C-1 61 csv::rows_differ", "C-2 1"]);
}
