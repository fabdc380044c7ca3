//! Claim filing indicators (X12 element 1032, SBR09) and the line of business each tells.

use crate::request::LineOfBusiness;

/// Each indicator of the 837 and the older ones still sent, and what it stands for.
///
/// `16` is the private plan in place of Medicare. Federal programmes beside Medicare and Medicaid,
/// property and casualty, disability and dental are other. An HMO (`HM`), a preferred or exclusive
/// provider organization (`12`, `14`), point of service (`13`), indemnity (`15`) and what the two
/// sides have agreed on (`ZZ`) are products that any line of business sells, Medicare Advantage
/// too: they tell none.
const INDICATORS: &[(&str, LineOfBusiness)] = &[
    ("09", LineOfBusiness::Other),             // self-pay
    ("11", LineOfBusiness::Other),             // other programmes that are not federal
    ("16", LineOfBusiness::MedicareAdvantage), // Medicare through an HMO at risk
    ("17", LineOfBusiness::Other),             // dental maintenance
    ("AM", LineOfBusiness::Other),             // automobile medical
    ("BL", LineOfBusiness::Commercial),        // Blue Cross, Blue Shield
    ("CH", LineOfBusiness::Other),             // TRICARE
    ("CI", LineOfBusiness::Commercial),        // commercial insurance
    ("DS", LineOfBusiness::Other),             // disability
    ("FI", LineOfBusiness::Other),             // federal employees
    ("LI", LineOfBusiness::Other),             // liability
    ("LM", LineOfBusiness::Other),             // liability medical
    ("MA", LineOfBusiness::Medicare),          // Medicare part A
    ("MB", LineOfBusiness::Medicare),          // Medicare part B
    ("MC", LineOfBusiness::Medicaid),          // Medicaid
    ("OF", LineOfBusiness::Other),             // other federal programme
    ("TV", LineOfBusiness::Other),             // title V
    ("VA", LineOfBusiness::Other),             // veterans
    ("WC", LineOfBusiness::Other),             // workers' compensation
];

/// The line of business that a claim filing indicator tells; none where it tells none.
pub(crate) fn line_of_business(indicator: &str) -> Option<LineOfBusiness> {
    let indicator = indicator.trim();
    INDICATORS.iter().find(|(code, _)| code.eq_ignore_ascii_case(indicator)).map(|(_, business)| *business)
}

/// The indicator that tells a line of business; of several the one that says it plainest.
pub(crate) fn indicator(business: LineOfBusiness) -> &'static str {
    match business {
        LineOfBusiness::Commercial => "CI",
        LineOfBusiness::MedicareAdvantage => "16",
        LineOfBusiness::Medicare => "MB",
        LineOfBusiness::Medicaid => "MC",
        LineOfBusiness::Other => "OF",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indicators_lead_to_lines_of_business() {
        let check = |indicator: &str, expected| {
            assert_eq!(line_of_business(indicator), expected, "{indicator}");
        };
        check("CI", Some(LineOfBusiness::Commercial));
        check("bl", Some(LineOfBusiness::Commercial));
        check("16", Some(LineOfBusiness::MedicareAdvantage));
        check("MB", Some(LineOfBusiness::Medicare));
        check("MC", Some(LineOfBusiness::Medicaid));
        check("WC", Some(LineOfBusiness::Other));
        check("HM", None);
        check("12", None);
        check("ZZ", None);
        check("XX", None);
    }
}
