//! Reasons that no path of any rule gives under any setting.

use std::collections::BTreeSet;

use super::Grounds;
use crate::{fault::PackFault, proof::Finding};

/// One finding for each reason; those that no script names are refused when the pack is loaded.
pub(super) fn find(grounds: &Grounds<'_>) -> Vec<Finding> {
    let survey = grounds.survey;
    let Some(text) = grounds.text("reasons.toml").filter(|_| survey.is_whole()) else { return Vec::new() };
    let given: BTreeSet<&String> = survey.rules.iter().flat_map(|rule| &rule.reasons).collect();
    let left = grounds.pack.reasons.keys().filter(|id| !given.contains(id));
    left.map(|id| {
        let message = format!("no path of any rule gives the reason `{id}`, whatever the parameters");
        let fault = PackFault::new("proof::unreturned_reason", message)
            .help("the rules name it where no answers lead: mend them, or remove it")
            .at_part(text, &format!("[{id}]"), "this reason");
        Finding::of(fault)
    })
    .collect()
}
