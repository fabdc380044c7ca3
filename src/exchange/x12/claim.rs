//! One claim (2300 with its 2320, 2400 and 2430), put together segment by segment.
//!
//! INVARIANT: what other payers say (2320, 2330, 2430) and the drugs of a line (2410) never reach
//! the claim. HI belongs to the claim wherever it stands, for no other loop has one.

mod closing;

use super::{
    diagnoses,
    hierarchy::Holder,
    line,
    report::{CLAIM_ID_BYTES_MAX, Origin, claim_id},
    segment::{At, Segment, Stand, is, text},
    set::Guide,
    values,
};
use crate::{
    code::{Code, System},
    date::DateSpan,
    exchange::Fault,
    money::Cents,
    request::{Approval, Form, Frequency, Given, Kind, Line, Request, Source, Sourced},
};

/// The most lines of a claim that are read, five times what an 837I may have; past this a claim
/// would grow without bound.
pub(super) const LINES_MAX: usize = 5_000;

/// As many lines as most claims have.
const LINES_OF_MOST: usize = 4;

/// A claim that is being read.
pub(super) struct Claim {
    pub(super) guide: Guide,
    at: At,
    loops: Loop,
    pub(super) request: Box<Request>,
    /// Why it cannot be read; nothing more is kept of it, its lines are only counted.
    refusal: Option<Fault>,
    counted: u32,
    /// Whether the last line has its SV1 or SV2, and whether its narrative is from NTE.
    served: bool,
    noted: bool,
    /// CLM02, where it can be read.
    total: Option<Cents>,
    statement: Given<DateSpan>,
    payer_claim: Option<String>,
    place: Option<Sourced<Code>>,
    /// Inpatient procedures, which become lines behind the others.
    pub(super) procedures: Vec<Line>,
}

/// The loop that stands open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Loop {
    /// 2300 and its providers, 2310.
    Claim,
    /// 2320 and 2330.
    OtherPayer,
    /// 2400.
    Line,
    /// 2410, 2420, 2430 and 2440.
    BelowLine,
}

impl Claim {
    /// Opens the claim of a CLM segment.
    pub(super) fn open(segment: &Segment<'_>, guide: Guide, holder: Holder, origin: &Origin<'_>) -> Claim {
        let [_, id, total, _, _, facility] = segment.elements();
        let [place, _, frequency] = segment.components(facility);
        let stand = Stand { form: guide.label(), loop_id: "2300", at: segment.at };
        let has_subscriber = holder.has_subscriber;
        let mut claim = Claim {
            guide,
            at: segment.at,
            loops: Loop::Claim,
            request: Box::new(bare(claim_id(id).unwrap_or_default(), holder, form(guide, place), stand)),
            refusal: None,
            counted: 0,
            served: false,
            noted: false,
            total: Cents::parse(&text(total)).ok(),
            statement: Given::Absent,
            payer_claim: None,
            place: None,
            procedures: Vec::new(),
        };
        claim.request.frequency.value = match frequency {
            b"1" => Frequency::Original,
            b"7" => Frequency::Replacement,
            b"8" => Frequency::Void,
            _ => {
                const REMARK: &str = "the frequency is none of 1, 7 and 8; the claim was taken as an original";
                claim.remark(REMARK, stand.element("CLM05-3"));
                Frequency::Original
            }
        };
        if guide == Guide::Professional && !place.is_empty() {
            let source = stand.element("CLM05-1");
            match Code::parse(System::PlaceOfService, &text(place)) {
                Ok(code) => claim.place = Some(Sourced::new(code, source)),
                Err(_) => claim.remark("the place of service is no code and was left out", source),
            }
        }
        if !has_subscriber {
            claim.remark("no subscriber or patient loop stands open around this claim", stand.element("CLM"));
        }
        if claim.request.id.is_empty() {
            let message = match id.len() {
                0 => "the claim has no identifier (CLM01)".to_owned(),
                _ => format!("the claim's identifier (CLM01) is longer than {CLAIM_ID_BYTES_MAX} bytes"),
            };
            let help = "send the claim with its own number in CLM01";
            claim.refuse(origin.fault(segment.at, "x12::claim_id", message, help));
        }
        claim
    }

    /// Gives the claim up: it will be rejected for the first reason it was given up for.
    pub(super) fn refuse(&mut self, fault: Fault) {
        if self.refusal.is_none() {
            self.refusal = Some(fault);
            let request = &mut self.request;
            (request.lines, request.diagnoses, self.procedures) = (Vec::new(), Vec::new(), Vec::new());
        }
    }

