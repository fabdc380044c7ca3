//! `pack.toml`: what a pack is, for when and whom, and what a plan may set.

use std::{collections::BTreeMap, num::NonZeroU16};

use serde::Deserialize;

use super::claims::{Disagreement, Property, WireProperty};
use crate::{
    date::{Date, DateSpan},
    fault::{PackFault, PackText, did_you_mean},
    script::ParameterValue,
};

/// A pack's manifest.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The folder's name.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// One line for people.
    pub title: String,
    /// The dates of service it is for, both ends included.
    pub period: Period,
    /// The source attributes a payer must show (45 CFR 170.315(b)(11)).
    pub source: SourceAttributes,
    /// How companion lines are told.
    pub companions: Option<Companions>,
    /// Whether a denial needs a clinician's signature before it goes out.
    pub requires_clinician_signoff: bool,
    /// What may be said of each anchor of `SOURCE.md`.
    pub citations: BTreeMap<String, Passage>,
    /// What a plan may set.
    pub parameters: BTreeMap<String, Parameter>,
    /// Remittance advice remark codes for missing facts.
    pub needs: BTreeMap<String, String>,
    /// What `rules check` is to prove of it.
    pub properties: Vec<Property>,
    /// Rules of one stage that allow and deny the same line, as it is meant.
    pub disagreements: Vec<Disagreement>,
}

/// A period of dates of service, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day; none: still in force.
    pub until: Option<Date>,
}

/// The source attributes of an evidence-based intervention.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceAttributes {
    /// Bibliographic citation.
    pub citation: String,
    /// Digital object identifier.
    pub doi: String,
    /// Who wrote this implementation.
    pub developer: String,
    /// Who paid for it.
    pub funding: String,
    /// When the source was published.
    pub released: String,
    /// When this implementation was last revised.
    pub revised: String,
    /// When somebody last checked that the source still stands.
    pub last_verified_on: String,
    /// How many calendar months after that somebody must look again.
    #[serde(default = "every_year")]
    pub verify_every_months: NonZeroU16,
    /// The patient data the rules ask for, checked against the facts they do ask.
    pub uses: Vec<String>,
}

/// The value sets by which companion lines are told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Companions {
    /// Procedures that follow their parents.
    pub followers: String,
    /// Procedures that are nobody's parents.
    pub apart: String,
    /// The last stage that judges companions too, before they wait for their parents.
    pub after_stage: Option<String>,
}

/// What may be said of a passage.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Strength and direction of the recommendation.
    pub strength: Option<String>,
    /// Certainty of the evidence.
    pub certainty: Option<String>,
    /// What an appeal will quote against it.
    pub dissent: Option<String>,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// What it takes.
    pub takes: ParameterType,
    /// The value where a plan sets none.
    pub default: ParameterValue,
    /// What it decides, for people.
    pub about: String,
}

