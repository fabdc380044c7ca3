//! What was sent: a claim or an order, as every door hands it in.
//!
//! Parsed at the door: inside, wrong values do not exist. What was not given or could not be read
//! says so ([`Given`]); nothing is ever filled in by guess. Knows no format and no policy.

mod npi;
mod source;

pub use npi::Npi;
pub use source::{Given, Source, Sourced};

use crate::{
    code::Code,
    date::{Date, DateSpan},
    money::Cents,
    private::Private,
};

/// A claim or an order with what was sent beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The sender's identifier of the claim or order, echoed in every answer.
    pub id: String,
    /// Claim or order.
    pub kind: Kind,
    /// Professional, institutional outpatient, or inpatient.
    pub form: Sourced<Form>,
    /// Original, replacement or void (X12 CLM05-3: 1, 7, 8).
    pub frequency: Sourced<Frequency>,
    /// The claim a replacement takes the place of.
    pub replaces: Option<String>,
    /// Who bills, where the sender says it by an NPI. No rule asks: it is for reports.
    pub provider: Option<Npi>,
    /// The patient.
    pub patient: Patient,
    /// The plan that pays.
    pub coverage: Coverage,
    /// The day an order was written; it dates a line that has no planned day.
    pub authored_on: Given<DateSpan>,
    /// Onset of the current illness (X12 DTP 431).
    pub onset: Given<DateSpan>,
    /// The pain type that the order or a reviewer states.
    pub stated_pain_type: Given<PainType>,
    /// Every diagnosis of the request, in the order that pointers count.
    pub diagnoses: Vec<Diagnosis>,
    /// NUBC condition codes (institutional).
    pub condition_codes: Vec<Sourced<Code>>,
    /// Where something stood that is no condition code: there may be any.
    pub unread_condition_code: Option<Source>,
    /// The service lines.
    pub lines: Vec<Line>,
    /// What is known of the member's earlier services.
    pub history: Vec<Encounter>,
    /// Remarks of the reader that did not stop it: what and where.
    pub remarks: Vec<Sourced<String>>,
}

/// Claim or order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Services rendered.
    Claim,
    /// Services planned.
    Order,
}

/// The form of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// CMS-1500 / 837P. The form where none is given.
    Professional,
    /// UB-04 / 837I, outpatient: no pointers, a line has all of the claim's diagnoses.
    Institutional,
    /// UB-04 / 837I, inpatient: paid by DRG.
    Inpatient,
}

/// What a claim does to an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    /// Stands by itself.
    Original,
    /// Takes the place of an earlier claim.
    Replacement,
    /// Takes an earlier claim back.
    Void,
}

/// The patient, as little as deciding needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Patient {
    /// The plan's identifier of the member.
    pub member_id: Option<Private<String>>,
    /// Birth date, perhaps only a month or a year.
    pub birth_date: Given<Private<DateSpan>>,
    /// Sex as administrated.
    pub sex: Given<Sex>,
}

/// Administrative sex (X12 DMG03, FHIR `Patient.gender`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Another or unknown to the sender.
    Other,
}

/// The plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// Commercial, Medicare Advantage, …
    pub line_of_business: Given<LineOfBusiness>,
    /// The state whose law governs the plan, two letters.
    pub state: Option<String>,
    /// A prior authorization, with or without the day it was given.
    pub prior_authorization: Given<Approval>,
}

/// A prior authorization. The number itself is not kept: nothing is decided by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The day the approval was given; without it the approval must be looked up.
    pub approved_on: Given<DateSpan>,
}

/// A plan's line of business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineOfBusiness {
    /// Commercial insurance.
    Commercial,
    /// Medicare Part C.
    MedicareAdvantage,
    /// Original Medicare.
    Medicare,
    /// Medicaid.
    Medicaid,
    /// Any other.
    Other,
}

/// A pain type that somebody states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PainType {
    /// In an area of the spine.
    Axial,
    /// Radiating from the spine to an arm or leg.
    Radicular,
    /// Both.
    Mixed,
}

/// A diagnosis of the request.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// The code; unreadable where what stood there is no code.
    pub code: Given<Code>,
    /// When it began.
    pub onset: Given<DateSpan>,
    /// Whether it is still there (FHIR `Condition.clinicalStatus`).
    pub status: Status,
    /// How sure it is (FHIR `Condition.verificationStatus`).
    pub verification: Verification,
}

