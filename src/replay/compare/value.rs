//! A comparison as JSON.

use serde_json::{Value, json};

use super::{Amount, ChangedLine, Class, Comparison, Dimension, Row, Transition};
use crate::verdict::PackStamp;

impl Comparison {
    /// As JSON; `classes` are those of the semantic difference, where there is one. Of each table at
    /// most `rows_max` rows.
    pub fn value(&self, classes: Option<&[Class]>, rows_max: usize) -> Value {
        let stamps = |stamps: &[PackStamp]| -> Vec<Value> {
            stamps
                .iter()
                .map(|stamp| json!({"name": stamp.name, "version": stamp.version, "digest": stamp.digest}))
                .collect()
        };
        let claims: Vec<Value> = self
            .claims
            .iter()
            .map(|(pair, claims)| json!({"from": pair.from.name(), "to": pair.to.name(), "claims": claims}))
            .collect();
        let mut by = serde_json::Map::new();
        for dimension in Dimension::ALL {
            let rows = self.rows(dimension);
            let told = rows.iter().take(rows_max).map(|(name, row)| json!({"name": name, "changes": row_value(row)}));
            by.insert(dimension.name().to_owned(), json!({"rows": told.collect::<Vec<_>>(), "of": rows.len()}));
        }
        let changed: Vec<Value> = self
            .changed
            .iter()
            .map(|(pair, lines)| {
                let members = self.members.get(pair).copied().unwrap_or(0);
                with(amount(*pair, lines), "members", members.into())
            })
            .collect();
        json!({
            "old": stamps(&self.old),
            "new": stamps(&self.new),
            "read": self.tally.value(),
            "claims": claims,
            "lines": row_value(&self.lines),
            "changed": {
                "claims": self.changed_claims,
                "members": self.changed_members,
                "claims_without_member": self.without_member,
                "by_verdict": changed,
            },
            "by": by,
            "not_recorded": self.record.as_ref().map(super::NotRecorded::value),
            "recorded_history": self.history.as_ref().map(crate::replay::RecordTally::value),
            "classes": classes.map(|classes| classes.iter().map(class).collect::<Vec<_>>()),
            "examples": self.examples.values().flatten().map(example).collect::<Vec<_>>(),
        })
    }
}

fn with(mut value: Value, name: &str, member: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.insert(name.to_owned(), member);
    }
    value
}

fn amount(pair: Transition, amount: &Amount) -> Value {
    json!({
        "from": pair.from.name(),
        "to": pair.to.name(),
        "lines": amount.lines,
        "charge_cents": amount.charge,
        "lines_without_charge": amount.uncharged,
    })
}

fn row_value(row: &Row) -> Vec<Value> {
    row.iter().map(|(pair, lines)| amount(*pair, lines)).collect()
}

fn class(class: &Class) -> Value {
    let side = |side: &crate::proof::Conclusion| json!({"verdict": side.verdict.name(), "reason": side.reason});
    json!({
        "from": side(&class.from),
        "to": side(&class.to),
        "when": class.when,
        "lines": class.amount.lines,
        "charge_cents": class.amount.charge,
    })
}

fn example(line: &ChangedLine) -> Value {
    let side = |said: &super::Said| json!({"rule": said.rule, "reason": said.reason, "text": said.text});
    json!({
        "request_id": line.request_id,
        "line_number": line.number,
        "from": line.transition.from.name(),
        "to": line.transition.to.name(),
        "procedure": line.procedure,
        "service_date": line.service_date,
        "charge_cents": line.charge.map(|charge| charge.0),
        "provider": line.provider,
        "old": side(&line.old),
        "new": side(&line.new),
    })
}
