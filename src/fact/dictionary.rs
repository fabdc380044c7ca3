//! The dictionary: every fact a rule may ask about.
//!
//! The order is the order in which the verdict diagram looks at facts: what settles most lines
//! comes first. `rules/facts.md` is made from it, and a test keeps the two alike.

use std::hash::{Hash, Hasher};

use super::{Argument, Drawn, View, draw};

/// An entry of the dictionary.
#[derive(Debug)]
pub struct FactKind {
    /// `namespace.name`, as scripts write it.
    pub name: &'static str,
    /// The shape of its values.
    pub shape: Shape,
    /// The arguments it takes.
    pub parameters: &'static [ParameterKind],
    /// What it is, for analysts.
    pub about: &'static str,
    /// What its absence means.
    pub absence: &'static str,
    /// What to send when it is missing, in plain words.
    pub ask: &'static str,
    /// The same as a question, for a questionnaire.
    pub question: &'static str,
    /// Whether documentation can change it; never true of codes, ages and dates of service.
    pub documentable: bool,
    /// The patient data it rests on, as the source attributes of 45 CFR 170.315(b)(11) name it.
    pub uses: Option<&'static str>,
    /// Draws it from a request.
    pub draw: for<'a> fn(&View<'a>, &[Argument]) -> Drawn<'a>,
}

/// The shape of a fact's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One code: `fact in set`.
    Code,
    /// A set of codes: `fact.any_in(set)`, `fact.any_outside(set)`, `fact.any_in_no_set()`.
    Codes,
    /// A whole number: `fact >= 3`.
    Quantity(Unit),
    /// A day: `fact < params.effective`.
    Date,
    /// One of these: `fact == "claim"`.
    Choice(&'static [&'static str]),
    /// Yes or no: `if fact`.
    YesNo,
}

/// The unit of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Completed years.
    Years,
    /// Completed calendar months.
    Months,
    /// Thousandths of a service unit.
    MilliUnits,
    /// US cents.
    Cents,
    /// How many.
    Count,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A value set.
    Set,
    /// A number of calendar months.
    Months,
}

impl FactKind {
    /// Whether it hangs on the line itself; if not, on the request and the line's day alone.
    pub fn is_of_line(&self) -> bool {
        self.name.starts_with("line.") || self.name.starts_with("same_day.")
    }

    /// Whether it is words, of which only the phrases of value sets are seen.
    pub fn is_of_phrases(&self) -> bool {
        self.name == "line.narrative"
    }

    /// The choice that its absence means, where absence is an answer: `not stated`, `no`.
    pub fn absent_choice(&self) -> Option<&'static str> {
        let names: &[&'static str] = match self.shape {
            Shape::Choice(names) => names,
            Shape::YesNo => &["no", "yes"],
            Shape::Code | Shape::Codes | Shape::Quantity(_) | Shape::Date => &[],
        };
        names.iter().copied().find(|name| *name == self.absence)
    }
}

impl PartialEq for FactKind {
    fn eq(&self, other: &FactKind) -> bool {
        self.name == other.name
    }
}

impl Eq for FactKind {}

impl Hash for FactKind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

macro_rules! fact {
    ($name:literal, $shape:expr, [$($parameter:ident),*], $draw:path, $documentable:literal, $uses:expr,
     $about:literal, $absence:literal, $ask:literal, $question:literal) => {
        FactKind {
            name: $name,
            shape: $shape,
            parameters: &[$(ParameterKind::$parameter),*],
            about: $about,
            absence: $absence,
            ask: $ask,
            question: $question,
            documentable: $documentable,
            uses: $uses,
            draw: $draw,
        }
    };
}

const NOT_STATED_PAIN: &[&str] = &["not stated", "axial", "radicular", "mixed"];
const NOT_STATED_PURPOSE: &[&str] = &["not stated", "diagnostic", "therapeutic"];
const CONCEPTS: &[&str] = &["not stated", "drg_radiofrequency", "joint_radiofrequency", "other"];
const LINES_OF_BUSINESS: &[&str] = &["commercial", "medicare_advantage", "medicare", "medicaid", "other"];

