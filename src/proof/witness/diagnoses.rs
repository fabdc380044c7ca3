//! The diagnoses of a witness: those the line points to, which are the request's too, those it does
//! not point to, unconfirmed ones, past ones, and one that may not be billed.

use super::{
    Ground,
    build::cover,
    codes::{DIAGNOSIS, TABLED, UNTABLED},
    left::{Left, Wants},
    onset,
};
use crate::{
    code::{ClassId, ClassMask, Code},
    date::Date,
    request::{Diagnosis, Given, Pointers, Request, Source, Status, Verification},
};

/// How a diagnosis stands on the request.
#[derive(Clone, Copy)]
struct Standing(Status, Verification);

const CONFIRMED: Standing = Standing(Status::Active, Verification::Confirmed);
const UNCONFIRMED: Standing = Standing(Status::Active, Verification::Unconfirmed);
const PAST: Standing = Standing(Status::Past, Verification::Confirmed);

/// Chooses the diagnoses, and points the first line to its own.
pub(super) fn choose(ground: &Ground<'_>, wants: &Wants<'_>, day: Option<Date>, request: &mut Request) -> Option<()> {
    let (mut absent, mut some) = wants.codes("line.diagnoses");
    let confirmed = wants.codes("request.diagnoses");
    let unconfirmed = wants.codes("request.unconfirmed_diagnoses");
    let past = wants.codes("request.past_diagnoses");
    some.extend(onset::of_pointed(ground, wants));
    let untabled = wants.codes("request.untabled_diagnoses");
    let must_be_invalid = matches!(wants.choice("line.invalid_diagnosis"), Some(0b10));
    let mut list = Chosen { ground, day, request, no_untabled: untabled.0 };
    let mut pointed = 0;
    if wants.known("line.diagnoses") == Some(false) {
        list.open(&confirmed.0, &confirmed.1, CONFIRMED)?;
    } else {
        // Whatever the line points to certainly is one of the request's.
        let everything = ground.sets.all();
        let standing = [(CONFIRMED, &confirmed.0), (UNCONFIRMED, &unconfirmed.0), (PAST, &past.0)]
            .into_iter()
            .find(|(_, others)| !everything.is_within(&absent.or(others)));
        let (standing, others) = standing?;
        absent = absent.or(others);
        pointed = list.point(&absent, (&some, &confirmed.1), standing, must_be_invalid)?;
        let open: Vec<ClassMask> = confirmed.1.iter().filter(|mask| !list.has(mask)).cloned().collect();
        list.open(&confirmed.0, &open, CONFIRMED)?;
    }
    list.open(&unconfirmed.0, &unconfirmed.1, UNCONFIRMED)?;
    list.open(&past.0, &past.1, PAST)?;
    list.untabled(&untabled.1, &[(CONFIRMED, &confirmed.0), (UNCONFIRMED, &unconfirmed.0), (PAST, &past.0)])?;
    let pointers = match (wants.known("line.diagnoses"), pointed) {
        (Some(false), _) | (_, 0) => Pointers::Unknown(Given::Absent),
        (_, count) => Pointers::To((0..count).collect(), Source::member("lines", 0, "diagnosis_pointers")),
    };
    request.lines.first_mut()?.pointers = pointers;
    Some(())
}

/// Diagnoses as they are chosen.
struct Chosen<'a, 'g> {
    ground: &'a Ground<'g>,
    day: Option<Date>,
    request: &'a mut Request,
    /// The classes of which no code may be of a system without a table.
    no_untabled: ClassMask,
}

impl Chosen<'_, '_> {
    /// Adds those the line points to: one of each of `some`, at least one, and a heading where one
    /// must be invalid. Returns how many.
    fn point(
        &mut self,
        absent: &ClassMask,
        (some, also): (&[ClassMask], &[ClassMask]),
        standing: Standing,
        must_be_invalid: bool,
    ) -> Option<usize> {
        let left = self.ground.sets.all().without(absent);
        let mut offered = self.offered(&left);
        // Among equals, one that the request needs anyway.
        offered.sort_by_key(|(class, _)| std::cmp::Reverse(also.iter().filter(|mask| mask.contains(*class)).count()));
        let mut chosen: Vec<Code> =
            cover(&offered, &some.iter().collect::<Vec<_>>())?.into_iter().map(|(_, code)| code).collect();
        if must_be_invalid {
            chosen.push(self.ground.codes.heading(&left, self.day)?);
        } else if chosen.is_empty() {
            chosen.push(offered.first()?.1);
        }
        let count = chosen.len();
        chosen.into_iter().for_each(|code| self.add(code, standing));
        Some(count)
    }

    /// Adds one of each of `some` that the line does not point to.
    fn open(&mut self, absent: &ClassMask, some: &[ClassMask], standing: Standing) -> Option<()> {
        if some.is_empty() {
            return Some(());
        }
        let left = self.ground.sets.all().without(absent);
        let offered = self.offered(&left);
        for (_, code) in cover(&offered, &some.iter().collect::<Vec<_>>())? {
            self.add(code, standing);
        }
        Some(())
    }

    /// A code of each class that may be there.
    fn offered(&self, left: &ClassMask) -> Vec<(ClassId, Code)> {
        let of = |systems, left: &ClassMask| self.ground.codes.of(self.ground.sets, systems, left, self.day);
        let mut offered = of(DIAGNOSIS, &left.without(&self.no_untabled));
        offered.extend(of(TABLED, &left.and(&self.no_untabled)));
        offered
    }

    /// Adds one of each of `some` in a system without a table, where none is there yet, with the
    /// first standing that may have it.
    fn untabled(&mut self, some: &[ClassMask], standings: &[(Standing, &ClassMask)]) -> Option<()> {
        for mask in some {
            let is_one =
                |code: &Code| !code.system().has_table() && mask.contains(self.ground.sets.class_of(code, self.day));
            if self.request.diagnoses.iter().filter_map(|diagnosis| diagnosis.code.get()).any(is_one) {
                continue;
            }
            let (standing, code) = standings.iter().find_map(|(standing, absent)| {
                let left = mask.without(&self.no_untabled).without(absent);
                let offered = self.ground.codes.of(self.ground.sets, UNTABLED, &left, self.day);
                offered.first().map(|(_, code)| (*standing, *code))
            })?;
            self.add(code, standing);
        }
        Some(())
    }

    /// Whether a confirmed diagnosis is of one of the classes.
    fn has(&self, mask: &ClassMask) -> bool {
        self.request.diagnoses.iter().filter(|diagnosis| diagnosis.verification == Verification::Confirmed).any(
            |diagnosis| {
                diagnosis.status == Status::Active
                    && diagnosis.code.get().is_some_and(|code| mask.contains(self.ground.sets.class_of(code, self.day)))
            },
        )
    }

    fn add(&mut self, code: Code, Standing(status, verification): Standing) {
        let source = Source::member("diagnoses", self.request.diagnoses.len(), "code");
        let code = Given::value(code, source);
        self.request.diagnoses.push(Diagnosis { code, onset: Given::Absent, status, verification });
    }
}

/// Whether a quantity's span excludes being unknown: it is asked for.
pub(super) fn span(left: &Left) -> (i64, i64) {
    match left {
        Left::Span(low, high) => (*low, *high),
        Left::Code(_) | Left::Codes { .. } | Left::Choice(_) => (i64::MIN, i64::MAX),
    }
}
