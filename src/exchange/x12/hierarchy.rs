//! Whose claim it is: billing provider, subscriber and patient loops (2000A, 2000B, 2000C).
//!
//! The order of HL03 alone decides; HL01, HL02 and HL04 are often wrong and only reported. A
//! subscriber's birth date never stands in for a patient's who has a loop of their own.

use super::{
    segment::{At, Segment, Stand, is, text},
    set::Guide,
    values,
};
use crate::{
    date::DateSpan,
    exchange::filing,
    private::Private,
    request::{Coverage, Given, LineOfBusiness, Npi, Patient, Sex},
};

/// The loops that stand open around a claim.
pub(super) struct Hierarchy {
    guide: Guide,
    level: Level,
    /// NM109 of 2010AA, until the next billing provider's HL.
    provider: Option<Npi>,
    member_id: Option<Private<String>>,
    business: Given<LineOfBusiness>,
    subscriber: Person,
    dependent: Option<Person>,
    numbering: Numbering,
}

/// What the loops around a claim say of it.
pub(super) struct Holder {
    /// Whether it has a subscriber.
    pub(super) has_subscriber: bool,
    /// Who bills.
    pub(super) provider: Option<Npi>,
    pub(super) patient: Patient,
    pub(super) coverage: Coverage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// Before any HL, in 2000A, or under an HL03 that no 837 has.
    Other,
    Subscriber,
    Patient,
}

#[derive(Clone)]
struct Person {
    birth_date: Given<Private<DateSpan>>,
    sex: Given<Sex>,
}

const NOBODY: Person = Person { birth_date: Given::Absent, sex: Given::Absent };

/// HL01, HL02 and HL04 as they should be.
#[derive(Default)]
struct Numbering {
    last: u32,
    provider: u32,
    subscriber: u32,
    /// What the last subscriber's HL04 said of a patient loop below, as long as none came.
    promised: Option<bool>,
}

impl Hierarchy {
    pub(super) fn new(guide: Guide) -> Hierarchy {
        Hierarchy {
            guide,
            level: Level::Other,
            provider: None,
            member_id: None,
            business: Given::Absent,
            subscriber: NOBODY,
            dependent: None,
            numbering: Numbering::default(),
        }
    }

    /// Opens the loop of an HL segment; says what is wrong with it, if anything.
    pub(super) fn open(&mut self, segment: &Segment<'_>) -> Option<&'static str> {
        let [_, number, parent, level, child] = segment.elements();
        let known = match level {
            b"20" => Some(Level::Other),
            b"22" => Some(Level::Subscriber),
            b"23" => Some(Level::Patient),
            _ => None,
        };
        self.level = known.unwrap_or(Level::Other);
        self.dependent = (self.level == Level::Patient).then_some(NOBODY);
        if self.level != Level::Patient {
            (self.member_id, self.business, self.subscriber) = (None, Given::Absent, NOBODY);
        }
        if known.is_none() || known == Some(Level::Other) {
            self.provider = None;
        }
        if known.is_none() {
            self.lose(segment.at);
            return Some("the level HL03 is none of 20, 22 and 23; whose claims follow is unknown");
        }
        self.numbering.next(level, number, parent, child)
    }

    /// Whether the last subscriber was promised a patient that never came.
    pub(super) fn end(&self) -> Option<&'static str> {
        (self.numbering.promised == Some(true)).then_some(PROMISED)
    }

    /// Takes a segment of 2000A, 2000B or 2000C.
    pub(super) fn take(&mut self, segment: &Segment<'_>) {
        match (&segment.id(), self.level) {
            (b"SBR", Level::Subscriber) => {
                let [.., indicator] = segment.elements::<10>();
                let source = self.stand("2000B", segment.at).element("SBR09");
                let new = match filing::line_of_business(&text(indicator)) {
                    _ if indicator.is_empty() => Given::Absent,
                    Some(business) => Given::value(business, source),
                    None => Given::unreadable("a claim filing indicator that tells the line of business", source),
                };
                values::settle(&mut self.business, new, "one claim filing indicator");
            }
            (b"NM1", Level::Other) => {
                let [_, entity, _, _, _, _, _, _, qualifier, id] = segment.elements();
                if is(entity, "85") && is(qualifier, "XX") {
                    self.provider = Npi::parse(&text(id));
                }
            }
            (b"NM1", Level::Subscriber) => {
                let [_, entity, .., id] = segment.elements::<10>();
                if is(entity, "IL") && !id.is_empty() && self.member_id.is_none() {
                    self.member_id = Some(Private::new(text(id).into_owned()));
                }
            }
            (b"DMG", Level::Subscriber) => {
                let stand = self.stand("2010BA", segment.at);
                self.subscriber.take(segment, stand);
            }
            (b"DMG", Level::Patient) => {
                let stand = self.stand("2010CA", segment.at);
                self.dependent.get_or_insert(NOBODY).take(segment, stand);
            }
            _ => {}
        }
    }

