//! Members and the plans they had when, held in memory: claims come in another order.

use std::{collections::HashMap, sync::Arc};

use parquet::file::reader::ChunkReader;

use super::{
    super::{cells::Kind, source::fault},
    cursor::{Cursor, Wanted},
};
use crate::{exchange::Fault, request::Source};

/// How many members are held: about 150 MB with two plans each.
const MEMBERS_MAX: usize = 1_000_000;

/// How many periods of eligibility are held.
const PERIODS_MAX: usize = 2_000_000;

/// Stands where two rows say different things; no cell is read so.
const CONTRADICTION: &str = "?";

pub(super) const MEMBER: &[Wanted] =
    &[Wanted::must("member_id", Kind::Code), Wanted::must("birth_date", Kind::Day), Wanted::may("sex", Kind::Text)];
pub(super) const ELIGIBILITY: &[Wanted] = &[
    Wanted::must("member_id", Kind::Code),
    Wanted::must("plan_type", Kind::Text),
    Wanted::may("plan_id", Kind::Code),
    Wanted::may("coverage_start", Kind::Day),
    Wanted::may("coverage_end", Kind::Day),
];

/// Every member.
pub(super) struct Members {
    by_id: HashMap<Box<str>, Member>,
    member_file: Arc<str>,
    eligibility_file: Arc<str>,
}

/// What the tables say of a member.
#[derive(Clone, Debug, Default)]
pub(super) struct Member {
    row: u64,
    birth_date: Box<str>,
    sex: Box<str>,
    periods: Vec<Period>,
}

/// A plan the member had, from a day to a day, both included; blank is open.
#[derive(Clone, Debug)]
struct Period {
    row: u64,
    from: Box<str>,
    to: Box<str>,
    plan_id: Box<str>,
    plan_type: Box<str>,
}

/// The plan that a claim is under.
pub(super) struct Plan<'m> {
    pub(super) name: &'m str,
    row: u64,
}

impl Members {
    /// Reads both tables whole.
    ///
    /// # Errors
    /// When there are more members than are held, or rows are damaged: whose they were is unknown.
    pub(super) fn read<R: ChunkReader + 'static>(
        mut member: Cursor<R>,
        mut eligibility: Cursor<R>,
        is_halted: &dyn Fn() -> bool,
    ) -> Result<Members, Fault> {
        let (member_file, eligibility_file) = (member.file(), eligibility.file());
        let mut by_id: HashMap<Box<str>, Member> = HashMap::new();
        let mut each = |cursor: &mut Cursor<R>, take: &mut dyn FnMut(&Cursor<R>, &mut Member) -> bool| loop {
            cursor.step();
            if let Some(damaged) = cursor.gap() {
                return Err(Fault { code: "parquet::damaged", ..damaged });
            }
            if cursor.is_at_end() || is_halted() {
                return Ok(());
            }
            let Some(id) = cursor.cell("member_id") else { continue };
            let has_room = by_id.len() < MEMBERS_MAX || by_id.contains_key(id);
            let known = if has_room { Some(by_id.entry(id.into()).or_default()) } else { None };
            if !known.is_some_and(|member| take(cursor, member)) {
                let message = format!("there are more than {MEMBERS_MAX} members or {PERIODS_MAX} periods");
                let help = Some("split the tables by member".to_owned());
                return Err(Fault { help, ..fault("parquet::too_many_members", cursor.place("member_id"), message) });
            }
        };
        let text = |cursor: &Cursor<R>, column: &str| Box::<str>::from(cursor.cell(column).unwrap_or_default());
        each(&mut member, &mut |cursor, member| {
            let (birth_date, sex) = (text(cursor, "birth_date"), text(cursor, "sex"));
            if member.row == 0 {
                (member.row, member.birth_date, member.sex) = (cursor.row(), birth_date, sex);
            } else {
                settle(&mut member.birth_date, &birth_date);
                settle(&mut member.sex, &sex);
            }
            true
        })?;
        let mut periods = 0;
        each(&mut eligibility, &mut |cursor, member| {
            periods += 1;
            member.periods.push(Period {
                row: cursor.row(),
                from: day(&text(cursor, "coverage_start")),
                to: day(&text(cursor, "coverage_end")),
                plan_id: text(cursor, "plan_id"),
                plan_type: text(cursor, "plan_type"),
            });
            periods <= PERIODS_MAX
        })?;
        Ok(Members { by_id, member_file, eligibility_file })
    }

    /// What is known of a member.
    pub(super) fn of(&self, member_id: Option<&str>) -> Option<&Member> {
        self.by_id.get(member_id?)
    }

    /// Where a cell of a member stands.
    pub(super) fn source_of_member(&self, member: Option<&Member>, column: &'static str) -> Source {
        let row = member.map(|member| member.row).filter(|row| *row > 0);
        row.map_or(Source::Absent, |line| Source::Cell { file: self.member_file.clone(), line, column })
    }

    /// Where the line of business of a plan stands.
    pub(super) fn source_of_plan(&self, plan: Option<&Plan<'_>>) -> Source {
        plan.map_or(Source::Absent, |plan| Source::Cell {
            file: self.eligibility_file.clone(),
            line: plan.row,
            column: "plan_type",
        })
    }
}