/// Every fact, in the order of the verdict diagram.
#[rustfmt::skip]
pub static DICTIONARY: &[FactKind] = &[
    fact!("request.frequency", Shape::Choice(&["original", "replacement", "void"]), [], draw::frequency, false, None,
        "what the claim does to an earlier one (X12 CLM05-3)", "original", "the claim frequency code",
        "Is this an original claim, a replacement, or a void?"),
    fact!("request.kind", Shape::Choice(&["claim", "order"]), [], draw::kind, false, None,
        "a claim for services rendered or an order for planned ones", "never absent", "whether it is a claim or an order",
        "Is this a claim or an order?"),
    fact!("request.form", Shape::Choice(&["professional", "institutional", "inpatient"]), [], draw::form, false, None,
        "the form of the claim", "professional", "the form of the claim",
        "Is the claim professional, institutional outpatient, or inpatient?"),
    fact!("line.procedure", Shape::Code, [], draw::procedure, false, None,
        "the procedure of the line", "unknown", "the CPT, HCPCS or ICD-10-PCS code of the procedure",
        "Which procedure code does this line have?"),
    fact!("line.service_date", Shape::Date, [], draw::service_date, false, None,
        "the first day of service; an order without a planned day: the day it was written", "unknown", "the date of service",
        "On which day was the service given, or is it planned?"),
    fact!("line.concept", Shape::Choice(CONCEPTS), [], draw::concept, false, None,
        "a structured concept of an unlisted procedure", "not stated", "a structured concept of the unlisted procedure",
        "Which kind of unlisted procedure is it?"),
    fact!("line.narrative", Shape::Codes, [], draw::narrative, false, None,
        "the words that describe an unlisted procedure, held against phrase sets", "unknown", "a description of the unlisted procedure",
        "How is the unlisted procedure described?"),
    fact!("same_day.procedures", Shape::Codes, [], draw::same_day_procedures, false, None,
        "the procedures of the request's other lines on the line's day; a line whose day or procedure is unknown may hold any", "none", "the procedures and dates of the other lines",
        "Which other procedures were done on that day?"),
    fact!("line.modifiers", Shape::Codes, [], draw::modifiers, false, None,
        "the modifiers of the line", "none", "the modifiers of the line",
        "Which modifiers does this line have?"),
    fact!("request.condition_codes", Shape::Codes, [], draw::condition_codes, false, None,
        "NUBC condition codes of an institutional claim", "none", "the condition codes",
        "Which condition codes does the claim have?"),
    fact!("coverage.approved", Shape::YesNo, [], draw::approved, true, None,
        "whether the request carries a dated prior authorization; a number without a date is unknown", "no", "the date on which the prior authorization was given (look the approval up)",
        "Was a prior authorization given for this request?"),
    fact!("patient.age_years", Shape::Quantity(Unit::Years), [], draw::age_years, false, Some("birth_date"),
        "completed years on the line's day of service", "unknown", "the patient's date of birth",
        "What is the patient's date of birth?"),
    fact!("patient.sex", Shape::Choice(&["female", "male", "other"]), [], draw::sex, false, Some("sex"),
        "administrative sex", "unknown", "the patient's sex",
        "What is the patient's administrative sex?"),
    fact!("request.diagnoses", Shape::Codes, [], draw::request_diagnoses, false, Some("health_status"),
        "confirmed, active diagnoses anywhere on the request, pointed to or not", "none", "readable diagnosis codes",
        "Which diagnoses does the patient have?"),
    fact!("request.unconfirmed_diagnoses", Shape::Codes, [], draw::unconfirmed_diagnoses, false, Some("health_status"),
        "provisional, differential or unconfirmed diagnoses of the request", "none", "readable diagnosis codes",
        "Which diagnoses are suspected and not confirmed?"),
    fact!("request.past_diagnoses", Shape::Codes, [], draw::past_diagnoses, false, Some("health_status"),
        "inactive, remitted or resolved diagnoses of the request", "none", "readable diagnosis codes",
        "Which diagnoses did the patient have in the past?"),
    fact!("request.untabled_diagnoses", Shape::Codes, [], draw::untabled_diagnoses, false, Some("health_status"),
        "diagnoses of the request, of any status but refuted, in a code system of which there is no complete table here (SNOMED CT): one in no value set may mean anything", "none", "the diagnoses as ICD-10-CM codes",
        "Which ICD-10-CM codes do the diagnoses have?"),
    fact!("history.diagnoses", Shape::Codes, [Months], draw::history_diagnoses, false, Some("health_status"),
        "diagnoses of earlier services, at most so many calendar months before the line's day, both ends included", "none", "the dates of the member's earlier services",
        "For which diagnoses was the patient treated before?"),
    fact!("history.untabled_diagnoses", Shape::Codes, [Months], draw::untabled_history, false, Some("health_status"),
        "those of `history.diagnoses` in a code system of which there is no complete table here: one in no value set may mean anything", "none", "the dates of the member's earlier services",
        "For which diagnoses, as ICD-10-CM codes, was the patient treated before?"),
    fact!("line.invalid_diagnosis", Shape::YesNo, [], draw::invalid_diagnosis, false, None,
        "whether the line points to an ICD-10-CM code that may not be billed on its day: a header or an unknown code", "no", "valid diagnosis codes",
        "Which billable diagnosis codes is this service for?"),
    fact!("line.diagnoses", Shape::Codes, [], draw::line_diagnoses, false, Some("health_status"),
        "the diagnoses the line points to; a provisional or past one may or may not be there", "unknown", "the diagnoses of this line: codes and pointers",
        "Which diagnoses is this service for?"),
    fact!("stated.pain_type", Shape::Choice(NOT_STATED_PAIN), [], draw::stated_pain_type, true, Some("health_status"),
        "the pain type that the order or a reviewer states", "not stated", "the pain type: axial, radicular or mixed",
        "Which type of pain is treated: axial, radicular, or both?"),
    fact!("line.months_since_onset", Shape::Quantity(Unit::Months), [Set], draw::months_since_onset, true, Some("health_status"),
        "completed calendar months from onset to the line's day; onset of the claim and of pointed diagnoses of the set; below 0: onset after the service", "unknown", "the date on which the pain began",
        "On which day did the pain begin?"),
    fact!("history.months_diagnosed_twice", Shape::Quantity(Unit::Months), [Set, Months], draw::months_diagnosed_twice, false, Some("health_status"),
        "where a diagnosis of the set stands on two earlier days of the window: completed calendar months since the first; else -1", "-1", "the dates of the member's earlier services",
        "On which days was the patient treated for this before?"),
    fact!("history.months_since_procedure", Shape::Quantity(Unit::Months), [Set, Months], draw::months_since_procedure, false, Some("health_status"),
        "completed calendar months since the earliest procedure of the set in the window; else -1", "-1", "the dates of the member's earlier services",
        "On which days were the earlier procedures?"),
    fact!("history.sessions", Shape::Quantity(Unit::Count), [Set, Months], draw::sessions, false, Some("health_status"),
        "earlier days with a procedure of the set, less than so many calendar months ago (the same day that many months back is out)", "0", "the dates of the member's earlier services",
        "On which days were the earlier procedures?"),
    fact!("line.purpose", Shape::Choice(NOT_STATED_PURPOSE), [], draw::purpose, true, None,
        "whether the procedure tests or treats, where somebody says so", "not stated", "whether the procedure is diagnostic or therapeutic",
        "Is the procedure done to test or to treat?"),
    fact!("line.place_of_service", Shape::Code, [], draw::place_of_service, false, None,
        "CMS place of service", "unknown", "the place of service",
        "Where is the service given?"),
    fact!("line.units_milli", Shape::Quantity(Unit::MilliUnits), [], draw::units_milli, false, None,
        "units of service, in thousandths", "unknown", "the units of service",
        "How many units of service are billed?"),
    fact!("line.charge_cents", Shape::Quantity(Unit::Cents), [], draw::charge_cents, false, None,
        "the line's charge in cents", "unknown", "the charge",
        "How much is charged for this line, in US dollars?"),
    fact!("coverage.line_of_business", Shape::Choice(LINES_OF_BUSINESS), [], draw::line_of_business, false, None,
        "the plan's line of business", "unknown", "the line of business of the plan",
        "Which line of business is the plan?"),
];

