//! JSON written straight into memory.
//!
//! A decision is some hundred short texts, and escaping them byte by byte took longer than deciding.
//! INVARIANT: texts are escaped as `serde_json` escapes them.

/// An object that is being written.
pub(super) struct Object<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

/// Writes an object whose members `fill` gives.
pub(super) fn object(out: &mut Vec<u8>, fill: impl FnOnce(&mut Object<'_>)) {
    out.push(b'{');
    fill(&mut Object { out, is_empty: true });
    out.push(b'}');
}

impl Object<'_> {
    /// A member: a name that needs no escaping, and what `write` writes.
    pub(super) fn member(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        if !std::mem::take(&mut self.is_empty) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        write(self.out);
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.member(name, |out| string(out, text));
    }

    /// A text, left out where there is none.
    pub(super) fn given(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// A text, left out where it is empty.
    pub(super) fn filled(&mut self, name: &str, text: &str) {
        self.given(name, Some(text).filter(|text| !text.is_empty()));
    }

    /// An object.
    pub(super) fn object(&mut self, name: &str, fill: impl FnOnce(&mut Object<'_>)) {
        self.member(name, |out| object(out, fill));
    }

    /// A list of objects, each filled by `fill`.
    pub(super) fn list<T>(&mut self, name: &str, items: &[T], fill: impl Fn(&mut Object<'_>, &T)) {
        self.member(name, |out| {
            out.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                object(out, |object| fill(object, item));
            }
            out.push(b']');
        });
    }
}

/// Writes a text.
fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, special) = rest.split_at(plain_bytes(rest).min(rest.len()));
        out.extend_from_slice(plain);
        let Some((special, after)) = special.split_first() else { break };
        escaped(out, *special);
        rest = after;
    }
    out.push(b'"');
}

fn escaped(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0C => b'f',
        _ => return out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// How many bytes stand before the first that is to be escaped.
fn plain_bytes(bytes: &[u8]) -> usize {
    let is_special = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == b'\\';
    let (chunks, rest) = bytes.as_chunks::<16>();
    // Without leaving a chunk early, so that all of it is held against the marks at once.
    let is_plain = |chunk: &&[u8; 16]| !chunk.iter().fold(false, |any, byte| any | is_special(byte));
    let whole = chunks.iter().take_while(is_plain).count();
    let within: &[u8] = chunks.get(whole).map_or(rest, <[u8; 16]>::as_slice);
    whole * 16 + within.iter().position(is_special).unwrap_or(within.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        string(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_mark_is_escaped_as_the_library_does() {
        let marks: Vec<char> = (0..0x180).filter_map(char::from_u32).collect();
        for mark in marks {
            for before in ["", "fifteen letters", "sixteen letters ", "more than sixteen letters"] {
                let text = format!("{before}{mark}after it{mark}");
                assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
            }
        }
    }

    proptest! {
        #[test]
        fn texts_are_written_as_the_library_does(text in "(\\PC|[\\x00-\\x7f]){0,80}") {
            prop_assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
        }
    }
}
