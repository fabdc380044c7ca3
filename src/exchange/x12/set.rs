//! A transaction set, ST to SE: which implementation guide it follows, and its claims one by one.

use super::{
    hierarchy::Hierarchy,
    report::{Report, shown},
    segment::{At, Id, Segment},
};
use crate::exchange::Fault;

/// The implementation guide of an 837 that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guide {
    /// 005010X222.
    Professional,
    /// 005010X223.
    Institutional,
}

impl Guide {
    pub(super) fn label(self) -> &'static str {
        match self {
            Guide::Professional => "837P",
            Guide::Institutional => "837I",
        }
    }

    /// The most lines that the guide allows a claim.
    pub(super) fn lines_max(self) -> usize {
        match self {
            Guide::Professional => 50,
            Guide::Institutional => 999,
        }
    }

    /// The guide of a version, whichever its errata (`005010X222`, `005010X222A1`).
    fn of_version(version: &str) -> Option<Guide> {
        let is = |guide: &str| version.get(..guide.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(guide));
        if is("005010X222") {
            Some(Guide::Professional)
        } else if is("005010X223") {
            Some(Guide::Institutional)
        } else {
            None
        }
    }
}

/// What is done with a set's claims.
enum Kind {
    Read,
    /// Every claim is rejected: what is wrong with the version.
    Refused(String),
    /// There are none: the set is no 837.
    Aside,
}

/// The set that stands open.
pub(super) struct Set {
    /// ST02.
    pub(super) control: Box<[u8]>,
    /// How many segments it has, ST included.
    pub(super) segments: u32,
    kind: Kind,
    guide: Guide,
    hierarchy: Hierarchy,
    /// Whether wrong HL numbers were reported.
    told: bool,
}

/// Whether a segment is one of 005010X222 and 005010X223. What any other was meant to be cannot be told.
#[rustfmt::skip]
fn is_known(id: Id) -> bool {
    matches!(
        &id,
        b"AMT" | b"BHT" | b"CAS" | b"CL1" | b"CLM" | b"CN1" | b"CR1" | b"CR2" | b"CR3" | b"CR5" | b"CR6" | b"CR7"
            | b"CRC" | b"CTP" | b"CUR" | b"DMG" | b"DTP" | b"FRM" | b"HCP" | b"HI " | b"HL " | b"HSD" | b"IMM"
            | b"K3 " | b"LIN" | b"LQ " | b"LX " | b"MEA" | b"MIA" | b"MOA" | b"N2 " | b"N3 " | b"N4 " | b"NM1"
            | b"NTE" | b"OI " | b"PAT" | b"PER" | b"PRV" | b"PS1" | b"PWK" | b"QTY" | b"REF" | b"SBR" | b"SV1"
            | b"SV2" | b"SV3" | b"SV4" | b"SV5" | b"SV6" | b"SV7" | b"SVD" | b"TOO" | b"UR "
    )
}

impl Set {
    /// Opens the set of an ST segment in a group of `version` (GS08), which holds where ST03 does
    /// not say another.
    pub(super) fn open(segment: &Segment<'_>, version: &[u8], report: &mut Report<'_>) -> Set {
        let [_, name, control, own] = segment.elements();
        let version = shown(if own.is_empty() { version } else { own });
        let guide = version.and_then(Guide::of_version);
        let kind = if name != b"837" {
            let name = shown(name)
                .filter(|name| name.len() == 3)
                .map_or("without a number".to_owned(), |name| format!("`{name}`"));
            let message = format!("transaction set {name} is no claim and was left aside");
            report.say(report.fault(segment.at, "x12::set_left_aside", message, ""));
            Kind::Aside
        } else if guide.is_none() {
            let version = version.map_or("that ST03 and GS08 give".to_owned(), |version| format!("`{version}`"));
            Kind::Refused(format!("version {version} is not read; 005010X222A1 and 005010X223A2 are"))
        } else {
            Kind::Read
        };
        let guide = guide.unwrap_or(Guide::Professional);
        let hierarchy = Hierarchy::new(guide);
        Set { control: control.into(), segments: 1, kind, guide, hierarchy, told: false }
    }

    /// Takes a segment between ST and SE.
    pub(super) fn take(&mut self, segment: &Segment<'_>, report: &mut Report<'_>) {
        if matches!(self.kind, Kind::Aside) {
            return;
        }
        let id = segment.id();
        match &id {
            b"CLM" => self.claim(segment, report),
            b"HL " => {
                report.close(None);
                if let Some(wrong) = self.hierarchy.open(segment) {
                    self.numbering(segment.at, wrong, report);
                }
            }
            _ if matches!(self.kind, Kind::Read) && !is_known(id) => {
                const MESSAGE: &str = "this is no segment of an 837; what it was meant to say is unknown";
                self.lose(segment, report.fault(segment.at, "x12::unknown_segment", MESSAGE, ""), report);
            }
            _ if report.has_claim() => report.segment(segment),
            _ => self.hierarchy.take(segment),
        }
    }

    /// Takes a segment of which only the beginning is there; `fault` says why.
    pub(super) fn take_part(&mut self, segment: &Segment<'_>, fault: Fault, report: &mut Report<'_>) {
        if matches!(self.kind, Kind::Aside) {
            return report.say(fault);
        }
        match &segment.id() {
            b"CLM" => {
                self.claim(segment, report);
                report.refuse_part(fault, segment.data().nth(1).is_some());
            }
            b"HL " if segment.has_data() => {
                report.close(None);
                self.hierarchy.lose_level(segment.at);
                report.say(fault);
            }
            _ => self.lose(segment, fault, report),
        }
    }

    /// Closes the set, with `cut` where it was cut off.
    pub(super) fn end(mut self, at: At, cut: Option<&'static str>, report: &mut Report<'_>) {
        report.close(cut);
        if let (Some(wrong), Kind::Read, None) = (self.hierarchy.end(), &self.kind, cut) {
            self.numbering(at, wrong, report);
        }
    }

    fn claim(&self, segment: &Segment<'_>, report: &mut Report<'_>) {
        report.close(None);
        report.open(self.guide, self.hierarchy.holder(), segment);
        if let Kind::Refused(why) = &self.kind {
            let help = "send the claim again as 005010X222A1 or 005010X223A2";
            report.refuse(report.fault(segment.at, "x12::version", why.clone(), help));
        }
    }

    /// A segment that cannot be told may have been any: the claim around it is given up.
    fn lose(&mut self, segment: &Segment<'_>, fault: Fault, report: &mut Report<'_>) {
        self.hierarchy.lose(segment.at);
        if report.has_claim() { report.refuse(fault) } else { report.say(fault) }
    }

    fn numbering(&mut self, at: At, wrong: &str, report: &mut Report<'_>) {
        if !std::mem::replace(&mut self.told, true) && matches!(self.kind, Kind::Read) {
            const HELP: &str = "claims were assigned by the order of HL03; said once a transaction set";
            report.say(report.fault(at, "x12::hl_numbering", wrong, HELP));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_lead_to_guides() {
        let check = |version: &str, expected| assert_eq!(Guide::of_version(version), expected, "{version}");
        check("005010X222", Some(Guide::Professional));
        check("005010X222A1", Some(Guide::Professional));
        check("005010x222a2", Some(Guide::Professional));
        check("005010X223A3", Some(Guide::Institutional));
        check("005010X224A2", None);
        check("004010X098A1", None);
        check("005010", None);
    }
}
