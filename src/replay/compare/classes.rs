//! The classes of lines that were proved to change, and how many lines of the input each has.

use super::{Amount, Comparison, Dimension};
use crate::{
    proof::{Conclusion, Difference},
    replay::compare::Transition,
};

/// A class of the semantic difference of two packs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// What the old pack concludes.
    pub from: Conclusion,
    /// What the new pack concludes.
    pub to: Conclusion,
    /// When: one of these holds. Empty where every line of the one conclusion is concerned.
    pub when: Vec<String>,
    /// The lines of the input.
    pub amount: Amount,
}

/// Every class of a difference with the lines of the input that change so, the most lines first; a
/// class without any is kept, for the next input may have some.
pub fn classes(difference: &Difference, comparison: &Comparison) -> Vec<Class> {
    let amount = |from: &Conclusion, to: &Conclusion| {
        let transition = Transition { from: from.verdict, to: to.verdict };
        let reasons = comparison.by.get(&Dimension::Reason);
        let row = reasons.and_then(|rows| rows.get(&format!("{} → {}", from.reason, to.reason)));
        row.and_then(|row| row.get(&transition)).copied().unwrap_or_default()
    };
    let mut classes: Vec<Class> = Vec::new();
    for group in &difference.groups {
        let row = |row: &Vec<crate::proof::Condition>| {
            let conditions: Vec<String> = row.iter().map(|one| format!("{} {}", one.fact, one.says)).collect();
            conditions.join(" and ")
        };
        let when: Vec<String> = group.rows.iter().map(row).filter(|row| !row.is_empty()).collect();
        classes.extend(group.changes.iter().map(|change| Class {
            from: change.from.clone(),
            to: change.to.clone(),
            when: when.clone(),
            amount: amount(&change.from, &change.to),
        }));
    }
    classes.sort_by_key(|class| std::cmp::Reverse(class.amount.lines));
    classes
}