    /// Gives up the claim of a CLM of which only the beginning is there; CLM01 is whole where it `is_named`.
    pub(super) fn refuse_part(&mut self, fault: Fault, is_named: bool) {
        if !is_named {
            self.request.id.clear();
        }
        self.refuse(fault.clone());
        self.refusal = Some(fault);
    }

    pub(super) fn remark(&mut self, remark: &str, source: Source) {
        self.request.remarks.push(Sourced::new(remark.to_owned(), source));
    }

    /// The onset of the illness, from DTP 431 or occurrence code 11.
    pub(super) fn onset(&mut self, onset: Given<DateSpan>) {
        values::settle(&mut self.request.onset, onset, "one date of onset");
    }

    /// Takes a segment that stands within the claim.
    pub(super) fn take(&mut self, segment: &Segment<'_>, origin: &Origin<'_>) {
        let id = segment.id();
        self.count(id);
        if self.refusal.is_some() {
            return;
        }
        let stand = Stand { form: self.guide.label(), loop_id: self.loops.id(), at: segment.at };
        match (&id, self.loops) {
            (b"SBR", Loop::Claim | Loop::OtherPayer) => self.loops = Loop::OtherPayer,
            (b"LX ", _) => self.line(segment, origin),
            (b"SV1" | b"SV2", _) => self.service(segment, origin),
            (b"HI ", _) => self.information(segment, origin),
            (b"NM1" | b"LIN" | b"SVD" | b"LQ ", Loop::Line | Loop::BelowLine) => self.loops = Loop::BelowLine,
            (b"DTP", _) => self.date(segment, stand),
            (b"REF", Loop::Claim | Loop::Line) => self.reference(segment, stand),
            (b"NTE", Loop::Line) => self.note(segment, stand),
            _ => {}
        }
    }

    fn count(&mut self, id: [u8; 3]) {
        let again = matches!(&id, b"SV1" | b"SV2") && (self.served || self.counted == 0);
        if &id == b"LX " || again {
            self.counted = self.counted.saturating_add(1);
        }
        match &id {
            b"LX " => self.served = false,
            b"SV1" | b"SV2" if self.refusal.is_some() => self.served = true,
            _ => {}
        }
    }

    fn line(&mut self, segment: &Segment<'_>, origin: &Origin<'_>) {
        let [_, number] = segment.elements();
        let before = self.request.lines.last().map_or(0, |line| line.number);
        let source = Stand { form: self.guide.label(), loop_id: "2400", at: segment.at }.element("LX01");
        let number = text(number).parse::<u32>().ok().filter(|number| *number > 0);
        match number {
            Some(number) if number > before => {}
            Some(_) => self.remark("the line's number does not count on", source),
            None => self.remark("the line has no number; it was given the next", source),
        }
        self.push(number.unwrap_or(before.saturating_add(1)), segment, origin);
    }

    fn push(&mut self, number: u32, segment: &Segment<'_>, origin: &Origin<'_>) {
        (self.loops, self.served, self.noted) = (Loop::Line, false, false);
        if self.request.lines.len() >= LINES_MAX {
            let message = format!("the claim has more than {LINES_MAX} service lines");
            self.refuse(origin.fault(segment.at, "x12::too_many_lines", message, "split the claim"));
        } else {
            let place_of_service = self.place.clone();
            self.request.lines.push(Line { place_of_service, ..line::numbered(number) });
        }
    }

    fn service(&mut self, segment: &Segment<'_>, origin: &Origin<'_>) {
        let stand = Stand { form: self.guide.label(), loop_id: "2400", at: segment.at };
        let id = segment.id();
        if self.served || self.request.lines.is_empty() {
            let number = self.request.lines.last().map_or(0, |line| line.number).saturating_add(1);
            self.remark("the service has no line number (LX) of its own; it was given the next", stand.element("LX01"));
            self.push(number, segment, origin);
        }
        self.served = true;
        let Request { lines, remarks, .. } = &mut *self.request;
        let Some(line) = lines.last_mut() else { return };
        let mut remark = |text: &str, source| remarks.push(Sourced::new(text.to_owned(), source));
        if &id == b"SV1" {
            line::professional(line, segment, stand, &mut remark);
        } else {
            line::institutional(line, segment, stand, &mut remark);
        }
    }

    fn information(&mut self, segment: &Segment<'_>, origin: &Origin<'_>) {
        let before = self.request.diagnoses.len();
        let stand = Stand { form: self.guide.label(), loop_id: "2300", at: segment.at };
        if !diagnoses::take(self, segment, stand) {
            let message = format!("the claim has more than {} codes of one kind in HI", diagnoses::CODES_MAX);
            self.refuse(origin.fault(segment.at, "x12::too_many_codes", message, "split the claim"));
        } else if before > 0 && self.request.diagnoses.len() > before && !self.request.lines.is_empty() {
            const MESSAGE: &str = "diagnoses stand behind the service lines of a claim that has diagnoses already";
            let help = "a CLM between them seems to be lost: send the claims again";
            self.refuse(origin.fault(segment.at, "x12::second_diagnoses", MESSAGE, help));
        }
    }

