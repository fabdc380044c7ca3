//! One object of the native JSON, read field by field: what has the wrong type, an unknown name or
//! an unknown choice is a fault with its path; what has the right type and cannot be read as what
//! it should be is *unreadable*, never a guess.
//!
//! `null` is the same as not given.

use crate::{
    date::DateSpan,
    exchange::{
        Fault,
        faults::{Faults, nearest, shown},
    },
    request::{Given, Source},
};

use super::tree::Tree;

/// What is expected where a date is named.
pub(super) const DATE: &str = "a date of the form YYYY-MM-DD, YYYY-MM or YYYY";

/// How many members an object may have: none of ours has a third of it, and names are compared
/// pair by pair.
const MEMBERS_MAX: usize = 64;

/// An object and where it stands.
pub(super) struct Fields<'t, 'a> {
    members: &'t [(std::borrow::Cow<'a, str>, Tree<'a>)],
    list: &'static str,
    index: Option<usize>,
    /// Whether something else than an object stood here; one fault says so, and is enough.
    broken: bool,
}

impl<'t, 'a> Fields<'t, 'a> {
    /// The fields of `tree`, which stands at `list[index]`; none where it is no object. Names that
    /// are not `known`, and names given twice, are faults.
    pub(super) fn of(
        tree: Option<&'t Tree<'a>>,
        (list, index): (&'static str, Option<usize>),
        known: &[&'static str],
        faults: &mut Faults,
    ) -> Fields<'t, 'a> {
        let mut fields = Fields { members: &[], list, index, broken: false };
        match tree {
            Some(Tree::Object(members)) if members.len() <= MEMBERS_MAX => fields.members = members,
            Some(Tree::Object(members)) => {
                fields.broken = true;
                let message = format!("the object has {} fields; {MEMBERS_MAX} are allowed", members.len());
                faults.push(Fault { code: "json::object_too_long", place: fields.place(""), message, help: None });
            }
            None | Some(Tree::Null) => {}
            Some(other) => {
                fields.broken = true;
                faults.push(wrong_type(fields.place(""), "an object", other));
            }
        }
        for (place, (name, _)) in fields.members.iter().enumerate() {
            if !known.contains(&name.as_ref()) {
                faults.push(fields.unknown(name, known));
            } else if fields.members.iter().take(place).any(|(earlier, _)| earlier == name) {
                let message = format!("`{name}` is given twice");
                faults.push(fields.fault("json::repeated_field", name, message, None));
            }
        }
        fields
    }

    /// The value of a field; `None` where it is not given.
    pub(super) fn get(&self, field: &str) -> Option<&'t Tree<'a>> {
        let (_, tree) = self.members.iter().find(|(name, _)| name == field)?;
        (*tree != Tree::Null).then_some(tree)
    }

    /// Where a field stands.
    pub(super) fn source(&self, field: &'static str) -> Source {
        match self.index {
            Some(index) => Source::member(self.list, index, field),
            None => Source::Field { list: self.list, index: None, field, part: None },
        }
    }

    /// Where a member of a list field stands.
    pub(super) fn part(&self, field: &'static str, part: usize) -> Source {
        match self.index {
            Some(index) => Source::part(self.list, index, field, part),
            None => Source::Field { list: self.list, index: None, field, part: u32::try_from(part).ok() },
        }
    }

    /// A text.
    pub(super) fn text(&self, field: &'static str, faults: &mut Faults) -> Option<&'t str> {
        match self.get(field)? {
            Tree::Text(text) => Some(text),
            other => {
                faults.push(wrong_type(self.source(field).to_string(), "text", other));
                None
            }
        }
    }

    /// A text that must be there.
    pub(super) fn required_text(&self, field: &'static str, faults: &mut Faults) -> Option<&'t str> {
        if self.get(field).is_none() && !self.broken {
            let message = format!("`{field}` is missing");
            faults.push(self.fault("json::missing_field", field, message, None));
        }
        self.text(field, faults)
    }

    /// Whatever `read` makes of a text; unreadable as `expected` where it makes nothing of it.
    pub(super) fn given<T>(
        &self,
        field: &'static str,
        expected: &'static str,
        faults: &mut Faults,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Given<T> {
        let Some(text) = self.text(field, faults) else { return Given::Absent };
        let source = self.source(field);
        match read(text) {
            Some(value) => Given::value(value, source),
            None => Given::unreadable(expected, source),
        }
    }

    /// A date, perhaps only a month or a year.
    pub(super) fn date(&self, field: &'static str, faults: &mut Faults) -> Given<DateSpan> {
        self.given(field, DATE, faults, |text| DateSpan::parse(text).ok())
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &self,
        field: &'static str,
        choices: &[(&'static str, T)],
        faults: &mut Faults,
    ) -> Given<T> {
        let Some(text) = self.text(field, faults) else { return Given::Absent };
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text) {
            return Given::value(*value, self.source(field));
        }
        let names = || choices.iter().map(|(name, _)| *name);
        let message =
            format!("expected one of {}", names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "));
        let help = nearest(text, names()).map(|name| format!("did you mean `{name}`?"));
        faults.push(self.fault("json::unknown_value", field, message, help));
        Given::Absent
    }

    /// A list of at most `max` members; empty where it is not given.
    pub(super) fn list(&self, field: &'static str, max: usize, faults: &mut Faults) -> &'t [Tree<'a>] {
        match self.get(field) {
            None => &[],
            Some(Tree::List(list)) if list.len() <= max => list,
            Some(Tree::List(list)) => {
                let message = format!("the list has {} members; {max} are allowed", list.len());
                faults.push(self.fault("json::list_too_long", field, message, None));
                &[]
            }
            Some(other) => {
                faults.push(wrong_type(self.source(field).to_string(), "a list", other));
                &[]
            }
        }
    }

    /// A list of texts, each read by `read` and handed on with where it stood; one that cannot be
    /// read is a fault, because a list has no place for what is unknown.
    pub(super) fn each_text<T>(
        &self,
        field: &'static str,
        (max, expected): (usize, &'static str),
        faults: &mut Faults,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<(T, Source)> {
        let mut all = Vec::new();
        for (part, member) in self.list(field, max, faults).iter().enumerate() {
            let source = self.part(field, part);
            let Tree::Text(text) = member else {
                faults.push(wrong_type(source.to_string(), "text", member));
                continue;
            };
            match read(text) {
                Some(value) => all.push((value, source)),
                None => faults.push(unreadable(source.to_string(), expected)),
            }
        }
        all
    }

    /// A fault of a field of this object.
    pub(super) fn fault(&self, code: &'static str, field: &str, message: String, help: Option<String>) -> Fault {
        Fault { code, place: self.place(field), message, help }
    }

    /// The path of `field`, or of the object itself.
    fn place(&self, field: &str) -> String {
        match (self.source("").to_string(), field) {
            (object, "") if object.is_empty() => "the request".to_owned(),
            (object, field) if object.is_empty() => field.to_owned(),
            (object, "") => object,
            (object, field) => format!("{object}.{field}"),
        }
    }

    fn unknown(&self, name: &str, known: &[&'static str]) -> Fault {
        let name_shown = shown(name);
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the fields here are {}", known.join(", ")),
        };
        self.fault("json::unknown_field", name_shown, format!("there is no field `{name_shown}`"), Some(help))
    }
}

/// The fault of a value of another type than `expected`.
pub(super) fn wrong_type(place: String, expected: &str, found: &Tree<'_>) -> Fault {
    let message = format!("expected {expected}, found {}", found.kind());
    let help = match (expected, found) {
        ("text", Tree::Number(_)) => Some("put the value in quotes".to_owned()),
        _ => None,
    };
    Fault { code: "json::wrong_type", place, message, help }
}

/// The fault of a text that cannot be read where nothing can be left unknown.
pub(super) fn unreadable(place: String, expected: &str) -> Fault {
    Fault { code: "json::unreadable", place, message: format!("expected {expected}"), help: None }
}
