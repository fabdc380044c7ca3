//! The keys of a ledger: one signs heads and marks, the other makes keyed hashes of members.
//!
//! They stand in one small text file that only its owner may read. Whoever has it can sign; whoever
//! has only the ledger can neither sign nor find a member by guessing ids.

use std::{fmt, io::Write as _, path::Path};

use ring::{
    rand::{SecureRandom as _, SystemRandom},
    signature::{Ed25519KeyPair, KeyPair as _},
};

use super::{head::PublicKey, hex, unhex};

/// The first line of a key file.
const FIRST_LINE: &str = "claimgate ledger key 1";

/// How large a key file may be: it has three short lines.
const FILE_BYTES_MAX: u64 = 4096;

/// The keys of a ledger.
pub struct Keys {
    signing: Ed25519KeyPair,
    member: [u8; 32],
}

/// Why keys could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot {what} the key file `{file}`: {why}")]
    Disk {
        /// Read or write.
        what: &'static str,
        /// The file.
        file: String,
        /// What the system said.
        why: std::io::Error,
    },
    /// The file holds something else.
    #[error("`{0}` is no key file of a ledger")]
    NotOurs(String),
    /// Others may read the file.
    #[error("others than its owner may read the key file `{0}`")]
    Open(String),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NoChance,
}

impl KeyError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            KeyError::Disk { .. } => "ledger::key_unreadable",
            KeyError::NotOurs(_) => "ledger::no_key",
            KeyError::Open(_) => "ledger::key_open",
            KeyError::NoChance => "ledger::no_chance",
        }
    }

    /// What to do.
    pub fn help(&self) -> String {
        match self {
            KeyError::Disk { .. } | KeyError::NotOurs(_) => "`claimgate ledger key FILE` makes one".to_owned(),
            KeyError::Open(file) => format!("`chmod 600 {file}`"),
            KeyError::NoChance => "try again".to_owned(),
        }
    }
}

impl Keys {
    /// New keys, written into a file that must not be there yet; only its owner may read it.
    ///
    /// # Errors
    /// When the file is there, or cannot be written.
    pub fn create(file: &Path) -> Result<Keys, KeyError> {
        let chance = SystemRandom::new();
        let (mut signing, mut member) = ([0; 32], [0; 32]);
        chance.fill(&mut signing).and_then(|()| chance.fill(&mut member)).map_err(|_| KeyError::NoChance)?;
        let text = format!("{FIRST_LINE}\nsigning {}\nmember {}\n", hex(&signing), hex(&member));
        let mut options = std::fs::OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.write(true).create_new(true).open(file).and_then(|mut out| {
            out.write_all(text.as_bytes())?;
            out.sync_all()
        });
        written.map_err(|why| KeyError::Disk { what: "write", file: file.display().to_string(), why })?;
        Keys::of(&text).ok_or_else(|| KeyError::NotOurs(file.display().to_string()))
    }

    /// The keys of a file.
    ///
    /// # Errors
    /// When it cannot be read, holds something else, or others may read it.
    pub fn read(file: &Path) -> Result<Keys, KeyError> {
        let name = || file.display().to_string();
        let disk = |why| KeyError::Disk { what: "read", file: name(), why };
        let about = std::fs::metadata(file).map_err(disk)?;
        if about.len() > FILE_BYTES_MAX {
            return Err(KeyError::NotOurs(name()));
        }
        #[cfg(unix)]
        if std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o077 != 0 {
            return Err(KeyError::Open(name()));
        }
        #[expect(clippy::disallowed_methods, reason = "a key file is read here and nowhere else")]
        let bytes = std::fs::read(file).map_err(disk)?;
        std::str::from_utf8(&bytes).ok().and_then(Keys::of).ok_or_else(|| KeyError::NotOurs(name()))
    }

    /// The keys of a file's text.
    fn of(text: &str) -> Option<Keys> {
        let mut lines = text.lines();
        lines.next().filter(|line| *line == FIRST_LINE)?;
        let signing = unhex::<32>(lines.next()?.strip_prefix("signing ")?)?;
        let member = unhex::<32>(lines.next()?.strip_prefix("member ")?)?;
        let signing = Ed25519KeyPair::from_seed_unchecked(&signing).ok()?;
        lines.next().is_none().then_some(Keys { signing, member })
    }

    /// What signs heads and marks.
    pub fn signing(&self) -> &Ed25519KeyPair {
        &self.signing
    }

    /// The public half of what signs.
    pub fn public(&self) -> PublicKey {
        let mut public = [0; 32];
        public.iter_mut().zip(self.signing.public_key().as_ref()).for_each(|(out, byte)| *out = *byte);
        public
    }

    /// The secret of the members' keyed hashes.
    pub fn member(&self) -> &[u8; 32] {
        &self.member
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", hex(&self.public()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_were_made_and_kept_from_others() {
        let folder = std::env::temp_dir().join(format!("claimgate-keys-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("ledger.key");
        let made = Keys::create(&file).unwrap();
        let read = Keys::read(&file).unwrap();
        assert_eq!((made.public(), made.member()), (read.public(), read.member()));
        assert!(Keys::create(&file).is_err(), "keys are never written over");
        assert!(!format!("{made:?}").contains(&hex(made.member())));
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
        assert_eq!(Keys::read(&file).unwrap_err().code(), "ledger::key_open");
        assert_eq!(Keys::read(&folder.join("none")).unwrap_err().code(), "ledger::key_unreadable");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_no_key_file_is_refused() {
        let key = "00".repeat(32);
        let check = |text: &str, is: bool| assert_eq!(Keys::of(text).is_some(), is, "{text}");
        check(&format!("{FIRST_LINE}\nsigning {key}\nmember {key}\n"), true);
        check(&format!("{FIRST_LINE}\nsigning {key}\n"), false);
        check(&format!("{FIRST_LINE}\nsigning {key}\nmember {key}\nmore\n"), false);
        check(&format!("{FIRST_LINE}\nsigning {key}0\nmember {key}\n"), false);
        check("", false);
    }
}