impl Member {
    pub(super) fn birth_date(&self) -> &str {
        &self.birth_date
    }

    pub(super) fn sex(&self) -> &str {
        &self.sex
    }

    /// The plan on a day: the one whose period holds it and, where both are told, that the claim
    /// names. Several that differ contradict each other.
    pub(super) fn plan(&self, on: Option<&str>, plan_id: Option<&str>) -> Option<Plan<'_>> {
        let on = on.map(day);
        let holds = |period: &&Period| {
            let within = on.as_ref().is_none_or(|on| {
                (period.from.is_empty() || period.from <= *on) && (period.to.is_empty() || *on <= period.to)
            });
            within && plan_id.is_none_or(|plan_id| period.plan_id.is_empty() || *period.plan_id == *plan_id)
        };
        let mut holding = self.periods.iter().filter(holds);
        let first = holding.next()?;
        let name =
            if holding.all(|other| other.plan_type == first.plan_type) { &*first.plan_type } else { CONTRADICTION };
        Some(Plan { name, row: first.row })
    }
}

/// A day without hyphens, so that days compare as text.
fn day(text: &str) -> Box<str> {
    text.replace('-', "").into_boxed_str()
}

fn settle(known: &mut Box<str>, again: &str) {
    if **known != *again {
        *known = CONTRADICTION.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_the_one_of_the_day() {
        let period = |row, from: &str, to: &str, plan_id: &str, plan_type: &str| Period {
            row,
            from: day(from),
            to: day(to),
            plan_id: plan_id.into(),
            plan_type: plan_type.into(),
        };
        let periods = vec![
            period(1, "2023-01-01", "2025-06-30", "A", "COMMERCIAL"),
            period(2, "20250701", "", "B", "MEDICARE"),
            period(3, "2025-07-01", "", "C", "MEDICAID"),
        ];
        let member = Member { periods, ..Member::default() };
        let check = |on: &str, plan_id: Option<&str>, expected: Option<&str>| {
            let plan = member.plan(Some(on).filter(|on| !on.is_empty()), plan_id);
            assert_eq!(plan.map(|plan| plan.name), expected, "{on} {plan_id:?}");
        };
        check("2025-06-30", None, Some("COMMERCIAL"));
        check("20250701", Some("B"), Some("MEDICARE"));
        check("2025-07-01", Some("C"), Some("MEDICAID"));
        check("2025-07-01", None, Some(CONTRADICTION));
        check("2022-12-31", None, None);
        check("2025-06-30", Some("B"), None);
        check("", Some("A"), Some("COMMERCIAL"));
    }
}
