use super::*;
use crate::{
    exchange::Fault,
    verdict::{Cause, Verdict},
};
use serde_json::json;

fn change(fact: &str, when: &str) -> Change {
    Change { fact: fact.into(), when: when.into() }
}

fn finding() -> Finding {
    Finding {
        pack: "pack".into(),
        rule: "epidural".into(),
        stage: "recommendation".into(),
        verdict: Verdict::Deny,
        reason: "against".into(),
        text: "words".into(),
        text_for_patient: String::new(),
        citation: Some(Citation {
            anchor: "rec".into(),
            doi: "10.1/x".into(),
            strength: Some("strong against".into()),
            certainty: None,
            dissent: Some("others say".into()),
        }),
        adjustment: Some(Adjustment { group: "CO".into(), carc: "50".into(), rarc: None }),
        effect: Effect { pas: Some("A3".into()), crd: None },
        evidence: vec![Evidence {
            fact: "line.procedure".into(),
            question: "in epidural".into(),
            answer: "yes",
            value: Some("62323".into()),
            source: "lines[0].procedure".into(),
            within: None,
        }],
    }
}

fn whole() -> Decision {
    Decision {
        request_id: "C-1".into(),
        verdict: Verdict::Deny,
        requires_clinician_signoff: true,
        lines: vec![LineDecision {
            number: 1,
            verdict: Verdict::Deny,
            findings: vec![finding()],
            notes: vec![finding()],
            needs: vec![Need {
                fact: "condition.duration".into(),
                ask: "the onset".into(),
                why: Cause::Absent,
                source: "not given".into(),
                answers: vec![("≥ 3 months".into(), Some(Verdict::Deny)), ("< 3 months".into(), None)],
            }],
            would_change: vec![
                WouldChange { all: vec![change("f", "w")], then: Verdict::Allow },
                WouldChange { all: vec![change("f", "w"), change("g", "x")], then: Verdict::Deny },
            ],
        }],
        packs: vec![PackStamp { name: "pack".into(), version: "1.0.0".into(), digest: "sha256:0".into() }],
        remarks: vec![("odd".into(), "form".into())],
    }
}

#[test]
fn a_decision_has_the_shape_of_the_contract() {
    let expected = json!({"request_id": "C-1", "decision_id": "D-1", "verdict": "deny", "requires_clinician_signoff": true,
        "lines": [{"number": 1, "verdict": "deny",
            "findings": [{"pack": "pack", "rule": "epidural", "stage": "recommendation", "verdict": "deny",
                "reason": "against", "text": "words",
                "citation": {"anchor": "rec", "doi": "10.1/x", "strength": "strong against", "dissent": "others say"},
                "adjustment": {"group": "CO", "carc": "50"}, "effect": {"pas": "A3"},
                "evidence": [{"fact": "line.procedure", "question": "in epidural", "answer": "yes", "value": "62323",
                    "source": "lines[0].procedure"}]}],
            "notes": [{"rule": "epidural", "reason": "against", "text": "words"}],
            "needs": [{"fact": "condition.duration", "ask": "the onset", "why": "absent", "source": "not given",
                "answers": [{"if": "≥ 3 months", "then": "deny"}, {"if": "< 3 months"}]}],
            "would_change": [{"fact": "f", "if": "w", "then": "allow"},
                {"all": [{"fact": "f", "if": "w"}, {"fact": "g", "if": "x"}], "then": "deny"}]}],
        "remarks": [{"message": "odd", "source": "form"}],
        "packs": [{"name": "pack", "version": "1.0.0", "digest": "sha256:0"}],
        "engine": env!("CARGO_PKG_VERSION")});
    assert_eq!(decision(&whole(), Some("D-1")), expected);
    let mut line = Vec::new();
    write_decision(&whole(), Some("D-1"), &mut line);
    assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
    assert_eq!(serde_json::from_slice::<Value>(&line).unwrap(), expected);
}

#[test]
fn empty_options_are_left_out_and_the_lists_stand() {
    let bare = Decision {
        request_id: "C-1".into(),
        verdict: Verdict::Allow,
        requires_clinician_signoff: false,
        lines: vec![LineDecision {
            number: 1,
            verdict: Verdict::Allow,
            findings: vec![],
            notes: vec![],
            needs: vec![],
            would_change: vec![],
        }],
        packs: vec![],
        remarks: vec![],
    };
    let expected = json!({"request_id": "C-1", "verdict": "allow", "requires_clinician_signoff": false,
        "lines": [{"number": 1, "verdict": "allow", "findings": [], "needs": [], "would_change": []}],
        "packs": [], "engine": env!("CARGO_PKG_VERSION")});
    assert_eq!(decision(&bare, None), expected);
}

#[test]
fn a_reject_says_where_and_why() {
    let fault = Fault { code: "json::x", place: "id".into(), message: "wrong".into(), help: Some("so".into()) };
    let check = |request_id: Option<&str>, fault: Fault, expected: Value| {
        assert_eq!(reject(&Reject { request_id: request_id.map(Into::into), lines: 2, fault }), expected);
    };
    let bare = Fault { help: None, ..fault.clone() };
    check(
        Some("C"),
        fault,
        json!({"rejected": true, "request_id": "C", "lines": 2, "code": "json::x", "place": "id",
        "message": "wrong", "help": "so"}),
    );
    check(None, bare, json!({"rejected": true, "lines": 2, "code": "json::x", "place": "id", "message": "wrong"}));
}

#[test]
fn a_decision_that_was_written_is_read_and_written_again() {
    let text = decision_text(&whole(), "D-1", "0.0.9");
    let told = crate::exchange::json::told(&text).unwrap();
    assert_eq!((told.decision_id.as_deref(), told.engine.as_str()), (Some("D-1"), "0.0.9"));
    assert_eq!(told.decision.lines[0].findings, whole().lines[0].findings);
    assert_eq!(decision_text(&told.decision, "D-1", "0.0.9"), text);
    assert_eq!(crate::exchange::json::told(text.trim_start_matches('{')), None);
    assert_eq!(crate::exchange::json::told(&text.replace("unreadable", "odd").replace("absent", "odd")), None);
}
