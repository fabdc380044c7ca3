//! An entry's row as JSON: everything but its body.

use serde_json::{Map, Value, json};

use super::{FoundBy, Stored};
use crate::{date::moment_text, request::Kind, verdict::PackStamp};

impl Stored {
    /// What it is found by, as the API and the command line tell it.
    pub fn value(&self) -> Value {
        let row = &self.row;
        let mut out = Map::new();
        let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
        put("place", json!(self.seq));
        put("decision_id", json!(row.id.to_string()));
        let kind = match row.kind {
            Kind::Claim => "claim",
            Kind::Order => "order",
        };
        put("kind", json!(kind));
        if self.retired == 0 {
            put("request_id", json!(row.request_id));
        } else {
            put("retired_under_mark", json!(self.retired));
        }
        put("received_at", json!(moment_text(row.received_ms)));
        put("decided_at", json!(moment_text(row.decided_ms)));
        put("expedited", json!(row.expedited));
        put("verdict", json!(row.verdict.name()));
        let pack = |pack: &PackStamp| json!({"name": pack.name, "version": pack.version, "digest": pack.digest});
        put("packs", row.packs.iter().map(pack).collect());
        let found = |found: &FoundBy| json!({"pack": found.pack, "rule": found.rule, "reason": found.reason});
        put("findings", row.findings.iter().map(found).collect());
        Value::Object(out)
    }
}
