//! Two packs of one rule each: what one denies where the other does not.

use claimgate::{
    desk::Desk,
    verdict::{LineDecision, Verdict},
};

use crate::small;

/// What two packs of one rule each say of a line whose approval has a number and no day.
fn of_approval(one: &str, two: &str) -> LineDecision {
    of_approval_on(one, two, &serde_json::json!({"procedure": "62323", "service_date": "2026-03-10"}))
}

fn of_approval_on(one: &str, two: &str, line: &serde_json::Value) -> LineDecision {
    let desk = Desk::new(vec![small::ruled(one), small::ruled(two)]);
    let request = claimgate::exchange::json::request_of_value(&serde_json::json!({
        "id": "C-1", "coverage": {"prior_authorization": {"number": "A"}, "line_of_business": "commercial"},
        "lines": [line]}));
    let request = request.map_err(|reject| reject.fault).unwrap();
    let judged = desk.judge(&request).lines[0].verdict;
    let line = desk.decide(&request).lines[0].clone();
    assert_eq!(line.verdict, judged);
    line
}

#[test]
fn what_another_pack_denies_is_not_asked_for() {
    let line = of_approval(
        "if coverage.approved { return allow(\"allowed\"); }\ndeny(\"denied\")",
        "if line.procedure in injection { return deny(\"denied\"); }\npass()",
    );
    assert_eq!((line.verdict, line.needs.len(), line.would_change.len()), (Verdict::Deny, 0, 0), "{line:#?}");
    let missing = line.findings.iter().find(|finding| finding.reason == "missing-information").unwrap();
    assert!(!missing.text.contains("Send"), "{}", missing.text);
}

#[test]
fn packs_that_deny_by_turns_deny_together() {
    let approved = "if coverage.approved { return deny(\"denied\"); }\npass()";
    let line = of_approval(approved, "if coverage.approved { return pass(); }\ndeny(\"denied\")");
    assert_eq!((line.verdict, line.needs.len()), (Verdict::Deny, 0), "{line:#?}");
    assert_eq!(line.findings[0].reason, "denied");
    let line = of_approval(approved, "if coverage.approved { return flag(\"flagged\"); }\npass()");
    assert_eq!((line.verdict, line.needs.len()), (Verdict::Flag, 1), "{line:#?}");
    let answers: Vec<(&str, Option<Verdict>)> =
        line.needs[0].answers.iter().map(|(when, then)| (when.as_str(), *then)).collect();
    assert_eq!(answers, [("yes", Some(Verdict::Deny)), ("no", Some(Verdict::Allow))]);
}

#[test]
fn packs_that_may_not_be_in_force_do_not_deny_together() {
    let approved = "if coverage.approved { return deny(\"denied\"); }\npass()";
    let other = "if coverage.approved { return pass(); }\ndeny(\"denied\")";
    let undated = serde_json::json!({"procedure": "62323"});
    let line = of_approval_on(approved, other, &undated);
    let needs: Vec<&str> = line.needs.iter().map(|need| need.fact.as_str()).collect();
    assert_eq!((line.verdict, needs), (Verdict::Flag, vec!["line.service_date"]), "{line:#?}");
    let line = of_approval_on(approved, "deny(\"denied\")", &undated);
    assert_eq!(line.verdict, Verdict::Flag, "{line:#?}");
}
