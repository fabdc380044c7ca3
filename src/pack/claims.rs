//! What a pack says of itself in `pack.toml` besides its rules: properties that `rules check` is to
//! prove, and disagreements of rules that are meant.

use serde::Deserialize;

use crate::{
    fault::{PackFault, PackText},
    verdict::Verdict,
};

/// A property that the pack is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// It, for people.
    pub says: String,
    /// It, for the prover.
    pub claim: Claim,
}

/// What is claimed. Conditions are written as in a rule: `patient.age_years < 18`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// No line gets the verdict where the condition holds.
    Never(Verdict, String),
    /// A line gets the verdict only where every condition holds.
    Only(Verdict, Vec<String>),
    /// One more code of the value set in the fact gives no line a more severe verdict; or, where a
    /// verdict is named, does not bring it to that one.
    NeverWorse {
        /// The value set.
        adding: String,
        /// The fact, a set of codes.
        to: String,
        /// The verdict that it must not bring.
        verdict: Option<Verdict>,
    },
    /// The larger the fact, the more severe the verdict or the same; below `from` nothing is claimed.
    Rising {
        /// The fact, a quantity or a day.
        fact: String,
        /// The least amount of which it is claimed.
        from: Option<i64>,
    },
}

/// Two rules of a stage of which one allows what the other denies, as it is meant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disagreement {
    /// The rule that allows.
    pub allow: String,
    /// The rule that denies.
    pub deny: String,
    /// Why that is meant.
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireProperty {
    says: String,
    never: Option<String>,
    when: Option<String>,
    only: Option<String>,
    #[serde(default, rename = "if")]
    all: Vec<String>,
    adding: Option<String>,
    to: Option<String>,
    rising: Option<String>,
    from: Option<i64>,
}

impl WireProperty {
    pub(super) fn read(&self, text: &PackText) -> Result<Property, PackFault> {
        let fault = |message: &str| {
            PackFault::new("pack::property", format!("`{}`: {message}", self.says))
                .help("one of `never` with `when`; `only` with `if`; `adding` with `to` and perhaps `never`; `rising` with perhaps `from`")
                .at_part(text, &self.says, "this property")
        };
        let verdict = |name: &String| {
            Verdict::from_name(name).ok_or_else(|| fault(&format!("`{name}` is none of allow, flag, deny")))
        };
        let none = |others: &[bool]| others.iter().all(|other| !other);
        let (when, all) = (self.when.is_some(), !self.all.is_empty());
        let (adding, to, rising) = (self.adding.is_some(), self.to.is_some(), self.rising.is_some());
        let claim = match (&self.never, &self.only, &self.adding, &self.rising) {
            (Some(never), None, None, None) if none(&[all, to, self.from.is_some()]) => {
                let when = self.when.clone().ok_or_else(|| fault("`never` needs `when`"))?;
                Claim::Never(verdict(never)?, when)
            }
            (None, Some(only), None, None) if all && none(&[when, to, self.from.is_some()]) => {
                Claim::Only(verdict(only)?, self.all.clone())
            }
            (never, None, Some(adding), None) if none(&[when, all, self.from.is_some()]) => Claim::NeverWorse {
                adding: adding.clone(),
                to: self.to.clone().ok_or_else(|| fault("`adding` needs `to`"))?,
                verdict: never.as_ref().map(verdict).transpose()?,
            },
            (None, None, None, Some(fact)) if none(&[when, all, to]) => {
                Claim::Rising { fact: fact.clone(), from: self.from }
            }
            _ if none(&[self.never.is_some(), self.only.is_some(), adding, rising]) => {
                return Err(fault("claims nothing"));
            }
            _ => return Err(fault("claims several things at once, or lacks a part")),
        };
        Ok(Property { says: self.says.clone(), claim })
    }
}
