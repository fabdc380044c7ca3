//! A row among the rows of its axis: what it holds of, and which other row it ties with.

use jiff::civil::Date;

use super::{Code, Entry, Pattern, SetDefinition, SetId};

/// ICD-10-CM writes encounter and healing into the seventh character.
pub(super) const SEVENTH: usize = 7;

/// A row of a value set without its text.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub axis: usize,
    pub set: SetId,
    /// Its place in [`SetDefinition::entries`].
    pub entry: usize,
    /// Whether it is of one code, not of all that begin so.
    pub exact: bool,
    pub seventh: Option<String>,
    pub period: (Option<Date>, Option<Date>),
    pub excluded: bool,
}

/// Two equally specific rows of an axis that say different things of a code on a day.
pub(super) struct Tie {
    /// The set of the other row.
    pub other: SetId,
    /// A code that both hold of.
    pub text: String,
    /// A day on which both do; none: on any.
    pub day: Option<Date>,
}

impl Row {
    pub(super) fn of(entry: &Entry, axis: usize, set: SetId, place: usize) -> Row {
        Row {
            axis,
            set,
            entry: place,
            exact: matches!(entry.pattern, Pattern::Code(_)),
            seventh: entry.seventh.clone(),
            period: entry.period,
            excluded: entry.excluded,
        }
    }

    /// The set that a code is in where this row wins.
    pub(super) fn gives(&self) -> Option<SetId> {
        (!self.excluded).then_some(self.set)
    }

    /// Whether it holds of a text that its pattern matches.
    pub(super) fn holds(&self, text: &str, day: Option<Date>) -> bool {
        let seventh = self.seventh.as_ref().is_none_or(|allowed| {
            text.len() == SEVENTH && text.chars().next_back().is_some_and(|seventh| allowed.contains(seventh))
        });
        let (from, until) = self.period;
        let in_period =
            day.is_none_or(|day| from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until));
        seventh && in_period
    }

    /// Whether it ties with another row of the same text, both codes or both prefixes.
    pub(super) fn tie(&self, other: &Row, text: &str) -> Option<Tie> {
        let day = self.clash_on(other).filter(|_| self.exact == other.exact)?;
        let witness = match (&self.seventh, &other.seventh) {
            _ if self.exact => text.to_owned(),
            (None, None) => text.to_owned(),
            // The row with a seventh character is the more specific one.
            (Some(_), None) | (None, Some(_)) => return None,
            (Some(_), Some(_)) if text.len() >= SEVENTH => text.to_owned(),
            (Some(one), Some(two)) => {
                let both = one.chars().find(|seventh| two.contains(*seventh))?;
                format!("{text:X<width$}{both}", width = SEVENTH - 1)
            }
        };
        (self.holds(&witness, day) && other.holds(&witness, day)).then_some(Tie {
            other: other.set,
            text: witness,
            day,
        })
    }

    /// Whether it ties with another row, both ranges.
    pub(super) fn tie_of_ranges(&self, ends: (&str, &str), other: &Row, other_ends: (&str, &str)) -> Option<Tie> {
        let day = self.clash_on(other)?;
        let (from, to) = (ends.0.max(other_ends.0), ends.1.min(other_ends.1));
        if ends.0.len() != other_ends.0.len() || from > to {
            return None;
        }
        let holds = |text: &String| is_between(text, from, to) && self.holds(text, day) && other.holds(text, day);
        // A text that both hold of differs from an end, or from what follows `from`, in its last
        // character at most, where there is one at all.
        let stems = [Some(from.to_owned()), Some(to.to_owned()), stem_after(from)];
        let last = || ('0'..='9').chain('A'..='Z');
        let text = stems
            .into_iter()
            .flatten()
            .flat_map(|stem| {
                let kept: String = stem.chars().take(stem.len().saturating_sub(1)).collect();
                std::iter::once(stem).chain(last().map(move |c| format!("{kept}{c}")))
            })
            .find(holds)?;
        Some(Tie { other: other.set, text, day })
    }

    /// A day on which both rows hold, where they are of one axis and say different things.
    fn clash_on(&self, other: &Row) -> Option<Option<Date>> {
        let day = self.period.0.max(other.period.0).or(match (self.period.1, other.period.1) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        });
        let in_period = |row: &Row| {
            day.is_none_or(|day| {
                row.period.0.is_none_or(|from| from <= day) && row.period.1.is_none_or(|until| day <= until)
            })
        };
        (self.axis == other.axis && self.gives() != other.gives() && in_period(self) && in_period(other)).then_some(day)
    }
}

impl Tie {
    /// What is wrong, for the author.
    pub(super) fn words(&self, entry: &Entry, own: &SetDefinition, other: Option<&SetDefinition>) -> String {
        let of = match other {
            Some(other) if other.name != own.name => format!("`{}` of the same axis", other.name),
            _ => "another row of the set".to_owned(),
        };
        let when = self.day.map(|day| format!(" on {day}")).unwrap_or_default();
        let code = Code::parse(entry.system, &self.text).map_or_else(|_| self.text.clone(), |code| code.to_string());
        format!("{entry} ties with {of}: both hold of {code}{when}")
    }
}

/// Whether a text is of the same length as both ends and not outside them.
pub(super) fn is_between(text: &str, from: &str, to: &str) -> bool {
    text.len() == from.len() && from <= text && text <= to
}

/// The text of the same length that follows all texts with the same characters but the last.
fn stem_after(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut after = chars.split_last().map(|(_, stem)| stem.to_vec())?;
    let last = after.iter().rposition(|c| *c != 'Z')?;
    for c in after.iter_mut().skip(last + 1) {
        *c = '0';
    }
    if let Some(c) = after.get_mut(last) {
        *c = next_of(*c);
    }
    after.push('0');
    Some(after.into_iter().collect())
}

/// The character of codes that follows another.
fn next_of(c: char) -> char {
    match c {
        '9' => 'A',
        other => char::from_u32(u32::from(other) + 1).unwrap_or(other),
    }
}
