//! Claims as an 837 professional interchange (005010X222A1): one ISA and GS, several ST.
//!
//! A request keeps neither names nor addresses, so stand-ins are written where the transaction needs
//! them, and the interchange says that it is a test (ISA15). The order of claims is kept: claims of
//! one biller or one member share their loops only where they stand together.

use std::io::{self, Write};

use crate::{
    code::Code,
    date::Date,
    exchange::{
        carried::{self, units_text},
        filing,
    },
    money::Cents,
    request::{Frequency, Line, Npi, Pointers, Request, Sex},
};

/// Claims of a transaction set: a receiver takes or refuses a set as a whole.
const CLAIMS_PER_SET: u32 = 5_000;

/// The longest note of a line (NTE02).
const NOTE_CHARS_MAX: usize = 80;

/// The day that the envelope is dated: the writer has no clock, and the same claims make the same bytes.
const DATED: &str = "20261231";

/// Stands for the number of a prior authorization, which is not kept.
const APPROVAL_NUMBER: &str = "ONFILE";

/// Writes claims; [`Writer::finish`] writes the trailers, without which the interchange is cut off.
pub struct Writer<W: Write> {
    out: W,
    /// The set that stands open.
    set: Option<Set>,
    sets: u32,
    /// Segments that are not written yet.
    text: String,
}

struct Set {
    segments: u32,
    claims: u32,
    /// HL01 of the last loop, and of the biller's.
    last: u32,
    biller: u32,
    provider: Option<Npi>,
    /// The segments of the subscriber whose loop stands open.
    subscriber: String,
}

impl<W: Write> Writer<W> {
    /// An interchange on `out`.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn new(mut out: W) -> io::Result<Writer<W>> {
        let (short, sender, receiver) = (DATED.get(2..).unwrap_or_default(), "SAMPLESENDER", "SAMPLERECEIVER");
        let blank = "";
        writeln!(
            out,
            "ISA*00*{blank:<10}*00*{blank:<10}*ZZ*{sender:<15}*ZZ*{receiver:<15}*{short}*1200*^*00501*000000001*0*T*:~"
        )?;
        writeln!(out, "GS*HC*{sender}*{receiver}*{DATED}*1200*1*X*005010X222A1~")?;
        Ok(Writer { out, set: None, sets: 0, text: String::new() })
    }

    /// Writes a claim.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] where the claim holds what an 837P cannot carry; else when the
    /// output fails.
    pub fn push(&mut self, request: &Request) -> io::Result<()> {
        carried::check(request)?;
        check(request)?;
        if self.set.as_ref().is_some_and(|set| set.claims >= CLAIMS_PER_SET) {
            self.close()?;
        }
        let is_new = self.set.is_none();
        let mut set = self.set.take().unwrap_or_else(|| self.open());
        self.text.clear();
        let mut segments = Segments { text: &mut self.text, count: 0 };
        if is_new {
            segments.heading(self.sets);
        }
        if is_new || set.provider != request.provider {
            set.last += 1;
            set.biller = set.last;
            set.provider = request.provider;
            set.subscriber.clear();
            segments.biller(set.last, request.provider);
        }
        let subscriber = subscriber(request);
        if set.subscriber != subscriber.text {
            set.last += 1;
            segments.add(&format!("HL*{}*{}*22*0", set.last, set.biller));
            segments.text.push_str(&subscriber.text);
            segments.count += subscriber.count;
            set.subscriber = subscriber.text;
        }
        segments.claim(request);
        set.segments += segments.count;
        set.claims += 1;
        self.set = Some(set);
        self.out.write_all(self.text.as_bytes())
    }

    /// Writes the trailers and gives the output back.
    ///
    /// # Errors
    /// When the output fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.close()?;
        writeln!(self.out, "GE*{}*1~", self.sets)?;
        writeln!(self.out, "IEA*1*000000001~")?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn open(&mut self) -> Set {
        self.sets += 1;
        Set { segments: 0, claims: 0, last: 0, biller: 0, provider: None, subscriber: String::new() }
    }

    /// Closes the set that stands open.
    fn close(&mut self) -> io::Result<()> {
        let Some(set) = self.set.take() else { return Ok(()) };
        writeln!(self.out, "SE*{}*{:04}~", set.segments + 1, self.sets)
    }
}

/// Segments as they are put one after another.
struct Segments<'t> {
    text: &'t mut String,
    count: u32,
}

