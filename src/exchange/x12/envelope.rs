//! Interchanges, groups and sets: what opens, what closes, and whether the two agree.
//!
//! Wrong counts, control numbers and missing trailers are reported and never end a file.

use std::collections::HashSet;

use super::{
    report::{Report, claim_id, shown},
    segment::{At, Segment},
    segments::{Kind, Note, Piece, SEGMENT_BYTES_MAX},
    set::Set,
};

/// How many interchange control numbers are remembered to find duplicates. A file of more is one
/// of a day's uploads glued together, and memory has to stay flat.
const CONTROLS_MAX: usize = 100_000;

/// What stands open, and who is told.
pub(super) struct Envelope<'r> {
    report: Report<'r>,
    controls: HashSet<Box<[u8]>>,
    interchange: Option<Opened>,
    group: Option<Group>,
    set: Option<Set>,
    /// Whether segments between sets were reported in this interchange.
    told: bool,
    last: At,
}

/// An interchange or a group: its control number and what it has held so far.
struct Opened {
    control: Box<[u8]>,
    holds: u32,
}

struct Group {
    opened: Opened,
    /// GS08.
    version: Box<[u8]>,
}

/// Why something closes before its trailer. What comes instead of SE shows that the last claim is
/// whole, unless it `cuts`: the end of the input, or another interchange in the midst of this.
#[derive(Clone, Copy)]
struct Early {
    why: &'static str,
    cuts: bool,
}

const ANOTHER: Early = Early { why: "another interchange begins", cuts: true };

/// A trailer, as faults name it.
struct Trailer {
    id: &'static str,
    header: &'static str,
    count: &'static str,
    counted: &'static str,
    control: &'static str,
}

const SE: Trailer = Trailer { id: "SE", header: "ST", count: "SE01", counted: "segments", control: "SE02 and ST02" };
const GE: Trailer =
    Trailer { id: "GE", header: "GS", count: "GE01", counted: "transaction sets", control: "GE02 and GS06" };
const IEA: Trailer =
    Trailer { id: "IEA", header: "ISA", count: "IEA01", counted: "groups", control: "IEA02 and ISA13" };

