//! A fault in what a policy analyst wrote: it points at the text and says what to do.

use std::{fmt, sync::Arc};

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// A fault of a pack. All faults of a pack are reported at once, each with its place underlined.
#[derive(Clone, Debug)]
pub struct PackFault {
    /// Stable name: `rule::unknown_value_set`.
    pub code: &'static str,
    /// What is wrong: lower case, no full stop, backticks round what the author wrote.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The text at fault.
    place: Option<Place>,
}

#[derive(Clone, Debug)]
struct Place {
    source: Arc<NamedSource<String>>,
    span: (usize, usize),
    label: String,
}

/// A text of a pack, by its path within the pack.
#[derive(Clone, Debug)]
pub struct PackText {
    /// `5-recommendation/epidural.rhai`.
    pub path: String,
    /// Its content.
    pub text: Arc<str>,
}

impl PackFault {
    /// A fault of the pack as a whole.
    pub fn new(code: &'static str, message: impl Into<String>) -> PackFault {
        PackFault { code, message: message.into(), help: None, place: None }
    }

    /// With what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> PackFault {
        self.help = Some(help.into());
        self
    }

    /// With the bytes of `text` from `start`, `len` of them, underlined.
    #[must_use]
    pub fn at(mut self, text: &PackText, start: usize, len: usize, label: impl Into<String>) -> PackFault {
        let source = Arc::new(NamedSource::new(&text.path, text.text.to_string()));
        self.place = Some(Place { source, span: (start.min(text.text.len()), len), label: label.into() });
        self
    }

    /// With the first place where `text` has `part`, underlined.
    #[must_use]
    pub fn at_part(self, text: &PackText, part: &str, label: impl Into<String>) -> PackFault {
        let start = text.text.find(part).unwrap_or(0);
        self.at(text, start, part.len(), label)
    }

    /// With the first place where `text` has `part` after `before`, underlined.
    #[must_use]
    pub fn at_part_after(self, text: &PackText, before: &str, part: &str, label: impl Into<String>) -> PackFault {
        let from = text.text.find(before).unwrap_or(0);
        let rest = text.text.get(from..).unwrap_or_default();
        self.at(text, from + rest.find(part).unwrap_or(0), part.len(), label)
    }

    /// The path of the text at fault, with line and column (1-based).
    pub fn location(&self) -> Option<(String, usize, usize)> {
        let place = self.place.as_ref()?;
        let before = place.source.inner().get(..place.span.0)?;
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        Some((place.source.name().to_owned(), line, column))
    }
}

/// A beginning shorter than this tells nothing.
const CUT_CHARS_MIN: usize = 5;

/// The closest of `names` to `name`, where one is close: "did you mean".
pub fn did_you_mean<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|known| {
            // A name that was cut short is close, however much of it is missing.
            let is_cut = name.len() >= CUT_CHARS_MIN && known.starts_with(name);
            (if is_cut { 1 } else { strsim::damerau_levenshtein(name, known) }, known)
        })
        .filter(|(distance, known)| *distance <= 1 + known.len().min(name.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

impl fmt::Display for PackFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PackFault {}

impl Diagnostic for PackFault {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|place| place.source.as_ref() as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.place.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::new(Some(place.label.clone()), place.span.0, place.span.1))))
    }
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn close_names_are_offered_and_far_ones_are_not() {
        let names = ["epidural", "joint_injection", "axial"];
        assert_eq!(did_you_mean("epidurals", names), Some("epidural"));
        assert_eq!(did_you_mean("axail", names), Some("axial"));
        assert_eq!(did_you_mean("joint", names), Some("joint_injection"));
        assert_eq!(did_you_mean("kyphoplasty", names), None);
    }
}
