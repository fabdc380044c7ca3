//! Case files as analysts write them: TOML, a table for the request, one for each line, short
//! objects on one line.

use super::{Expected, ExpectedLine, UNCONFIRMED};
use crate::{
    exchange::json::{self, Written},
    pack::shelf::Settings,
    request::Request,
};

/// Lists longer than this go one member a line.
const COLUMNS: usize = 110;

/// A case that a person has yet to confirm.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// What it shows, in one line.
    pub says: &'a str,
    /// The settings it is judged under, where they are not the defaults.
    pub parameters: &'a Settings,
    /// The request.
    pub request: &'a Request,
    /// Remarks for the person who confirms it, a line each.
    pub remarks: &'a [String],
}

/// The file of a draft: what it expects is left open, line by line.
pub fn draft(draft: &Draft<'_>) -> String {
    let open =
        |number| ExpectedLine { number, verdict: UNCONFIRMED.to_owned(), reason: UNCONFIRMED.to_owned(), needs: None };
    let expected = Expected {
        verdict: UNCONFIRMED.to_owned(),
        lines: draft.request.lines.iter().map(|line| open(line.number)).collect(),
    };
    write(draft, &expected)
}

/// A case file; the remarks stand as comments before what is expected.
pub fn write(case: &Draft<'_>, expected: &Expected) -> String {
    let mut out = format!("says = {}\n", quoted(case.says));
    if !case.parameters.is_empty() {
        let settings: Vec<String> =
            case.parameters.iter().map(|(name, value)| format!("{name} = {}", quoted(value))).collect();
        out.push_str(&format!("parameters = {{ {} }}\n", settings.join(", ")));
    }
    out.push_str("\n[request]\n");
    let Written::Object(members) = json::written(case.request) else { return out };
    let (lines, whole): (Vec<_>, Vec<_>) = members.into_iter().partition(|(name, _)| *name == "lines");
    whole.iter().for_each(|(name, value)| field(&mut out, name, value));
    for (_, list) in lines {
        let Written::List(list) = list else { continue };
        for line in list {
            out.push_str("\n[[request.lines]]\n");
            let Written::Object(members) = line else { continue };
            members.iter().for_each(|(name, value)| field(&mut out, name, value));
        }
    }
    out.push('\n');
    for remark in case.remarks {
        // A comment ends with its line.
        let one_line: String = remark.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        out.push_str(&format!("# {one_line}\n"));
    }
    out.push_str(&format!("[expect]\nverdict = {}\n", quoted(&expected.verdict)));
    for line in &expected.lines {
        out.push_str(&format!(
            "\n[[expect.lines]]\nnumber = {}\nverdict = {}\nreason = {}\n",
            line.number,
            quoted(&line.verdict),
            quoted(&line.reason)
        ));
        if let Some(needs) = &line.needs {
            let needs: Vec<String> = needs.iter().map(|need| quoted(need)).collect();
            out.push_str(&format!("needs = [{}]\n", needs.join(", ")));
        }
    }
    out
}

fn field(out: &mut String, name: &str, value: &Written) {
    let short = format!("{name} = {}", inline(value));
    match value {
        Written::List(list) if short.len() > COLUMNS || (name == "history" && !list.is_empty()) => {
            out.push_str(&format!("{name} = [\n"));
            list.iter().for_each(|member| out.push_str(&format!("  {},\n", inline(member))));
            out.push_str("]\n");
        }
        _ => out.push_str(&format!("{short}\n")),
    }
}

fn inline(value: &Written) -> String {
    match value {
        Written::Text(text) => quoted(text),
        Written::Number(number) => number.to_string(),
        Written::List(list) => format!("[{}]", list.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Written::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{name} = {}", inline(value))).collect();
            if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) }
        }
    }
}

/// A basic string: always in double quotes, on one line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{super::Case, *};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_quoted_so_that_it_reads_the_same(text in "\\PC{0,30}|[\\x00-\\x7f\\u{80}-\\u{9f}\"\\\\]{0,10}") {
            let table: toml::Table = toml::from_str(&format!("text = {}", quoted(&text))).unwrap();
            prop_assert_eq!(table["text"].as_str(), Some(text.as_str()));
        }
    }

    #[test]
    fn a_draft_is_read_as_one() {
        let request = json::request(
            r#"{"id": "W \"1\"", "patient": {"sex": "F"}, "diagnoses": [{}, {"code": "M54.16"}],
                "lines": [{"procedure": "62323", "modifiers": ["50"], "narrative": "a \\ b"}, {}],
                "history": [{"service_date": "2025", "procedures": ["64483-KX"]}]}"#,
        )
        .unwrap();
        let parameters = [("m46_1".to_owned(), "exempt".to_owned())].into();
        let remarks = ["the rules say: deny\nverdict = \"deny\"".to_owned()];
        let text = draft(&Draft { says: "a \"draft\"", parameters: &parameters, request: &request, remarks: &remarks });
        let case = Case::read(&text).unwrap();
        assert_eq!((case.says.as_str(), case.settings()), ("a \"draft\"", parameters));
        assert_eq!(case.request(), Ok(request));
        assert!(case.is_draft());
        let numbers: Vec<u32> = case.expect.lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [1, 2]);
    }
}
