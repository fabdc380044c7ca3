//! The delimiters that each ISA declares.
//!
//! The header is fixed in width (106 bytes with the terminator), so its separators stand at known
//! places: that is how a header is told from the letters `ISA` in data. Senders trim the pads or
//! wrap lines all the same, so where a header is due it is also read element by element.
//! The repetition separator is deliberately not kept: nothing that is decided upon repeats.

use std::fmt;

/// Enough bytes to hold the longest header that is read: 106, two more for each of 16 elements.
pub(super) const HEADER_BYTES_MAX: usize = 140;

/// The bytes that part elements, components and segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delimiters {
    pub(super) element: u8,
    pub(super) component: u8,
    pub(super) terminator: u8,
}

/// What is wrong with declared delimiters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    which: &'static str,
    why: &'static str,
}

/// A header: how long it is with its terminator, and what it declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes up to and with the terminator.
    pub(super) len: usize,
    /// Whether every separator stands where the fixed width puts it.
    pub(super) exact: bool,
    pub(super) delimiters: Result<Delimiters, Flaw>,
}

/// The width of ISA01 to ISA16.
const WIDTHS: [usize; 16] = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1];

/// A line break inside an element makes it up to this much wider.
const BREAK_BYTES: usize = 2;

impl Header {
    /// The header that `bytes` begin with. Unless one is `due` here, only an exact one counts.
    pub(super) fn read(bytes: &[u8], due: bool) -> Option<Header> {
        let (id, rest) = bytes.split_at_checked(3)?;
        if !id.eq_ignore_ascii_case(b"ISA") {
            return None;
        }
        let (separator, mut rest) = rest.split_first()?;
        let (mut exact, mut len) = (id == b"ISA", 4);
        let (mut component, mut version) = (None, b"".as_slice());
        for (index, width) in WIDTHS.into_iter().enumerate() {
            if index == WIDTHS.len() - 1 {
                let (last, after) = rest.split_first()?;
                (component, rest, len) = (Some(*last), after, len + 1);
                break;
            }
            let window = rest.get(..width + BREAK_BYTES + 1).unwrap_or(rest);
            let end = memchr::memchr(*separator, window)?;
            let element = rest.get(..end)?;
            version = if index == 11 { element } else { version };
            exact &= end == width;
            (rest, len) = (rest.get(end + 1..)?, len + end + 1);
        }
        let terminator = *rest.first()?;
        let digits = version.iter().filter(|byte| byte.is_ascii_digit()).count();
        let plausible = due && digits == 5 && !separator.is_ascii_alphanumeric();
        if !exact && !plausible {
            return None;
        }
        let delimiters = Delimiters { element: *separator, component: component?, terminator };
        Some(Header { len: len + 1, exact, delimiters: delimiters.checked() })
    }
}

impl Delimiters {
    fn checked(self) -> Result<Delimiters, Flaw> {
        let Delimiters { element, component, terminator } = self;
        let named = [("element separator", element), ("component separator", component), ("terminator", terminator)];
        for (which, byte) in named {
            let line_break = matches!(byte, b'\r' | b'\n');
            let why = match byte {
                _ if byte.is_ascii_alphanumeric() => "is a letter or a digit",
                b' ' => "is a blank",
                _ if !byte.is_ascii() => "is not an ASCII character",
                _ if line_break && which != "terminator" => "is a line break",
                _ => continue,
            };
            return Err(Flaw { which, why });
        }
        if element == component || component == terminator || terminator == element {
            return Err(Flaw { which: "element separator", why: "is also the component separator or the terminator" });
        }
        Ok(self)
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} that ISA declares {}", self.which, self.why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &str =
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260310*1200*^*00501*000000001*0*T*:~";

    fn check(header: &str, due: bool, expected: Option<Result<(&str, usize), &str>>) {
        let read = Header::read(header.as_bytes(), due).map(|header| match header.delimiters {
            Ok(d) => Ok((String::from_utf8(vec![d.element, d.component, d.terminator]).unwrap(), header.len)),
            Err(flaw) => Err(flaw.why),
        });
        let read = read.as_ref().map(|read| read.as_ref().map(|(text, len)| (text.as_str(), *len)).map_err(|why| *why));
        assert_eq!(read, expected, "{header}");
    }

    #[test]
    fn delimiters_come_from_the_header() {
        check(ISA, false, Some(Ok(("*:~", 106))));
        check(&ISA.replace('*', "|").replace(':', ">").replace('~', "\n"), false, Some(Ok(("|>\n", 106))));
        check(&format!("{ISA}GS*HC"), false, Some(Ok(("*:~", 106))));
        check(&ISA.replace("          *00", "*00"), false, None);
        check(&ISA.replace("          *00", "*00"), true, Some(Ok(("*:~", 96))));
        check(&ISA.replace("*1200*", "*12\r\n00*"), true, Some(Ok(("*:~", 108))));
        check(&ISA.replace("ISA", "isa"), true, Some(Ok(("*:~", 106))));
    }

    #[test]
    fn delimiters_that_cannot_be_are_refused() {
        check(&ISA.replace('*', "Q"), false, Some(Err("is a letter or a digit")));
        check(&ISA.replace('~', "G"), false, Some(Err("is a letter or a digit")));
        check(&ISA.replace(':', " "), false, Some(Err("is a blank")));
        check(&ISA.replace('~', "…"), false, Some(Err("is not an ASCII character")));
        check(&ISA.replace(":~", "\r\n"), false, Some(Err("is a line break")));
        check(&ISA.replace(':', "*"), false, Some(Err("is also the component separator or the terminator")));
    }

    #[test]
    fn letters_in_data_are_no_header() {
        check("ISABEL*1*2*3*4*5*6*7*8*9*10*11*00501*13*14*15*16~", true, None);
        check("ISA*1~ST*837*0001~", true, None);
        check("ISA", true, None);
        check(ISA.get(..105).unwrap(), true, None);
    }
}
