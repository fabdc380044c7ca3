//! What people read on: how wide it is, whether it shows colour, and text wrapped to it.
//!
//! INVARIANT: no control character of the input reaches a terminal.

use std::{
    fmt::{self, Write as _},
    io::{self, IsTerminal, Write},
};

use clap::ValueEnum;

/// Columns where the output is no terminal.
const COLUMNS: usize = 100;
/// Lines longer than this tire the eye.
const COLUMNS_MAX: usize = 120;
/// On less, words would stand one below the other.
const COLUMNS_MIN: usize = 60;

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// Where the output is a terminal, unless NO_COLOR is set
    Auto,
    /// Also into files and pipes
    Always,
    /// Not at all
    Never,
}

/// Where people read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    /// Its columns.
    pub(super) columns: usize,
    /// Whether colour is shown.
    pub(super) colour: bool,
}

/// A way to write a few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Green,
    Yellow,
    Red,
    Bold,
    Dim,
}

impl Screen {
    /// The screen behind an output.
    pub(super) fn of(output: &impl IsTerminal, colour: Colour) -> Screen {
        let terminal = output.is_terminal();
        let wide = || terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| usize::from(columns));
        let columns = if terminal { wide().unwrap_or(COLUMNS) } else { COLUMNS };
        let colour = match colour {
            Colour::Auto => terminal && !is_colourless(),
            Colour::Always => true,
            Colour::Never => false,
        };
        Screen { columns: columns.clamp(COLUMNS_MIN, COLUMNS_MAX), colour }
    }

    /// What is written into a file.
    pub(super) fn of_file(colour: Colour) -> Screen {
        Screen { columns: COLUMNS, colour: colour == Colour::Always }
    }

    /// `words` in an ink, where colour is shown. Padding counts the words only.
    pub(super) fn ink<'a>(&self, ink: Ink, words: &'a str) -> Inked<'a> {
        Inked { words, ink: self.colour.then_some(ink) }
    }

    /// Writes `words` from column `from` on, broken to the screen's width, further lines from
    /// column `hang` on; ends the line.
    pub(super) fn wrap(&self, out: &mut impl Write, from: usize, hang: usize, words: &str) -> io::Result<()> {
        let (mut column, mut begun) = (from, false);
        for word in words.split_whitespace() {
            let long = word.chars().count();
            if begun && column + 1 + long > self.columns {
                write!(out, "\n{:hang$}", "")?;
                column = hang;
            } else if begun {
                out.write_all(b" ")?;
                column += 1;
            }
            write!(out, "{}", Clean(word))?;
            column += long;
            begun = true;
        }
        out.write_all(b"\n")
    }
}

/// <https://no-color.org>: set and not empty.
fn is_colourless() -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    set("NO_COLOR").is_some() || set("TERM").is_some_and(|terminal| terminal == "dumb")
}

/// Words in an ink.
pub(super) struct Inked<'a> {
    words: &'a str,
    ink: Option<Ink>,
}

impl fmt::Display for Inked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = match self.ink {
            None => return f.pad(self.words),
            Some(Ink::Bold) => 1,
            Some(Ink::Dim) => 2,
            Some(Ink::Red) => 31,
            Some(Ink::Green) => 32,
            Some(Ink::Yellow) => 33,
        };
        write!(f, "\x1b[{code}m")?;
        f.pad(self.words)?;
        f.write_str("\x1b[0m")
    }
}

/// Text of the input, with `�` for characters that would steer a terminal.
pub(super) struct Clean<'a>(pub(super) &'a str);

impl fmt::Display for Clean<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Embeddings, overrides and isolates turn the reading direction.
        let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if !self.0.contains(steers) {
            return f.write_str(self.0);
        }
        self.0.chars().try_for_each(|c| f.write_char(if steers(c) { '\u{fffd}' } else { c }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: usize, words: &str, expected: &str) {
        let mut out = Vec::new();
        Screen { columns: 20, colour: false }.wrap(&mut out, from, 2, words).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{words:?}");
    }

    #[test]
    fn words_are_wrapped_to_the_screen() {
        check(0, "", "\n");
        check(0, "twenty columns a line", "twenty columns a\n  line\n");
        check(0, "exactly twenty colum", "exactly twenty colum\n");
        check(15, "a verdict", "a\n  verdict\n");
        check(0, "a-word-that-is-longer-than-the-screen b", "a-word-that-is-longer-than-the-screen\n  b\n");
        check(0, "≥ 3 calendar months", "≥ 3 calendar months\n");
    }

    #[test]
    fn nothing_of_the_input_steers_the_terminal() {
        check(0, "C-1\u{1b}[2J \u{202e}x", "C-1�[2J �x\n");
        assert_eq!(Clean("a\r\n\u{7}b").to_string(), "a���b");
    }

    #[test]
    fn colour_is_round_the_words_only() {
        let screen = |colour| Screen { columns: 80, colour };
        assert_eq!(format!("{:<6}|", screen(true).ink(Ink::Red, "deny")), "\u{1b}[31mdeny  \u{1b}[0m|");
        assert_eq!(format!("{:<6}|", screen(false).ink(Ink::Red, "deny")), "deny  |");
    }
}
