//! `claimgate ledger checkpoint`: the head, signed, to be taken to another place; and how such a file
//! is written and read.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{super::complain, Exit, KeyArgs, LedgerArgs, now_ms};
use crate::{
    date,
    ledger::{
        Access,
        head::{Head, PublicKey, Signed},
        hex, unhex,
    },
};

/// What a head's file says that it is.
const FORMAT: &str = "claimgate-ledger-head/1";

/// How large such a file may be: it has seven short fields.
const FILE_BYTES_MAX: usize = 64 * 1024;

/// Sign how many entries the ledger has and the hash of the last; keep the file in another place
///
/// `claimgate ledger verify --against FILE` then shows whether anything before it was changed or cut
/// off. The file holds no patient data.
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    ledger: LedgerArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Where to write it; must not be there yet [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Signs the head.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let Some(keys) = args.key.read() else { return Ok(Exit::Broken) };
    let Some(ledger) = args.ledger.open(Access::Change) else { return Ok(Exit::Broken) };
    let signed = match ledger.wait(ledger.checkpoint(keys, now_ms())) {
        Ok(signed) => signed,
        Err(error) => {
            complain(&error, Some(error.help()));
            return Ok(Exit::Broken);
        }
    };
    let text = format!("{:#}\n", written(&signed));
    match &args.out {
        None => io::stdout().write_all(text.as_bytes())?,
        Some(file) => {
            let write = || std::fs::File::create_new(file)?.write_all(text.as_bytes());
            if let Err(error) = write() {
                complain(format_args!("cannot write `{}`: {error}", file.display()), None);
                return Ok(Exit::Broken);
            }
        }
    }
    Ok(Exit::Allowed)
}

fn written(signed: &Signed<Head>) -> Value {
    json!({
        "format": FORMAT,
        "ledger": signed.what.ledger.to_string(),
        "count": signed.what.count,
        "head": hex(&signed.what.hash),
        "made_at": date::moment_text(signed.what.made_ms),
        "public_key": hex(&signed.public_key),
        "signature": hex(&signed.signature),
    })
}

/// The head of a file; says what is wrong with it.
pub(super) fn read(file: &Path) -> Result<Signed<Head>, String> {
    let text = small_file(file)?;
    let value: Value = serde_json::from_str(&text).map_err(|_| "it is not JSON".to_owned())?;
    of(&value).ok_or_else(|| format!("it is not what `claimgate ledger checkpoint` writes (`{FORMAT}`)"))
}

/// The text of a small file.
pub(super) fn small_file(file: &Path) -> Result<String, String> {
    #[expect(clippy::disallowed_methods, reason = "files that the caller names are opened here")]
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    if text.len() > FILE_BYTES_MAX { Err("it is far too large".to_owned()) } else { Ok(text) }
}

fn of(value: &Value) -> Option<Signed<Head>> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    text("format").filter(|format| *format == FORMAT)?;
    let what = Head {
        ledger: Uuid::parse_str(text("ledger")?).ok()?,
        count: value.get("count")?.as_i64()?,
        hash: unhex(text("head")?)?,
        made_ms: date::moment_ms(text("made_at")?)?,
    };
    Some(Signed { what, public_key: unhex(text("public_key")?)?, signature: unhex(text("signature")?)? })
}

/// The public key of a file: alone in it, or in a head.
pub(super) fn read_public_key(file: &Path) -> Result<PublicKey, String> {
    let text = small_file(file)?;
    unhex(text.trim()).ok_or_else(|| "it is not what `claimgate ledger key --public` writes".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_written() {
        let what = Head { ledger: Uuid::max(), count: 7, hash: [1; 32], made_ms: 1_767_225_600_500 };
        let signed = Signed { what, public_key: [2; 32], signature: [3; 64] };
        let value = written(&signed);
        assert_eq!(of(&value), Some(signed));
        for name in ["format", "ledger", "count", "head", "made_at", "public_key", "signature"] {
            let mut other = value.clone();
            other.as_object_mut().unwrap().insert(name.to_owned(), json!("x"));
            assert_eq!(of(&other), None, "{name}");
        }
    }
}
