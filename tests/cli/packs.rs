//! Packs and their parameters; what is told of rules and of the program.

use super::{Folder, Left, allowed, claim, claimgate, decide, run};

#[test]
fn a_plan_sets_parameters() {
    let claims = [claim("S68", "2025-02-01", &["27096"], &["M46.1", "M53.3"])];
    assert_eq!(decide(&["--summary"], &claims).code, 3);
    let left = decide(&["--summary", "--param", "m46_1=mechanical"], &claims);
    assert_eq!(left.code, 2, "{}", left.stdout);
}

#[test]
fn a_parameter_that_is_none_is_told() {
    let check = |parameter: &str, expected: &[&str]| {
        let left = decide(&["--param", parameter], &[allowed()]);
        assert_eq!((left.code, left.stdout.as_str()), (1, ""), "{parameter}");
        assert!(expected.iter().all(|words| left.stderr.contains(words)), "{parameter}: {}", left.stderr);
    };
    check("m461=mechanical", &["no pack has a parameter `m461`", "did you mean `m46_1`?"]);
    check("m46_1=mechanica", &["`mechanica` is no value of parameter `m46_1`", "one of flag, mechanical, exempt"]);
    check("m46_1", &["a parameter is set as name=value"]);
}

#[test]
fn missing_packs_are_told_with_how_to_name_them() {
    let folder = Folder::new("packs");
    let empty = folder.0.to_str().unwrap();
    let check = |left: Left, expected: &[&str]| {
        assert_eq!((left.code, left.stdout.as_str()), (1, ""));
        assert!(expected.iter().all(|words| left.stderr.contains(words)), "{}", left.stderr);
    };
    let decide_with = |arguments: &[&str], named: Option<&str>| {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("claimgate");
        command.args(arguments).current_dir(&folder.0).env_remove("CLAIMGATE_PACKS");
        command.envs(named.map(|folder| ("CLAIMGATE_PACKS", folder)));
        run(command.write_stdin(""))
    };
    check(decide_with(&["decide", "-"], None), &["cannot read `rules`", "`--packs DIR` or $CLAIMGATE_PACKS"]);
    check(
        decide_with(&["decide", "-"], Some("nowhere")),
        &["cannot read `nowhere`", "$CLAIMGATE_PACKS names this folder"],
    );
    check(
        decide_with(&["decide", "-", "--packs", empty], None),
        &["there is no pack in", "`--packs` names this folder"],
    );
    check(decide_with(&["rules", "check", "--packs", empty], None), &["there is no pack in"]);
}

#[test]
fn rules_are_checked_and_facts_told() {
    let left = claimgate(&["rules", "check"], b"");
    assert_eq!((left.code, left.stderr.as_str()), (0, ""));
    for part in [
        "bmj-2025-chronic-spine-pain 1.",
        " rules, ",
        " paths, ",
        " questions, ",
        " diagram nodes, ",
        " ms\n",
        "sha256:",
    ] {
        assert!(left.stdout.contains(part), "{part}: {}", left.stdout);
    }
    assert_eq!(claimgate(&["rules", "facts"], b"").stdout, claimgate::fact::markdown());
}

#[test]
fn the_program_says_its_version() {
    let left = claimgate(&["--version"], b"");
    assert_eq!((left.code, left.stdout), (0, format!("claimgate {}\n", env!("CARGO_PKG_VERSION"))));
    assert_eq!(claimgate(&[], b"").code, 1);
}
