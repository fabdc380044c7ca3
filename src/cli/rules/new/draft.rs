//! The texts that a rule and a pack begin with. What an author must fill in is written so that the
//! pack is refused until it is.

/// An anchor that no source has.
const NO_ANCHOR: &str = "anchor-of-the-source";

/// The script of a rule.
pub(super) fn script(name: &str, is_limit: bool) -> String {
    let outcome = if is_limit { format!("at_most(\"flag\", \"{name}\")") } else { format!("flag(\"{name}\")") };
    format!(
        "//!\n//! cites: {NO_ANCHOR}\n\n\
         // Above: what the rule finds, in a sentence, and the anchors of SOURCE.md it rests on.\n\
         // Below: the questions it asks; rules/facts.md has the facts, values/ the value sets.\n\
         if line.procedure in name_of_a_value_set {{ return {outcome}; }}\npass()\n"
    )
}

/// Reasons with one more, in the order of their names; `None` where it is there.
pub(super) fn with_reason(reasons: &str, name: &str) -> Option<String> {
    let block = format!(
        "[{name}]\nprovider = \"{{what the provider is told, in one sentence}}\"\n\
         patient = \"{{what the patient is told, in one plain sentence}}\"\ncites = \"{NO_ANCHOR}\"\n"
    );
    let lines: Vec<&str> = reasons.lines().collect();
    let id_of = |line: &str| {
        let inside = line.trim().strip_prefix('[')?.split_once(']')?.0.trim();
        Some(inside.trim_matches(['"', '\'']).to_owned())
    };
    if lines.iter().any(|line| id_of(line).as_deref() == Some(name)) {
        return None;
    }
    let after = lines.iter().position(|line| id_of(line).is_some_and(|id| id.as_str() > name));
    let Some(mut place) = after else { return Some(joined(&[reasons.trim_end(), &block])) };
    // The comment above a reason belongs to it.
    while place > 0 && lines.get(place - 1).is_some_and(|line| line.starts_with('#')) {
        place -= 1;
    }
    let (before, rest) = lines.split_at(place);
    Some(joined(&[before.join("\n").trim_end(), &block, &rest.join("\n")]))
}

/// A changelog with a line for the rule, under `Next`, which stands before every version.
pub(super) fn with_change(changelog: &str, name: &str, stage: &str) -> String {
    const NEXT: &str = "## Next";
    let line = format!("* `{name}` (stage {stage}), new: for which dates of service, and what changes for whom.");
    let lines: Vec<&str> = changelog.lines().collect();
    if let Some(place) = lines.iter().position(|line| line.trim_end() == NEXT) {
        // After what stands there already.
        let from = place + 1;
        let end =
            lines.iter().skip(from).position(|line| line.starts_with("## ")).map_or(lines.len(), |end| from + end);
        let (before, rest) = lines.split_at(end);
        let before = before.join("\n");
        let text = format!("{}\n{line}", before.trim_end());
        let text = if before.trim_end().ends_with(NEXT) {
            text.replacen(&format!("{NEXT}\n"), &format!("{NEXT}\n\n"), 1)
        } else {
            text
        };
        return joined(&[&text, &rest.join("\n")]);
    }
    let place = lines.iter().position(|line| line.starts_with("## ")).unwrap_or(lines.len());
    let (before, rest) = lines.split_at(place);
    joined(&[before.join("\n").trim_end(), &format!("{NEXT}\n\n{line}"), &rest.join("\n")])
}

/// Parts with a blank line between them; the last ends with a line feed.
fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim_end()).filter(|part| !part.is_empty()).collect();
    format!("{}\n", parts.join("\n\n"))
}

/// Drafts of the cases of a rule: file and text. A case that does not say what it shows is refused.
pub(super) fn cases(name: &str, is_limit: bool) -> Vec<(String, String)> {
    let found = if is_limit { "what would be denied without it" } else { "what it finds" };
    let drafts = [
        ("finds", format!("{found}: {name}"), "flag", name, ""),
        ("passes", "the nearest request of which it finds nothing".to_owned(), "allow", "nothing-found", ""),
        (
            "unknown",
            "what it asks for is missing, and the verdict hangs on it".to_owned(),
            "flag",
            "missing-information",
            "needs = [\"line.procedure\"]\n",
        ),
    ];
    drafts
        .into_iter()
        .map(|(file, says, verdict, reason, needs)| {
            let text = format!(
                "# A draft: fill in codes and days, say what must come of it, and take away the `# ` of the line below.\n\
                 # Data is invented, always.\n# says = \"{says}\"\n\n[request]\nid = \"{name}-{file}\"\nkind = \"claim\"\n\
                 patient = {{ birth_date = \"1973-05-01\", sex = \"F\" }}\n\
                 coverage = {{ line_of_business = \"commercial\" }}\ndiagnoses = [{{ code = \"\" }}]\n\n\
                 [[request.lines]]\nnumber = 1\nprocedure = \"\"\ndiagnosis_pointers = [1]\n\
                 service_date = \"YYYY-MM-DD\"\n\n[expect]\nverdict = \"{verdict}\"\n\n\
                 [[expect.lines]]\nnumber = 1\nverdict = \"{verdict}\"\nreason = \"{reason}\"\n{needs}"
            );
            (format!("{file}.toml"), text)
        })
        .collect()
}

