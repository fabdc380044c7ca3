//! Rules that were not surveyed to their end, and what they do wrong under some setting.

use super::Grounds;
use crate::{
    fault::PackFault,
    proof::{Finding, survey::PATHS_MAX},
};

/// One finding for each rule that has too many paths, and for each that fails under a setting.
pub(super) fn find(grounds: &Grounds<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (rule, surveyed) in grounds.rules() {
        findings.extend(surveyed.failures.iter().cloned());
        let Some(text) = grounds.text_of(rule).filter(|_| surveyed.is_cut) else { continue };
        let message = format!("under all settings together the rule has more than {PATHS_MAX} paths");
        let fault = PackFault::new("proof::not_surveyed", message)
            .help("nothing is said of dead branches, of reasons and of value sets; split the rule, or let fewer parameters decide in one rule")
            .at(text, 0, text.text.lines().next().map_or(0, str::len), "this rule");
        findings.push(fault);
    }
    findings.into_iter().map(Finding::of).collect()
}
