//! What some packs ask of a request, as far as an entry may leave the rest out.

use std::borrow::Borrow;

use crate::pack::Pack;

/// The parts of a request that some fact of some packs is drawn from.
///
/// Always kept, and so not here: what a request is (kind, form, frequency), procedures and their
/// days, by which packs and companions are told, and charges, which comparisons count.
#[derive(Default)]
pub(super) struct Asked {
    pub age: bool,
    pub sex: bool,
    pub line_of_business: bool,
    pub approved: bool,
    pub pain_type: bool,
    pub condition_codes: bool,
    /// Codes of diagnoses, and what lines point to.
    pub diagnoses: bool,
    pub onset: bool,
    pub concept: bool,
    pub narrative: bool,
    pub modifiers: bool,
    pub purpose: bool,
    pub place_of_service: bool,
    pub units: bool,
    pub earlier_diagnoses: bool,
    pub earlier_procedures: bool,
    /// How far back any fact of earlier services looks, in calendar months.
    pub months: i64,
}

impl Asked {
    /// What these packs ask.
    pub(super) fn by<P: Borrow<Pack>>(packs: &[P]) -> Asked {
        let mut asked = Asked::default();
        for pack in packs.iter().map(Borrow::borrow) {
            for kind in &pack.asked {
                if let Some(part) = asked.part_of(kind.name) {
                    *part = true;
                }
                // Whose onset counts is told by the codes of diagnoses.
                asked.diagnoses |= kind.name == "line.months_since_onset";
            }
            asked.months = pack.months_back().map_or(asked.months, |months| asked.months.max(months));
        }
        asked
    }

    /// The part that facts of a kind are drawn from.
    fn part_of(&mut self, kind: &str) -> Option<&mut bool> {
        Some(match kind {
            "patient.age_years" => &mut self.age,
            "patient.sex" => &mut self.sex,
            "coverage.line_of_business" => &mut self.line_of_business,
            "coverage.approved" => &mut self.approved,
            "stated.pain_type" => &mut self.pain_type,
            "request.condition_codes" => &mut self.condition_codes,
            "request.diagnoses"
            | "request.unconfirmed_diagnoses"
            | "request.past_diagnoses"
            | "request.untabled_diagnoses"
            | "line.invalid_diagnosis"
            | "line.diagnoses" => &mut self.diagnoses,
            "line.months_since_onset" => &mut self.onset,
            "line.concept" => &mut self.concept,
            "line.narrative" => &mut self.narrative,
            "line.modifiers" => &mut self.modifiers,
            "line.purpose" => &mut self.purpose,
            "line.place_of_service" => &mut self.place_of_service,
            "line.units_milli" => &mut self.units,
            "history.diagnoses" | "history.untabled_diagnoses" | "history.months_diagnosed_twice" => {
                &mut self.earlier_diagnoses
            }
            "history.months_since_procedure" | "history.sessions" => &mut self.earlier_procedures,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::DICTIONARY;

    #[test]
    fn every_kind_of_fact_has_a_part_or_is_always_kept() {
        const KEPT: [&str; 7] = [
            "request.frequency",
            "request.kind",
            "request.form",
            "line.procedure",
            "line.service_date",
            "same_day.procedures",
            "line.charge_cents",
        ];
        for kind in DICTIONARY {
            let has_part = Asked::default().part_of(kind.name).is_some();
            assert_ne!(has_part, KEPT.contains(&kind.name), "{}: say what it is drawn from", kind.name);
        }
    }
}
