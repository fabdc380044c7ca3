//! The normalised tables of a claims warehouse: claims, their lines and diagnoses, members and
//! their eligibility, a Parquet file each; put together into the rows of the flat table.
//!
//! The three tables of claims are read side by side, sorted by `claim_id`, so that memory does not
//! grow with them; members are held in memory. Columns that no claim needs are passed over. What a
//! warehouse adds to a claim (what was paid, and why not) is not read: a claim is judged as it came.

mod cursor;
mod members;
#[cfg(test)]
mod tests;
mod whole;

use std::{io, sync::Arc};

use csv::StringRecord;
use parquet::file::reader::ChunkReader;

use self::{
    cursor::{Cursor, Wanted},
    members::{Member, Members},
    whole::{Diagnoses, whole},
};
use super::{cells::Kind, halted, named, source::fault};
use crate::{
    exchange::{
        Fault, Item, Part, Reject,
        faults::is_request_id,
        table::{Block, Elsewhere, Head, Header, Table},
    },
    request::Source,
};

/// The files of a folder of normalised tables, each read where the folder has it; all are needed.
pub const TABLES: [&str; 5] = [CLAIM, LINE, DIAGNOSIS, MEMBER, ELIGIBILITY];

const CLAIM: &str = "medical_claim.parquet";
const LINE: &str = "medical_claim_line.parquet";
const DIAGNOSIS: &str = "claim_diagnosis.parquet";
const MEMBER: &str = "member.parquet";
const ELIGIBILITY: &str = "eligibility.parquet";

const CLAIM_COLUMNS: &[Wanted] = &[
    Wanted::must("claim_id", Kind::Code),
    Wanted::must("member_id", Kind::Code),
    Wanted::must("service_from_date", Kind::Day),
    Wanted::may("claim_type", Kind::Text),
    Wanted::may("claim_frequency_code", Kind::Code),
    Wanted::may("original_claim_id", Kind::Code),
    Wanted::may("prior_auth_number", Kind::Code),
    Wanted::may("onset_date", Kind::Day),
    Wanted::may("place_of_service", Kind::Text),
    Wanted::may("billing_npi", Kind::Code),
    Wanted::may("plan_id", Kind::Code),
];
const LINE_COLUMNS: &[Wanted] = &[
    Wanted::must("claim_id", Kind::Code),
    Wanted::must("line_number", Kind::Code),
    Wanted::must("procedure_code", Kind::Code),
    Wanted::must("service_date", Kind::Day),
    Wanted::may("diagnosis_pointers", Kind::Code),
    Wanted::may("modifier_1", Kind::Text),
    Wanted::may("modifier_2", Kind::Text),
    Wanted::may("modifier_3", Kind::Text),
    Wanted::may("modifier_4", Kind::Text),
    Wanted::may("units", Kind::Amount),
    Wanted::may("billed_amount", Kind::Amount),
    Wanted::may("place_of_service", Kind::Text),
    Wanted::may("narrative", Kind::Text),
];
const DIAGNOSIS_COLUMNS: &[Wanted] = &[
    Wanted::must("claim_id", Kind::Code),
    Wanted::must("sequence", Kind::Code),
    Wanted::must("icd10_code", Kind::Text),
];

/// A column of the flat rows, and the table and column its cell comes from; an empty one is made.
const FLAT: &[(&str, &str, &str)] = &[
    ("claim_id", LINE, "claim_id"),
    ("line_number", LINE, "line_number"),
    ("service_date", LINE, "service_date"),
    ("procedure_code", LINE, "procedure_code"),
    ("diagnosis_codes", DIAGNOSIS, "icd10_code"),
    ("member_id", CLAIM, "member_id"),
    ("birth_date", MEMBER, "birth_date"),
    ("sex", MEMBER, "sex"),
    ("plan_type", ELIGIBILITY, "plan_type"),
    ("onset_date", CLAIM, "onset_date"),
    ("prior_auth_number", CLAIM, "prior_auth_number"),
    ("frequency", CLAIM, "claim_frequency_code"),
    ("replaces", CLAIM, "original_claim_id"),
    ("diagnosis_pointers", LINE, "diagnosis_pointers"),
    ("modifier_1", LINE, "modifier_1"),
    ("modifier_2", LINE, "modifier_2"),
    ("modifier_3", LINE, "modifier_3"),
    ("modifier_4", LINE, "modifier_4"),
    ("units", LINE, "units"),
    ("billed_amount", LINE, "billed_amount"),
    ("place_of_service", LINE, "place_of_service"),
    ("narrative", LINE, "narrative"),
    ("billing_npi", CLAIM, "billing_npi"),
];

/// Reads a folder of normalised tables, whose files `open` opens by name. Once `is_halted` says so,
/// nobody wants the rest.
///
/// Tables that cannot be joined (one is missing, lacks a column, or is not sorted by `claim_id`) are
/// one [`Fault`], and no claim is read.
///
/// # Errors
/// When it was halted.
pub fn read_tables<R: ChunkReader + 'static>(
    open: &mut dyn FnMut(&str) -> io::Result<R>,
    is_halted: &dyn Fn() -> bool,
    each: &mut dyn FnMut(Item),
) -> io::Result<()> {
    let mut each = |item| each(named(item));
    match Tables::open(open, is_halted) {
        Ok(tables) => tables.read(is_halted, &mut each),
        Err(_) if is_halted() => Err(halted()),
        Err(fault) => {
            each(Item::Fault(fault));
            Ok(())
        }
    }
}

