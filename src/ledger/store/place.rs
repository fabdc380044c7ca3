//! Where a ledger is: a SQLite file, or a PostgreSQL database by URL.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use super::LedgerError;
use crate::private::Private;

/// Where a ledger is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database; its URL may hold a password.
    Server(Private<String>),
}

/// What is to be done with a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Record; a ledger that is not there is begun.
    Record,
    /// Change one that is there: a checkpoint, a retirement.
    Change,
    /// Read one that is there, also where it cannot be written.
    Read,
}

impl Place {
    /// What sqlx connects to.
    ///
    /// # Errors
    /// When a file that should be there is not, or cannot be begun.
    pub(super) fn url(&self, access: Access) -> Result<String, LedgerError> {
        let file = match self {
            Place::Server(url) => return Ok(url.reveal().clone()),
            Place::File(file) => file,
        };
        match access {
            Access::Record => begin(file)?,
            Access::Change | Access::Read if !file.is_file() => return Err(LedgerError::Missing(self.to_string())),
            Access::Change | Access::Read => {}
        }
        let whole = file.canonicalize().map_err(|error| LedgerError::Unreachable(error.to_string()))?;
        // Of a file that nobody can write there is nothing beside it to look for, and nothing may be
        // made there either.
        let is_still = access == Access::Read && is_read_only(&whole);
        let how = match access {
            Access::Read if is_still => "mode=ro&immutable=1",
            Access::Read => "mode=ro",
            Access::Record | Access::Change => "mode=rw",
        };
        Ok(format!("sqlite://{}?{how}", encoded(&whole)))
    }

    /// Whether it is a PostgreSQL database.
    pub(super) fn is_server(&self) -> bool {
        matches!(self, Place::Server(_))
    }
}

impl FromStr for Place {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Place, Self::Err> {
        let is_server = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        Ok(if is_server { Place::Server(Private::new(text.to_owned())) } else { Place::File(PathBuf::from(text)) })
    }
}

impl fmt::Display for Place {
    /// Without user, password and options.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(file) => write!(f, "{}", file.display()),
            Place::Server(url) => {
                let rest = url.reveal().split_once("://").map_or("", |(_, rest)| rest);
                let rest = rest.split('?').next().unwrap_or_default();
                let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                write!(f, "postgres://{host}")
            }
        }
    }
}

/// Makes the file where there is none, for its owner alone: the database's own files beside it
/// take its mode.
fn begin(file: &Path) -> Result<(), LedgerError> {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.write(true).create_new(true).open(file) {
        Ok(_) => Ok(()),
        Err(_) if file.is_file() => Ok(()),
        Err(error) => Err(LedgerError::Unreachable(format!("`{}`: {error}", file.display()))),
    }
}

/// Whether neither the file nor its folder can be written, and nothing waits in a log beside it.
fn is_read_only(file: &Path) -> bool {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let waits = std::fs::metadata(PathBuf::from(log)).is_ok_and(|log| log.len() > 0);
    let may_write = std::fs::OpenOptions::new().append(true).open(file).is_ok();
    !waits && !may_write
}

/// A path within a URL (<https://url.spec.whatwg.org/#path-percent-encode-set>).
fn encoded(path: &Path) -> String {
    let mut text = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'~' => text.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => text.push(char::from(*byte)),
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        let check = |text: &str, shown: &str| {
            let Ok(place) = text.parse::<Place>();
            assert_eq!(place.to_string(), shown);
            assert!(!format!("{place:?} {place}").contains("secret"), "{text}");
        };
        check("postgres://user:secret@db.example:5432/claims?password=secret", "postgres://db.example:5432/claims");
        check("postgresql://u:sec@secret@db.example/claims", "postgres://db.example/claims");
        check("postgres:///claims?host=/run/postgresql", "postgres:///claims");
        check("claims.ledger", "claims.ledger");
    }

    #[test]
    fn any_path_is_a_url() {
        assert_eq!(encoded(Path::new("/a b/50%?#ü.ledger")), "/a%20b/50%25%3F%23%C3%BC.ledger");
    }
}
