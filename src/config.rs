//! What an operator may set: the server's settings and those of its log, with defaults and why.
//!
//! The environment is read here and nowhere else in the library; every variable begins with
//! `CLAIMGATE_`. A value that cannot be read is an error that names the variable, and so is a
//! variable that is nearly one of ours: a limit that is silently not in force is worse than no start.

use std::{net::SocketAddr, time::Duration};

use crate::fault::did_you_mean;

/// Where the server listens: this machine only, so that nothing is open by accident.
pub const ADDRESS: &str = "127.0.0.1:8080";

/// How large a body may be. A claim has a few kB, a day's 837 of a clinic a few MB; whole nights
/// of claims are read by `claimgate decide` from disk, in flat memory.
pub const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

/// How many requests may be under way at once, bodies being received included. A decision takes
/// well under a millisecond, so that many only pile up behind slow clients or under a flood, and
/// then a prompt 503 helps a balancer more than a queue.
pub const IN_FLIGHT_MAX: usize = 256;

/// How long a client may take over the head of a request.
pub const HEAD_TIME_MAX: Duration = Duration::from_secs(10);

/// How long a client may take over a body: 10 MiB in it is 3 Mbit/s.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(30);

/// How long requests under way may take to finish after the server was told to stop: as long as a
/// body may take, and less than the 30 s after which orchestrators kill.
pub const STOP_TIME_MAX: Duration = Duration::from_secs(25);

/// What is logged: our own events, and what others warn of. Others' lesser events may hold heads
/// of requests.
pub const LOG_FILTER: &str = "claimgate=info,warn";

/// The server's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// Where to listen; port 0 takes any free one.
    pub address: SocketAddr,
    /// How many worker threads; none: one a core.
    pub workers: Option<usize>,
    /// How large a body may be, in bytes.
    pub body_bytes_max: usize,
    /// How many requests may be under way at once; the probes do not count.
    pub in_flight_max: usize,
    /// How long a client may take over the head of a request.
    pub head_time_max: Duration,
    /// How long a client may take over a body.
    pub body_time_max: Duration,
    /// How long requests under way may take to finish once the server stops.
    pub stop_time_max: Duration,
    /// The origins of browser clients that may call the CDS Hooks routes; `*`: all.
    pub cors_origins: Vec<String>,
    /// The URL under which clients reach the server, without a slash at its end. Never derived
    /// from what a client sends.
    pub public_url: Option<String>,
}

/// How the log is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// JSON lines, or lines for people.
    pub format: LogFormat,
    /// Which events, as `target=level,…`.
    pub filter: String,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// An object a line.
    Json,
    /// For people.
    Human,
}

/// A setting that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A value that is not what the variable takes.
    #[error("`{name}` is `{value}`; it takes {takes}")]
    Value {
        /// The variable.
        name: &'static str,
        /// What it was set to.
        value: String,
        /// What it takes.
        takes: &'static str,
    },
    /// A variable that is nearly one of ours.
    #[error("there is no setting `{name}`; did you mean `{near}`?")]
    Unknown {
        /// The variable.
        name: String,
        /// The one that was meant.
        near: String,
    },
}

/// How each of our variables begins.
const PREFIX: &str = "CLAIMGATE_";

/// Every variable that is read here.
const VARIABLES: [&str; 11] = [
    "CLAIMGATE_ADDRESS",
    "CLAIMGATE_WORKERS",
    "CLAIMGATE_BODY_BYTES_MAX",
    "CLAIMGATE_IN_FLIGHT_MAX",
    "CLAIMGATE_HEAD_SECONDS_MAX",
    "CLAIMGATE_BODY_SECONDS_MAX",
    "CLAIMGATE_STOP_SECONDS_MAX",
    "CLAIMGATE_CORS_ORIGINS",
    "CLAIMGATE_PUBLIC_URL",
    "CLAIMGATE_LOG_FORMAT",
    "CLAIMGATE_LOG",
];

/// Variables of ours that the command line reads.
const OTHERS: [&str; 3] = ["CLAIMGATE_PACKS", "CLAIMGATE_LEDGER", "CLAIMGATE_LEDGER_KEY"];

const COUNT: &str = "a whole number above zero";
const SECONDS: &str = "a whole number of seconds above zero";

impl Default for ServerConfig {
    fn default() -> ServerConfig {
        ServerConfig {
            address: SocketAddr::from(([127, 0, 0, 1], 8080)),
            workers: None,
            body_bytes_max: BODY_BYTES_MAX,
            in_flight_max: IN_FLIGHT_MAX,
            head_time_max: HEAD_TIME_MAX,
            body_time_max: BODY_TIME_MAX,
            stop_time_max: STOP_TIME_MAX,
            cors_origins: Vec::new(),
            public_url: None,
        }
    }
}