    /// A segment here could not be read, and it may have been any: all that is said of subscriber
    /// and patient is unknown until the next subscriber's HL.
    pub(super) fn lose(&mut self, at: At) {
        const EXPECTED: &str = "a segment that could be read";
        let stand = self.stand("2000", at);
        let person = Person {
            birth_date: Given::unreadable(EXPECTED, stand.element("DMG02")),
            sex: Given::unreadable(EXPECTED, stand.element("DMG03")),
        };
        if self.level == Level::Other {
            self.provider = None;
        }
        self.member_id = None;
        self.business = Given::unreadable(EXPECTED, stand.element("SBR09"));
        self.dependent = self.dependent.as_ref().map(|_| person.clone());
        self.subscriber = person;
    }

    /// An HL could not be read: whose claims follow is unknown.
    pub(super) fn lose_level(&mut self, at: At) {
        (self.level, self.dependent) = (Level::Other, None);
        self.lose(at);
    }

    /// What is said of the claims that follow. The state of the plan is not told by an 837: the
    /// addresses are the payer's and the member's.
    pub(super) fn holder(&self) -> Holder {
        let Person { birth_date, sex } = self.dependent.as_ref().unwrap_or(&self.subscriber).clone();
        Holder {
            has_subscriber: self.level != Level::Other,
            provider: self.provider,
            patient: Patient { member_id: self.member_id.clone(), birth_date, sex },
            coverage: Coverage {
                line_of_business: self.business.clone(),
                state: None,
                prior_authorization: Given::Absent,
            },
        }
    }

    fn stand(&self, loop_id: &'static str, at: At) -> Stand {
        Stand { form: self.guide.label(), loop_id, at }
    }
}

impl Person {
    fn take(&mut self, segment: &Segment<'_>, stand: Stand) {
        let [_, qualifier, birth, sex] = segment.elements();
        let birth = match values::day(qualifier, birth, stand.element("DMG02")) {
            Given::Absent => Given::Absent,
            Given::Value(day) => Given::value(Private::new(day.value), day.source),
            Given::Unreadable(why) => Given::Unreadable(why),
        };
        let source = stand.element("DMG03");
        let sex = match sex {
            b"" => Given::Absent,
            b"F" | b"f" => Given::value(Sex::Female, source),
            b"M" | b"m" => Given::value(Sex::Male, source),
            b"U" | b"u" => Given::value(Sex::Other, source),
            _ => Given::unreadable("F, M or U", source),
        };
        values::settle(&mut self.birth_date, birth, "one birth date");
        values::settle(&mut self.sex, sex, "one sex");
    }
}

const PROMISED: &str = "HL04 says that a patient loop follows, but none does";

impl Numbering {
    fn next(&mut self, level: &[u8], number: &[u8], parent: &[u8], child: &[u8]) -> Option<&'static str> {
        let read = |element: &[u8]| text(element).parse::<u32>().ok();
        let own = read(number);
        let promised = self.promised.take();
        let (expected, broken) = match level {
            b"22" => (Some(self.provider), promised == Some(true)),
            b"23" => (Some(self.subscriber), promised == Some(false)),
            _ => (None, promised == Some(true)),
        };
        let follows = own.is_some() && own == self.last.checked_add(1);
        self.last = own.unwrap_or(self.last.saturating_add(1));
        match level {
            b"22" => {
                self.subscriber = self.last;
                self.promised = Some(child == b"1");
            }
            b"23" => {}
            _ => (self.provider, self.subscriber) = (self.last, 0),
        }
        if !follows {
            Some("HL01 does not count on from the HL before")
        } else if expected.is_some() && read(parent) != expected {
            Some("HL02 does not name the loop above")
        } else if broken && level == b"23" {
            Some("HL04 says that no patient loop follows, but one does")
        } else {
            broken.then_some(PROMISED)
        }
    }
}
