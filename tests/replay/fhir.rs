//! Claims with their patients, coverages and conditions in files beside them.

use super::{Folder, replay, stderr};

fn claim(number: u32) -> String {
    format!(
        r#"{{"resourceType":"Claim","id":"C-{number}","status":"active","use":"claim","type":{{"coding":[{{"code":"professional"}}]}},"patient":{{"reference":"Patient/p{number}"}},"provider":{{"identifier":{{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"}}}},"insurance":[{{"focal":true,"coverage":{{"reference":"Coverage/v{number}"}}}}],"diagnosis":[{{"sequence":1,"diagnosisReference":{{"reference":"Condition/d{number}"}}}}],"item":[{{"sequence":1,"diagnosisSequence":[1],"productOrService":{{"coding":[{{"system":"http://www.ama-assn.org/go/cpt","code":"62323"}}]}},"servicedDate":"2026-03-10","net":{{"value":100.5,"currency":"USD"}}}}]}}"#
    )
}

#[test]
fn claims_find_what_lies_beside_them() {
    let folder = Folder::new();
    let (mut claims, mut patients, mut coverages, mut conditions) = Default::default();
    let add = |to: &mut String, line: String| to.push_str(&(line + "\n"));
    for number in 0..50 {
        add(&mut claims, claim(number));
        // Two thirds are grown up; onset is half a year before for all.
        let born = if number % 3 == 0 { "2015-01-01" } else { "1960-01-01" };
        add(&mut patients, format!(r#"{{"resourceType":"Patient","id":"p{number}","birthDate":"{born}"}}"#));
        add(
            &mut coverages,
            format!(
                r#"{{"resourceType":"Coverage","id":"v{number}","status":"active","beneficiary":{{"reference":"Patient/p{number}"}},"type":{{"coding":[{{"code":"commercial"}}]}}}}"#
            ),
        );
        add(
            &mut conditions,
            format!(
                r#"{{"resourceType":"Condition","id":"d{number}","subject":{{"reference":"Patient/p{number}"}},"code":{{"coding":[{{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"M54.16"}}]}},"onsetDateTime":"2025-09-01"}}"#
            ),
        );
    }
    let input = folder.write("in/Claim.ndjson", &claims);
    folder.write("in/Patient.ndjson", &patients);
    folder.write("in/1.Coverage.ndjson", &coverages);
    folder.write("in/Condition.ndjson", &conditions);
    folder.write("in/Encounter.ndjson", "{}\n");
    let ended = replay(&folder, &folder.path("in"), "out", &[]);
    assert_eq!(ended.status.code(), Some(2), "{}", stderr(&ended));
    let rows = folder.read("out/decisions.csv");
    let count = |verdict: &str| rows.lines().filter(|row| row.split(',').nth(2) == Some(verdict)).count();
    assert_eq!((count("allow"), count("deny")), (17, 33), "{rows}");
    assert!(rows.lines().nth(1).unwrap().ends_with("2026-03-10,62323,10050,1234567893"), "{rows}");
    // By themselves the claims say too little.
    let alone = folder.write("alone/Claim.ndjson", &claims);
    assert_eq!(replay(&folder, &alone, "out-alone", &[]).status.code(), Some(3));
    // What lies beside and cannot be read costs no claim, and is told.
    folder.write("in/Patient.ndjson", &(patients + "{\"resourceType\":\"Patient\"}\nbroken\n"));
    let ended = replay(&folder, &input, "out-broken", &[]);
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(folder.read("out-broken/decisions.csv"), rows);
    let told = folder.read("out-broken/rejects.ndjson");
    assert!(
        told.lines().count() == 2 && told.contains("Patient.ndjson: line 51") && told.contains("fhir::nobodys"),
        "{told}"
    );
}