impl Default for LogConfig {
    fn default() -> LogConfig {
        LogConfig { format: LogFormat::Human, filter: LOG_FILTER.to_owned() }
    }
}

/// The settings of the process's environment.
///
/// # Errors
/// The first variable that cannot be taken.
pub fn from_environment() -> Result<(ServerConfig, LogConfig), ConfigError> {
    // Names and values that are no Unicode are none of ours.
    let ours =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    from_variables(ours)
}

/// The settings of these variables; names that do not begin with `CLAIMGATE_` are left aside.
///
/// # Errors
/// The first variable that cannot be taken.
///
/// ```
/// use claimgate::config::from_variables;
/// let set = |name: &str, value: &str| from_variables([(name.to_owned(), value.to_owned())]);
/// assert_eq!(set("CLAIMGATE_IN_FLIGHT_MAX", "8").map(|(server, _)| server.in_flight_max), Ok(8));
/// let error = set("CLAIMGATE_IN_FLIGHT", "8").unwrap_err();
/// assert_eq!(error.to_string(), "there is no setting `CLAIMGATE_IN_FLIGHT`; did you mean `CLAIMGATE_IN_FLIGHT_MAX`?");
/// ```
pub fn from_variables(
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<(ServerConfig, LogConfig), ConfigError> {
    let (mut server, mut log) = (ServerConfig::default(), LogConfig::default());
    for (name, value) in variables {
        let Some(own) = name.strip_prefix(PREFIX).filter(|_| !OTHERS.contains(&name.as_str())) else { continue };
        let Some(known) = VARIABLES.into_iter().find(|known| *known == name) else {
            let owns = VARIABLES.iter().filter_map(|known| known.strip_prefix(PREFIX));
            match did_you_mean(own, owns) {
                Some(near) => return Err(ConfigError::Unknown { near: format!("{PREFIX}{near}"), name }),
                None => continue,
            }
        };
        set(known, value.trim(), &mut server, &mut log).map_err(|takes| ConfigError::Value {
            name: known,
            value,
            takes,
        })?;
    }
    Ok((server, log))
}

/// Sets one variable, or tells what it takes.
fn set(name: &str, value: &str, server: &mut ServerConfig, log: &mut LogConfig) -> Result<(), &'static str> {
    match name {
        "CLAIMGATE_ADDRESS" => {
            server.address = value.parse().map_err(|_| "an IP address and a port: `0.0.0.0:8080`, `[::]:8080`")?;
        }
        "CLAIMGATE_WORKERS" => server.workers = Some(count(value).ok_or(COUNT)?),
        "CLAIMGATE_BODY_BYTES_MAX" => server.body_bytes_max = count(value).ok_or(COUNT)?,
        "CLAIMGATE_IN_FLIGHT_MAX" => server.in_flight_max = count(value).ok_or(COUNT)?,
        "CLAIMGATE_HEAD_SECONDS_MAX" => server.head_time_max = seconds(value)?,
        "CLAIMGATE_BODY_SECONDS_MAX" => server.body_time_max = seconds(value)?,
        "CLAIMGATE_STOP_SECONDS_MAX" => server.stop_time_max = seconds(value)?,
        "CLAIMGATE_CORS_ORIGINS" => server.cors_origins = origins(value)?,
        "CLAIMGATE_PUBLIC_URL" => server.public_url = Some(public_url(value)?),
        "CLAIMGATE_LOG_FORMAT" => {
            log.format = match value {
                "json" => LogFormat::Json,
                "human" => LogFormat::Human,
                _ => return Err("`json` or `human`"),
            }
        }
        "CLAIMGATE_LOG" => value.clone_into(&mut log.filter),
        _ => {}
    }
    Ok(())
}

fn count(value: &str) -> Option<usize> {
    value.parse().ok().filter(|count| *count > 0)
}

fn seconds(value: &str) -> Result<Duration, &'static str> {
    value.parse().ok().filter(|seconds| *seconds > 0).map(Duration::from_secs).ok_or(SECONDS)
}

fn origins(value: &str) -> Result<Vec<String>, &'static str> {
    let all: Vec<String> =
        value.split(',').map(str::trim).filter(|origin| !origin.is_empty()).map(str::to_owned).collect();
    let is_origin = |origin: &String| {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        origin == "*" || host.is_some_and(|host| !host.is_empty() && !host.contains('/'))
    };
    let takes = "origins such as `https://ehr.example`, separated by commas, or `*`";
    if all.iter().all(is_origin) { Ok(all) } else { Err(takes) }
}

