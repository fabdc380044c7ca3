//! The folder that a run writes to, and paper that is thrown away with the run.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read as _, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{
    history::{Paper, Scratch},
    replay::{Folder, Outlet},
};

/// Bytes written at once.
const BUFFER_BYTES: usize = 256 * 1024;
/// What is read whole: a checkpoint names every input file.
const SMALL_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// A folder on the disk.
pub(in crate::cli) struct Disk(PathBuf);

impl Disk {
    /// Makes the folder where it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(in crate::cli) fn make(path: &Path) -> io::Result<Disk> {
        fs::create_dir_all(path)?;
        Ok(Disk(path.to_owned()))
    }

    /// Makes what was renamed, made or removed in the folder outlast a crash.
    fn sync(&self) -> io::Result<()> {
        if cfg!(unix) { open(&self.0)?.sync_all() } else { Ok(()) }
    }
}

#[expect(clippy::disallowed_methods, reason = "the folder that the caller named")]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

impl Folder for Disk {
    fn outlet(&self, name: &str) -> io::Result<Box<dyn Outlet>> {
        let file = OpenOptions::new().append(true).create(true).open(self.0.join(name))?;
        Ok(Box::new(Out(BufWriter::with_capacity(BUFFER_BYTES, file))))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn io::Read>> {
        Ok(Box::new(open(&self.0.join(name))?))
    }

    fn cut(&self, name: &str, bytes: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(self.0.join(name))?;
        if file.metadata()?.len() < bytes {
            return Err(io::Error::other("it is shorter than the checkpoint says"));
        }
        file.set_len(bytes)?;
        file.sync_all()
    }

    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let (temporary, place) = (self.0.join(format!("{name}.new")), self.0.join(name));
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(temporary, place)?;
        self.sync()
    }

    fn get(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let file = match open(&self.0.join(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(SMALL_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn has(&self, name: &str) -> io::Result<bool> {
        fs::exists(self.0.join(name))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))?;
        self.sync()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn scratch(&self) -> Box<dyn Scratch> {
        Box::new(Temporary(self.0.clone()))
    }
}

struct Out(BufWriter<File>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Outlet for Out {
    fn sync(&mut self) -> io::Result<()> {
        self.0.flush()?;
        self.0.get_ref().sync_data()
    }
}

/// Files beside the output that lose their name as soon as they are open: what is on them, which is
/// patients' data, is gone with the program, however it ends.
struct Temporary(PathBuf);

/// Makes names of files differ that are open at once.
static SHEETS: AtomicU64 = AtomicU64::new(0);

impl Scratch for Temporary {
    fn sheet(&self) -> io::Result<Box<dyn Paper>> {
        let number = SHEETS.fetch_add(1, Ordering::Relaxed);
        let path = self.0.join(format!(".scratch-{}-{number}", std::process::id()));
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        fs::remove_file(&path)?;
        Ok(Box::new(file))
    }
}
