//! `claimgate serve`: the HTTP API and CDS Hooks, until the process is told to stop.

use std::{net::SocketAddr, sync::Arc};

use arc_swap::ArcSwap;

use super::{Exit, complain, packs, screen::Colour};
use crate::{config, desk::Desk, http::Service, telemetry};

/// Serve the HTTP API and CDS Hooks
///
/// Every other setting is a variable of the environment that begins with CLAIMGATE_; docs/http.md
/// lists them. The log goes to stderr. SIGINT and SIGTERM stop the server; requests under way may
/// finish.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    packs: packs::PackArgs,
    /// Where to listen; port 0 takes any free one [default: $CLAIMGATE_ADDRESS, else 127.0.0.1:8080]
    #[arg(long, value_name = "IP:PORT")]
    address: Option<SocketAddr>,
    /// When to colour faults of packs
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

/// Serves until told to stop.
pub(super) fn run(args: &Args) -> Exit {
    let (mut server, log) = match config::from_environment() {
        Ok(settings) => settings,
        Err(error) => return broken(error, "correct the variable, or unset it; docs/http.md lists them all"),
    };
    server.address = args.address.unwrap_or(server.address);
    let Some(packs) = args.packs.load(args.color) else { return Exit::Broken };
    if let Err(error) = telemetry::start(&log) {
        return broken(error, "set CLAIMGATE_LOG to levels by target: `claimgate=info,warn`");
    }
    let desk = Arc::new(ArcSwap::from_pointee(Desk::new(packs)));
    let service = match Service::bind(&server, desk) {
        Ok(service) => service,
        Err(error) => {
            let message = format!("cannot listen on {}: {error}", server.address);
            return broken(message, "name another address with `--address IP:PORT`");
        }
    };
    match service.run_blocking() {
        Ok(()) => Exit::Allowed,
        Err(error) => broken(format!("the server failed: {error}"), "the log above may say more"),
    }
}

fn broken(message: impl std::fmt::Display, help: &str) -> Exit {
    complain(message, Some(help));
    Exit::Broken
}
