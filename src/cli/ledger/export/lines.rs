//! An entry as a line of JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::ledger::{Stored, hex};

/// Writes an entry.
pub(super) fn write(entry: &Stored, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", value(entry))
}

fn value(entry: &Stored) -> Value {
    let mut value = entry.value();
    if let Some(members) = value.as_object_mut() {
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("member", json!(entry.row.member.map(|member| hex(&member))));
        // A body is text; what is no text is told in digits, so that nothing is lost.
        if let Some(body) = &entry.body {
            match std::str::from_utf8(body) {
                Ok(text) => put("body", json!(text)),
                Err(_) => put("body_hex", json!(hex(body))),
            };
        }
        put("previous", json!(hex(&entry.previous)));
        put("index_leaf", json!(hex(&entry.index_leaf)));
        put("body_leaf", json!(hex(&entry.body_leaf)));
        put("hash", json!(hex(&entry.hash)));
    }
    value
}
