//! Where a value stood in the input, and whether it could be read.

use std::{fmt, sync::Arc};

/// Where a value stood, precise enough to find it again. Holds no values, so it may be printed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A field of JSON or FHIR: `lines[0].procedure`, `Claim.item[0].productOrService`.
    Field {
        /// The list or object: `lines`, `Claim.item`; empty for a field of the whole.
        list: &'static str,
        /// Its 0-based place in the list.
        index: Option<u32>,
        /// The field: `procedure`.
        field: &'static str,
        /// A 0-based place within the field, where it is a list.
        part: Option<u32>,
    },
    /// An element of an X12 segment: `837P 2400 SV101-2 (segment 41, byte 1203)`.
    Segment {
        /// Transaction: `837P` or `837I`.
        form: &'static str,
        /// Loop: `2400`.
        loop_id: &'static str,
        /// Element: `SV101-2`.
        element: &'static str,
        /// The segment's 1-based number in its file.
        segment: u32,
        /// The segment's 0-based byte offset in its file.
        byte: u64,
    },
    /// A cell of a table: `claims.csv:12 procedure_code`.
    Cell {
        /// The file's name, without folders.
        file: Arc<str>,
        /// The 1-based line of the file.
        line: u64,
        /// The column's name.
        column: &'static str,
    },
    /// A path made at reading time, where none of the others fits.
    Path(Arc<str>),
    /// Nowhere: what its absence means.
    Absent,
}

impl Source {
    /// A field of the whole request: `onset_date`.
    pub fn field(field: &'static str) -> Source {
        Source::Field { list: "", index: None, field, part: None }
    }

    /// A field of an object of the request: `patient.birth_date`.
    pub fn member_of(object: &'static str, field: &'static str) -> Source {
        Source::Field { list: object, index: None, field, part: None }
    }

    /// A field of the `index`-th member of `list`: `lines[0].procedure`.
    pub fn member(list: &'static str, index: usize, field: &'static str) -> Source {
        Source::Field { list, index: u32::try_from(index).ok(), field, part: None }
    }

    /// The `part`-th of a list within a member: `lines[0].modifiers[1]`.
    pub fn part(list: &'static str, index: usize, field: &'static str, part: usize) -> Source {
        Source::Field { list, index: u32::try_from(index).ok(), field, part: u32::try_from(part).ok() }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Field { list, index, field, part } => {
                f.write_str(list)?;
                if let Some(index) = index {
                    write!(f, "[{index}]")?;
                }
                if !list.is_empty() && !field.is_empty() {
                    f.write_str(".")?;
                }
                f.write_str(field)?;
                part.map_or(Ok(()), |part| write!(f, "[{part}]"))
            }
            Source::Segment { form, loop_id, element, segment, byte } => {
                write!(f, "{form} {loop_id} {element} (segment {segment}, byte {byte})")
            }
            Source::Cell { file, line, column } => write!(f, "{file}:{line} {column}"),
            Source::Path(path) => f.write_str(path),
            Source::Absent => f.write_str("not given"),
        }
    }
}

/// A value and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it stood.
    pub source: Source,
}

impl<T> Sourced<T> {
    /// `value`, read at `source`.
    pub fn new(value: T, source: Source) -> Sourced<T> {
        Sourced { value, source }
    }
}

/// What was given for something that may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given<T> {
    /// Nothing.
    Absent,
    /// A value.
    Value(Sourced<T>),
    /// Something that could not be read: what was expected (never what stood there).
    Unreadable(Sourced<&'static str>),
}

impl<T> Given<T> {
    /// A value read at `source`.
    pub fn value(value: T, source: Source) -> Given<T> {
        Given::Value(Sourced::new(value, source))
    }

    /// Something at `source` that was not what was `expected`.
    pub fn unreadable(expected: &'static str, source: Source) -> Given<T> {
        Given::Unreadable(Sourced::new(expected, source))
    }

    /// The value, where there is one.
    pub fn get(&self) -> Option<&T> {
        match self {
            Given::Value(sourced) => Some(&sourced.value),
            Given::Absent | Given::Unreadable(_) => None,
        }
    }

    /// Where the value stood; [`Source::Absent`] where nothing did.
    pub fn source(&self) -> &Source {
        match self {
            Given::Absent => &Source::Absent,
            Given::Value(sourced) => &sourced.source,
            Given::Unreadable(sourced) => &sourced.source,
        }
    }

    /// Whether nothing was given.
    pub fn is_absent(&self) -> bool {
        matches!(self, Given::Absent)
    }
}
