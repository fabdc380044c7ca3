//! Files that are there only once they are whole.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

/// Bytes written at once.
const BUFFER_BYTES: usize = 256 * 1024;

/// A file that has its name only once it is whole; until then, and if it never is, it is a hidden
/// one beside it that goes away.
pub(super) struct Pending {
    /// Writes it.
    pub(super) writer: BufWriter<File>,
    part: PathBuf,
    name: PathBuf,
    is_kept: bool,
}

impl Pending {
    /// Begins a file.
    ///
    /// # Errors
    /// When it cannot be made there.
    pub(super) fn open(name: &Path) -> io::Result<Pending> {
        let mut part = std::ffi::OsString::from(".");
        part.push(name.file_name().ok_or_else(|| io::Error::other("this names no file"))?);
        part.push(".part");
        let part = name.with_file_name(part);
        let writer = BufWriter::with_capacity(BUFFER_BYTES, File::create(&part)?);
        Ok(Pending { writer, part, name: name.to_owned(), is_kept: false })
    }

    /// Gives the file its name; what was there under it is gone then.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn keep(mut self) -> io::Result<()> {
        self.writer.flush()?;
        self.writer.get_ref().sync_all()?;
        fs::rename(&self.part, &self.name)?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.part);
        }
    }
}
