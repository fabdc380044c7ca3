//! Input of one document a line, in bounded memory.

use std::{
    io::{self, BufRead, Read as _},
    ops::Range,
};

/// A line of the input.
pub(crate) enum Text<'a> {
    /// Its bytes, without the line end.
    Whole(&'a [u8]),
    /// Longer than it may be; passed over.
    TooLong,
}

/// Lines that follow one another, not read yet.
#[derive(Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
    /// Each line's number and where its bytes are; `None` of one that is too long.
    lines: Vec<(u64, Option<Range<usize>>)>,
}

impl Block {
    fn push(&mut self, number: u64, text: &Text<'_>) {
        let place = match text {
            Text::Whole(bytes) => {
                self.bytes.extend_from_slice(bytes);
                Some(self.bytes.len() - bytes.len()..self.bytes.len())
            }
            Text::TooLong => None,
        };
        self.lines.push((number, place));
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// How many bytes its lines have.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Hands each line to `each`, with its 1-based number.
    ///
    /// # Errors
    /// The first that `each` gives.
    pub(crate) fn each(&self, mut each: impl FnMut(u64, Text<'_>) -> io::Result<()>) -> io::Result<()> {
        self.lines.iter().try_for_each(|(number, place)| {
            let bytes = place.clone().map(|place| self.bytes.get(place).unwrap_or_default());
            each(*number, bytes.map_or(Text::TooLong, Text::Whole))
        })
    }
}

/// Lines of a block at most: what is read of a short line may be much longer.
const BLOCK_LINES_MAX: usize = 1_024;

/// Hands every line that is not blank to `each`, as blocks of some `block_bytes`.
///
/// # Errors
/// When the input cannot be read any further; what stood before was handed on.
pub(crate) fn each_block(
    input: impl BufRead,
    bytes_max: usize,
    block_bytes: usize,
    each: &mut dyn FnMut(Block),
) -> io::Result<()> {
    let mut block = Block::default();
    let read = each_line(input, bytes_max, |number, text| {
        block.push(number, &text);
        if block.bytes.len() >= block_bytes || block.lines.len() >= BLOCK_LINES_MAX {
            each(std::mem::take(&mut block));
        }
        Ok(())
    });
    if !block.lines.is_empty() {
        each(block);
    }
    read
}

/// Hands every line that is not blank to `each`, with its 1-based number. Of a line longer than
/// `bytes_max` nothing is kept.
///
/// # Errors
/// When the input cannot be read any further, or the first that `each` gives.
pub(crate) fn each_line(
    mut input: impl BufRead,
    bytes_max: usize,
    mut each: impl FnMut(u64, Text<'_>) -> io::Result<()>,
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
            each(number, Text::TooLong)?;
            continue;
        }
        if number == 1 && line.starts_with(BOM) {
            line.drain(..BOM.len());
        }
        let text = line.trim_ascii();
        if !text.is_empty() {
            each(number, Text::Whole(text))?;
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
        [0, 1, 4, 100].iter().for_each(|block_bytes| check_in(*block_bytes, input, expected));
    }

    fn check_in(block_bytes: usize, input: &str, expected: &[(u64, Option<&str>)]) {
        let mut seen = Vec::new();
        let keep = |number, text: Text<'_>| {
            seen.push(match text {
                Text::Whole(bytes) => (number, Some(String::from_utf8_lossy(bytes).into_owned())),
                Text::TooLong => (number, None),
            });
            Ok(())
        };
        if block_bytes == 0 {
            each_line(input.as_bytes(), 5, keep).unwrap();
        } else {
            let mut keep = keep;
            each_block(input.as_bytes(), 5, block_bytes, &mut |block| block.each(&mut keep).unwrap()).unwrap();
        }
        let seen: Vec<_> = seen.iter().map(|(number, text)| (*number, text.as_deref())).collect();
        assert_eq!(seen, expected, "{input:?} in blocks of {block_bytes}");
    }

    #[test]
    fn lines_are_numbered_and_bounded() {
        check("", &[]);
        check("a\n\n  \r\nb", &[(1, Some("a")), (4, Some("b"))]);
        check("\u{feff}a\r\nb\r\n", &[(1, Some("a")), (2, Some("b"))]);
        check("abcde\nabcdef\nx\nabcdefghij", &[(1, Some("abcde")), (2, None), (3, Some("x")), (4, None)]);
    }
}
