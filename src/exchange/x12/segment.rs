//! One segment: its identifier, elements and components, borrowed from the reader's buffer.
//!
//! Elements are handed out without the blanks around them. Nothing is decoded here but what is
//! kept ([`text`]); codes are compared as bytes.

use std::borrow::Cow;

use super::delimiters::Delimiters;
use crate::request::Source;

/// Where a segment stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    /// Its 1-based number; empty segments are not counted, as SE01 does not count them.
    pub(super) segment: u32,
    /// The 0-based offset of its first byte.
    pub(super) byte: u64,
}

/// A segment without its terminator.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a> {
    bytes: &'a [u8],
    id: Id,
    delimiters: Delimiters,
    pub(super) at: At,
}

/// A segment's identifier in upper case, padded: `CLM`, `HL `; `???` where it is none.
pub(super) type Id = [u8; 3];

impl<'a> Segment<'a> {
    pub(super) fn new(bytes: &'a [u8], delimiters: Delimiters, at: At) -> Segment<'a> {
        Segment { bytes, id: id_of(bytes, delimiters.element), delimiters, at }
    }

    pub(super) fn id(&self) -> Id {
        self.id
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn delimiters(&self) -> Delimiters {
        self.delimiters
    }

    /// The first `N` elements, the identifier included; those that are not there are empty.
    pub(super) fn elements<const N: usize>(&self) -> [&'a [u8]; N] {
        split(self.bytes, self.delimiters.element)
    }

    /// Every element after the identifier.
    pub(super) fn data(&self) -> impl Iterator<Item = &'a [u8]> {
        let separator = self.delimiters.element;
        self.bytes.split(move |byte| *byte == separator).skip(1).map(<[u8]>::trim_ascii)
    }

    /// Whether anything stands behind the identifier.
    pub(super) fn has_data(&self) -> bool {
        self.bytes.contains(&self.delimiters.element)
    }

    /// The first `N` components of one of its elements; those that are not there are empty.
    pub(super) fn components<const N: usize>(&self, element: &'a [u8]) -> [&'a [u8]; N] {
        split(element, self.delimiters.component)
    }

    /// The components of one of its elements.
    pub(super) fn all_components(&self, element: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let separator = self.delimiters.component;
        element.split(move |byte| *byte == separator).map(<[u8]>::trim_ascii)
    }
}

/// Where a value stands, without its element: form, loop and segment.
#[derive(Clone, Copy)]
pub(super) struct Stand {
    pub(super) form: &'static str,
    pub(super) loop_id: &'static str,
    pub(super) at: At,
}

impl Stand {
    pub(super) fn element(self, element: &'static str) -> Source {
        let Stand { form, loop_id, at: At { segment, byte } } = self;
        Source::Segment { form, loop_id, element, segment, byte }
    }
}

/// Whether an element says `code`, in either case.
pub(super) fn is(element: &[u8], code: &str) -> bool {
    element.eq_ignore_ascii_case(code.as_bytes())
}

/// An element's text: UTF-8, or else Latin-1, so that no two texts become one.
pub(super) fn text(element: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(element) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(element.iter().map(|byte| char::from(*byte)).collect()),
    }
}

fn id_of(bytes: &[u8], separator: u8) -> Id {
    let [id] = match bytes.first_chunk::<4>() {
        // As nearly all begin.
        Some([a, b, c, end]) if *end == separator && [a, b, c].iter().all(|byte| byte.is_ascii_alphanumeric()) => {
            return [a, b, c].map(u8::to_ascii_uppercase);
        }
        _ => split(bytes, separator),
    };
    match *id {
        [a, b] => [a.to_ascii_uppercase(), b.to_ascii_uppercase(), b' '],
        [a, b, c] => [a, b, c].map(|byte| byte.to_ascii_uppercase()),
        _ => *b"???",
    }
}

fn split<const N: usize>(bytes: &[u8], separator: u8) -> [&[u8]; N] {
    let mut parts: [&[u8]; N] = [&[]; N];
    for (slot, part) in parts.iter_mut().zip(bytes.split(|byte| *byte == separator)) {
        *slot = match part {
            [first, .., last] if *first > b' ' && *last > b' ' => part,
            _ => part.trim_ascii(),
        };
    }
    parts
}
