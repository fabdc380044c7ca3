//! An input of any format: opened, its format told from its content, and read; by several hands, where
//! somebody has them.

use std::io::{self, BufRead, Chain, Cursor, Read as _};

use super::{
    DOCUMENT_BYTES_MAX, Fault, Format, HEAD_BYTES, Item, PART_BYTES, Part, Reject,
    detect::{self, detect, is_lines},
    fhir, json,
    lines::each_block,
    parquet, table, x12,
};

/// An input whose format is known.
pub struct Opened<R> {
    /// The format, or why it cannot be told.
    format: Result<Format, Fault>,
    /// Whether it has a document a line.
    is_lines: bool,
    input: Chain<Cursor<Vec<u8>>, R>,
}

/// Reads an input of any format: the one that is named, or the one its content tells. `file` is
/// its name in sources and faults, without folders.
///
/// An input that cannot be read at all (no known format, a table without its columns) is one
/// [`Item::Fault`] and nothing else.
///
/// # Errors
/// When the input itself fails.
pub fn read_any(input: impl BufRead, file: &str, format: Option<Format>, each: &mut dyn FnMut(Item)) -> io::Result<()> {
    open_any(input, format)?.read(file, each)
}

/// Opens an input of any format: the one that is named, or the one its content tells.
///
/// # Errors
/// When the input itself fails.
pub fn open_any<R: BufRead>(mut input: R, format: Option<Format>) -> io::Result<Opened<R>> {
    let mut head = Vec::new();
    more(&mut input, &mut head)?;
    let format = format.map_or_else(|| detect(&head), Ok);
    let line_bytes_max = match format {
        Ok(Format::Fhir) => fhir::LINE_BYTES_MAX,
        Ok(Format::Json) => json::LINE_BYTES_MAX,
        _ => 0,
    };
    // Whether it has a document a line shows at the end of the first.
    while head.len() <= line_bytes_max && !detect::is_enough(&head) && more(&mut input, &mut head)? {}
    Ok(Opened { format, is_lines: is_lines(&head), input: Cursor::new(head).chain(input) })
}

impl<R: BufRead> Opened<R> {
    /// Reads it; `file` is its name in sources and faults, without folders.
    ///
    /// # Errors
    /// When the input itself fails.
    pub fn read(self, file: &str, each: &mut dyn FnMut(Item)) -> io::Result<()> {
        match self.format {
            Ok(Format::X12) => x12::read(self.input, file, each),
            Ok(Format::Csv) => table::read(self.input, file, each),
            Ok(Format::Fhir) if self.is_lines => fhir::read_lines(self.input, file, each),
            Ok(Format::Json) if self.is_lines => json::read_lines(self.input, file, each),
            _ => self.read_document(file, each),
        }
    }

    /// Tells apart what it holds, and hands it out in parts that can be read by several hands; what they
    /// hold in all is what [`Opened::read`] finds. FHIR is taken for lines also where it `is_beside` other
    /// files: a document alone finds what lies beside it as a line does.
    ///
    /// # Errors
    /// When the input itself fails; what stood before was handed on.
    pub fn cut(self, file: &str, is_beside: bool, each: &mut dyn FnMut(Part)) -> io::Result<()> {
        match self.format {
            Ok(Format::X12) => x12::cut(self.input, file, PART_BYTES, &mut |block| each(Part::X12(block))),
            Ok(Format::Csv) => match table::open(self.input, file)? {
                Ok(opened) => opened.cut(PART_BYTES, &mut |block| each(Part::Rows(block))),
                Err(fault) => {
                    each(Part::Items(vec![Item::Fault(fault)]));
                    Ok(())
                }
            },
            Ok(Format::Fhir) if self.is_lines || is_beside => {
                each_block(self.input, fhir::LINE_BYTES_MAX, PART_BYTES, &mut |block| each(Part::Fhir(block)))
            }
            Ok(Format::Json) if self.is_lines => {
                each_block(self.input, json::LINE_BYTES_MAX, PART_BYTES, &mut |block| each(Part::Json(block)))
            }
            _ => self.read_document(file, &mut |item| each(Part::Items(vec![item]))),
        }
    }

    /// Reads what must be whole to be read.
    fn read_document(mut self, file: &str, each: &mut dyn FnMut(Item)) -> io::Result<()> {
        let document = match self.format {
            Ok(_) => document(&mut self.input, file)?,
            Err(fault) => {
                each(Item::Fault(Fault { place: file.to_owned(), ..fault }));
                return Ok(());
            }
        };
        match (self.format, document) {
            (Ok(Format::Parquet), Ok(bytes)) => {
                return parquet::read(bytes::Bytes::from(bytes), file, &|| false, each);
            }
            (Ok(Format::Parquet), Err(reject)) => {
                let help =
                    "name the file itself: Parquet is read from its end, and only a stream must be held in memory";
                each(Item::Fault(Fault { help: Some(help.to_owned()), ..reject.fault }));
            }
            (Ok(Format::Fhir), Ok(bytes)) => fhir::read(&bytes, file, each),
            (_, Ok(bytes)) => json::read(&bytes, &mut |item| each(item.within(file))),
            (_, Err(reject)) => each(Item::Reject(reject)),
        }
        Ok(())
    }
}

/// Reads on; whether there was anything.
fn more(input: &mut impl BufRead, head: &mut Vec<u8>) -> io::Result<bool> {
    let limit = u64::try_from(HEAD_BYTES).unwrap_or(u64::MAX);
    Ok(input.by_ref().take(limit).read_to_end(head)? > 0)
}

/// The whole of an input, where it is no longer than a document may be.
fn document(input: &mut impl BufRead, file: &str) -> io::Result<Result<Vec<u8>, Reject>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX);
    input.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() <= DOCUMENT_BYTES_MAX {
        return Ok(Ok(bytes));
    }
    let fault = Fault {
        code: "format::document_too_long",
        place: file.to_owned(),
        message: format!("the document is longer than {DOCUMENT_BYTES_MAX} bytes"),
        help: Some("write one claim a line (NDJSON)".to_owned()),
    };
    Ok(Err(Reject { request_id: None, lines: 0, fault }))
}
