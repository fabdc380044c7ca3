//! Value sets that nobody asks for, and rows of value sets without effect.

use std::collections::BTreeSet;

use super::Grounds;
use crate::{
    code::{Pattern, RowStanding, SetDefinition, SetId, System},
    fact::Argument,
    fault::PackFault,
    pack::at_row,
    proof::Finding,
};

/// Sets that are never asked, sets that match nothing, rows that are hidden or mistyped.
pub(super) fn find(grounds: &Grounds<'_>) -> Vec<Finding> {
    let mut faults = never_asked(grounds);
    let sets = &grounds.pack.sets;
    let idle = sets.idle_rows();
    for (id, set) in (0u16..).map(SetId).zip(sets.definitions()) {
        let own = || idle.iter().filter(move |(of, ..)| *of == id);
        let is_empty = set.union_of.is_empty()
            && own().count() == set.entries.iter().filter(|entry| !matches!(entry.pattern, Pattern::Phrase(_))).count();
        let has_phrases = set.entries.iter().any(|entry| matches!(entry.pattern, Pattern::Phrase(_)));
        let is_mistyped = own().all(|(.., standing)| *standing == RowStanding::MatchesNothing);
        if is_empty && !has_phrases && !is_mistyped {
            faults.extend(grounds.at_set(empty(set), set));
            continue;
        }
        for (_, entry, standing) in own() {
            let Some(text) = grounds.text_of_set(set) else { continue };
            let Some(fault) = row(grounds, set, *entry, standing) else { continue };
            faults.push(at_row(fault, text, set, *entry, "this row"));
        }
    }
    faults.into_iter().map(Finding::of).collect()
}

fn never_asked(grounds: &Grounds<'_>) -> Vec<PackFault> {
    let (pack, survey) = (grounds.pack, grounds.survey);
    if !survey.is_whole() {
        return Vec::new();
    }
    let arguments = survey.book.facts().iter().flat_map(|fact| &fact.arguments).filter_map(|argument| match argument {
        Argument::Set(set) => Some(*set),
        Argument::Months(_) => None,
    });
    let companions = pack.companions.into_iter().flat_map(|(followers, apart)| [followers, apart]);
    let mut open: Vec<SetId> = survey.sets.iter().copied().chain(arguments).chain(companions).collect();
    let mut asked = BTreeSet::new();
    while let Some(set) = open.pop() {
        if asked.insert(set) {
            let parts = pack.sets.definition(set).into_iter().flat_map(|definition| &definition.union_of);
            open.extend(parts.filter_map(|part| pack.sets.find(part)));
        }
    }
    let all = (0u16..).map(SetId).zip(pack.sets.definitions());
    // A set that keeps codes out of another one of its axis changes what that one says.
    let has_effect = |id: SetId| !pack.sets.takes_from(id).is_disjoint(&asked);
    let left = all.filter(|(id, set)| !asked.contains(id) && !set.is_informative && !has_effect(*id));
    left.filter_map(|(_, set)| {
        let message = format!("no rule asks for the value set `{}`", set.name);
        let fault = PackFault::new("proof::unasked_value_set", message)
            .help("ask for it, remove it, or mark it `informative = true` where it is there for people only");
        grounds.at_set(fault, set)
    })
    .collect()
}

fn empty(set: &SetDefinition) -> PackFault {
    let message = format!(
        "no code is in the value set `{}`: other rows of its axis match all of its codes more closely",
        set.name
    );
    PackFault::new("proof::empty_value_set", message)
        .help("within an axis the longest match wins: remove the set, or give it an axis of its own")
}

fn row(grounds: &Grounds<'_>, set: &SetDefinition, entry: usize, standing: &RowStanding) -> Option<PackFault> {
    let row = set.entries.get(entry)?;
    let by = match standing {
        RowStanding::Hidden(by) => by,
        RowStanding::MatchesNothing if row.system == System::Icd10Cm => {
            let message = format!("value set `{}`: no code of ICD-10-CM matches the {row}", set.name);
            return Some(
                PackFault::new("proof::unknown_code", message)
                    .help("look for a typing error; a row for codes that have ended needs `until`"),
            );
        }
        RowStanding::MatchesNothing => {
            let message = format!("value set `{}`: no code on any day matches the {row}", set.name);
            return Some(PackFault::new("proof::idle_row", message).help("look at `seventh`, `from` and `until`"));
        }
    };
    let names: BTreeSet<String> = by
        .iter()
        .filter_map(|(of, place)| {
            let other = grounds.pack.sets.definition(*of)?;
            Some(format!("the {} of `{}`", other.entries.get(*place)?, other.name))
        })
        .collect();
    let shown: Vec<&str> = names.iter().take(HIDING_ROWS_SHOWN).map(String::as_str).collect();
    let more = names.len() - shown.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let message = format!("value set `{}`: the {row} has no effect", set.name);
    Some(
        PackFault::new("proof::hidden_row", message).help(format!(
            "its codes are matched more closely by {}{more}; remove the row, or those",
            shown.join(", ")
        )),
    )
}

/// Rows that are named as hiding another; more would hide what matters.
const HIDING_ROWS_SHOWN: usize = 3;
