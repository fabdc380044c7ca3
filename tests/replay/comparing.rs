//! Comparing, held against two replays.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Folder, claimgate, claims, replay, stderr, text};

/// Rows of a replay by claim and line: verdict, main reason, charge.
fn rows(folder: &Folder, out: &str) -> BTreeMap<(String, String), (String, String, u64)> {
    let text = folder.read(&format!("{out}/decisions.csv"));
    let row = |row: &str| {
        let cells: Vec<&str> = row.split(',').collect();
        let reason = cells[3].split(';').next().unwrap().to_owned();
        ((cells[0].into(), cells[1].into()), (cells[2].to_owned(), reason, cells[8].parse().unwrap_or(0)))
    };
    text.lines().skip(1).map(row).collect()
}

#[test]
fn a_comparison_counts_what_two_replays_differ_in() {
    let folder = Folder::new();
    let input = folder.write("claims.ndjson", &claims(2_000));
    let parameters = ["effective=2025-02-19", "look_back_months=3"];
    let with = |name: &str| parameters.iter().flat_map(|one| [name.to_owned(), (*one).to_owned()]).collect::<Vec<_>>();
    let own = with("--param");
    replay(&folder, &input, "old", &[]);
    replay(&folder, &input, "new", &own.iter().map(String::as_str).collect::<Vec<_>>());
    let (old, new) = (rows(&folder, "old"), rows(&folder, "new"));
    let mut expected: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    for (line, (verdict, reason, charge)) in &old {
        let (then, other, _) = &new[line];
        if (verdict, reason) != (then, other) {
            let sums = expected.entry((verdict.clone(), then.clone())).or_default();
            *sums = (sums.0 + 1, sums.1 + charge);
        }
    }
    assert!(expected.len() > 1, "{expected:?}");
    for (threads, memory) in [("1", "48"), ("3", "0")] {
        let (out, page) = (folder.path("out"), folder.path("report.html"));
        let mut arguments = vec!["compare", text(&input), "--threads", threads, "--history-mb", memory];
        let new = with("--new-param");
        arguments.extend(new.iter().map(String::as_str));
        arguments.extend(["--out", text(&out), "--report", text(&page), "--format", "json", "--proof-seconds", "0"]);
        let ended = claimgate(&arguments);
        assert_eq!(ended.status.code(), Some(1), "some claims are rejected: {}", stderr(&ended));
        let value: Value = serde_json::from_slice(&ended.stdout).unwrap();
        let found: BTreeMap<(String, String), (u64, u64)> = value["changed"]["by_verdict"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let word = |name: &str| one[name].as_str().unwrap().to_owned();
                let count = |name: &str| one[name].as_u64().unwrap();
                ((word("from"), word("to")), (count("lines"), count("charge_cents")))
            })
            .collect();
        assert_eq!(found, expected);
        let sum: u64 = expected.values().map(|(lines, _)| lines).sum();
        assert_eq!(folder.read("out/changed.ndjson").lines().count() as u64, sum);
        for table in ["rule", "reason", "procedure", "provider", "month"] {
            let rows = value["by"][table]["rows"].as_array().unwrap().iter();
            let changes = rows.flat_map(|row| row["changes"].as_array().unwrap());
            assert_eq!(changes.map(|change| change["lines"].as_u64().unwrap()).sum::<u64>(), sum, "{table}");
        }
        let changed: Vec<Value> =
            folder.read("out/changed.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let claims: std::collections::BTreeSet<&str> =
            changed.iter().map(|one| one["request_id"].as_str().unwrap()).collect();
        assert_eq!(value["changed"]["claims"].as_u64().unwrap(), claims.len() as u64);
        let members: std::collections::BTreeSet<u64> = claims
            .iter()
            .map(|id| id.trim_start_matches("C-").parse::<u64>().unwrap())
            .map(|number| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 17) % 97)
            .collect();
        assert_eq!(value["changed"]["members"].as_u64().unwrap(), members.len() as u64);
        let page = folder.read("report.html");
        assert!(page.contains("<svg") && !page.contains("<script") && !page.contains("http"), "it stands alone");
    }
}

#[test]
fn packs_do_not_differ_from_themselves() {
    let folder = Folder::new();
    let input = folder.write("claims.ndjson", &claims(300));
    let ended = claimgate(&["compare", text(&input), "--packs", "rules", "--against", "rules"]);
    assert_eq!(ended.status.code(), Some(0), "{}", stderr(&ended));
    let told = String::from_utf8(ended.stdout).unwrap();
    assert!(told.contains("nothing changes in 300 claims, 300 lines"), "{told}");
    let ended = claimgate(&["compare", text(&input), "--new-param", "effective=2025-02-19", "--packs", "rules"]);
    assert_eq!(ended.status.code(), Some(4), "{}", stderr(&ended));
    let ended = claimgate(&["compare", text(&input), "--packs", "rules", "--against", "nowhere"]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(stderr(&ended).contains("nowhere"), "{}", stderr(&ended));
    assert_eq!(claimgate(&["compare", text(&input), "--packs", "rules"]).status.code(), Some(1));
}
