//! What each code of a fault or a finding stands for. `rules/README.md` has the same, with what to
//! do; a test keeps both whole.

/// What a code stands for, in a few words; a code that is not listed stands for itself.
pub(super) fn about(code: &str) -> &str {
    ABOUT.iter().find(|(known, _)| *known == code).map_or(code, |(_, about)| about)
}

#[rustfmt::skip]
const ABOUT: &[(&str, &str)] = &[
    ("pack::date", "a date in pack.toml is no day"),
    ("pack::missing_file", "a file that every pack has is missing"),
    ("pack::parameter", "a parameter is defined wrongly"),
    ("pack::parameter_value", "a plan sets a value that a parameter does not take"),
    ("pack::placeholder", "a sentence names a fact that cannot be filled in"),
    ("pack::property", "a property claims nothing, or several things at once"),
    ("pack::remark_code", "a remark code names a coverage determination, and the source is none"),
    ("pack::source_attributes", "the patient data declared is not the patient data that rules name"),
    ("pack::toml", "a file is no TOML, or has an unknown field"),
    ("pack::too_large", "the verdict diagram is too large"),
    ("pack::too_many_values", "rules tell too many values of a fact apart"),
    ("pack::uncited_anchor", "nothing cites a passage of the source"),
    ("pack::unknown_anchor", "a citation leads to no passage of the source"),
    ("pack::unknown_parameter", "a plan sets a parameter that no pack has"),
    ("pack::unknown_value_set", "the manifest names a value set that is not there"),
    ("pack::unused_reason", "no script names a reason"),
    ("pack::value_set", "a value set is defined wrongly, or ties with another of its axis"),
    ("proof::broken_property", "a property that the pack claims does not hold"),
    ("proof::dead_branch", "no answers lead to a statement, whatever the parameters"),
    ("proof::dead_rule", "a rule never says anything, whatever the answers and the parameters"),
    ("proof::disagreement", "a rule allows what another of its stage denies, and nobody says that it is meant"),
    ("proof::empty_value_set", "no code is in a value set: other sets of its axis take them all"),
    ("proof::hidden_row", "a row of a value set has no effect: other rows match its codes more closely"),
    ("proof::idle_disagreement", "two rules are said to disagree and never do"),
    ("proof::idle_row", "no code on any day matches a row of a value set"),
    ("proof::not_surveyed", "a rule could not be run under every setting"),
    ("proof::revised_early", "a pack was revised before its source was published"),
    ("proof::revised_unverified", "a pack was revised after its source was last verified"),
    ("proof::shadowed_rule", "wherever a rule would speak, an earlier stage has settled the line"),
    ("proof::source_attributes", "patient data is declared that no path asks for"),
    ("proof::stale_source", "nobody has verified the source for too long"),
    ("proof::too_large", "the proofs of a pack outgrow their limit"),
    ("proof::unasked_value_set", "no rule asks for a value set"),
    ("proof::uncalled_definition", "no rule calls a definition"),
    ("proof::unclear_property", "a property cannot be put to the prover"),
    ("proof::unknown_code", "no code of ICD-10-CM matches a row of a value set"),
    ("proof::unproved_property", "a property is neither proved nor refuted"),
    ("proof::unreachable_rule", "no request can give the answers on which a rule speaks"),
    ("proof::unreturned_reason", "no path of any rule gives a reason"),
    ("proof::verified_in_future", "a source was verified on a day that is yet to come"),
    ("proof::version_gap", "between two versions of a pack there are days without any"),
    ("proof::version_overlap", "two versions of a pack are in force on the same day"),
    ("proof::version_twice", "two folders hold the same version of a pack"),
    ("rule::code_literal", "a script holds a code"),
    ("rule::endless", "a run does not end within the limit of operations"),
    ("rule::fact_arguments", "a fact has too few or too many arguments"),
    ("rule::failed", "a script goes wrong on a path"),
    ("rule::function", "a rule defines a function"),
    ("rule::loop", "a rule has a loop"),
    ("rule::missing", "there is no such rule"),
    ("rule::no_answer", "a question has no answer"),
    ("rule::no_citation", "a rule cites nothing"),
    ("rule::no_header", "a rule has no header"),
    ("rule::no_outcome", "a path of a rule ends without an outcome"),
    ("rule::recursion", "a definition calls itself"),
    ("rule::switch", "a rule has a switch"),
    ("rule::syntax", "a script does not parse"),
    ("rule::thrown", "a script throws an error"),
    ("rule::too_deep", "definitions call one another too deep"),
    ("rule::too_large", "a rule has too many paths, or asks too many questions on one"),
    ("rule::try", "a rule has a try"),
    ("rule::unfit", "a question does not fit its fact"),
    ("rule::unknown_anchor", "a script cites no passage of the source"),
    ("rule::unknown_choice", "a script compares a choice with a word that is none of its values"),
    ("rule::unknown_fact", "a script asks for a fact that is not there"),
    ("rule::unknown_function", "a script calls a function that is not there"),
    ("rule::unknown_name", "a script uses a name that is not there"),
    ("rule::unknown_parameter", "a script reads a parameter that the pack does not have"),
    ("rule::unknown_reason", "a script gives a reason that is not there"),
    ("rule::unknown_value_set", "a script asks for a value set that is not there"),
    ("rule::unknown_verdict", "a limit names a verdict that is not there"),
    ("shelf::disk", "a pack cannot be read"),
    ("shelf::empty", "a folder holds no pack"),
    ("shelf::faults", "packs have faults"),
    ("shelf::unknown_pack", "there is no pack of a name"),
];

#[cfg(test)]
mod tests {
    use super::ABOUT;

    #[test]
    fn codes_stand_in_order_and_once() {
        assert!(ABOUT.is_sorted_by(|(one, _), (next, _)| one < next));
    }
}