/// Reads them as [`read_tables`] does, and hands what they hold on in parts.
///
/// # Errors
/// When it was halted.
pub fn cut_tables<R: ChunkReader + 'static>(
    open: &mut dyn FnMut(&str) -> io::Result<R>,
    is_halted: &dyn Fn() -> bool,
    each: &mut dyn FnMut(Part),
) -> io::Result<()> {
    let (mut items, mut lines) = (Vec::new(), 0);
    let read = read_tables(open, is_halted, &mut |item| {
        lines += match &item {
            Item::Request(request) | Item::Answered(request, _) => request.lines.len(),
            Item::Reject(_) | Item::Fault(_) => 0,
        };
        items.push(item);
        if items.len() >= ITEMS || lines >= LINES {
            lines = 0;
            each(Part::Items(std::mem::take(&mut items)));
        }
    });
    each(Part::Items(items));
    read
}

/// Claims of a part.
const ITEMS: usize = 32;
/// Service lines of a part: a claim may have a thousand.
const LINES: usize = 512;

/// The tables, ready to be read side by side.
struct Tables<R> {
    claims: Cursor<R>,
    lines: Cursor<R>,
    diagnoses: Cursor<R>,
    members: Members,
    flat: Flat,
}

impl<R: ChunkReader + 'static> Tables<R> {
    fn open(open: &mut dyn FnMut(&str) -> io::Result<R>, is_halted: &dyn Fn() -> bool) -> Result<Tables<R>, Fault> {
        let mut table = |file: &'static str, wanted| {
            let input = open(file).map_err(|error| {
                let help = format!("the tables are {}; a flat table is named by its file", TABLES.join(", "));
                Fault {
                    help: Some(help),
                    ..fault("parquet::missing_table", file, format!("cannot be opened: {error}"))
                }
            })?;
            Cursor::open(input, file, wanted)
        };
        let (claims, lines) = (table(CLAIM, CLAIM_COLUMNS)?, table(LINE, LINE_COLUMNS)?);
        let diagnoses = table(DIAGNOSIS, DIAGNOSIS_COLUMNS)?;
        let (member, eligibility) = (table(MEMBER, members::MEMBER)?, table(ELIGIBILITY, members::ELIGIBILITY)?);
        claims.is_sorted(true, is_halted)?;
        lines.is_sorted(false, is_halted)?;
        diagnoses.is_sorted(false, is_halted)?;
        let members = Members::read(member, eligibility, is_halted)?;
        Ok(Tables { claims, lines, diagnoses, members, flat: Flat::new()? })
    }

    fn read(mut self, is_halted: &dyn Fn() -> bool, each: &mut dyn FnMut(Item)) -> io::Result<()> {
        let mut strays = Strays::default();
        self.claims.step();
        self.lines.step();
        self.diagnoses.step();
        loop {
            if is_halted() {
                return Err(halted());
            }
            if let Some((row, rows)) = self.claims.take_gap() {
                let message = format!("{rows} rows from here on are damaged; lines of their claims are rejected");
                each(Item::Fault(fault("parquet::damaged", format!("{CLAIM}:{row}"), message)));
            }
            let claim_id = self.claims.cell("claim_id").map(str::to_owned);
            self.strays(claim_id.as_deref(), &mut strays, each);
            let Some(claim_id) = claim_id else { break };
            self.claim(&claim_id, each);
            self.claims.step();
        }
        strays.tell(each);
        Ok(())
    }

    /// Passes lines and diagnoses that stand before those of `claim_id`, or all that are left: no
    /// claim has them.
    fn strays(&mut self, claim_id: Option<&str>, strays: &mut Strays, each: &mut dyn FnMut(Item)) {
        let is_before = |cursor: &Cursor<R>| match (cursor.cell("claim_id"), claim_id) {
            (Some(own), Some(claim_id)) => own < claim_id,
            (own, _) => own.is_some(),
        };
        while is_before(&self.lines) {
            let (row, own) = (self.lines.row(), self.lines.cell("claim_id").unwrap_or_default().to_owned());
            let mut lines = 0_u32;
            while self.lines.cell("claim_id") == Some(own.as_str()) {
                lines = lines.saturating_add(1);
                self.lines.step();
            }
            let message = format!("the claim of these lines is not in `{CLAIM}`");
            let fault = fault("parquet::no_claim", format!("{LINE}:{row} claim_id"), message);
            let request_id = Some(own).filter(|id| is_request_id(id));
            each(Item::Reject(Reject { request_id, lines, fault }));
        }
        while is_before(&self.diagnoses) {
            strays.add(self.diagnoses.row());
            self.diagnoses.step();
        }
        if claim_id.is_none()
            && let Some(lost) = self.lines.take_gap()
        {
            each(lost_lines(lost));
        }
    }

    /// The claim that the cursor of claims stands on, with its lines and diagnoses.
    fn claim(&mut self, claim_id: &str, each: &mut dyn FnMut(Item)) {
        let (diagnoses, mut broken) = whole(&mut self.diagnoses, claim_id);
        let kind = self.claims.cell("claim_type").unwrap_or("P").to_ascii_lowercase();
        if !matches!(kind.as_str(), "p" | "professional") {
            let message = "only professional claims are read from tables".to_owned();
            let help = Some("send institutional claims as 837I".to_owned());
            broken = Some(Fault { help, ..fault("parquet::claim_type", self.claims.place("claim_type"), message) });
        }
        let (mut lines, mut lost) = (0_u32, Vec::new());
        let head = Arc::clone(&self.flat.head);
        let mut read = |block: Block| block.read(each);
        let mut table = Table::new(head, 0, &mut read);
        while self.lines.cell("claim_id") == Some(claim_id) {
            broken = broken.or_else(|| self.lines.gap());
            lost.extend(self.lines.take_gap());
            lines = lines.saturating_add(1);
            if broken.is_none() {
                let elsewhere = self.flat.put(&self.claims, &self.lines, &diagnoses, &self.members);
                table.take(&self.flat.row, self.lines.row(), Some(&elsewhere));
            }
            self.lines.step();
        }
        broken = broken.or_else(|| self.lines.gap());
        if lines == 0 && broken.is_none() {
            let message = format!("the claim has no line in `{LINE}`");
            broken = Some(fault("parquet::no_service_line", self.claims.place("claim_id"), message));
        }
        match broken {
            None => table.finish(),
            Some(fault) => {
                drop(table);
                let request_id = Some(claim_id.to_owned()).filter(|id| is_request_id(id));
                each(Item::Reject(Reject { request_id, lines, fault }));
            }
        }
        lost.into_iter().for_each(|lost| each(lost_lines(lost)));
    }
}

