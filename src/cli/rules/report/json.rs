//! The report as one JSON object. Lines and columns begin with 1; columns count characters.

use serde_json::{Map, Value, json};

use super::{Checked, Report, located};
use crate::{
    exchange::json::request_value,
    fault::{Columns, PackFault},
};

/// The whole report.
pub(super) fn of(report: &Report) -> Value {
    let findings = report.packs.iter().flat_map(|pack| {
        pack.findings.iter().map(move |finding| {
            let mut told = told(Some(pack), &finding.fault, "warning");
            told.insert("witness".to_owned(), finding.witness.as_ref().map_or(Value::Null, request_value));
            told
        })
    });
    let faults = report.faults.iter().map(|fault| {
        let mut value = self::told(None, &fault.fault, "error");
        place(&mut value, fault.folder.as_deref(), &fault.fault);
        value
    });
    json!({
        "as_of": report.as_of.to_string(),
        "packs": report.packs.iter().map(pack).collect::<Vec<_>>(),
        "faults": faults.collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
    })
}

fn pack(pack: &Checked) -> Value {
    let (load_ms, check_ms) = pack.milliseconds();
    let mut value = Map::new();
    value.insert("name".to_owned(), json!(pack.stamp.name));
    value.insert("version".to_owned(), json!(pack.stamp.version));
    value.insert("digest".to_owned(), json!(pack.stamp.digest));
    value.insert("folder".to_owned(), json!(super::within(Some(&pack.folder), "").trim_end_matches('/')));
    for (name, count) in pack.counts {
        value.insert(name.to_owned(), json!(count));
    }
    value.insert("load_ms".to_owned(), json!(u64::try_from(load_ms).unwrap_or(u64::MAX)));
    value.insert("check_ms".to_owned(), json!(u64::try_from(check_ms).unwrap_or(u64::MAX)));
    Value::Object(value)
}

fn told(pack: Option<&Checked>, fault: &PackFault, level: &str) -> Map<String, Value> {
    let mut value = Map::new();
    value.insert("code".to_owned(), json!(fault.code));
    value.insert("level".to_owned(), json!(level));
    value.insert("message".to_owned(), json!(fault.message));
    value.insert("help".to_owned(), json!(fault.help));
    if let Some(pack) = pack {
        value.insert("pack".to_owned(), json!(pack.stamp.name));
        value.insert("version".to_owned(), json!(pack.stamp.version));
        place(&mut value, Some(&pack.folder), fault);
    }
    value
}

fn place(value: &mut Map<String, Value>, folder: Option<&std::path::Path>, fault: &PackFault) {
    let Some((path, region)) = located(folder, fault, Columns::Characters) else { return };
    value.insert("path".to_owned(), json!(path));
    value.insert("line".to_owned(), json!(region.start.0));
    value.insert("column".to_owned(), json!(region.start.1));
    value.insert("end_line".to_owned(), json!(region.end.0));
    value.insert("end_column".to_owned(), json!(region.end.1));
    value.insert("label".to_owned(), json!(fault.label()));
}
