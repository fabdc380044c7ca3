//! Made-up claims: the files, their names, and that they are read again.

use std::fs;

use super::{Folder, claimgate};

fn lines(out: &str) -> Option<&str> {
    out.lines().find(|line| line.starts_with("lines "))
}

#[test]
fn every_format_is_written_read_and_counted_alike() {
    let folder = Folder::new("sample");
    let out = folder.0.to_str().unwrap();
    let files = [
        ("837p", "claims.837p.x12"),
        ("csv", "claims.csv"),
        ("ndjson", "claims.ndjson"),
        ("parquet", "claims.parquet"),
        ("fhir", "fhir/Claim.ndjson"),
    ];
    let mut summaries = Vec::new();
    for (format, file) in files {
        let left = claimgate(&["sample", "--claims", "300", "--seed", "4", "--format", format, "--out", out], b"");
        assert_eq!((left.code, left.stderr.as_str()), (0, ""), "{format}");
        assert!(left.stdout.starts_with("300 claims of "), "{}", left.stdout);
        assert!(left.stdout.contains(file), "{}", left.stdout);
        let left = claimgate(&["decide", "--summary", folder.0.join(file).to_str().unwrap()], b"");
        assert!(left.stdout.contains("claims    300 in"), "{format} {} {}", left.stdout, left.stderr);
        if format != "fhir" {
            assert_eq!(left.code, 2, "{format} {}", left.stdout);
            summaries.push(left.stdout);
        }
    }
    summaries.iter().for_each(|summary| assert_eq!(lines(summary), lines(&summaries[0])));
    assert!(summaries.iter().all(|summary| *summary == summaries[0]));
    let mut names: Vec<String> =
        fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["claims.837p.x12", "claims.csv", "claims.ndjson", "claims.parquet", "fhir"]);
    for name in ["Claim.ndjson", "Patient.ndjson", "Coverage.ndjson"] {
        assert!(folder.0.join("fhir").join(name).exists(), "{name}");
    }
}

#[test]
fn a_file_that_is_there_is_kept_unless_it_is_forced() {
    let folder = Folder::new("sample-there");
    let kept = folder.file("claims.csv", "mine");
    let arguments = ["sample", "--claims", "10", "--format", "csv", "--out", folder.0.to_str().unwrap()];
    let left = claimgate(&arguments, b"");
    assert_eq!(left.code, 1);
    assert!(left.stderr.contains("claims.csv` is there already\n  help: `--force` writes over it"), "{}", left.stderr);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "mine");
    assert_eq!(claimgate(&[&arguments[..], &["--force"]].concat(), b"").code, 0);
    assert!(fs::read_to_string(&kept).unwrap().starts_with("claim_id,line_number,"));
}

#[test]
fn a_wrong_call_and_a_folder_that_cannot_be_made_are_told() {
    let folder = Folder::new("sample-wrong");
    let file = folder.file("file", "");
    let left = claimgate(&["sample", "--claims", "10", "--out", &file], b"");
    assert_eq!(left.code, 1);
    assert!(left.stderr.contains("cannot write into `"), "{}", left.stderr);
    for wrong in [["--claims", "0"], ["--format", "xml"], ["--seed", "-1"]] {
        let left = claimgate(&["sample", "--out", folder.0.to_str().unwrap(), wrong[0], wrong[1]], b"");
        assert_eq!(left.code, 1, "{wrong:?}");
    }
}