/// What a parameter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// One of these.
    Choice(Vec<String>),
    /// Any of these.
    Choices(Vec<String>),
    /// True or false.
    Flag,
    /// A whole number, not below the least where there is one.
    Number {
        /// The least that makes sense, itself included.
        least: Option<i64>,
    },
    /// A day.
    Day,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    name: String,
    version: String,
    title: String,
    period: WirePeriod,
    source: SourceAttributes,
    companions: Option<Companions>,
    #[serde(default = "yes")]
    requires_clinician_signoff: bool,
    #[serde(default)]
    citations: BTreeMap<String, Passage>,
    #[serde(default)]
    parameters: BTreeMap<String, WireParameter>,
    #[serde(default)]
    needs: BTreeMap<String, String>,
    #[serde(default)]
    properties: Vec<WireProperty>,
    #[serde(default)]
    disagreements: Vec<Disagreement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WirePeriod {
    from: String,
    until: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireParameter {
    takes: String,
    #[serde(default)]
    values: Vec<String>,
    least: Option<i64>,
    default: toml::Value,
    about: String,
}

/// Guidelines and coverage policies are reviewed once a year at least.
fn every_year() -> NonZeroU16 {
    const MONTHS_OF_A_YEAR: u16 = 12;
    NonZeroU16::new(MONTHS_OF_A_YEAR).unwrap_or(NonZeroU16::MIN)
}

fn yes() -> bool {
    true
}

impl Manifest {
    /// Reads `pack.toml`.
    ///
    /// # Errors
    /// Every fault at once, underlined.
    pub(super) fn read(text: &PackText) -> Result<Manifest, Vec<PackFault>> {
        let wire: Wire = toml::from_str(&text.text).map_err(|error| vec![of_toml(text, &error)])?;
        let mut faults = Vec::new();
        let mut day = |name: &str, value: &str| {
            DateSpan::parse(value).ok().and_then(|span| span.exact()).unwrap_or_else(|| {
                faults.push(
                    PackFault::new("pack::date", format!("`{name}` is no day: `{value}`")).at_part(text, value, "here"),
                );
                Date::MAX
            })
        };
        let from = day("period.from", &wire.period.from);
        let until = wire.period.until.as_deref().map(|until| day("period.until", until));
        for (name, date) in [
            ("released", &wire.source.released),
            ("revised", &wire.source.revised),
            ("last_verified_on", &wire.source.last_verified_on),
        ] {
            day(name, date);
        }
        let mut parameters = BTreeMap::new();
        for (name, wire) in &wire.parameters {
            match wire.read(name) {
                Ok(parameter) => {
                    parameters.insert(name.clone(), parameter);
                }
                Err(fault) => faults.push(fault.at_part(text, &format!("parameters.{name}"), "this parameter")),
            }
        }
        let mut properties = Vec::new();
        for wire in &wire.properties {
            match wire.read(text) {
                Ok(property) => properties.push(property),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Manifest {
            name: wire.name,
            version: wire.version,
            title: wire.title,
            period: Period { from, until },
            source: wire.source,
            companions: wire.companions,
            requires_clinician_signoff: wire.requires_clinician_signoff,
            citations: wire.citations,
            parameters,
            needs: wire.needs,
            properties,
            disagreements: wire.disagreements,
        })
    }

    /// The parameters in force under a plan's settings, `name=value` as texts.
    ///
    /// # Errors
    /// An unknown parameter, or a value it does not take.
    pub(super) fn settle(
        &self,
        settings: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, ParameterValue>, Vec<PackFault>> {
        let mut values: BTreeMap<String, ParameterValue> =
            self.parameters.iter().map(|(name, parameter)| (name.clone(), parameter.default.clone())).collect();
        let mut faults = Vec::new();
        for (name, setting) in settings {
            let Some(parameter) = self.parameters.get(name) else {
                let fault = PackFault::new(
                    "pack::unknown_parameter",
                    format!("pack `{}` has no parameter `{name}`", self.name),
                );
                let known: Vec<&str> = self.parameters.keys().map(String::as_str).collect();
                faults.push(match did_you_mean(name, known.iter().copied()) {
                    Some(close) => fault.help(format!("did you mean `{close}`?")),
                    None => fault.help(format!("it has {}", known.join(", "))),
                });
                continue;
            };
            match parameter.takes.read(setting) {
                Some(value) => {
                    values.insert(name.clone(), value);
                }
                None => {
                    let message = format!("`{setting}` is no value of parameter `{name}`");
                    faults.push(PackFault::new("pack::parameter_value", message).help(parameter.takes.words()));
                }
            }
        }
        if faults.is_empty() { Ok(values) } else { Err(faults) }
    }
}

impl WireParameter {
    fn read(&self, name: &str) -> Result<Parameter, PackFault> {
        let takes = match self.takes.as_str() {
            "choice" => ParameterType::Choice(self.values.clone()),
            "choices" => ParameterType::Choices(self.values.clone()),
            "flag" => ParameterType::Flag,
            "number" => ParameterType::Number { least: self.least },
            "day" => ParameterType::Day,
            other => {
                let message = format!("parameter `{name}` takes `{other}`");
                return Err(
                    PackFault::new("pack::parameter", message).help("one of choice, choices, flag, number, day")
                );
            }
        };
        if self.least.is_some() && !matches!(takes, ParameterType::Number { .. }) {
            let message = format!("parameter `{name}` has a `least` and takes no number");
            return Err(PackFault::new("pack::parameter", message).help("leave `least` out"));
        }
        let default = match &self.default {
            toml::Value::String(text) => takes.read(text),
            toml::Value::Boolean(flag) => takes.read(&flag.to_string()),
            toml::Value::Integer(number) => takes.read(&number.to_string()),
            toml::Value::Array(all) => {
                let texts: Vec<&str> = all.iter().filter_map(|value| value.as_str()).collect();
                takes.read(&texts.join(","))
            }
            toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => None,
        };
        let Some(default) = default else {
            let message = format!("the default of parameter `{name}` is none of its values");
            return Err(PackFault::new("pack::parameter", message).help(takes.words()));
        };
        Ok(Parameter { takes, default, about: self.about.clone() })
    }
}

impl ParameterType {
    /// The value a text means; several choices are separated by commas.
    pub fn read(&self, text: &str) -> Option<ParameterValue> {
        match self {
            ParameterType::Choice(all) => {
                all.iter().any(|choice| choice == text).then(|| ParameterValue::Choice(text.to_owned()))
            }
            ParameterType::Choices(all) => {
                let chosen: Vec<String> =
                    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
                chosen.iter().all(|choice| all.contains(choice)).then_some(ParameterValue::Choices(chosen))
            }
            ParameterType::Flag => text.parse().ok().map(ParameterValue::Flag),
            ParameterType::Number { least } => {
                let number = text.parse().ok().filter(|number| least.is_none_or(|least| *number >= least));
                number.map(ParameterValue::Number)
            }
            ParameterType::Day => DateSpan::parse(text).ok()?.exact().map(ParameterValue::Day),
        }
    }

    /// What it takes, in words.
    pub fn words(&self) -> String {
        match self {
            ParameterType::Choice(all) => format!("one of {}", all.join(", ")),
            ParameterType::Choices(all) => format!("any of {}, separated by commas", all.join(", ")),
            ParameterType::Flag => "true or false".to_owned(),
            ParameterType::Number { least: Some(least) } => format!("a whole number, {least} or more"),
            ParameterType::Number { least: None } => "a whole number".to_owned(),
            ParameterType::Day => "a day as YYYY-MM-DD".to_owned(),
        }
    }
}

/// A fault of TOML, underlined where the parser points.
pub(super) fn of_toml(text: &PackText, error: &toml::de::Error) -> PackFault {
    let span = error.span().unwrap_or(0..0);
    let message = error.message().lines().next().unwrap_or_default().to_owned();
    PackFault::new("pack::toml", message).at(text, span.start, span.len().max(1), "here")
}
