//! NDJSON read by several hands: each takes a block of lines, and what they hold is handed on in the
//! order of the input.

use std::{
    io::{self, BufRead},
    sync::atomic::AtomicBool,
};

use super::pipeline;
use crate::exchange::{Block, Item, LineReader, Lined, Opened, fhir::Beside};

/// Bytes of lines that one hand reads at once.
const BLOCK_BYTES: usize = 64 * 1024;

/// Reads an input of lines with `threads` hands; one thread does all. In FHIR, each claim and order
/// finds what lies `beside` it.
///
/// # Errors
/// When the input, or what lies beside it, cannot be read further; what stood before was handed on.
pub fn read_lines(
    threads: usize,
    lined: Lined,
    input: Opened<impl BufRead + Send>,
    (file, beside): (&str, Option<&dyn Beside>),
    each: &mut dyn FnMut(Item),
) -> io::Result<()> {
    let mut cut = Ok(());
    let source = |_: &AtomicBool, send: &mut dyn FnMut(Block)| cut = input.cut(lined, BLOCK_BYTES, send);
    let work = |block: Block| {
        let (mut reader, mut items) = (LineReader::new(lined, file, beside), Vec::new());
        let read = reader.read(&block, &mut |item| items.push(item));
        (reader, items, read)
    };
    let mut whole = LineReader::new(lined, file, beside);
    pipeline::run(threads, source, work, |(reader, items, read)| {
        items.into_iter().for_each(&mut *each);
        whole.join(reader);
        read
    })?;
    cut?;
    whole.tell(each);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        exchange::{fhir::write, json, open_any, read_any},
        sample,
    };

    /// What lies beside every claim: nothing that can be had for some.
    struct Nothing;

    impl Beside for Nothing {
        fn of_patient(&self, id: &str) -> io::Result<Vec<String>> {
            if id.is_empty() { Err(io::Error::other("nobody's")) } else { Ok(Vec::new()) }
        }
    }

    fn several(threads: usize, text: &str, beside: Option<&dyn Beside>) -> (Vec<String>, io::Result<()>) {
        let mut items = Vec::new();
        let input = open_any(text.as_bytes(), None).unwrap();
        let lined = input.lined().unwrap();
        let read = read_lines(threads, lined, input, ("in", beside), &mut |item| items.push(format!("{item:?}")));
        (items, read)
    }

    fn check(text: &str) {
        let mut alone = Vec::new();
        read_any(text.as_bytes(), "in", None, &mut |item| alone.push(format!("{item:?}"))).unwrap();
        for threads in [1, 3] {
            let (items, read) = several(threads, text, None);
            read.unwrap();
            assert_eq!(items, alone, "{threads} threads");
        }
    }

    /// Lines among which every seventh is none of the format's.
    fn with_others(lines: &str) -> String {
        let others = ["{broken", "", "{\"resourceType\": \"Observation\"}", "{\"resourceType\": \"Patient\"}"];
        let mut text = String::new();
        for (number, line) in lines.lines().enumerate() {
            text.push_str(line);
            text.push('\n');
            if number % 7 == 0 {
                text.push_str(others.iter().cycle().nth(number / 7).unwrap());
                text.push('\n');
            }
        }
        text
    }

    fn fhir(claims: usize) -> String {
        let files = write::Files { claims: Vec::new(), patients: Vec::new(), coverages: Vec::new() };
        let mut writer = write::Writer::new(files);
        sample::claims(2).take(claims).for_each(|claim| writer.push(&claim.request, false).unwrap());
        String::from_utf8(writer.finish().unwrap().claims).unwrap()
    }

    #[test]
    fn several_hands_read_what_one_reads() {
        let mut native = Vec::new();
        sample::claims(2).take(900).for_each(|claim| json::write_request(&claim.request, &mut native).unwrap());
        check(&with_others(&String::from_utf8(native).unwrap()));
        check(&with_others(&fhir(300)));
    }

    #[test]
    fn what_cannot_be_had_ends_the_reading_at_its_place() {
        let claims = fhir(300);
        let broken = claims.lines().nth(200).unwrap();
        let from = broken.find("Patient/").unwrap();
        let to = from + broken.get(from..).unwrap().find('"').unwrap();
        let nobodys = broken.replace(broken.get(from..to).unwrap(), "Patient/");
        let (items, read) = several(3, &claims.replace(broken, &nobodys), Some(&Nothing));
        assert_eq!((items.len(), read.unwrap_err().to_string()), (200, "nobody's".to_owned()));
    }
}