impl Segments<'_> {
    fn add(&mut self, segment: &str) {
        // What is blank at the end of a segment is left out.
        self.text.push_str(segment.trim_end_matches('*'));
        self.text.push_str("~\n");
        self.count += 1;
    }

    fn heading(&mut self, set: u32) {
        self.add(&format!("ST*837*{set:04}*005010X222A1"));
        self.add(&format!("BHT*0019*00*SAMPLE{set:06}*{DATED}*1200*CH"));
        self.add("NM1*41*2*SAMPLE SUBMITTER*****46*SAMPLESENDER");
        self.add("PER*IC*SAMPLE CONTACT*TE*5555550100");
        self.add("NM1*40*2*SAMPLE RECEIVER*****46*SAMPLERECEIVER");
    }

    fn biller(&mut self, number: u32, provider: Option<Npi>) {
        self.add(&format!("HL*{number}**20*1"));
        match provider {
            Some(npi) => self.add(&format!("NM1*85*2*SAMPLE CLINIC*****XX*{npi}")),
            None => self.add("NM1*85*2*SAMPLE CLINIC"),
        }
        self.add("N3*1 SAMPLE WAY");
        self.add("N4*SAMPLEVILLE*TX*750000000");
        self.add("REF*EI*900000001");
    }

    fn claim(&mut self, request: &Request) {
        let charges = request.lines.iter().filter_map(|line| line.charge.get()).map(|charge| charge.0).sum();
        let frequency = match request.frequency.value {
            Frequency::Original => '1',
            Frequency::Replacement => '7',
            Frequency::Void => '8',
        };
        let place = place_of(request);
        let claim_place = place.map(Code::text).unwrap_or_default();
        self.add(&format!("CLM*{}*{}***{claim_place}:B:{frequency}*Y*A*Y*Y", request.id, amount(Cents(charges))));
        if let Some(onset) = request.onset.get().and_then(|onset| onset.exact()) {
            self.add(&format!("DTP*431*D8*{}", compact(onset)));
        }
        if request.coverage.prior_authorization.get().is_some() {
            self.add(&format!("REF*G1*{APPROVAL_NUMBER}"));
        }
        if let Some(replaces) = &request.replaces {
            self.add(&format!("REF*F8*{replaces}"));
        }
        let codes = request.diagnoses.iter().filter_map(|diagnosis| diagnosis.code.get());
        let mut information = "HI".to_owned();
        for (place, code) in codes.enumerate() {
            information.push_str(if place == 0 { "*ABK:" } else { "*ABF:" });
            information.push_str(code.text());
        }
        if information.len() > 2 {
            self.add(&information);
        }
        for line in &request.lines {
            self.line(line, place.is_none());
        }
    }

    fn line(&mut self, line: &Line, has_own_place: bool) {
        self.add(&format!("LX*{}", line.number));
        let mut procedure = format!("HC:{}", line.procedure.get().map(Code::text).unwrap_or_default());
        for modifier in &line.modifiers {
            procedure.push(':');
            procedure.push_str(modifier.value.text());
        }
        let charge = line.charge.get().map(|charge| amount(*charge)).unwrap_or_default();
        let units = line.units_milli.get().map(|milli| units_text(*milli)).unwrap_or_default();
        let place = line.place_of_service.as_ref().filter(|_| has_own_place);
        let place = place.map(|place| place.value.text()).unwrap_or_default();
        let pointers = match &line.pointers {
            Pointers::To(places, _) => places.iter().map(|place| (place + 1).to_string()).collect::<Vec<_>>().join(":"),
            Pointers::All | Pointers::Unknown(_) => String::new(),
        };
        self.add(&format!("SV1*{procedure}*{charge}*UN*{units}*{place}**{pointers}"));
        if let Some(day) = line.service_date.get().and_then(|day| day.exact()) {
            self.add(&format!("DTP*472*D8*{}", compact(day)));
        }
        self.add(&format!("REF*6R*{}", line.number));
        if let Some(words) = line.narrative.get() {
            self.add(&format!("NTE*ADD*{}", words.reveal()));
        }
    }
}

/// The segments of a subscriber's loop behind HL.
struct Subscriber {
    text: String,
    count: u32,
}

fn subscriber(request: &Request) -> Subscriber {
    let mut text = String::new();
    let mut segments = Segments { text: &mut text, count: 0 };
    let indicator = request.coverage.line_of_business.get().map(|business| filing::indicator(*business));
    segments.add(&format!("SBR*P*18*******{}", indicator.unwrap_or_default()));
    let member_id = request.patient.member_id.as_ref().map(|id| id.reveal().as_str()).unwrap_or_default();
    segments.add(&format!("NM1*IL*1*SAMPLE*MEMBER****MI*{member_id}"));
    let born = request.patient.birth_date.get().and_then(|born| born.reveal().exact()).map(compact);
    let sex = request.patient.sex.get().map(|sex| match sex {
        Sex::Female => "F",
        Sex::Male => "M",
        Sex::Other => "U",
    });
    if born.is_some() || sex.is_some() {
        let qualifier = if born.is_some() { "D8" } else { "" };
        segments.add(&format!("DMG*{qualifier}*{}*{}", born.unwrap_or_default(), sex.unwrap_or_default()));
    }
    segments.add("NM1*PR*2*SAMPLE HEALTH PLAN*****PI*SAMPLEPAYER");
    let count = segments.count;
    Subscriber { text, count }
}

/// The place of service of the whole claim; none where its lines differ.
fn place_of(request: &Request) -> Option<&Code> {
    let first = request.lines.first()?.place_of_service.as_ref()?;
    let is_same = |line: &Line| line.place_of_service.as_ref().is_some_and(|place| place.value == first.value);
    request.lines.iter().all(is_same).then_some(&first.value)
}

/// What an 837P cannot carry, beside what no format of the field can.
fn check(request: &Request) -> io::Result<()> {
    let is_plain = |text: &str| text.bytes().all(|byte| (b' '..=b'}').contains(&byte) && !b"*:^".contains(&byte));
    let wrong = if request.lines.iter().any(|line| line.charge.get().is_none()) {
        "a line without a charge"
    } else if !is_plain(&request.id) || request.replaces.as_deref().is_some_and(|id| !is_plain(id)) {
        "an identifier with characters that separate"
    } else if request.patient.member_id.as_ref().is_some_and(|id| !is_plain(id.reveal())) {
        "a member with characters that separate"
    } else if request.lines.iter().filter_map(|line| line.narrative.get()).any(|words| {
        let words = words.reveal();
        !is_plain(words) || words.len() > NOTE_CHARS_MAX || words.ends_with(' ')
    }) {
        "a narrative that is longer than 80 characters or holds some that separate"
    } else {
        return Ok(());
    };
    let message = format!("claim `{}` cannot be written as 837P: it has {wrong}", request.id);
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

fn compact(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

/// An amount without zeros that say nothing: `850`, `1250.02`.
fn amount(cents: Cents) -> String {
    let text = cents.to_string();
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}
