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

/// What columns count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// Characters (Unicode code points), as people count.
    Characters,
    /// UTF-16 code units, as editors and SARIF count.
    Utf16,
}

/// Where the text at fault stands. Lines and columns begin with 1; the end column is the one after
/// the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The path within the pack.
    pub path: String,
    /// Where it begins.
    pub start: (usize, usize),
    /// Where it ends.
    pub end: (usize, usize),
}

impl PackText {
    /// The line and the column (in characters) of a byte, both from 1.
    pub fn place_of(&self, byte: usize) -> (usize, usize) {
        place_of(&self.text, byte, Columns::Characters)
    }
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
        let region = self.region(Columns::Characters)?;
        Some((region.path, region.start.0, region.start.1))
    }

    /// Where the text at fault begins and ends.
    pub fn region(&self, columns: Columns) -> Option<Region> {
        let place = self.place.as_ref()?;
        let (text, (start, len)) = (place.source.inner(), place.span);
        let path = place.source.name().to_owned();
        Some(Region { path, start: place_of(text, start, columns), end: place_of(text, start + len, columns) })
    }

    /// What is said of the text at fault.
    pub fn label(&self) -> Option<&str> {
        self.place.as_ref().map(|place| place.label.as_str())
    }
}

/// The line and the column of a byte, both from 1; past the end of the text, its end.
fn place_of(text: &str, byte: usize, columns: Columns) -> (usize, usize) {
    let before = text.get(..byte.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    let column = match columns {
        Columns::Characters => last.chars().count(),
        Columns::Utf16 => last.encode_utf16().count(),
    };
    (line, column + 1)
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
