//! `reasons.toml`: what each reason says, to whom, and in which remittance codes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::manifest::of_toml;
use crate::{
    fact::{DICTIONARY, FactKind},
    fault::{PackFault, PackText, did_you_mean},
};

/// A reason. In sentences, `{fact.name}` stands for the value of a fact without arguments;
/// `{request.untabled_diagnoses}` and `{history.untabled_diagnoses}` for those of the codes that are
/// in no value set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The sentence for the provider.
    pub provider: String,
    /// The sentence for the patient.
    pub patient: String,
    /// The anchor of the passage it rests on.
    pub cites: String,
    /// Claim adjustment group code.
    pub group: Option<String>,
    /// Claim adjustment reason code.
    pub carc: Option<String>,
    /// Remittance advice remark code.
    pub rarc: Option<String>,
    /// X12 element 306 for prior authorization.
    pub pas: Option<String>,
    /// Da Vinci CRD coverage effect.
    pub crd: Option<String>,
}

/// Remark codes that name a Medicare coverage determination; a pack without one must not use them.
const COVERAGE_DETERMINATION_REMARKS: [&str; 2] = ["N115", "N386"];

/// Reads the reasons.
///
/// # Errors
/// Every fault at once.
pub(super) fn read(text: &PackText) -> Result<BTreeMap<String, Reason>, Vec<PackFault>> {
    let reasons: BTreeMap<String, Reason> = toml::from_str(&text.text).map_err(|error| vec![of_toml(text, &error)])?;
    let mut faults = Vec::new();
    for (id, reason) in &reasons {
        for name in placeholders(&reason.provider).into_iter().chain(placeholders(&reason.patient)) {
            let is_told = |kind: &&FactKind| kind.parameters.is_empty() || kind.name == "history.untabled_diagnoses";
            let known = || DICTIONARY.iter().filter(is_told).map(|kind| kind.name);
            if known().any(|fact| fact == name) {
                continue;
            }
            let fault =
                PackFault::new("pack::placeholder", format!("reason `{id}`: there is no fact `{name}` to fill in"))
                    .at_part_after(text, &format!("[{id}]"), &format!("{{{name}}}"), "here");
            faults.push(match did_you_mean(&name, known()) {
                Some(close) => fault.help(format!("did you mean `{close}`?")),
                None => fault,
            });
        }
        if let Some(rarc) = reason.rarc.as_deref().filter(|rarc| COVERAGE_DETERMINATION_REMARKS.contains(rarc)) {
            let fault = PackFault::new(
                "pack::remark_code",
                format!("reason `{id}` uses {rarc}, which names a coverage determination"),
            );
            let fault = fault.help("a guideline is none; leave the remark code out");
            faults.push(fault.at_part_after(text, &format!("[{id}]"), rarc, "here"));
        }
    }
    if faults.is_empty() { Ok(reasons) } else { Err(faults) }
}

/// The names between braces.
pub(super) fn placeholders(sentence: &str) -> Vec<String> {
    sentence.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}