impl<'r> Envelope<'r> {
    pub(super) fn new(report: Report<'r>) -> Envelope<'r> {
        let last = At { segment: 0, byte: 0 };
        Envelope { report, controls: HashSet::new(), interchange: None, group: None, set: None, told: false, last }
    }

    /// Takes the next piece of the input.
    pub(super) fn take(&mut self, piece: &Piece<'_>) {
        let segment = &piece.segment;
        let at = segment.at;
        match piece.kind {
            Kind::Header => self.open(segment),
            Kind::Segment | Kind::Cut | Kind::Overlong => {
                self.last = at;
                if let Some(set) = &mut self.set {
                    set.segments = set.segments.saturating_add(1);
                }
                match piece.kind {
                    Kind::Cut => self.part(
                        segment,
                        "x12::unterminated_segment",
                        "the segment has no terminator: it was cut off".to_owned(),
                    ),
                    Kind::Overlong => {
                        let message = format!("a segment has no terminator within {SEGMENT_BYTES_MAX} bytes");
                        self.part(segment, "x12::segment_too_long", message);
                    }
                    _ => self.segment(segment),
                }
            }
            Kind::Refused(flaw) => {
                self.close_interchange(ANOTHER);
                let help = "the interchange is not read; delimiters must be three different punctuation characters";
                self.report.say(self.report.fault(at, "x12::delimiters", flaw.to_string(), help));
            }
            Kind::Untold => {
                const MESSAGE: &str = "the interchange cannot be read, and no claim in it can be told";
                let fault = self.report.fault(at, "x12::interchange_unread", MESSAGE, "send the interchange again");
                self.report.reject(None, 0, fault);
            }
            Kind::Outside => {
                const MESSAGE: &str = "what stands here is in no interchange and was passed over up to the next ISA";
                let help = "an interchange begins with ISA, which declares its delimiters";
                self.report.say(self.report.fault(at, "x12::outside_interchange", MESSAGE, help));
            }
            Kind::StrayClaim => {
                const MESSAGE: &str = "the claim stands in no interchange that can be read";
                let help = "an interchange begins with ISA, which declares its delimiters";
                let fault = self.report.fault(at, "x12::claim_outside_interchange", MESSAGE, help);
                let [_, id] = segment.elements();
                self.report.reject(claim_id(id).filter(|_| segment.data().nth(1).is_some()), 0, fault);
            }
            Kind::Note(note) => self.note(note, at),
        }
    }

    /// The input ends.
    pub(super) fn end(mut self) {
        self.close_interchange(Early { why: "the input ends", cuts: true });
        self.report.end();
    }

    fn open(&mut self, segment: &Segment<'_>) {
        self.close_interchange(ANOTHER);
        let [.., control] = segment.elements::<14>();
        self.last = segment.at;
        self.told = false;
        self.report.enter(shown(control).map(str::to_owned));
        self.interchange = Some(Opened { control: control.into(), holds: 0 });
        if self.controls.len() == CONTROLS_MAX {
            if !self.controls.contains(control) {
                let message = format!("more than {CONTROLS_MAX} interchanges; duplicates are no longer looked for");
                self.controls.insert(control.into());
                self.say(segment.at, "x12::many_interchanges", message, "split the file");
            }
        } else if self.controls.len() < CONTROLS_MAX && !self.controls.insert(control.into()) {
            let help = "the interchange was read all the same: if it was sent twice, its claims are here twice";
            self.say(segment.at, "x12::duplicate_interchange", "an interchange before had the same ISA13", help);
        }
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        match &segment.id() {
            b"GS " => {
                self.close_group(Early { why: "another group begins", cuts: false });
                let [_, _, _, _, _, _, control, _, version] = segment.elements();
                let opened = Opened { control: control.into(), holds: 0 };
                self.group = Some(Group { opened, version: version.into() });
                if let Some(interchange) = &mut self.interchange {
                    interchange.holds = interchange.holds.saturating_add(1);
                }
            }
            b"ST " => {
                self.close_set(Early { why: "another transaction set begins", cuts: false });
                if let Some(group) = &mut self.group {
                    group.opened.holds = group.opened.holds.saturating_add(1);
                } else {
                    self.say(segment.at, "x12::missing_header", "the transaction set stands in no group (GS)", "");
                }
                let version = self.group.as_ref().map(|group| &*group.version).unwrap_or_default();
                self.set = Some(Set::open(segment, version, &mut self.report));
            }
            b"SE " => match self.set.take() {
                Some(set) => {
                    let opened = Opened { control: set.control.clone(), holds: set.segments };
                    set.end(segment.at, None, &mut self.report);
                    self.check(segment, &SE, &opened);
                }
                None => self.unexpected(segment, &SE),
            },
            b"GE " => {
                self.close_set(Early { why: "the group ends", cuts: false });
                match self.group.take() {
                    Some(group) => self.check(segment, &GE, &group.opened),
                    None => self.unexpected(segment, &GE),
                }
            }
            b"IEA" => {
                self.close_group(Early { why: "the interchange ends", cuts: false });
                match self.interchange.take() {
                    Some(opened) => self.check(segment, &IEA, &opened),
                    None => self.unexpected(segment, &IEA),
                }
                self.report.enter(None);
            }
            id => match &mut self.set {
                Some(set) => set.take(segment, &mut self.report),
                None if id == b"CLM" => {
                    let message = "the claim stands in no transaction set";
                    let fault =
                        self.report.fault(segment.at, "x12::claim_outside_set", message, "it needs ST before it");
                    let [_, number] = segment.elements();
                    self.report.reject(claim_id(number), 0, fault);
                }
                None if id == b"TA1" => {}
                None => {
                    if !std::mem::replace(&mut self.told, true) {
                        const MESSAGE: &str = "this segment, and perhaps others, stands in no transaction set";
                        self.say(segment.at, "x12::outside_set", MESSAGE, "said once an interchange");
                    }
                }
            },
        }
    }

    /// Takes a segment of which only the beginning is there.
    fn part(&mut self, segment: &Segment<'_>, code: &'static str, message: String) {
        let fault = self.report.fault(segment.at, code, message, "");
        match (&segment.id(), &mut self.set) {
            (b"GS " | b"ST " | b"SE " | b"GE " | b"IEA", _) => {
                self.report.say(fault);
                self.segment(segment);
            }
            (_, Some(set)) => set.take_part(segment, fault, &mut self.report),
            (b"CLM", None) => {
                let [_, id] = segment.elements();
                self.report.reject(claim_id(id).filter(|_| segment.data().count() > 1), 0, fault);
            }
            (_, None) => self.report.say(fault),
        }
    }

    fn check(&mut self, segment: &Segment<'_>, trailer: &Trailer, opened: &Opened) {
        let [_, count, control] = segment.elements();
        if control != &*opened.control {
            let message = format!("the control numbers {} differ", trailer.control);
            self.say(segment.at, "x12::control_number", message, "what stands between them was read all the same");
        }
        let said = super::segment::text(count).parse::<u32>().ok();
        if said != Some(opened.holds) {
            let said = said.map_or("no number".to_owned(), |said| said.to_string());
            let message = format!("{} says {said} where {} {} stand", trailer.count, opened.holds, trailer.counted);
            self.say(segment.at, "x12::count", message, "something may be missing; what is there was read");
        }
    }

    fn unexpected(&mut self, segment: &Segment<'_>, trailer: &Trailer) {
        let message = format!("{} closes what no {} opened", trailer.id, trailer.header);
        self.say(segment.at, "x12::unexpected_trailer", message, "");
    }

    fn missing(&mut self, trailer: &Trailer, why: &str) {
        let message = format!("{} is missing: {why}", trailer.id);
        self.say(self.last, "x12::missing_trailer", message, "something may be missing; what is there was read");
    }

    fn close_set(&mut self, early: Early) {
        if let Some(set) = self.set.take() {
            set.end(self.last, early.cuts.then_some(early.why), &mut self.report);
            self.missing(&SE, early.why);
        }
    }

    fn close_group(&mut self, early: Early) {
        self.close_set(early);
        if self.group.take().is_some() {
            self.missing(&GE, early.why);
        }
    }

    fn close_interchange(&mut self, early: Early) {
        self.close_group(early);
        if self.interchange.take().is_some() {
            self.missing(&IEA, early.why);
        }
        self.report.enter(None);
    }

    fn note(&mut self, note: Note, at: At) {
        let (code, message) = match note {
            Note::ByteOrderMark => ("x12::byte_order_mark", "the input begins with a byte order mark"),
            Note::HeaderWidth => ("x12::header_width", "ISA is not 106 bytes wide; it was read element by element"),
            Note::EmptySegment => ("x12::empty_segment", "an empty segment was passed over"),
            Note::LineBreak => ("x12::line_break", "a line break inside a segment was taken out"),
            Note::LowerCase => ("x12::lower_case", "a segment's identifier is in lower case"),
        };
        self.say(at, code, message, "nothing was lost; said once an interchange");
    }

    fn say(&mut self, at: At, code: &'static str, message: impl Into<String>, help: &str) {
        self.report.say(self.report.fault(at, code, message, help));
    }
}
