//! Claim filing indicators (SBR09) and the line of business each stands for.

use crate::request::LineOfBusiness;

/// Each indicator of the 837 and the older ones still sent, and what it stands for.
///
/// The indicator names the plan that the claim is sent to. Commercial are the plans that a health
/// insurer underwrites or runs for an employer; `16` is the private plan in place of Medicare.
/// Federal programmes beside Medicare and Medicaid, property and casualty, disability, dental and
/// what the two sides have agreed on (`ZZ`) are other.
const INDICATORS: &[(&str, LineOfBusiness)] = &[
    ("09", LineOfBusiness::Other),             // self-pay
    ("11", LineOfBusiness::Other),             // other programmes that are not federal
    ("12", LineOfBusiness::Commercial),        // preferred provider organization
    ("13", LineOfBusiness::Commercial),        // point of service
    ("14", LineOfBusiness::Commercial),        // exclusive provider organization
    ("15", LineOfBusiness::Commercial),        // indemnity
    ("16", LineOfBusiness::MedicareAdvantage), // Medicare through an HMO at risk
    ("17", LineOfBusiness::Other),             // dental maintenance
    ("AM", LineOfBusiness::Other),             // automobile medical
    ("BL", LineOfBusiness::Commercial),        // Blue Cross, Blue Shield
    ("CH", LineOfBusiness::Other),             // TRICARE
    ("CI", LineOfBusiness::Commercial),        // commercial insurance
    ("DS", LineOfBusiness::Other),             // disability
    ("FI", LineOfBusiness::Other),             // federal employees
    ("HM", LineOfBusiness::Commercial),        // health maintenance organization
    ("LI", LineOfBusiness::Other),             // liability
    ("LM", LineOfBusiness::Other),             // liability medical
    ("MA", LineOfBusiness::Medicare),          // Medicare part A
    ("MB", LineOfBusiness::Medicare),          // Medicare part B
    ("MC", LineOfBusiness::Medicaid),          // Medicaid
    ("OF", LineOfBusiness::Other),             // other federal programme
    ("TV", LineOfBusiness::Other),             // title V
    ("VA", LineOfBusiness::Other),             // veterans
    ("WC", LineOfBusiness::Other),             // workers' compensation
    ("ZZ", LineOfBusiness::Other),             // agreed between the two sides
];

/// The line of business of a claim filing indicator; none where it is not one.
pub(super) fn line_of_business(indicator: &[u8]) -> Option<LineOfBusiness> {
    let found = INDICATORS.iter().find(|(code, _)| super::segment::is(indicator, code));
    found.map(|(_, business)| *business)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indicators_lead_to_lines_of_business() {
        let check = |indicator: &str, expected| {
            assert_eq!(line_of_business(indicator.as_bytes()), expected, "{indicator}");
        };
        check("CI", Some(LineOfBusiness::Commercial));
        check("hm", Some(LineOfBusiness::Commercial));
        check("16", Some(LineOfBusiness::MedicareAdvantage));
        check("MB", Some(LineOfBusiness::Medicare));
        check("MC", Some(LineOfBusiness::Medicaid));
        check("WC", Some(LineOfBusiness::Other));
        check("XX", None);
    }
}
