//! The report as SARIF 2.1.0 (OASIS, 27 March 2020), as code scanning reads it: each code a rule
//! with its help, each fault an error, each finding a warning, each with a place.

use std::{collections::BTreeSet, path::Path};

use serde_json::{Value, json};

use super::{Report, located, within};
use crate::{
    cli::rules::codes::about,
    fault::{Columns, PackFault},
};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Where the codes are explained.
const HELP: &str = "rules/README.md";

/// The whole report as one run.
pub(super) fn of(report: &Report) -> Value {
    let faults = report.faults.iter().map(|told| (told.folder.as_deref(), &told.fault, "error"));
    let of_packs = report
        .packs
        .iter()
        .flat_map(|pack| pack.findings.iter().map(|finding| (Some(pack.folder.as_path()), &finding.fault, "warning")));
    let told: Vec<(Option<&Path>, &PackFault, &str)> = faults.chain(of_packs).collect();
    let codes: Vec<&str> = told.iter().map(|(_, fault, _)| fault.code).collect::<BTreeSet<_>>().into_iter().collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(code)).collect();
    let place = |code: &str| codes.iter().position(|known| *known == code);
    let results: Vec<Value> =
        told.iter().map(|(folder, fault, level)| result(*folder, fault, level, place(fault.code))).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "claimgate",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "automationDetails": { "id": "claimgate/rules-check/" },
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    })
}

fn rule(code: &str) -> Value {
    let about = about(code);
    json!({
        "id": code,
        "name": code,
        "shortDescription": { "text": about },
        "fullDescription": { "text": about },
        "help": { "text": format!("{about}. See {HELP}.") },
    })
}

fn result(folder: Option<&Path>, fault: &PackFault, level: &str, place: Option<usize>) -> Value {
    let message = match &fault.help {
        Some(help) => format!("{}\n{help}", fault.message),
        None => fault.message.clone(),
    };
    // A result without a place is shown nowhere: what is of a pack as a whole is told at its
    // manifest.
    let (path, region) = match located(folder, fault, Columns::Utf16) {
        Some((path, region)) => (
            path,
            json!({
                "startLine": region.start.0,
                "startColumn": region.start.1,
                "endLine": region.end.0,
                "endColumn": region.end.1,
            }),
        ),
        None => (within(folder, "pack.toml"), json!({ "startLine": 1 })),
    };
    json!({
        "ruleId": fault.code,
        "ruleIndex": place,
        "level": level,
        "message": { "text": message },
        "locations": [{ "physicalLocation": { "artifactLocation": location(&path), "region": region } }],
    })
}

/// A path as a URI: from the root of the sources where it is relative.
fn location(path: &str) -> Value {
    match path.strip_prefix('/') {
        Some(absolute) => json!({ "uri": format!("file:///{}", encoded(absolute)) }),
        None => json!({ "uri": encoded(path), "uriBaseId": "%SRCROOT%" }),
    }
}

/// Percent-encodes what may not stand in a path (RFC 3986).
fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn paths_are_uris() {
        assert_eq!(encoded("rules/a pack/1-größe.rhai"), "rules/a%20pack/1-gr%C3%B6%C3%9Fe.rhai");
        assert_eq!(encoded("100%/a:b#c?d"), "100%25/a%3Ab%23c%3Fd");
    }
}