/// Clinical status; absent counts as active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Active, recurrence or relapse.
    Active,
    /// Inactive, remission or resolved.
    Past,
}

/// Verification status; absent counts as confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Confirmed.
    Confirmed,
    /// Provisional, differential or unconfirmed.
    Unconfirmed,
    /// Refuted or entered in error: not there at all.
    Refuted,
}

/// A service line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The sender's number of the line (X12 LX01, FHIR `item.sequence`), echoed.
    pub number: u32,
    /// What was done. SNOMED and other systems without a licensed map are unreadable.
    pub procedure: Given<Code>,
    /// A structured concept of an unlisted procedure; it beats words.
    pub concept: Given<Concept>,
    /// Modifiers, in order.
    pub modifiers: Vec<Sourced<Code>>,
    /// Where something stood that is no modifier: the line may have any.
    pub unread_modifier: Option<Source>,
    /// The diagnoses the line points to.
    pub pointers: Pointers,
    /// The day of service, its first where it spans several; an order: the planned day.
    pub service_date: Given<DateSpan>,
    /// Units, in thousandths (837 allows decimals).
    pub units_milli: Given<i64>,
    /// The charge.
    pub charge: Given<Cents>,
    /// CMS place of service.
    pub place_of_service: Option<Sourced<Code>>,
    /// Whether it tests or treats, where somebody says so.
    pub purpose: Given<Purpose>,
    /// The description of an unlisted procedure: free text.
    pub narrative: Given<Private<String>>,
}

/// What a line points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pointers {
    /// 0-based places in the request's diagnoses, in order of priority, without repeats.
    To(Vec<usize>, Source),
    /// All diagnoses of the claim (institutional).
    All,
    /// None given, or one that points nowhere: the line's diagnoses are unknown.
    Unknown(Given<()>),
}

/// A structured concept of a procedure that has no code of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concept {
    /// Radiofrequency at a dorsal root ganglion.
    DrgRadiofrequency,
    /// Denervation of a spinal joint by a technique without a code.
    JointRadiofrequency,
    /// Anything else.
    Other,
}

/// Why a procedure is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To find the source of the pain.
    Diagnostic,
    /// To treat it.
    Therapeutic,
}

/// An earlier service of the member.
#[derive(Clone, Debug, PartialEq)]
pub struct Encounter {
    /// The claim it stood on, so that a replacement can take it out.
    pub claim_id: Option<String>,
    /// When.
    pub service_date: DateSpan,
    /// What was done, each with its modifiers.
    pub procedures: Vec<(Code, Vec<Code>)>,
    /// For what.
    pub diagnoses: Vec<Code>,
    /// Where it stood.
    pub source: Source,
}

impl Request {
    /// The days a line can have been served on: its own, an order's authored day without one.
    pub fn service_span<'a>(&'a self, line: &'a Line) -> &'a Given<DateSpan> {
        match (&line.service_date, self.kind) {
            (Given::Absent, Kind::Order) => &self.authored_on,
            (given, Kind::Order | Kind::Claim) => given,
        }
    }

    /// The one day of a line's service, where there is only one.
    pub fn service_day(&self, line: &Line) -> Option<Date> {
        self.service_span(line).get().and_then(DateSpan::exact)
    }

    /// The diagnoses a line points to, without refuted ones; `None` where unknown.
    pub fn pointed<'a>(&'a self, line: &'a Line) -> Option<Vec<&'a Diagnosis>> {
        let there = |diagnosis: &&Diagnosis| diagnosis.verification != Verification::Refuted;
        match &line.pointers {
            Pointers::To(places, _) => {
                Some(places.iter().filter_map(|place| self.diagnoses.get(*place)).filter(there).collect())
            }
            Pointers::All => Some(self.diagnoses.iter().filter(there).collect()),
            Pointers::Unknown(_) => None,
        }
    }

    /// The earlier services that count: a replacement's original is left out.
    pub fn earlier(&self) -> impl Iterator<Item = &Encounter> {
        let replaced = self.replaces.as_deref();
        self.history.iter().filter(move |encounter| {
            let same = |claim: &str| encounter.claim_id.as_deref() == Some(claim);
            !replaced.is_some_and(same) && !same(&self.id)
        })
    }
}
