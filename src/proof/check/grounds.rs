//! The author's texts behind what is found.

use super::Grounds;
use crate::{
    code::SetDefinition,
    fault::{PackFault, PackText},
    pack::Rule,
    proof::survey::Surveyed,
};

impl<'a> Grounds<'a> {
    /// The text of a path.
    pub fn text(&self, path: &str) -> Option<&'a PackText> {
        self.pack.texts.iter().find(|text| text.path == path)
    }

    /// The script of a rule.
    pub fn text_of(&self, rule: &Rule) -> Option<&'a PackText> {
        self.pack.scripts.text(rule.script)
    }

    /// The file that defines a value set.
    pub fn text_of_set(&self, set: &SetDefinition) -> Option<&'a PackText> {
        let title = format!("[{}]", set.name);
        let files = self.pack.texts.iter().filter(|text| text.path.starts_with("values/"));
        files.into_iter().find(|text| text.text.lines().any(|line| line.trim() == title))
    }

    /// `fault`, with the name of a value set underlined where it is defined.
    pub fn at_set(&self, fault: PackFault, set: &SetDefinition) -> Option<PackFault> {
        Some(fault.at_part(self.text_of_set(set)?, &format!("[{}]", set.name), "this set"))
    }

    /// Whether the statement that holds a byte of a script is one that no path reaches.
    pub fn is_dead(&self, text: &PackText, byte: usize) -> bool {
        let own = self.survey.statements.iter().filter(|(mark, _)| mark.text.path == text.path && mark.start <= byte);
        own.max_by_key(|(mark, _)| mark.start).is_some_and(|(_, is_reached)| !is_reached)
    }

    /// Every rule with what it does.
    pub fn rules(&self) -> impl Iterator<Item = (&'a Rule, &'a Surveyed)> {
        self.pack.rules().map(|(_, rule)| rule).zip(&self.survey.rules)
    }
}
