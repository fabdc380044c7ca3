//! The settings a plan may choose, as far as a rule can tell them apart.

use crate::{
    pack::{Pack, Parameter, ParameterType},
    script::{ParameterValue, Values},
};

/// The values to try of each parameter, the one in force first: every choice; of several choices
/// all, none and each alone; of a number or a day the default, and what rules compare it with
/// ([`Probe::widen`](crate::script::Probe::widen)).
pub fn values(pack: &Pack) -> Values {
    let of_one = |(name, parameter): (&String, &Parameter)| {
        let mut values: Vec<ParameterValue> = pack.parameters.get(name).cloned().into_iter().collect();
        for value in possible(parameter) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        (name.clone(), values)
    };
    pack.manifest.parameters.iter().map(of_one).collect()
}

fn possible(parameter: &Parameter) -> Vec<ParameterValue> {
    let choice = |all: &[String]| all.iter().cloned().map(ParameterValue::Choice).collect();
    let mut values: Vec<ParameterValue> = match &parameter.takes {
        ParameterType::Choice(all) => choice(all),
        ParameterType::Choices(all) => {
            let each = all.iter().map(|one| ParameterValue::Choices(vec![one.clone()]));
            [all.clone(), Vec::new()].map(ParameterValue::Choices).into_iter().chain(each).collect()
        }
        ParameterType::Flag => vec![ParameterValue::Flag(true), ParameterValue::Flag(false)],
        ParameterType::Number { .. } | ParameterType::Day => Vec::new(),
    };
    values.insert(0, parameter.default.clone());
    values
}
