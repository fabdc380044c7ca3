//! What holds of any input: no panic, and every claim is there once.

use proptest::prelude::*;

use super::{ISA, SUBSCRIBER, claim, in_blocks, professional, read};
use crate::exchange::{Item, x12};

/// A file of three claims in two sets, one of them for a patient of their own.
fn file() -> String {
    let body = format!("{}{}HL*3*2*23*0~PAT*19~DMG*D8*20100101*M~{}", claim("C-1"), claim("C-2"), claim("C-3"));
    let second = format!("SE*1*0001~ST*837*0002*005010X223A2~{SUBSCRIBER}{}SE*", claim("C-4"));
    professional(&body).replacen("SE*", &second, 1)
}

/// The claims of a file that begins with [`ISA`], counted by nothing but its segments.
fn bare_count(input: &[u8]) -> usize {
    let (mut claims, mut in_claims) = (0, true);
    for segment in input.split(|byte| *byte == b'~') {
        let blank = |byte: &&u8| !matches!(byte, b'\r' | b'\n' | b'\t' | b' ' | 0 | 0x1A);
        let start = segment.iter().take_while(|byte| !blank(byte)).count();
        let text: Vec<u8> = segment[start..].iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        let mut elements = text.split(|byte| *byte == b'*').map(<[u8]>::trim_ascii);
        match elements.next().unwrap_or_default().to_ascii_uppercase().as_slice() {
            b"CLM" if in_claims => claims += 1,
            b"ST" => in_claims = elements.next() == Some(b"837"),
            b"SE" | b"GS" | b"GE" | b"IEA" => in_claims = true,
            _ => {}
        }
    }
    claims
}

fn settled(items: &[Item]) -> usize {
    items.iter().filter(|item| !matches!(item, Item::Fault(_))).count()
}

#[test]
fn every_truncation_keeps_every_claim() {
    let file = file();
    assert_eq!(settled(&read(file.as_bytes())), 4);
    for end in ISA.len()..=file.len() {
        let input = &file.as_bytes()[..end];
        assert_eq!(settled(&read(input)), bare_count(input), "the first {end} bytes");
    }
    for end in 0..ISA.len() {
        read(&file.as_bytes()[..end]);
    }
}

#[test]
fn every_byte_changed_keeps_every_claim() {
    let file = file();
    for place in ISA.len()..file.len() {
        for byte in *b"~*:C\n \0\xFF" {
            let mut input = file.clone().into_bytes();
            input[place] = byte;
            assert_eq!(settled(&read(&input)), bare_count(&input), "byte {place} is {byte}");
        }
    }
    for place in 0..ISA.len() {
        for byte in *b"~*:C\n \0\xFF" {
            let mut input = file.clone().into_bytes();
            input[place] = byte;
            read(&input);
        }
    }
}

#[test]
fn a_claim_that_is_too_long_to_be_kept_is_read_as_it_comes() {
    // More than a block holds of one claim: notes before the lines, and something to say among them.
    let notes = format!("NTE*ADD*{}~", "words ".repeat(10)).repeat(6_000);
    let long = claim("C-2").replace("LX*1~", &format!("{notes}\n~~{notes}LX*1~"));
    let body = format!("{}{long}{}", claim("C-1"), claim("C-3"));
    let short = professional(&body.replace(&notes, ""));
    let requests = |items: Vec<Item>| -> Vec<String> {
        let request = |item| match item {
            Item::Request(request) => format!("{} {} {}", request.id, request.lines.len(), request.diagnoses.len()),
            Item::Fault(fault) => fault.code.to_owned(),
            other => format!("{other:?}"),
        };
        items.into_iter().map(request).filter(|said| said != "x12::count").collect()
    };
    let expected = requests(read(short.as_bytes()));
    assert_eq!(expected.len(), 4, "{expected:?}");
    for input in [professional(&body), professional(&body).replace("LX*1~", "LX*1~Q1*?~")] {
        for block_bytes in [0, 300, 64 * 1024] {
            let items = in_blocks(input.as_bytes(), block_bytes);
            assert_eq!(settled(&items), 3);
            if !input.contains("Q1*") {
                assert_eq!(requests(items), expected);
            } else {
                assert!(items.iter().all(|item| !matches!(item, Item::Request(_))));
            }
        }
    }
}

#[test]
fn faults_within_a_claim_are_not_kept_without_end() {
    let body = format!("{}{}{}{}", claim("C-1"), "QQ~".repeat(50_000), claim("C-2"), "CLM~".repeat(3));
    let (mut items, mut heaviest) = (Vec::new(), 0);
    x12::cut(professional(&body).as_bytes(), "claims.x12", 64 * 1024, &mut |block| {
        heaviest = heaviest.max(block.weight());
        block.read("claims.x12", &mut |item| items.push(item));
    })
    .unwrap();
    assert!(heaviest < 1024 * 1024, "{heaviest} bytes");
    let said = super::said(&items);
    assert_eq!(said[..2], ["reject C-1 1 x12::unknown_segment", "C-2 1"], "{said:?}");
    assert_eq!(settled(&items), 5);
}

/// An input that fails when it is at its end.
struct Broken<'a>(&'a [u8]);

impl std::io::Read for Broken<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(std::io::ErrorKind::ConnectionReset.into()),
            read => Ok(read),
        }
    }
}

#[test]
fn an_input_that_fails_is_an_error_and_keeps_every_claim() {
    let file = file();
    for end in ISA.len()..=file.len() {
        let mut items = Vec::new();
        let input = &file.as_bytes()[..end];
        assert!(x12::read(Broken(input), "claims.x12", &mut |item| items.push(item)).is_err());
        let whole = input.split(|byte| *byte == b'~').rev().skip(1).filter(|segment| segment.starts_with(b"CLM"));
        assert_eq!(settled(&items), whole.count(), "the first {end} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_panic(input in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        read(&input);
    }

    #[test]
    fn no_segments_panic(segments in "([A-Z0-9]{2,3}|CLM|HI|LX|SV1|SV2|HL|DTP|ST|SE|GS|GE|IEA|NM1|SBR|DMG|REF)(\\*[A-Z0-9:.-]{0,9}){0,12}~") {
        let text = professional(&segments.repeat(3));
        let items = read(text.as_bytes());
        prop_assert_eq!(settled(&items), bare_count(text.as_bytes()));
        prop_assert_eq!(format!("{items:?}"), format!("{:?}", in_blocks(text.as_bytes(), 400)));
    }

    #[test]
    fn shuffled_segments_keep_every_claim(places in proptest::collection::vec(0_usize..60, 0..80)) {
        let file = file();
        let segments: Vec<&str> = file.split_inclusive('~').skip(1).filter(|segment| !segment.starts_with("IEA")).collect();
        let body: String = places.iter().map(|place| segments[place % segments.len()]).collect();
        let text = format!("{ISA}{body}IEA*1*000000001~");
        let items = read(text.as_bytes());
        prop_assert_eq!(settled(&items), bare_count(text.as_bytes()));
        prop_assert_eq!(format!("{items:?}"), format!("{:?}", in_blocks(text.as_bytes(), 400)));
    }
}
