//! Which parts of the code space have a real code.

use super::codes::{ANY_DIAGNOSIS, Codes, DIAGNOSIS};
use crate::code::{ClassId, ClassMask, System, ValueSets};

/// What of a part is real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reality {
    /// Codes that may be used; or it is not known that there are none.
    Codes,
    /// Headings of the ICD-10-CM table alone: diagnoses that may not be billed.
    Headings,
    /// Nothing.
    None,
}

/// Whether codes of a system are diagnoses at some door.
pub fn is_of_diagnoses(system: System) -> bool {
    ANY_DIAGNOSIS.contains(&system)
}

impl Codes {
    /// What of `part` is real where a fact of this name asks for it. Only the ICD-10-CM table tells
    /// that a code does not exist; of other systems it is only told which sets they have no row in.
    pub fn reality(&self, sets: &ValueSets, fact: &str, part: &ClassMask) -> Reality {
        let reach = self.reach();
        let reached = match fact {
            "line.procedure" | "same_day.procedures" => &reach.procedures,
            "line.modifiers" => &reach.modifiers,
            "request.condition_codes" => &reach.condition_codes,
            "line.place_of_service" => &reach.places,
            "request.untabled_diagnoses" | "history.untabled_diagnoses" => &reach.untabled,
            _ if fact.ends_with("diagnoses") => return self.diagnoses(sets, part),
            _ => return Reality::Codes,
        };
        if part.and(reached).is_empty() { Reality::None } else { Reality::Codes }
    }

    fn diagnoses(&self, sets: &ValueSets, part: &ClassMask) -> Reality {
        // Codes in no set are many; those of systems without a table may be any.
        let open = &self.reach().untabled;
        if part.contains(ClassId(0)) || !part.and(open).is_empty() || self.has_dated() {
            return Reality::Codes;
        }
        if !self.of(sets, DIAGNOSIS, part, None).is_empty() {
            return Reality::Codes;
        }
        if self.has_headings(part) { Reality::Headings } else { Reality::None }
    }
}
