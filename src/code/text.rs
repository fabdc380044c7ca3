//! One code of one system, normalised.

use std::{fmt, hash::Hash};

use super::System;

/// The longest code any system uses: a SNOMED CT identifier has up to 18 digits.
const CODE_CHARS_MAX: usize = 22;

/// Characters of a code that fit one word with its system.
const PACKED_CHARS_MAX: usize = 7;

/// A code: its system and its text in upper case without dots, hyphens or blanks.
///
/// ```
/// use claimgate::code::{Code, System};
/// let code = Code::parse(System::Icd10Cm, " m54.16 ")?;
/// assert_eq!(code.text(), "M5416");
/// assert_eq!(code.to_string(), "M54.16");
/// assert!(Code::parse(System::Cpt, "").is_err());
/// # Ok::<(), claimgate::code::CodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    system: System,
    len: u8,
    text: [u8; CODE_CHARS_MAX],
}

/// Why a text is no code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing but blanks and dots.
    #[error("the code is empty")]
    Empty,
    /// Longer than any code of any system.
    #[error("the code has {0} characters; no code system has more than {CODE_CHARS_MAX}")]
    Long(usize),
    /// A character that no code system uses.
    #[error("the code has a character that no code system uses")]
    Character,
}

impl Code {
    /// Stands where a code was given that cannot be read: it is in no value set and may mean anything.
    pub const UNREAD: Code = Code { system: System::Other, len: 6, text: *b"UNREAD\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" };

    /// Normalises `text` as a code of `system`.
    ///
    /// # Errors
    /// When nothing is left after normalising, when it is longer than any code, or when a
    /// character is neither an ASCII letter nor a digit. The message never repeats the text: it
    /// may have been a name.
    pub fn parse(system: System, text: &str) -> Result<Code, CodeError> {
        let mut buffer = [0u8; CODE_CHARS_MAX];
        let mut len = 0usize;
        for byte in text.bytes() {
            if matches!(byte, b'.' | b' ' | b'\t' | b'\r' | b'\n' | b'-') {
                continue;
            }
            if !byte.is_ascii_alphanumeric() {
                return Err(CodeError::Character);
            }
            let Some(place) = buffer.get_mut(len) else {
                return Err(CodeError::Long(text.len()));
            };
            *place = byte.to_ascii_uppercase();
            len += 1;
        }
        if len == 0 {
            return Err(CodeError::Empty);
        }
        Ok(Code { system, len: u8::try_from(len).unwrap_or(0), text: buffer })
    }

    /// System and text in 47 bits, the same for no two codes; `None` where the text is longer than
    /// seven characters, as only SNOMED CT and drug codes are.
    pub(super) fn packed(&self) -> Option<u64> {
        // INVARIANT: in these six bits no two of A to Z, 0 to 9 and the end are alike.
        let text = self.text.first_chunk::<PACKED_CHARS_MAX>().filter(|text| usize::from(self.len) <= text.len())?;
        Some(text.iter().fold(self.system as u64, |packed, byte| packed << 6 | u64::from(byte & 0x3F)))
    }

    /// The system.
    pub fn system(&self) -> System {
        self.system
    }

    /// The normalised text, upper case and undotted.
    pub fn text(&self) -> &str {
        self.text.get(..usize::from(self.len)).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl fmt::Display for Code {
    /// As people write it: ICD-10-CM with its dot, everything else as it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text();
        match (self.system, text.get(..3), text.get(3..)) {
            (System::Icd10Cm | System::Icd9Cm, Some(head), Some(tail)) if !tail.is_empty() => {
                write!(f, "{head}.{tail}")
            }
            _ => f.write_str(text),
        }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.system, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_normalises_and_refuses() {
        let check = |text: &str, expected: Result<&str, CodeError>| {
            assert_eq!(
                Code::parse(System::Icd10Cm, text).as_ref().map(Code::text),
                expected.as_ref().copied(),
                "{text}"
            );
        };
        check("m54.16", Ok("M5416"));
        check(" M5416 ", Ok("M5416"));
        check("S39.012a", Ok("S39012A"));
        check(" . ", Err(CodeError::Empty));
        check("M54:16", Err(CodeError::Character));
        check("ÄÖ", Err(CodeError::Character));
        check("12345678901234567890123", Err(CodeError::Long(23)));
    }

    #[test]
    fn packed_codes_are_told_apart() {
        let characters: Vec<char> = ('A'..='Z').chain('0'..='9').collect();
        let mut texts: Vec<String> = characters.iter().map(char::to_string).collect();
        texts.extend(characters.iter().flat_map(|one| characters.iter().map(move |two| format!("{one}{two}"))));
        texts.extend(texts.clone().iter().map(|text| format!("M5416{text}")));
        let systems = [System::Cpt, System::Icd10Cm, System::Modifier, System::Other];
        let code = |system, text: &String| Code::parse(system, text).unwrap();
        let all: Vec<Code> = systems.iter().flat_map(|system| texts.iter().map(|text| code(*system, text))).collect();
        let mut packed: Vec<u64> = all.iter().filter_map(Code::packed).collect();
        assert_eq!(packed.len(), all.len());
        packed.sort_unstable();
        packed.dedup();
        assert_eq!(packed.len(), all.len());
        assert!(packed.iter().all(|packed| packed >> 47 == 0));
        assert_eq!(Code::parse(System::Snomed, "12345678").unwrap().packed(), None);
    }

    #[test]
    fn display_and_parse_are_inverse() {
        for text in ["M54.16", "M16", "S39.012A", "C7B.03"] {
            let code = Code::parse(System::Icd10Cm, text).unwrap();
            assert_eq!(code.to_string(), text);
            assert_eq!(Code::parse(System::Icd10Cm, &code.to_string()).unwrap(), code);
        }
    }
}
