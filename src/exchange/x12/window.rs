//! A window of fixed size that slides over the input.

use std::io;

/// The bytes in sight, and how many were passed.
pub(super) struct Window<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// The offset in the input of the buffer's first byte.
    base: u64,
    ended: bool,
}

impl<R: io::Read> Window<R> {
    /// A window that always has room for `bytes_max` bytes in sight.
    pub(super) fn new(input: R, bytes_max: usize) -> Window<R> {
        Window { input, buffer: vec![0; bytes_max], start: 0, end: 0, base: 0, ended: false }
    }

    /// What is in sight.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// `len` bytes from `offset` of the input, as long as they were not slid away.
    pub(super) fn slice(&self, offset: u64, len: usize) -> &[u8] {
        let from = offset.checked_sub(self.base).and_then(|from| usize::try_from(from).ok());
        from.and_then(|from| self.buffer.get(from..from.checked_add(len)?)).unwrap_or_default()
    }

    /// The offset in the input of the first byte in sight.
    pub(super) fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    /// Whether the input has nothing more to give than what is in sight.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Passes `len` bytes; they can still be had by [`Window::slice`] until the next [`Window::fill`].
    pub(super) fn pass(&mut self, len: usize) {
        self.start = self.start.saturating_add(len).min(self.end);
    }

    /// Brings more into sight; false where there is no more.
    ///
    /// # Errors
    /// Those of the input, except for interruptions.
    pub(super) fn fill(&mut self) -> io::Result<bool> {
        if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.base += self.start as u64;
            (self.start, self.end) = (0, self.end - self.start);
        }
        // INVARIANT: callers hold fewer bytes in sight than the window has, so there is room here.
        debug_assert!(self.end < self.buffer.len());
        while !self.ended {
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.input.read(room) {
                Ok(0) => self.ended = true,
                Ok(read) => {
                    self.end = self.end.saturating_add(read).min(self.buffer.len());
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Brings at least `len` bytes into sight, or all that are left.
    ///
    /// # Errors
    /// Those of the input.
    pub(super) fn ensure(&mut self, len: usize) -> io::Result<()> {
        while self.bytes().len() < len && self.fill()? {}
        Ok(())
    }
}