fn public_url(value: &str) -> Result<String, &'static str> {
    let url = value.trim_end_matches('/');
    let is_url = ["https://", "http://"].iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
    if is_url { Ok(url.to_owned()) } else { Err("a URL such as `https://claimgate.plan.example`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, value: &str, expected: Result<ServerConfig, &str>) {
        let read = from_variables([(name.to_owned(), value.to_owned())]).map(|(server, _)| server);
        assert_eq!(read.map_err(|error| error.to_string()), expected.map_err(str::to_owned), "{name}={value}");
    }

    #[test]
    fn every_variable_is_read() {
        let plain = ServerConfig::default;
        assert_eq!(plain().address.to_string(), ADDRESS);
        check("HOME", "/", Ok(plain()));
        check("CLAIMGATE_CORPUS", "data", Ok(plain()));
        check("CLAIMGATE_ADDRESS", "0.0.0.0:80", Ok(ServerConfig { address: ([0, 0, 0, 0], 80).into(), ..plain() }));
        check("CLAIMGATE_WORKERS", "2", Ok(ServerConfig { workers: Some(2), ..plain() }));
        check("CLAIMGATE_BODY_BYTES_MAX", "9", Ok(ServerConfig { body_bytes_max: 9, ..plain() }));
        check("CLAIMGATE_IN_FLIGHT_MAX", "9", Ok(ServerConfig { in_flight_max: 9, ..plain() }));
        let nine = Duration::from_secs(9);
        check("CLAIMGATE_HEAD_SECONDS_MAX", "9", Ok(ServerConfig { head_time_max: nine, ..plain() }));
        check("CLAIMGATE_BODY_SECONDS_MAX", "9", Ok(ServerConfig { body_time_max: nine, ..plain() }));
        check("CLAIMGATE_STOP_SECONDS_MAX", "9", Ok(ServerConfig { stop_time_max: nine, ..plain() }));
        let cors_origins = vec!["https://a.example".to_owned(), "http://localhost:9".to_owned()];
        let origins = "https://a.example, http://localhost:9";
        check("CLAIMGATE_CORS_ORIGINS", origins, Ok(ServerConfig { cors_origins, ..plain() }));
        let public_url = Some("https://a.example/x".to_owned());
        check("CLAIMGATE_PUBLIC_URL", "https://a.example/x/", Ok(ServerConfig { public_url, ..plain() }));
        let log = [("CLAIMGATE_LOG_FORMAT", "json"), ("CLAIMGATE_LOG", "debug")].map(|(n, v)| (n.into(), v.into()));
        let expected = LogConfig { format: LogFormat::Json, filter: "debug".to_owned() };
        assert_eq!(from_variables(log).map(|(_, log)| log), Ok(expected));
    }

    #[test]
    fn every_variable_is_documented() {
        let page = include_str!("../docs/http.md");
        let missing: Vec<&str> =
            VARIABLES.into_iter().filter(|name| !page.contains(&format!("| `{name}` |"))).collect();
        assert!(missing.is_empty(), "docs/http.md has no row for {missing:?}");
    }

    #[test]
    fn what_cannot_be_taken_is_said() {
        let address = "`CLAIMGATE_ADDRESS` is `8080`; it takes an IP address and a port: `0.0.0.0:8080`, `[::]:8080`";
        check("CLAIMGATE_ADDRESS", "8080", Err(address));
        check("CLAIMGATE_WORKERS", "0", Err("`CLAIMGATE_WORKERS` is `0`; it takes a whole number above zero"));
        let origins = "`CLAIMGATE_CORS_ORIGINS` is `a.example`; it takes origins such as `https://ehr.example`, separated by commas, or `*`";
        check("CLAIMGATE_CORS_ORIGINS", "a.example", Err(origins));
        check("CLAIMGATE_LOG_FORMAT", "xml", Err("`CLAIMGATE_LOG_FORMAT` is `xml`; it takes `json` or `human`"));
        let near = "there is no setting `CLAIMGATE_BODY_BYTE_MAX`; did you mean `CLAIMGATE_BODY_BYTES_MAX`?";
        check("CLAIMGATE_BODY_BYTE_MAX", "1", Err(near));
        check("CLAIMGATE_SOMETHING_ELSE_ENTIRELY", "1", Ok(ServerConfig::default()));
    }
}
