//! The ICD-10-CM table: which codes may be billed, and when.
//!
//! Source: NCHS tabular list, fiscal year 2026 with the update of 1 April 2026 (public domain),
//! `assets/icd10cm.tsv.gz`: code, billable 1/0, title. Used for every date of service; three
//! headers that were billable before are dated below. Deliberately knows no clinical meaning.

use std::{io::Read, sync::OnceLock};

use jiff::civil::Date;

use super::{Code, System};

static PACKED: &[u8] = include_bytes!("../../assets/icd10cm.tsv.gz");

/// The days for which the table was published: 1 October 2025 to 30 September 2026, both included.
const YEAR: (Date, Date) = (jiff::civil::date(2025, 10, 1), jiff::civil::date(2026, 9, 30));

/// Headers of today that were billable codes until the day given (exclusive).
const HEADER_SINCE: &[(&str, Date)] = &[
    ("M545", jiff::civil::date(2021, 10, 1)),
    ("M5136", jiff::civil::date(2024, 10, 1)),
    ("M5137", jiff::civil::date(2024, 10, 1)),
];

/// Where a code stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// May be billed.
    Billable,
    /// A heading: one of its children must be billed instead.
    Header,
    /// Not in the table.
    Unknown,
}

/// The table, unpacked once per process.
pub struct Icd10Cm {
    text: String,
    rows: Vec<Row>,
    /// Where the rows begin whose first two characters have this number or a higher one.
    begins: Vec<u32>,
}

struct Row {
    key: [u8; 7],
    billable: bool,
    title: (u32, u32),
}

impl Icd10Cm {
    /// The table that ships with the program.
    pub fn table() -> &'static Icd10Cm {
        static TABLE: OnceLock<Icd10Cm> = OnceLock::new();
        TABLE.get_or_init(|| {
            let mut text = String::new();
            // INVARIANT: the asset is part of the program; `the_table_is_whole` reads all of it.
            let _ = flate2::read::GzDecoder::new(PACKED).read_to_string(&mut text);
            let rows = rows_of(&text);
            let begins = (0..=HEADS).map(|head| rows.partition_point(|row| head_of(&row.key) < head));
            let begins = begins.map(|place| u32::try_from(place).unwrap_or(u32::MAX)).collect();
            Icd10Cm { text, rows, begins }
        })
    }

    /// Whether `code` may be billed on `day`; with no day, on any day of the table.
    pub fn standing(&self, code: &Code, day: Option<Date>) -> Standing {
        let Some(row) = self.find(code) else { return Standing::Unknown };
        if row.billable {
            return Standing::Billable;
        }
        let was_billable =
            day.is_some_and(|day| HEADER_SINCE.iter().any(|(header, since)| *header == code.text() && day < *since));
        if was_billable { Standing::Billable } else { Standing::Header }
    }

    /// The NCHS title of `code`.
    pub fn title(&self, code: &Code) -> Option<&str> {
        let (from, to) = self.find(code)?.title;
        self.text.get(from as usize..to as usize)
    }

    /// The billable codes below a header, in the table's order.
    pub fn billable_children(&self, code: &Code) -> Vec<Code> {
        let prefix = code.text().as_bytes();
        let from = self.rows.partition_point(|row| row.key.as_slice() < prefix);
        self.rows
            .iter()
            .skip(from)
            .take_while(|row| row.key.starts_with(prefix))
            .filter(|row| row.billable)
            .filter_map(|row| Code::parse(System::Icd10Cm, text_of(&row.key)).ok())
            .filter(|child| child != code)
            .collect()
    }

    /// Whether the table was published for `day`; outside, the rationale says so.
    pub fn covers(day: Date) -> bool {
        YEAR.0 <= day && day <= YEAR.1
    }

    /// The first and the last day for which the table was published.
    pub fn year() -> (Date, Date) {
        YEAR
    }

    /// Whether `day` is before the table's year: what ended by then need not be in it.
    pub fn ended_before(day: Date) -> bool {
        day < YEAR.0
    }

    /// The codes of the table as undotted texts, in order, from the first that is not before `from`.
    pub fn texts_from<'a>(&'a self, from: &str) -> impl Iterator<Item = &'a str> {
        let place = self.rows.partition_point(|row| text_of(&row.key) < from);
        self.rows.iter().skip(place).map(|row| text_of(&row.key))
    }

    /// Every code with its title, in order.
    pub fn codes(&self) -> impl Iterator<Item = (Code, bool, &str)> {
        self.rows.iter().filter_map(|row| {
            let code = Code::parse(System::Icd10Cm, text_of(&row.key)).ok()?;
            Some((code, row.billable, self.text.get(row.title.0 as usize..row.title.1 as usize)?))
        })
    }

    fn find(&self, code: &Code) -> Option<&Row> {
        if code.system() != System::Icd10Cm {
            return None;
        }
        let key = key_of(code.text())?;
        let head = head_of(&key);
        let rows = self.rows.get(*self.begins.get(head)? as usize..*self.begins.get(head + 1)? as usize)?;
        let key = u64_of(&key);
        rows.get(rows.binary_search_by_key(&key, |row| u64_of(&row.key)).ok()?)
    }
}

