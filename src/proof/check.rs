//! What `rules check` finds in a pack that loads. Pure: a pack and a day in, findings out.
//!
//! One file a kind of finding. INVARIANT: nothing is told of a rule that only some setting of the
//! parameters makes true; a rule or a branch that is alive under one is alive.

mod attributes;
mod dead;
mod disagreement;
mod field;
mod grounds;
mod limits;
mod property;
mod reasons;
mod sets;
mod shadowed;
mod source;
mod versions;

use super::{
    Finding,
    survey::{Survey, survey},
};
use crate::{date::Date, fault::PackFault, pack::Pack};

pub use versions::versions;

/// What a kind of finding is made from.
pub struct Grounds<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// What its rules do under every setting.
    pub survey: &'a Survey,
    /// The day on which the source should have been verified.
    pub as_of: Date,
}

/// A kind of finding.
pub struct Kind {
    /// What it looks for, in a word or two.
    pub name: &'static str,
    /// Finds it.
    pub find: fn(&Grounds<'_>) -> Vec<Finding>,
}

/// Every kind, in the order in which they are looked for. A new one is a file and a line here.
pub const KINDS: &[Kind] = &[
    Kind { name: "limits", find: limits::find },
    Kind { name: "dead rules", find: dead::find },
    Kind { name: "reasons", find: reasons::find },
    Kind { name: "value sets", find: sets::find },
    Kind { name: "source attributes", find: attributes::find },
    Kind { name: "source", find: source::find },
    Kind { name: "all lines", find: field::find },
];

/// Everything that is found in a pack, in the order of its texts.
pub fn check(pack: &Pack, as_of: Date) -> Vec<Finding> {
    let survey = match survey(pack) {
        Ok(survey) => survey,
        Err(fault) => return vec![Finding::of(fault)],
    };
    let grounds = Grounds { pack, survey: &survey, as_of };
    let mut findings: Vec<Finding> = KINDS.iter().flat_map(|kind| (kind.find)(&grounds)).collect();
    sort(&mut findings);
    findings
}

/// Puts findings into the order of the texts.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| (finding.fault.location(), finding.fault.code));
}

impl Finding {
    /// A finding that no request shows.
    pub fn of(fault: PackFault) -> Finding {
        Finding { fault, witness: None }
    }
}
