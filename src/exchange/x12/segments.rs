//! Bytes to segments: a stream that finds interchanges, cuts at their terminator and never holds
//! more than one window.
//!
//! It knows only ISA and IEA, for they decide which delimiters hold. Line breaks, blanks, NUL and
//! the old end-of-file mark between segments are dropped; line breaks inside a segment (files
//! wrapped at 80 columns) are taken out. What stands outside any interchange is searched for the
//! next header and for claims, so that none is lost without a word.

use std::io;

use memchr::{memchr, memchr2, memchr3, memmem};

use super::{
    delimiters::{Delimiters, Flaw, HEADER_BYTES_MAX, Header},
    segment::{At, Segment, is},
    window::Window,
};

/// The longest segment that is read. The longest of any 837 (K3, NTE, HI) stays below 1 KiB; past
/// this a terminator was lost, and reading on would hold the rest of the file in memory.
pub(super) const SEGMENT_BYTES_MAX: usize = 64 * 1024;

/// The shortest segment in which a whole header can be hidden.
const HEADER_BYTES_MIN: usize = 100;

/// How much of a CLM outside any interchange is looked at: its identifier of up to 38 characters and
/// the separators around it. Where it ends is not known, for nothing declares a terminator.
const STRAY_BYTES_MAX: usize = 4 + 38 + 1;

/// What the stream found.
pub(super) struct Piece<'a> {
    pub(super) kind: Kind,
    /// The segment; of an overlong one its beginning, of all else only where it stands.
    pub(super) segment: Segment<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// ISA: an interchange begins.
    Header,
    /// A whole segment.
    Segment,
    /// A segment without an end: the input ended, or the header of another interchange came.
    Cut,
    /// A segment longer than [`SEGMENT_BYTES_MAX`].
    Overlong,
    /// ISA with delimiters that cannot be: the interchange is not read.
    Refused(Flaw),
    /// The end of a refused interchange in which no claim could be told.
    Untold,
    /// Something outside any interchange; said once a stretch.
    Outside,
    /// A CLM outside any interchange, or in a refused one.
    StrayClaim,
    /// A blemish that costs nothing; said once an interchange.
    Note(Note),
}

/// A blemish that costs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Note {
    ByteOrderMark = 1,
    HeaderWidth = 2,
    EmptySegment = 4,
    LineBreak = 8,
    LowerCase = 16,
}

pub(super) struct Segments<R> {
    window: Window<R>,
    mode: Mode,
    number: u32,
    /// The notes that were said of this interchange.
    told: u8,
    /// A header whose width is still to be noted.
    trimmed: Option<At>,
    /// A segment without the line breaks inside it.
    joined: Vec<u8>,
    header: memmem::Finder<'static>,
}

#[derive(Clone, Copy)]
enum Mode {
    Outside(Stretch),
    Inside(Delimiters),
    Discarding(Delimiters),
}

/// What stands outside any interchange.
#[derive(Clone, Copy)]
struct Stretch {
    /// Whether a header may begin here even if its pads are trimmed.
    due: bool,
    /// Whether an identifier can begin here.
    boundary: bool,
    told: bool,
    /// The header that was refused, as long as no claim was found behind it.
    refused: Option<At>,
}

const CLEAN: Stretch = Stretch { due: true, boundary: true, told: false, refused: None };

enum Step {
    Again,
    End,
    Found(Found),
}

#[derive(Clone, Copy)]
struct Found {
    kind: Kind,
    at: At,
    len: usize,
    joined: bool,
    delimiters: Delimiters,
}

impl<R: io::Read> Segments<R> {
    pub(super) fn new(input: R) -> Segments<R> {
        Segments {
            window: Window::new(input, 2 * SEGMENT_BYTES_MAX),
            mode: Mode::Outside(CLEAN),
            number: 0,
            told: 0,
            trimmed: None,
            joined: Vec::new(),
            header: memmem::Finder::new(b"ISA"),
        }
    }