/// Numbers of the first two characters, as [`head_of`] counts them.
const HEADS: usize = 64 * 64;

/// The number of the first two characters: it grows with them.
fn head_of(key: &[u8; 7]) -> usize {
    let [one, two, ..] = key.map(|byte| usize::from(byte.saturating_sub(b'0' - 1)).min(63));
    one * 64 + two
}

/// A key as a number that grows with it.
fn u64_of(key: &[u8; 7]) -> u64 {
    let [a, b, c, d, e, f, g] = *key;
    u64::from_be_bytes([0, a, b, c, d, e, f, g])
}

fn key_of(text: &str) -> Option<[u8; 7]> {
    key_of_parts(text, "")
}

fn key_of_parts(head: &str, tail: &str) -> Option<[u8; 7]> {
    let mut key = [0u8; 7];
    key.get_mut(..head.len())?.copy_from_slice(head.as_bytes());
    key.get_mut(head.len()..head.len() + tail.len())?.copy_from_slice(tail.as_bytes());
    Some(key)
}

fn text_of(key: &[u8; 7]) -> &str {
    std::str::from_utf8(key).unwrap_or_default().trim_end_matches('\0')
}

fn rows_of(text: &str) -> Vec<Row> {
    let start = text.as_ptr() as usize;
    let mut rows: Vec<Row> = text
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut columns = line.splitn(3, '\t');
            let code = columns.next()?;
            let (head, tail) = code.split_once('.').unwrap_or((code, ""));
            let billable = columns.next()? == "1";
            let title = columns.next()?;
            let from = u32::try_from(title.as_ptr() as usize - start).ok()?;
            let to = from + u32::try_from(title.len()).ok()?;
            Some(Row { key: key_of_parts(head, tail)?, billable, title: (from, to) })
        })
        .collect();
    // Stable, for the table is sorted but for some stretches.
    rows.sort_by_key(|row| row.key);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn check(code: &str, day: Option<Date>, expected: Standing) {
        let code = Code::parse(System::Icd10Cm, code).unwrap();
        assert_eq!(Icd10Cm::table().standing(&code, day), expected, "{code}");
    }

    #[test]
    fn the_table_is_whole() {
        let table = Icd10Cm::table();
        assert_eq!(table.rows.len(), 98_186);
        assert_eq!(table.rows.iter().filter(|row| row.billable).count(), 74_719);
    }

    #[test]
    fn every_row_is_found() {
        let table = Icd10Cm::table();
        for (code, billable, title) in table.codes() {
            assert_eq!(table.find(&code).map(|row| row.billable), Some(billable), "{code}");
            assert_eq!(table.title(&code), Some(title));
        }
    }

    #[test]
    fn headers_are_dated() {
        check("M54.16", Some(date(2026, 3, 10)), Standing::Billable);
        check("M54.5", Some(date(2021, 9, 30)), Standing::Billable);
        check("M54.5", Some(date(2021, 10, 1)), Standing::Header);
        check("M51.36", Some(date(2024, 9, 30)), Standing::Billable);
        check("M51.36", Some(date(2024, 10, 1)), Standing::Header);
        check("M54", None, Standing::Header);
        check("M54.99", None, Standing::Unknown);
        check("M54.16XXXX", None, Standing::Unknown);
    }

    #[test]
    fn a_header_names_its_children() {
        let header = Code::parse(System::Icd10Cm, "M54.5").unwrap();
        let children: Vec<_> = Icd10Cm::table().billable_children(&header).iter().map(Code::to_string).collect();
        assert_eq!(children, ["M54.50", "M54.51", "M54.59"]);
        assert_eq!(Icd10Cm::table().title(&header), Some("Low back pain"));
    }
}
