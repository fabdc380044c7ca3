//! `claimgate serve`: decisions over HTTP, until it is told to stop.
//!
//! Settings come from `CLAIMGATE_*` variables (docs/http.md); what is given here wins.

use std::{io, net::SocketAddr, sync::Arc};

use arc_swap::ArcSwap;

use super::{Exit, complain, ledger, packs, screen::Colour};
use crate::{config, desk::Desk, http, telemetry};

/// Serve decisions over HTTP: /v1/decisions, /v1/packs, CDS Hooks, probes
///
/// Further settings are environment variables that begin with CLAIMGATE_; docs/http.md lists them.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Where to listen; port 0 takes any free one [default: $CLAIMGATE_ADDRESS, else 127.0.0.1:8080]
    #[arg(long, value_name = "IP:PORT")]
    address: Option<SocketAddr>,
    #[command(flatten)]
    packs: packs::PackArgs,
    #[command(flatten)]
    record: ledger::RecordArgs,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

/// Serves until SIGINT or SIGTERM; requests under way are finished.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let (mut server, log) = match config::from_environment() {
        Ok(settings) => settings,
        Err(error) => {
            complain(error, Some("docs/http.md lists every setting"));
            return Ok(Exit::Broken);
        }
    };
    if let Some(address) = args.address {
        server.address = address;
    }
    if let Err(error) = telemetry::start(&log) {
        complain(error, Some("CLAIMGATE_LOG takes a filter such as `claimgate=info,warn`"));
        return Ok(Exit::Broken);
    }
    let Some(packs) = args.packs.load(args.color) else { return Ok(Exit::Broken) };
    let desk = Arc::new(ArcSwap::from_pointee(Desk::new(packs)));
    let recorder = match args.record.recorder() {
        Ok(recorder) => recorder,
        Err(exit) => return Ok(exit),
    };
    match http::serve(&server, desk, recorder) {
        Ok(()) => Ok(Exit::Allowed),
        Err(error) => {
            complain(format_args!("cannot serve on {}: {error}", server.address), None);
            Ok(Exit::Broken)
        }
    }
}