    fn date(&mut self, segment: &Segment<'_>, stand: Stand) {
        let [_, qualifier, format, date] = segment.elements();
        let below = matches!(self.loops, Loop::Line | Loop::BelowLine);
        let source = stand.element("DTP03");
        if is(qualifier, "472") {
            let Some(line) = self.request.lines.last_mut().filter(|_| below) else {
                return self.remark("a date of service stands outside any line and was left out", source);
            };
            let day = values::first_day(format, date, Stand { loop_id: "2400", ..stand }.element("DTP03"));
            values::settle(&mut line.service_date, day, "one date of service");
        } else if self.loops == Loop::Claim && is(qualifier, "431") {
            self.onset(values::day(format, date, source));
        } else if self.loops == Loop::Claim && is(qualifier, "434") && self.guide == Guide::Institutional {
            values::settle(&mut self.statement, values::first_day(format, date, source), "one statement period");
        }
    }

    /// The prior authorization, of the claim or of one of its lines: the claim is taken to have it
    /// either way. One that another payer gave (REF04 `2U`) is not this plan's.
    fn reference(&mut self, segment: &Segment<'_>, stand: Stand) {
        let [_, qualifier, number, _, other] = segment.elements();
        let [payer] = segment.components(other);
        if number.is_empty() || is(payer, "2U") {
            return;
        }
        let known = &mut self.request.coverage.prior_authorization;
        if is(qualifier, "G1") && known.is_absent() {
            *known = Given::value(Approval { approved_on: Given::Absent }, stand.element("REF02"));
        } else if is(qualifier, "F8") && self.loops == Loop::Claim && number.len() <= CLAIM_ID_BYTES_MAX {
            self.payer_claim.get_or_insert_with(|| text(number).into_owned());
        }
    }

    /// A line's note (`ADD`) is its narrative, before the description in SV101-7.
    fn note(&mut self, segment: &Segment<'_>, stand: Stand) {
        let [_, kind, words] = segment.elements();
        if !is(kind, "ADD") || words.is_empty() {
            return;
        }
        let Some(line) = self.request.lines.last_mut() else { return };
        if !std::mem::replace(&mut self.noted, true) {
            line.narrative = Given::Absent;
        }
        let source = stand.element("NTE02");
        if !line::narrate(line, words, source.clone()) {
            self.remark("the line's notes are too long; the last was left out", source);
        }
    }
}

impl Loop {
    fn id(self) -> &'static str {
        match self {
            Loop::Claim => "2300",
            Loop::OtherPayer => "2320",
            Loop::Line => "2400",
            Loop::BelowLine => "2400 below",
        }
    }
}

/// A request of which only CLM is known.
fn bare(id: String, holder: Holder, form: Form, stand: Stand) -> Request {
    let Holder { provider, patient, coverage, .. } = holder;
    Request {
        id,
        kind: Kind::Claim,
        form: Sourced::new(form, stand.element("CLM05-1")),
        frequency: Sourced::new(Frequency::Original, stand.element("CLM05-3")),
        replaces: None,
        provider,
        patient,
        coverage,
        authored_on: Given::Absent,
        onset: Given::Absent,
        stated_pain_type: Given::Absent,
        diagnoses: Vec::new(),
        condition_codes: Vec::new(),
        unread_condition_code: None,
        lines: Vec::with_capacity(LINES_OF_MOST),
        history: Vec::new(),
        remarks: Vec::new(),
    }
}

/// The form of a claim. In an 837I the facility code is the first two digits of the type of bill:
/// hospital, skilled nursing, religious non-medical and intermediate care (1, 2, 4, 5, 6) are
/// inpatient when the second digit says inpatient (1), level of care (5, 6, 7) or swing bed (8);
/// 12 is inpatient without Part A. Everything else, and a code that cannot be read, is outpatient.
fn form(guide: Guide, facility: &[u8]) -> Form {
    let digits = if facility.len() > 2 { facility.strip_prefix(b"0").unwrap_or(facility) } else { facility };
    match (guide, digits) {
        (Guide::Professional, _) => Form::Professional,
        (Guide::Institutional, [b'1' | b'2' | b'4' | b'5' | b'6', b'1' | b'5' | b'6' | b'7' | b'8', ..] | b"12") => {
            Form::Inpatient
        }
        (Guide::Institutional, _) => Form::Institutional,
    }
}
