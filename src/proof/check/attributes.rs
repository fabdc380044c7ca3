//! Source attributes: patient data that is declared because a rule names it, and that no path asks
//! for. (What is declared and not named, or named and not declared, is refused when the pack is
//! loaded.)

use std::collections::BTreeSet;

use super::Grounds;
use crate::{fault::PackFault, proof::Finding};

/// One finding for each attribute.
pub(super) fn find(grounds: &Grounds<'_>) -> Vec<Finding> {
    let (pack, survey) = (grounds.pack, grounds.survey);
    let Some(text) = grounds.text("pack.toml").filter(|_| survey.is_whole()) else { return Vec::new() };
    let asked: BTreeSet<&str> = survey.book.facts().iter().filter_map(|fact| fact.kind.uses).collect();
    let declared = &pack.manifest.source.uses;
    let left = declared.iter().filter(|attribute| !asked.contains(attribute.as_str()));
    left.map(|attribute| {
        let message = format!(
            "`source.uses` declares `{attribute}`, and no path of any rule asks for it, whatever the parameters"
        );
        let fault = PackFault::new("proof::source_attributes", message)
            .help("the rules name it where no answers lead: mend them, or remove both")
            .at_part_after(text, "uses", &format!("\"{attribute}\""), "declared here");
        Finding::of(fault)
    })
    .collect()
}
