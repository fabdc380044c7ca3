//! A source that nobody has looked at for long, and dates of a source that cannot be.

use super::Grounds;
use crate::{
    date::{Date, DateSpan, plus_months},
    fault::PackFault,
    proof::Finding,
};

/// What is wrong with `source.released`, `revised` and `last_verified_on`.
pub(super) fn find(grounds: &Grounds<'_>) -> Vec<Finding> {
    let source = &grounds.pack.manifest.source;
    let Some(text) = grounds.text("pack.toml") else { return Vec::new() };
    let day = |written: &str| DateSpan::parse(written).ok().and_then(|span| span.exact());
    let (Some(released), Some(revised), Some(verified)) =
        (day(&source.released), day(&source.revised), day(&source.last_verified_on))
    else {
        return Vec::new();
    };
    let months = source.verify_every_months.get();
    let at = |fault: PackFault, field: &str, written: &str, label: &str| {
        Finding::of(fault.at_part_after(text, &format!("\n{field} ="), written, label))
    };
    let mut findings = Vec::new();
    if verified > grounds.as_of {
        let message = format!("the source was last verified on {verified}, which is after {}", grounds.as_of);
        let fault =
            PackFault::new("proof::verified_in_future", message).help("write the day on which somebody did look");
        findings.push(at(fault, "last_verified_on", &source.last_verified_on, "this day is yet to come"));
    } else if due(verified, months) < grounds.as_of {
        let message = format!(
            "the source was to be verified by {}, {months} calendar months after the last time",
            due(verified, months)
        );
        let fault = PackFault::new("proof::stale_source", message)
            .help("look whether the source still stands, and write the day into `source.last_verified_on`");
        findings.push(at(fault, "last_verified_on", &source.last_verified_on, "last verified here"));
    }
    if revised > verified {
        let message = format!("the pack was revised on {revised}, after its source was last verified on {verified}");
        let fault = PackFault::new("proof::revised_unverified", message).help(
            "look whether the revised pack says what the source says, and write the day into `source.last_verified_on`",
        );
        findings.push(at(fault, "revised", &source.revised, "revised here"));
    }
    if revised < released {
        let message = format!("the pack was revised on {revised}, before its source was published on {released}");
        let fault = PackFault::new("proof::revised_early", message).help("one of the two days is mistyped");
        findings.push(at(fault, "revised", &source.revised, "revised here"));
    }
    findings
}

/// The last day on which nobody need have looked again.
fn due(verified: Date, months: u16) -> Date {
    plus_months(verified, i32::from(months))
}
