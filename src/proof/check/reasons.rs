//! Reasons that no path of any rule gives under any setting.

use std::collections::BTreeSet;

use super::Grounds;
use crate::{
    fault::{PackFault, PackText},
    proof::Finding,
};

/// One finding for each reason. Those that no script names are refused when the pack is loaded;
/// those that only dead statements name are told with these.
pub(super) fn find(grounds: &Grounds<'_>) -> Vec<Finding> {
    let survey = grounds.survey;
    let Some(text) = grounds.text("reasons.toml").filter(|_| survey.is_whole()) else { return Vec::new() };
    let given: BTreeSet<&String> = survey.rules.iter().flat_map(|rule| &rule.reasons).collect();
    let left = grounds.pack.reasons.keys().filter(|id| !given.contains(id));
    left.filter_map(|id| {
        let (script, byte) = named(grounds, id).find(|(script, byte)| !grounds.is_dead(script, *byte))?;
        let message = format!("no path of any rule gives the reason `{id}`, whatever the parameters");
        let (line, _) = script.place_of(byte);
        let help =
            format!("{} names it in line {line} and goes on: write `return` before it, or remove it", script.path);
        let fault = PackFault::new("proof::unreturned_reason", message).help(help);
        Some(Finding::of(fault.at_part(text, &format!("[{id}]"), "this reason")))
    })
    .collect()
}

/// Where scripts name a reason.
fn named<'a>(grounds: &Grounds<'a>, id: &str) -> impl Iterator<Item = (&'a PackText, usize)> {
    let quoted = format!("\"{id}\"");
    let scripts = grounds.pack.texts.iter().filter(|text| text.path.ends_with(".rhai"));
    scripts.flat_map(move |script| {
        let places: Vec<usize> = script.text.match_indices(&quoted).map(|(byte, _)| byte).collect();
        places.into_iter().map(move |byte| (script, byte))
    })
}
