//! A recorded decision, made again.

use std::{borrow::Borrow, fmt};

use serde_json::Value;

use super::Entry;
use crate::{desk::decide, exchange::json::decision_text, pack::Pack, verdict::PackStamp};

/// How much of a value is told: sentences are longer, and where they differ is seen before.
const CHARS_TOLD_MAX: usize = 200;

/// How a decision that was made again differs from the one that was recorded. Holds values of
/// decisions only: verdicts, reasons, codes, ages, days of service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Differs {
    /// It was made with other packs.
    Packs {
        /// Those it was recorded under.
        recorded: Vec<PackStamp>,
        /// Those it was made with again.
        given: Vec<PackStamp>,
    },
    /// The decisions differ, here first.
    Decision {
        /// Where, as a JSON pointer (RFC 6901) into the answer; empty where the same is written in
        /// another way.
        pointer: String,
        /// What was recorded, as JSON; `nothing` where there is nothing.
        recorded: String,
        /// What came out.
        again: String,
    },
}

/// Decides what was recorded again, with the packs it was recorded under, and holds the answer
/// against the recorded one, to the byte. The engine's version stands as it was recorded.
///
/// # Errors
/// The first difference.
pub fn again<P: Borrow<Pack>>(entry: &Entry, packs: &[P]) -> Result<(), Differs> {
    let given: Vec<PackStamp> = packs.iter().map(|pack| pack.borrow().stamp()).collect();
    if given != entry.packs() {
        return Err(Differs::Packs { recorded: entry.packs().to_vec(), given });
    }
    let decision = decide(packs, &entry.least.request);
    let answer = decision_text(&decision, &entry.id.to_string(), &entry.engine);
    if answer == entry.answer { Ok(()) } else { Err(differs(&entry.answer, &answer)) }
}

impl Differs {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Differs::Packs { .. } => "entry::other_packs",
            Differs::Decision { .. } => "entry::differs",
        }
    }
}

impl fmt::Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |packs: &[PackStamp]| {
            let names: Vec<String> =
                packs.iter().map(|pack| format!("`{} {} {}`", pack.name, pack.version, pack.digest)).collect();
            if names.is_empty() { "no pack".to_owned() } else { names.join(", ") }
        };
        match self {
            Differs::Packs { recorded, given } => {
                write!(f, "recorded under {}, decided again with {}", names(recorded), names(given))
            }
            Differs::Decision { pointer, recorded, again } => {
                write!(f, "`{pointer}` was {recorded}, and is {again} when decided again")
            }
        }
    }
}

impl std::error::Error for Differs {}

fn differs(recorded: &str, again: &str) -> Differs {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    let (one, two) = (read(recorded), read(again));
    let mut pointer = String::new();
    let (one, two) = first_difference(one.as_ref(), two.as_ref(), &mut pointer);
    Differs::Decision { pointer, recorded: shown(one), again: shown(two) }
}

/// The two values at the first place where they differ; `pointer` is led there.
fn first_difference<'a>(
    one: Option<&'a Value>,
    two: Option<&'a Value>,
    pointer: &mut String,
) -> (Option<&'a Value>, Option<&'a Value>) {
    match (one, two) {
        (Some(Value::Object(ones)), Some(Value::Object(twos))) => {
            let differs = |name: &&String| ones.get(*name) != twos.get(*name);
            let Some(name) = ones.keys().chain(twos.keys()).find(differs) else { return (one, two) };
            pointer.push('/');
            pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
            first_difference(ones.get(name), twos.get(name), pointer)
        }
        (Some(Value::Array(ones)), Some(Value::Array(twos))) => {
            let differs = |place: &usize| ones.get(*place) != twos.get(*place);
            let Some(place) = (0..ones.len().max(twos.len())).find(differs) else { return (one, two) };
            pointer.push('/');
            pointer.push_str(&place.to_string());
            first_difference(ones.get(place), twos.get(place), pointer)
        }
        (one, two) => (one, two),
    }
}

fn shown(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    match text.char_indices().nth(CHARS_TOLD_MAX).and_then(|(end, _)| text.get(..end)) {
        Some(start) => format!("{start}…"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_told() {
        let check = |one: &str, two: &str, expected: &str| assert_eq!(differs(one, two).to_string(), expected);
        let was =
            |pointer: &str, one: &str, two: &str| format!("`{pointer}` was {one}, and is {two} when decided again");
        check(r#"{"a":[1,{"b/c":2}]}"#, r#"{"a":[1,{"b/c":3}]}"#, &was("/a/1/b~1c", "2", "3"));
        check(r#"{"a":[1]}"#, r#"{"a":[1,2]}"#, &was("/a/1", "nothing", "2"));
        check(r#"{"a":1,"b":2}"#, r#"{"b":2}"#, &was("/a", "1", "nothing"));
        let long = format!("\"{}\"", "x".repeat(500));
        check(&long, "1", &was("", &format!("\"{}…", "x".repeat(199)), "1"));
    }
}