/// The files of a pack without a rule.
pub(super) fn pack(name: &str) -> Vec<(&'static str, String)> {
    let manifest = format!(
        "name = \"{name}\"\nversion = \"0.1.0\"\n# In one line, for people.\n# title = \"\"\n\
         # Whether a clinician must sign a denial before it goes out.\nrequires_clinician_signoff = true\n\n\
         [period]\n# The first date of service it is for; `until`, the last, may be left out.\nfrom = \"YYYY-MM-DD\"\n\n\
         # The source attributes that a payer must show. Take away the `# ` and fill in.\n[source]\n\
         # citation = \"\"\n# doi = \"\"\n# developer = \"\"\n# funding = \"\"\n\
         # Published; this implementation last revised; last checked that the source still stands.\n\
         released = \"YYYY-MM-DD\"\nrevised = \"YYYY-MM-DD\"\nlast_verified_on = \"YYYY-MM-DD\"\n\
         # The patient data the rules ask for: `rules check` says which.\nuses = []\n"
    );
    let source = format!(
        "# {name}: the source\n\nThe policy in our own words: what was read, and what was not.\n\n\
         ## Whom it concerns\n\n### Population {{#population .informative}}\n\n\
         A heading with an anchor for each paragraph that a rule, a reason or a value set cites. Take `.informative` away\n\
         where something cites it.\n"
    );
    let reasons = "# What each reason says, to the provider and to the patient. `{fact}` is filled in from the line.\n\
                   # Adjustment codes are numbers of X12's external lists.\n";
    let changelog = format!(
        "# Changelog of {name}\n\nEach entry says which dates of service it concerns, which rules it touches, and what \
         changes for whom. The source is\ndescribed in [SOURCE.md](SOURCE.md).\n\n## Next\n"
    );
    vec![
        ("pack.toml", manifest),
        ("SOURCE.md", source),
        ("reasons.toml", reasons.to_owned()),
        ("CHANGELOG.md", changelog),
    ]
}

/// What to do after a pack was begun.
pub(super) fn after_pack(name: &str) -> String {
    format!(
        "\nnext\n  1. pack.toml: title, period, and the source attributes\n  2. SOURCE.md: the policy in your own words, \
         an anchor a paragraph\n  3. claimgate rules check, until it is silent but for the pack's line\n  4. claimgate \
         rules new {name} RULE --stage 1-scope\n"
    )
}

/// What to do after a rule was begun.
pub(super) fn after_rule(name: &str, script: &str) -> String {
    format!(
        "\nnext\n  1. SOURCE.md: the paragraph it rests on, with an anchor\n  2. values/: the codes it asks for, as value \
         sets\n  3. reasons.toml, [{name}]: the two sentences, the anchor, and remittance codes\n  4. {script}: what it \
         finds, what it cites, what it asks\n  5. claimgate rules check, until it is silent but for the pack's line\n  \
         6. cases/{name}/: a case for each outcome, and under, at, over and unknown for each threshold\n  7. CHANGELOG.md: \
         for whom it changes what; pack.toml: version and source.revised\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_added_in_order_and_never_twice() {
        let check = |reasons: &str, name: &str, expected: Option<&[&str]>| {
            let found = with_reason(reasons, name);
            let ids = found
                .as_deref()
                .map(|text| text.lines().filter(|line| line.starts_with(['[', '#'])).collect::<Vec<_>>());
            assert_eq!(ids.as_deref(), expected, "{reasons:?}");
            if let Some(found) = found {
                let kept = reasons.lines().filter(|line| !line.is_empty()).all(|line| found.contains(line));
                assert!(kept && found.ends_with('\n') && !found.contains("\n\n\n"), "{found:?}");
            }
        };
        check("", "b", Some(&["[b]"]));
        check("# head\n", "b", Some(&["# head", "[b]"]));
        check("# head\n\n[a]\nx = 1\n\n# of c\n[c]\ny = 2\n", "b", Some(&["# head", "[a]", "[b]", "# of c", "[c]"]));
        check("[a]\nx = 1", "b", Some(&["[a]", "[b]"]));
        check("[b]\nx = 1\n", "b", None);
        check("[\"b\"]\nx = 1\n", "b", None);
    }

    #[test]
    fn a_change_stands_under_next() {
        let line =
            |name: &str| format!("* `{name}` (stage s), new: for which dates of service, and what changes for whom.");
        let one = with_change("# Log\n\nintro\n\n## 1.0.0\n\nold\n", "a", "s");
        assert_eq!(one, format!("# Log\n\nintro\n\n## Next\n\n{}\n\n## 1.0.0\n\nold\n", line("a")));
        let two = with_change(&one, "b", "s");
        assert_eq!(two, format!("# Log\n\nintro\n\n## Next\n\n{}\n{}\n\n## 1.0.0\n\nold\n", line("a"), line("b")));
        assert_eq!(with_change("# Log\n\n## Next\n", "a", "s"), format!("# Log\n\n## Next\n\n{}\n", line("a")));
        assert_eq!(with_change("", "a", "s"), format!("## Next\n\n{}\n", line("a")));
    }
}
