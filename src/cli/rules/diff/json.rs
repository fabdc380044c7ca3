//! A difference as one JSON object, with the witness requests whole.

use serde_json::{Value, json};

use crate::{
    exchange::json::request_value,
    proof::{Change, Conclusion, Difference, Edit, Group, Side},
    verdict::PackStamp,
};

/// The object.
pub(super) fn value(difference: &Difference) -> Value {
    json!({
        "old": stamp(&difference.old),
        "new": stamp(&difference.new),
        "changes_something": !difference.groups.is_empty(),
        "edits": difference.edits.iter().map(edit).collect::<Vec<_>>(),
        "groups": difference.groups.iter().map(group).collect::<Vec<_>>(),
    })
}

fn stamp(stamp: &PackStamp) -> Value {
    json!({"name": stamp.name, "version": stamp.version, "digest": stamp.digest})
}

fn edit(edit: &Edit) -> Value {
    match edit {
        Edit::Parameter(name, old, new) => json!({"parameter": name, "old": old, "new": new}),
        Edit::ValueSet(name, out, put) => json!({"value_set": name, "removed": out, "added": put}),
        Edit::Script(path, old, new) => json!({"script": path, "old": old, "new": new}),
        Edit::Reason(id) => json!({"reason": id}),
        Edit::Period(old, new) => json!({"period": {"old": old, "new": new}}),
        Edit::Signature(old, new) => json!({"requires_clinician_signoff": {"old": old, "new": new}}),
    }
}

fn group(group: &Group) -> Value {
    let side = match group.side {
        Side::Old => "old",
        Side::New => "new",
    };
    let rows: Vec<Vec<Value>> = group
        .rows
        .iter()
        .map(|row| row.iter().map(|one| json!({"fact": one.fact, "says": one.says})).collect())
        .collect();
    json!({
        "of": side,
        "concludes": conclusion(&group.of),
        "where_any_of": rows,
        "where_is_cut": group.is_cut,
        "changes": group.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

fn change(change: &Change) -> Value {
    json!({
        "from": conclusion(&change.from),
        "to": conclusion(&change.to),
        "witness": change.witness.as_ref().map(request_value),
    })
}

fn conclusion(conclusion: &Conclusion) -> Value {
    json!({"verdict": conclusion.verdict.name(), "reason": conclusion.reason})
}