/// The patient data whose use a source must show: race, ethnicity, language, sexual orientation,
/// gender identity, sex, date of birth, social determinants of health and health status
/// (45 CFR 170.315(b)(11)(iv)(A)(5) to (13)).
pub const SOURCE_ATTRIBUTES: [&str; 9] = [
    "race",
    "ethnicity",
    "language",
    "sexual_orientation",
    "gender_identity",
    "sex",
    "birth_date",
    "social_determinants",
    "health_status",
];

/// The namespaces scripts may write before a dot.
pub fn namespaces() -> Vec<&'static str> {
    let mut names: Vec<&str> =
        DICTIONARY.iter().filter_map(|kind| kind.name.split_once('.').map(|(space, _)| space)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The dictionary as a page for analysts: `rules/facts.md`.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Facts a rule may ask about\n\nMade from the dictionary (`cargo run -- rules facts`); a test keeps it fresh. \
         Documentable facts are the ones that a rationale may name as what would change the answer.\n\n\
         | fact | asked as | what it is | where nothing was given | documentable | as a question to people |\n|---|---|---|---|---|---|\n",
    );
    for kind in DICTIONARY {
        let arguments: Vec<&str> = kind
            .parameters
            .iter()
            .map(|parameter| match parameter {
                ParameterKind::Set => "set",
                ParameterKind::Months => "months",
            })
            .collect();
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        let asked = match kind.shape {
            Shape::Code => "`in set`".to_owned(),
            Shape::Codes if kind.is_of_phrases() => "`.any_in(set)`, `.any_outside(set)`".to_owned(),
            Shape::Codes => "`.any_in(set)`, `.any_outside(set)`, `.any_in_no_set()`".to_owned(),
            Shape::Quantity(_) => "`>= 3`, `<`, `>`, `<=`, `==`".to_owned(),
            Shape::Date => "`< params.date`, `>=`".to_owned(),
            Shape::Choice(choices) => {
                choices.iter().map(|choice| format!("`== \"{choice}\"`")).collect::<Vec<_>>().join(", ")
            }
            Shape::YesNo => "`if`".to_owned(),
        };
        let documentable = if kind.documentable { "yes" } else { "" };
        page.push_str(&format!(
            "| `{}{arguments}` | {asked} | {} | {} | {documentable} | {} |\n",
            kind.name, kind.about, kind.absence, kind.question
        ));
    }
    page.push_str("\n`known(\"fact\")` is yes where a value was given, no where nothing was, and unknown where it cannot be read.\n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_facts_rest_on_are_source_attributes() {
        for kind in DICTIONARY {
            assert!(kind.uses.is_none_or(|uses| SOURCE_ATTRIBUTES.contains(&uses)), "{}: {:?}", kind.name, kind.uses);
        }
    }
}