/// The flat row that is being put together.
struct Flat {
    head: Arc<Head>,
    row: StringRecord,
}

impl Flat {
    fn new() -> Result<Flat, Fault> {
        let names: StringRecord = FLAT.iter().map(|(name, ..)| *name).collect();
        let head = Head { header: Header::read(&names, LINE)?, file: LINE.into(), named: |item| item };
        Ok(Flat { head: head.into(), row: StringRecord::new() })
    }

    /// Puts a line and its claim together; says where each cell stood.
    fn put<R: ChunkReader + 'static>(
        &mut self,
        claims: &Cursor<R>,
        lines: &Cursor<R>,
        diagnoses: &Diagnoses,
        members: &Members,
    ) -> Arc<Elsewhere> {
        let member = members.of(claims.cell("member_id"));
        let plan = member.and_then(|member| member.plan(claims.cell("service_from_date"), claims.cell("plan_id")));
        self.row.clear();
        let mut cells = Vec::with_capacity(FLAT.len());
        for (flat, file, column) in FLAT {
            let (cell, source) = match (*file, *flat) {
                (CLAIM, _) => (claims.cell(column), claims.source(column)),
                (DIAGNOSIS, _) => (Some(diagnoses.text.as_str()), Source::Absent),
                (MEMBER, "sex") => (member.map(Member::sex), members.source_of_member(member, "sex")),
                (MEMBER, _) => (member.map(Member::birth_date), members.source_of_member(member, "birth_date")),
                (ELIGIBILITY, _) => (plan.as_ref().map(|plan| plan.name), members.source_of_plan(plan.as_ref())),
                (_, "place_of_service") if lines.cell(column).is_none() => {
                    (claims.cell("place_of_service"), claims.source("place_of_service"))
                }
                _ => (lines.cell(column), lines.source(column)),
            };
            let cell = cell.unwrap_or_default();
            match (*flat, cell.contains('\n')) {
                ("narrative", _) | (_, false) => self.row.push_field(cell),
                (_, true) => self.row.push_field(&cell.replace('\n', " ")),
            }
            cells.push(source);
        }
        Arc::new(Elsewhere { cells, diagnoses: diagnoses.sources.clone() })
    }
}

/// Lines that cannot be read, from a row on: nobody knows whose they are.
fn lost_lines((row, rows): (u64, u64)) -> Item {
    let message = format!("{rows} rows from here on are damaged and cannot be read");
    let fault = fault("parquet::damaged", format!("{LINE}:{row}"), message);
    Item::Reject(Reject { request_id: None, lines: u32::try_from(rows).unwrap_or(u32::MAX), fault })
}

/// Diagnoses of claims that are not there.
#[derive(Default)]
struct Strays {
    first: Option<u64>,
    rows: u64,
}

impl Strays {
    fn add(&mut self, row: u64) {
        self.first.get_or_insert(row);
        self.rows += 1;
    }

    fn tell(self, each: &mut dyn FnMut(Item)) {
        if let Some(row) = self.first {
            let message = format!("{} diagnoses belong to no claim in `{CLAIM}`; this is the first", self.rows);
            each(Item::Fault(fault("parquet::no_claim", format!("{DIAGNOSIS}:{row} claim_id"), message)));
        }
    }
}