    /// The next piece; none at the end of the input.
    ///
    /// # Errors
    /// Those of the input.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        loop {
            let step = match (self.plain(), self.mode) {
                (Some(found), _) => Step::Found(found),
                _ if self.trimmed.is_some() => self.note_trimmed(),
                (None, Mode::Outside(stretch)) => self.outside(stretch)?,
                (None, Mode::Inside(delimiters)) => self.inside(delimiters)?,
                (None, Mode::Discarding(delimiters)) => self.discard(delimiters)?,
            };
            match step {
                Step::Again => {}
                Step::End => return Ok(None),
                Step::Found(Found { kind, at, len, joined, delimiters }) => {
                    let bytes = if joined { self.joined.as_slice() } else { self.window.slice(at.byte, len) };
                    return Ok(Some(Piece { kind, segment: Segment::new(bytes, delimiters, at) }));
                }
            }
        }
    }

    /// The next segment, where it is as nearly all are: whole, in sight and too short to hide anything,
    /// with nothing to be said of it. What it finds is what [`Segments::inside`] would find.
    fn plain(&mut self) -> Option<Found> {
        let Mode::Inside(delimiters) = self.mode else { return None };
        let bytes = self.window.bytes();
        let filler = bytes.iter().take_while(|byte| is_filler(**byte)).count();
        let rest = bytes.get(filler..)?;
        let len = memchr3(delimiters.terminator, b'\r', b'\n', rest)?;
        let (segment, behind) = rest.split_at_checked(len)?;
        // An identifier that begins with an I may be that of a header or a trailer.
        let is_plain = match segment {
            [first, .., last] => first.is_ascii_uppercase() && *first != b'I' && *last > b' ',
            _ => false,
        };
        let is_ended = behind.first() == Some(&delimiters.terminator);
        if !is_plain || !is_ended || len >= HEADER_BYTES_MIN || self.trimmed.is_some() {
            return None;
        }
        self.number = self.number.saturating_add(1);
        let at = At { segment: self.number, byte: self.window.offset() + filler as u64 };
        self.window.pass(filler + len + 1);
        Some(Found { kind: Kind::Segment, at, len, joined: false, delimiters })
    }

    fn inside(&mut self, delimiters: Delimiters) -> io::Result<Step> {
        self.window.ensure(4)?;
        if self.pass_filler() {
            return Ok(Step::Again);
        }
        let Some(first) = self.window.bytes().first() else { return Ok(Step::End) };
        if *first == delimiters.terminator {
            let step = self.note(Note::EmptySegment, delimiters);
            self.window.pass(1);
            return Ok(step);
        }
        if self.window.bytes().get(..3).is_some_and(|id| is(id, "ISA")) {
            self.window.ensure(HEADER_BYTES_MAX)?;
            if let Some(header) = Header::read(self.window.bytes(), true) {
                return Ok(self.enter(&header));
            }
        }
        let (kind, len, terminator) = match self.reach(delimiters.terminator)? {
            Some(len) if len > SEGMENT_BYTES_MAX => (Kind::Overlong, SEGMENT_BYTES_MAX, 0),
            Some(len) => (Kind::Segment, len, 1),
            None => (Kind::Cut, self.window.bytes().len(), 0),
        };
        if len >= HEADER_BYTES_MIN
            && let Some(hidden) = self.hidden_header(len)?
        {
            return Ok(self.segment(Kind::Cut, hidden, 0, delimiters));
        }
        Ok(self.segment(kind, len, terminator, delimiters))
    }

    /// The length of the segment that begins here, or one past the limit; none where the input
    /// ends first.
    fn reach(&mut self, terminator: u8) -> io::Result<Option<usize>> {
        let mut seen = 0;
        loop {
            let bytes = self.window.bytes();
            if let Some(at) = memchr(terminator, bytes.get(seen..).unwrap_or_default()) {
                return Ok(Some(seen + at));
            }
            seen = bytes.len();
            if seen > SEGMENT_BYTES_MAX {
                return Ok(Some(seen));
            }
            if !self.window.fill()? {
                return Ok(None);
            }
        }
    }

    /// Where, within the next `len` bytes but not at their beginning, another interchange begins:
    /// the one before it was cut off.
    fn hidden_header(&mut self, len: usize) -> io::Result<Option<usize>> {
        let mut from = 1;
        while let Some(at) = self.window.bytes().get(from..len).and_then(|bytes| self.header.find(bytes)) {
            self.window.ensure(from + at + HEADER_BYTES_MAX)?;
            if self.window.bytes().get(from + at..).and_then(|bytes| Header::read(bytes, false)).is_some() {
                return Ok(Some(from + at));
            }
            from += at + 3;
        }
        Ok(None)
    }

    /// Hands out the segment of `len` bytes that stands here and passes it and its `terminator`.
    fn segment(&mut self, kind: Kind, len: usize, terminator: usize, delimiters: Delimiters) -> Step {
        let bytes = self.window.bytes().get(..len).unwrap_or_default().trim_ascii_end();
        let broken = memchr2(b'\r', b'\n', bytes).is_some();
        let lower = bytes.first().is_some_and(u8::is_ascii_lowercase);
        if let Some(note) = self.untold(Note::LineBreak, broken).or(self.untold(Note::LowerCase, lower)) {
            return self.note(note, delimiters);
        }
        if broken {
            self.joined.clear();
            self.joined.extend(bytes.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')));
        }
        self.number = self.number.saturating_add(1);
        let at = At { segment: self.number, byte: self.window.offset() };
        let trailer = bytes.get(..3).is_some_and(|id| is(id, "IEA"));
        let mut found = Found { kind, at, len: bytes.len(), joined: broken, delimiters };
        let mut passed = len + terminator;
        if kind == Kind::Overlong {
            self.mode = Mode::Discarding(delimiters);
            // The beginning of a header may be the last that was seen.
            passed = len.saturating_sub(2);
        } else if trailer {
            self.mode = Mode::Outside(CLEAN);
            // The last terminator is often missing; an IEA is whole without it.
            found.kind = if self.window.ended() { Kind::Segment } else { kind };
        }
        self.window.pass(passed);
        Step::Found(found)
    }

    /// Passes the rest of an overlong segment, up to its terminator or the next interchange.
    fn discard(&mut self, delimiters: Delimiters) -> io::Result<Step> {
        self.window.ensure(HEADER_BYTES_MAX)?;
        let end = memchr(delimiters.terminator, self.window.bytes());
        let len = end.unwrap_or(self.window.bytes().len());
        // One byte more than the segment, for a header may also begin right here.
        self.mode = Mode::Inside(delimiters);
        if Header::read(self.window.bytes(), false).is_some() {
            return Ok(Step::Again);
        }
        if let Some(hidden) = self.hidden_header(len)? {
            self.window.pass(hidden);
        } else if end.is_some() || self.window.ended() {
            self.window.pass(len + 1);
        } else {
            self.mode = Mode::Discarding(delimiters);
            self.window.pass((len + 1).saturating_sub(HEADER_BYTES_MAX));
        }
        Ok(Step::Again)
    }

    fn outside(&mut self, stretch: Stretch) -> io::Result<Step> {
        self.window.ensure(HEADER_BYTES_MAX)?;
        if self.window.offset() == 0 && self.window.bytes().starts_with(b"\xEF\xBB\xBF") {
            let step = self.note(Note::ByteOrderMark, NONE);
            self.window.pass(3);
            return Ok(step);
        }
        if self.pass_filler() {
            self.mode = Mode::Outside(Stretch { due: true, boundary: true, ..stretch });
            return Ok(Step::Again);
        }
        let header = Header::read(self.window.bytes(), stretch.due);
        if header.is_some() || self.window.bytes().is_empty() {
            if let Some(at) = stretch.refused {
                self.mode = Mode::Outside(Stretch { refused: None, ..stretch });
                return Ok(self.found(Kind::Untold, at, 0, NONE));
            }
            return Ok(header.map_or(Step::End, |header| self.enter(&header)));
        }
        let at = self.at();
        if let Some(separator) = claim_here(self.window.bytes()).filter(|_| stretch.boundary) {
            let delimiters = Delimiters { element: separator, component: separator, terminator: separator };
            let len = self.window.bytes().len().min(STRAY_BYTES_MAX);
            self.window.pass(3);
            self.mode = Mode::Outside(Stretch { due: false, boundary: false, told: true, refused: None });
            return Ok(self.found(Kind::StrayClaim, at, len, delimiters));
        }
        if !stretch.told {
            self.mode = Mode::Outside(Stretch { told: true, ..stretch });
            return Ok(self.found(Kind::Outside, at, 0, NONE));
        }
        let (first, rest) = self.window.bytes().split_first().unwrap_or((&0, &[]));
        let skip = memchr3(b'I', b'C', b'\n', rest).unwrap_or(rest.len());
        let last = skip.checked_sub(1).and_then(|last| rest.get(last)).unwrap_or(first);
        let (due, boundary) = (matches!(last, b'\r' | b'\n'), !last.is_ascii_alphanumeric());
        self.mode = Mode::Outside(Stretch { due, boundary, ..stretch });
        self.window.pass(skip + 1);
        Ok(Step::Again)
    }

    /// Begins the interchange whose header stands here.
    fn enter(&mut self, header: &Header) -> Step {
        self.number = self.number.saturating_add(1);
        let at = At { segment: self.number, byte: self.window.offset() };
        self.told = 0;
        self.window.pass(header.len);
        match header.delimiters {
            Ok(delimiters) => {
                self.trimmed = Some(at).filter(|_| !header.exact);
                self.mode = Mode::Inside(delimiters);
                self.found(Kind::Header, at, header.len.saturating_sub(1), delimiters)
            }
            Err(flaw) => {
                self.mode = Mode::Outside(Stretch { due: false, told: true, refused: Some(at), ..CLEAN });
                self.found(Kind::Refused(flaw), at, header.len, NONE)
            }
        }
    }

    fn note_trimmed(&mut self) -> Step {
        let at = self.trimmed.take();
        at.map_or(Step::Again, |at| self.found(Kind::Note(Note::HeaderWidth), at, 0, NONE))
    }

    /// Says `note` of what stands here, once an interchange.
    fn note(&mut self, note: Note, delimiters: Delimiters) -> Step {
        let Some(note) = self.untold(note, true) else { return Step::Again };
        self.told |= note as u8;
        self.found(Kind::Note(note), self.at(), 0, delimiters)
    }

    fn untold(&self, note: Note, there: bool) -> Option<Note> {
        (there && self.told & note as u8 == 0).then_some(note)
    }

    fn found(&self, kind: Kind, at: At, len: usize, delimiters: Delimiters) -> Step {
        Step::Found(Found { kind, at, len, joined: false, delimiters })
    }

    /// Where the next segment stands.
    fn at(&self) -> At {
        At { segment: self.number.saturating_add(1), byte: self.window.offset() }
    }

    /// Passes what may stand between segments.
    fn pass_filler(&mut self) -> bool {
        let len = self.window.bytes().iter().take_while(|byte| is_filler(**byte)).count();
        self.window.pass(len);
        len > 0
    }
}

/// What may stand between segments.
fn is_filler(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b' ' | b'\t' | 0 | 0x1A)
}

/// Where nothing declared any.
const NONE: Delimiters = Delimiters { element: 0, component: 0, terminator: 0 };

/// What stands behind a CLM that begins here and may be its element separator; what stands behind a
/// word of a text is not.
fn claim_here(bytes: &[u8]) -> Option<u8> {
    let separator = *bytes.strip_prefix(b"CLM")?.first()?;
    let text = matches!(separator, b'"' | b'\'' | b'.' | b',' | b')' | b'\r' | b'\n');
    (!text && (separator.is_ascii_punctuation() || separator.is_ascii_control())).then_some(separator)
}
