//! Input of one document a line, in bounded memory.

use std::io::{self, BufRead, Read as _};

/// A line of the input.
pub(crate) enum Text<'a> {
    /// Its bytes, without the line end.
    Whole(&'a [u8]),
    /// Longer than it may be; passed over.
    TooLong,
}

/// Hands every line that is not blank to `each`, with its 1-based number. Of a line longer than
/// `bytes_max` nothing is kept.
///
/// # Errors
/// When the input cannot be read any further.
pub(crate) fn each_line(
    mut input: impl BufRead,
    bytes_max: usize,
    mut each: impl FnMut(u64, Text<'_>),
) -> io::Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
        if input.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.last() != Some(&b'\n') && line.len() > bytes_max {
            input.skip_until(b'\n')?;
            each(number, Text::TooLong);
            continue;
        }
        if number == 1 && line.starts_with(BOM) {
            line.drain(..BOM.len());
        }
        let text = line.trim_ascii();
        if !text.is_empty() {
            each(number, Text::Whole(text));
        }
    }
    Ok(())
}

/// The byte order mark that some programs put before UTF-8.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// `bytes` without a byte order mark before them.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BOM).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &[(u64, Option<&str>)]) {
        let mut seen = Vec::new();
        let keep = |number, text: Text<'_>| {
            seen.push(match text {
                Text::Whole(bytes) => (number, Some(String::from_utf8_lossy(bytes).into_owned())),
                Text::TooLong => (number, None),
            });
        };
        each_line(input.as_bytes(), 5, keep).unwrap();
        let seen: Vec<_> = seen.iter().map(|(number, text)| (*number, text.as_deref())).collect();
        assert_eq!(seen, expected, "{input:?}");
    }

    #[test]
    fn lines_are_numbered_and_bounded() {
        check("", &[]);
        check("a\n\n  \r\nb", &[(1, Some("a")), (4, Some("b"))]);
        check("\u{feff}a\r\nb\r\n", &[(1, Some("a")), (2, Some("b"))]);
        check("abcde\nabcdef\nx\nabcdefghij", &[(1, Some("abcde")), (2, None), (3, Some("x")), (4, None)]);
    }
}
