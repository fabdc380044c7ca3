//! A narrative that holds phrases of some sets and of no others.

use super::build::cover;
use crate::code::{ClassId, ClassMask, Pattern, ValueSets};

/// Texts that hold no phrase of a policy of procedures; the first that does not serve is passed over.
const PLAIN: &[&str] =
    &["as described in the operative note", "see the attached report", "documentation on file", "unlisted service"];

/// Combinations of phrases that are tried: each set's first phrases with those of the others.
const TRIES_MAX: usize = 256;

/// A text with a phrase of each of `some` and none of `absent`.
pub(super) fn narrative(sets: &ValueSets, (absent, some): &(ClassMask, Vec<ClassMask>)) -> Option<String> {
    let serves = |text: &str| {
        sets.classes_of_text(text).is_some_and(|classes| {
            classes.iter().all(|class| !absent.contains(*class))
                && some.iter().all(|mask| classes.iter().any(|class| mask.contains(*class)))
        })
    };
    if some.is_empty() {
        return PLAIN.iter().find(|text| serves(text)).map(|text| (*text).to_owned());
    }
    // A phrase may hold shorter ones: none of them may be of what is to be absent.
    let is_clean = |classes: &[ClassId]| classes.iter().all(|class| !absent.contains(*class));
    let clean: Vec<(Vec<ClassId>, String)> =
        phrases(sets).into_iter().filter(|(classes, _)| is_clean(classes)).collect();
    let mut offered: Vec<(ClassId, ClassId)> =
        clean.iter().flat_map(|(classes, _)| classes).map(|class| (*class, *class)).collect();
    offered.dedup();
    let chosen = cover(&offered, &some.iter().collect::<Vec<_>>())?;
    let holding = |class: ClassId| clean.iter().filter(move |(classes, _)| classes.contains(&class));
    let choices: Vec<Vec<String>> =
        chosen.iter().map(|(class, _)| holding(*class).map(|(_, text)| text.clone()).collect()).collect();
    (0..TRIES_MAX).map(|number| text(&choices, number)).find(|text| serves(text))
}

/// The `number`-th combination of one phrase a list.
fn text(choices: &[Vec<String>], mut number: usize) -> String {
    let mut parts = Vec::new();
    for list in choices {
        let count = list.len().max(1);
        parts.extend(list.get(number % count).cloned());
        number /= count;
    }
    parts.join(" and ")
}

/// Every phrase with the classes that it shows; a stem stands for itself.
fn phrases(sets: &ValueSets) -> Vec<(Vec<ClassId>, String)> {
    let rows = sets.definitions().iter().flat_map(|definition| &definition.entries);
    let texts = rows.filter_map(|row| if let Pattern::Phrase(phrase) = &row.pattern { Some(phrase) } else { None });
    texts.map(|phrase| phrase.replace('*', "")).filter_map(|text| Some((sets.classes_of_text(&text)?, text))).collect()
}
