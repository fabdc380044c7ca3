//! HI: diagnoses, condition codes, occurrences and inpatient procedures, told apart by qualifier.
//!
//! In an 837P every composite of a diagnosis segment holds a place that pointers count, whatever
//! stands there. An 837I has no pointers: only principal and other diagnoses are taken, never the
//! admitting one, reasons for the visit or external causes.

use super::{
    claim::Claim,
    line,
    segment::{Segment, Stand, is, text},
    set::Guide,
    values,
};
use crate::{
    code::{Code, System},
    exchange::codes,
    request::{Diagnosis, Given, Line, Source, Sourced, Status, Verification},
};

/// The most diagnoses, condition codes or procedures that one claim may have. An 837I has room for
/// 25 diagnoses and 25 procedures; past this a claim would grow without bound.
pub(super) const CODES_MAX: usize = 200;

/// Qualifiers that say nothing a decision needs: admitting, reason for visit, external cause, DRG,
/// occurrence spans, values, treatments, anaesthesia, and procedures of ICD-9-CM and others.
const ASIDE: &[&str] =
    &["ABJ", "BJ", "APR", "PR", "ZZ", "ABN", "BN", "DR", "BI", "BE", "TC", "BP", "BO", "CAH", "BR", "BQ", "P0"];

const CODES: [&str; 12] = [
    "HI01-2", "HI02-2", "HI03-2", "HI04-2", "HI05-2", "HI06-2", "HI07-2", "HI08-2", "HI09-2", "HI10-2", "HI11-2",
    "HI12-2",
];
const DATES: [&str; 12] = [
    "HI01-4", "HI02-4", "HI03-4", "HI04-4", "HI05-4", "HI06-4", "HI07-4", "HI08-4", "HI09-4", "HI10-4", "HI11-4",
    "HI12-4",
];

/// Takes an HI segment into `claim`; false where the claim has more codes than any may have.
pub(super) fn take(claim: &mut Claim, segment: &Segment<'_>, stand: Stand) -> bool {
    let positional = claim.guide == Guide::Professional
        && segment.data().find(|composite| !composite.is_empty()).is_some_and(|first| {
            let [qualifier] = segment.components(first);
            diagnosis_system(qualifier).is_some()
        });
    let mut blanks = 0;
    for (index, composite) in segment.data().enumerate() {
        let name = CODES.get(index).copied().unwrap_or("HI");
        let dated = DATES.get(index).copied().unwrap_or("HI");
        let [qualifier, code, format, date] = segment.components(composite);
        if composite.is_empty() {
            blanks += 1;
        } else if positional {
            for _ in 0..std::mem::take(&mut blanks) {
                claim.request.diagnoses.push(diagnosis(Given::Absent));
            }
            claim.request.diagnoses.push(diagnosis(diagnosis_code(qualifier, code, stand.element(name))));
        } else if diagnosis_system(qualifier).is_some() {
            claim.request.diagnoses.push(diagnosis(diagnosis_code(qualifier, code, stand.element(name))));
        } else if is(qualifier, "BG") {
            condition(claim, code, stand.element(name));
        } else if is(qualifier, "BH") {
            if is(code, "11") && claim.guide == Guide::Institutional {
                claim.onset(values::day(format, date, stand.element(dated)));
            }
        } else if is(qualifier, "BBR") || is(qualifier, "BBQ") {
            let day = values::day(format, date, stand.element(dated));
            claim.procedures.push(procedure(code, stand.element(name), day));
        } else if !ASIDE.iter().any(|aside| is(qualifier, aside)) {
            claim.remark("the qualifier of this code is not known; the code was left out", stand.element(name));
        }
        let request = &claim.request;
        if [request.diagnoses.len() + blanks, request.condition_codes.len(), claim.procedures.len()]
            .into_iter()
            .any(|codes| codes > CODES_MAX)
        {
            return false;
        }
    }
    true
}

/// The system of a diagnosis qualifier; none where it qualifies something else.
fn diagnosis_system(qualifier: &[u8]) -> Option<System> {
    if is(qualifier, "ABK") || is(qualifier, "ABF") {
        Some(System::Icd10Cm)
    } else if is(qualifier, "BK") || is(qualifier, "BF") {
        Some(System::Icd9Cm)
    } else {
        None
    }
}

fn diagnosis_code(qualifier: &[u8], code: &[u8], source: Source) -> Given<Code> {
    let Some(system) = diagnosis_system(qualifier) else {
        return Given::unreadable("a diagnosis qualified ABK, ABF, BK or BF", source);
    };
    let code = match system {
        System::Icd10Cm => codes::diagnosis(system, &text(code)),
        _ => Code::parse(system, &text(code)).ok(),
    };
    match code {
        Some(code) => Given::value(code, source),
        None => Given::unreadable("a diagnosis code", source),
    }
}

fn diagnosis(code: Given<Code>) -> Diagnosis {
    Diagnosis { code, onset: Given::Absent, status: Status::Active, verification: Verification::Confirmed }
}

fn condition(claim: &mut Claim, code: &[u8], source: Source) {
    match codes::condition_code(&text(code)) {
        Some(code) => claim.request.condition_codes.push(Sourced::new(code, source)),
        None => {
            claim.request.unread_condition_code.get_or_insert(source.clone());
            claim.remark("this is no condition code; the claim may have any", source);
        }
    }
}

/// An inpatient procedure as a line of its own, numbered when the claim is whole.
fn procedure(code: &[u8], source: Source, day: Given<crate::date::DateSpan>) -> Line {
    let procedure = match codes::procedure(Some(System::Icd10Pcs), &text(code)) {
        Some(code) => Given::value(code, source),
        None => Given::unreadable("an ICD-10-PCS code of seven characters", source),
    };
    Line { procedure, service_date: day, ..line::numbered(0) }
}
