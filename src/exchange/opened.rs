//! An input of any format: opened, its format told from its content, and read; NDJSON by several
//! hands, where somebody has them.

use std::io::{self, BufRead, Chain, Cursor, Read as _};

use super::{
    Block, DOCUMENT_BYTES_MAX, Fault, Format, HEAD_BYTES, Item, Reject,
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

/// A format of which each line stands by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lined {
    /// The native JSON, a request a line.
    Json,
    /// FHIR R4 JSON, a resource a line.
    Fhir,
}

/// Reads blocks of lines; several of them read one input together.
pub struct LineReader<'r> {
    file: &'r str,
    /// What reads FHIR; none where the lines are native JSON.
    fhir: Option<fhir::Lines<'r>>,
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
    /// The format of its lines, where each stands by itself.
    pub fn lined(&self) -> Option<Lined> {
        match self.format {
            Ok(Format::Json) if self.is_lines => Some(Lined::Json),
            Ok(Format::Fhir) if self.is_lines => Some(Lined::Fhir),
            _ => None,
        }
    }

    /// Reads it; `file` is its name in sources and faults, without folders.
    ///
    /// # Errors
    /// When the input itself fails.
    pub fn read(mut self, file: &str, each: &mut dyn FnMut(Item)) -> io::Result<()> {
        let lined = self.lined();
        match self.format {
            Err(fault) => each(Item::Fault(Fault { place: file.to_owned(), ..fault })),
            Ok(Format::X12) => x12::read(self.input, file, each)?,
            Ok(Format::Csv) => table::read(self.input, file, each)?,
            Ok(Format::Parquet) => match document(&mut self.input, file)? {
                Ok(bytes) => parquet::read(bytes::Bytes::from(bytes), file, &|| false, each)?,
                Err(reject) => {
                    let help =
                        "name the file itself: Parquet is read from its end, and only a stream must be held in memory";
                    each(Item::Fault(Fault { help: Some(help.to_owned()), ..reject.fault }));
                }
            },
            Ok(Format::Fhir) if lined.is_some() => fhir::read_lines(self.input, file, each)?,
            Ok(Format::Fhir) => match document(&mut self.input, file)? {
                Ok(bytes) => fhir::read(&bytes, file, each),
                Err(reject) => each(Item::Reject(reject)),
            },
            Ok(Format::Json) if lined.is_some() => json::read_lines(self.input, file, each)?,
            Ok(Format::Json) => match document(&mut self.input, file)? {
                Ok(bytes) => json::read(&bytes, &mut |item| each(item.within(file))),
                Err(reject) => each(Item::Reject(reject)),
            },
        }
        Ok(())
    }

    /// Cuts lines of `lined` into blocks of some `block_bytes`; a [`LineReader`] reads them.
    ///
    /// # Errors
    /// When the input cannot be read any further; what stood before was handed on.
    pub fn cut(self, lined: Lined, block_bytes: usize, each: &mut dyn FnMut(Block)) -> io::Result<()> {
        let bytes_max = match lined {
            Lined::Json => json::LINE_BYTES_MAX,
            Lined::Fhir => fhir::LINE_BYTES_MAX,
        };
        each_block(self.input, bytes_max, block_bytes, each)
    }
}

impl<'r> LineReader<'r> {
    /// A reader of lines of `file`, in whose FHIR each claim and order finds what lies `beside` it.
    pub fn new(lined: Lined, file: &'r str, beside: Option<&'r dyn fhir::Beside>) -> LineReader<'r> {
        LineReader { file, fhir: (lined == Lined::Fhir).then(|| fhir::Lines::new(file, beside)) }
    }

    /// Reads a block.
    ///
    /// # Errors
    /// When what lies beside it cannot be had.
    pub fn read(&mut self, block: &Block, each: &mut dyn FnMut(Item)) -> io::Result<()> {
        block.each(|number, line| match &mut self.fhir {
            Some(lines) => lines.read(number, line, each),
            None => {
                each(json::line(line, self.file, number));
                Ok(())
            }
        })
    }

    /// Takes over what another, who read later blocks, has counted.
    pub fn join(&mut self, later: LineReader<'_>) {
        if let (Some(own), Some(later)) = (&mut self.fhir, later.fhir) {
            own.join(later);
        }
    }

    /// Tells what was counted and not read.
    pub fn tell(self, each: &mut dyn FnMut(Item)) {
        if let Some(lines) = self.fhir {
            lines.tell(each);
        }
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
