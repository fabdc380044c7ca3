//! Source attributes: patient data that is declared because a rule names it, and that no path asks
//! for. (What is declared and not named, or named and not declared, is refused when the pack is
//! loaded.)

use std::collections::BTreeSet;

use super::Grounds;
use crate::{fault::PackFault, proof::Finding};

/// One finding for each attribute; those that only dead statements name are told with these.
pub(super) fn find(grounds: &Grounds<'_>) -> Vec<Finding> {
    let (pack, survey) = (grounds.pack, grounds.survey);
    let Some(text) = grounds.text("pack.toml").filter(|_| survey.is_whole()) else { return Vec::new() };
    let asked: BTreeSet<&str> = survey.book.facts().iter().filter_map(|fact| fact.kind.uses).collect();
    let named = pack.scripts.named_facts();
    let left = pack.manifest.source.uses.iter().filter(|attribute| !asked.contains(attribute.as_str()));
    left.filter_map(|attribute| {
        let mut of_attribute = named.iter().filter(|named| named.kind.uses == Some(attribute));
        let alive = of_attribute.find(|named| !grounds.is_dead(&named.at.text, named.at.start))?;
        let message = format!("`source.uses` declares `{attribute}`, and no path of any rule asks for it");
        let (line, _) = alive.at.text.place_of(alive.at.start);
        let help = format!(
            "{} names `{}` in line {line}, where the answer is settled already: mend that, or remove both",
            alive.at.text.path, alive.kind.name
        );
        let fault = PackFault::new("proof::source_attributes", message).help(help);
        Some(Finding::of(fault.at_part_after(text, "\nuses", &format!("\"{attribute}\""), "declared here")))
    })
    .collect()
}
