//! Why the ledger could not do what it was asked; cloned for each who waited.

/// How long a sentence of a database may be that is passed on.
const WHY_CHARS_MAX: usize = 300;

/// Why the ledger could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// There is none.
    #[error("there is no ledger at `{0}`")]
    Missing(String),
    /// There is something else.
    #[error("`{0}` is no ledger")]
    NotOurs(String),
    /// It was written by a later version of this program.
    #[error("the ledger has format {found}; this program knows formats up to {known}")]
    Newer {
        /// Its format.
        found: i64,
        /// The latest that is known.
        known: i64,
    },
    /// The database cannot be reached.
    #[error("the ledger's database cannot be reached: {0}")]
    Unreachable(String),
    /// No space is left.
    #[error("the ledger has no space left: {0}")]
    Full(String),
    /// It may not be written.
    #[error("the ledger cannot be written, only read: {0}")]
    ReadOnly(String),
    /// As much waits to be recorded as may.
    #[error("the ledger has as much waiting to be recorded as it may")]
    Busy,
    /// The database takes too long.
    #[error("the ledger's database did not answer in time")]
    TooSlow,
    /// The database refuses for another reason.
    #[error("the ledger's database failed: {0}")]
    Database(String),
    /// A row that cannot be one of ours.
    #[error("row {seq} of the ledger cannot be read: {what}")]
    Damaged {
        /// Its place in the chain, counted from 1.
        seq: i64,
        /// What is wrong.
        what: &'static str,
    },
}

impl LedgerError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            LedgerError::Missing(_) => "ledger::missing",
            LedgerError::NotOurs(_) => "ledger::not_ours",
            LedgerError::Newer { .. } => "ledger::newer",
            LedgerError::Unreachable(_) => "ledger::unreachable",
            LedgerError::Full(_) => "ledger::full",
            LedgerError::ReadOnly(_) => "ledger::read_only",
            LedgerError::Busy => "ledger::busy",
            LedgerError::TooSlow => "ledger::too_slow",
            LedgerError::Database(_) => "ledger::database",
            LedgerError::Damaged { .. } => "ledger::damaged",
        }
    }

    /// What to do.
    pub fn help(&self) -> &'static str {
        match self {
            LedgerError::Missing(_) => "`claimgate serve --ledger` begins one; `--ledger` names another",
            LedgerError::NotOurs(_) => "`--ledger` takes a SQLite file of ours, or `postgres://…`",
            LedgerError::Newer { .. } => "use the version of claimgate that wrote it, or a later one",
            LedgerError::Unreachable(_) => {
                "start the database, or look at the URL; a server goes on by itself when it is back"
            }
            LedgerError::Full(_) => "make space; a server goes on by itself",
            LedgerError::ReadOnly(_) => "let this user write the file and its folder",
            LedgerError::Busy | LedgerError::TooSlow => "try again shortly",
            LedgerError::Database(_) => "look into the database's own log",
            LedgerError::Damaged { .. } => "`claimgate ledger verify` tells what else is wrong",
        }
    }
}

impl From<sqlx::Error> for LedgerError {
    fn from(error: sqlx::Error) -> LedgerError {
        let why = |error: &dyn std::fmt::Display| error.to_string().chars().take(WHY_CHARS_MAX).collect::<String>();
        match &error {
            sqlx::Error::Database(database) => {
                let words = why(database);
                match database.code().as_deref().map(kind_of) {
                    Some(Kind::Full) => LedgerError::Full(words),
                    Some(Kind::ReadOnly) => LedgerError::ReadOnly(words),
                    Some(Kind::NotOurs) => LedgerError::NotOurs(words),
                    Some(Kind::Unreachable) => LedgerError::Unreachable(words),
                    Some(Kind::Other) | None => LedgerError::Database(words),
                }
            }
            sqlx::Error::PoolTimedOut => LedgerError::Unreachable("no connection came about in time".to_owned()),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Configuration(_) => LedgerError::Unreachable(why(&error)),
            _ => LedgerError::Database(why(&error)),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Full,
    ReadOnly,
    NotOurs,
    Unreachable,
    Other,
}

/// What a code of SQLite (a number, its low byte the primary code: <https://sqlite.org/rescode.html>)
/// or of PostgreSQL (SQLSTATE, five characters) says.
fn kind_of(code: &str) -> Kind {
    if code.len() == 5 {
        return match code {
            "53100" => Kind::Full,
            "25006" => Kind::ReadOnly,
            "57P01" | "57P02" | "57P03" | "53300" => Kind::Unreachable,
            _ if code.starts_with("08") || code.starts_with("28") || code == "3D000" => Kind::Unreachable,
            _ => Kind::Other,
        };
    }
    match code.parse::<u32>().map(|code| (code & 0xff, code)) {
        // A write that fails in the middle is a disk without space, or a limit of the process.
        Ok((13, _) | (_, 778)) => Kind::Full,
        Ok((8, _)) => Kind::ReadOnly,
        Ok((26, _)) => Kind::NotOurs,
        Ok((14, _)) => Kind::Unreachable,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_databases_are_told_apart() {
        let check = |code: &str, kind: Kind| assert_eq!(kind_of(code), kind, "{code}");
        check("13", Kind::Full);
        check("778", Kind::Full);
        check("8", Kind::ReadOnly);
        check("1032", Kind::ReadOnly);
        check("26", Kind::NotOurs);
        check("14", Kind::Unreachable);
        check("5", Kind::Other);
        check("53100", Kind::Full);
        check("25006", Kind::ReadOnly);
        check("57P01", Kind::Unreachable);
        check("08006", Kind::Unreachable);
        check("28P01", Kind::Unreachable);
        check("23505", Kind::Other);
    }
}
