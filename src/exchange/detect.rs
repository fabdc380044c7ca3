//! Which format an input has, told from its first bytes.
//!
//! Knows the outermost marks of each format and nothing of what is in them; what looks like a
//! format and is broken is for that format's door to say.

use super::{Fault, Format, lines::without_bom, parquet, table};

/// How many first bytes a caller should show; a FHIR Bundle may name its type late.
pub const HEAD_BYTES: usize = 64 * 1024;

/// The format of an input that begins with `head`.
///
/// # Errors
/// A fault that says what is known and how to name the format instead.
pub fn detect(head: &[u8]) -> Result<Format, Fault> {
    let text = without_bom(head).trim_ascii_start();
    match text.first() {
        None => Err(unknown("the input is empty")),
        Some(b'{' | b'[') if first_object(text).fhir => Ok(Format::Fhir),
        Some(b'{' | b'[') => Ok(Format::Json),
        Some(_) if text.starts_with(b"ISA") => Ok(Format::X12),
        Some(_) if head.starts_with(parquet::MAGIC) => Ok(Format::Parquet),
        Some(_) if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") => {
            Err(Fault { help: Some("save it as UTF-8".to_owned()), ..unknown("the input is UTF-16 text") })
        }
        Some(_) if is_header(text) => Ok(Format::Csv),
        Some(_) => Err(unknown("the format of the input is none that is known")),
    }
}

/// Whether JSON or FHIR that begins with `head` is one document a line: the first line is an
/// object by itself, and something follows it. Where that is so the whole is no JSON document.
pub fn is_lines(head: &[u8]) -> bool {
    let Some((line, rest)) = first_line(head) else { return false };
    first_object(line).end == Some(line.trim_ascii_end().len()) && !rest.trim_ascii_start().is_empty()
}

/// Whether `head` is long enough for [`is_lines`] to say.
pub(super) fn is_enough(head: &[u8]) -> bool {
    !without_bom(head).trim_ascii_start().starts_with(b"{")
        || first_line(head).is_some_and(|(_, rest)| !rest.trim_ascii_start().is_empty())
}

/// The first line that is not blank, from its first mark, and what follows it.
fn first_line(head: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = without_bom(head).trim_ascii_start();
    text.split_at_checked(memchr::memchr(b'\n', text)?)
}

/// What the first object of a JSON text shows of itself.
#[derive(Default)]
struct FirstObject {
    /// The byte behind its end, where it ends.
    end: Option<usize>,
    /// Whether it, or one within it, has a member `resourceType`; no native request has one.
    fhir: bool,
}

fn first_object(text: &[u8]) -> FirstObject {
    let mut found = FirstObject::default();
    let (mut depth, mut escaped) = (0usize, false);
    let (mut begun, mut string): (Option<usize>, &[u8]) = (None, b"");
    for (at, byte) in text.iter().enumerate() {
        if let Some(start) = begun {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    string = text.get(start..at).unwrap_or_default();
                    begun = None;
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => begun = Some(at + 1),
            b':' if string == b"resourceType" => found.fhir = true,
            b'{' => depth += 1,
            b'}' if depth <= 1 => {
                found.end = Some(at + 1);
                break;
            }
            b'}' => depth -= 1,
            _ => {}
        }
    }
    found
}

/// Whether the first line names the column every table must have, whatever separates its cells.
fn is_header(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let names = line.split(|byte| matches!(byte, b',' | b';' | b'\t' | b'|'));
    names.map(String::from_utf8_lossy).any(|name| table::plain(&name) == "claim_id")
}

fn unknown(message: &str) -> Fault {
    let help = "known are X12 837 (begins with `ISA`), FHIR R4 JSON (has `resourceType`), native JSON (an object or an \
                array), CSV (a header row with `claim_id`) and Parquet (begins with `PAR1`); name the format where it \
                cannot be told";
    Fault { code: "format::unknown", place: String::new(), message: message.to_owned(), help: Some(help.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_from_their_first_bytes() {
        let check = |head: &str, expected: Option<Format>| {
            assert_eq!(detect(head.as_bytes()).ok(), expected, "{head:?}");
            assert_eq!(detect(format!("\u{feff}\r\n {head}").as_bytes()).ok(), expected, "{head:?}");
        };
        check("ISA*00*  ", Some(Format::X12));
        check(r#"{"id": "C-1", "lines": []}"#, Some(Format::Json));
        check(r#"[{"id": "C-1", "lines": [{"narrative": "\"resourceType\": \"Claim\""}]}]"#, Some(Format::Json));
        check(r#"{"id": "resourceType"}"#, Some(Format::Json));
        check(r#"{"id": "C-1"} {"resourceType": "Claim"}"#, Some(Format::Json));
        check(r#"{"resourceType": "Claim""#, Some(Format::Fhir));
        check(r#"{"entry": [{"resource": {"resourceType" : "Claim"}}"#, Some(Format::Fhir));
        check(r#"[{"id": "1", "resourceType": "Claim"}]"#, Some(Format::Fhir));
        check("claim_id,line_number\n", Some(Format::Csv));
        check("member_id, \"Claim_ID\" ,x\r\n", Some(Format::Csv));
        check("member_id;claim_id", Some(Format::Csv));
        check("DESYNPUF_ID,CLM_ID\nclaim_id", None);
        check("PK\u{3}\u{4}", None);
        check("ST*837*0001~", None);
        check("", None);
        assert_eq!(detect(b"PAR1\x15\x04").ok(), Some(Format::Parquet));
        let told = |head: &[u8]| detect(head).unwrap_err().message;
        assert_eq!(told(b""), "the input is empty");
        assert_eq!(told(b"\xff\xfec\0l\0"), "the input is UTF-16 text");
    }

    #[test]
    fn lines_are_told_from_one_document() {
        let check = |head: &str, lines: bool| assert_eq!(is_lines(head.as_bytes()), lines, "{head:?}");
        check("{\"a\": 1}\n{\"a\": 2}\n", true);
        check("\u{feff}\n{\"a\": {\"b\": \"}\"}} \r\n\r\n{\"a\"", true);
        check("{\"a\": 1}\nbroken", true);
        check("{\"a\": 1}\n\n", false);
        check("{\"a\": 1}", false);
        check("{\n  \"a\": 1\n}\n", false);
        check("{\"a\": [\n{\"b\": 1}\n]}", false);
        check("[{\"a\": 1},\n{\"a\": 2}]", false);
        check("", false);
        assert!(!is_enough(b"{\"a\": ") && is_enough(b"{\"a\": 1}\n{") && is_enough(b"["));
    }
}
