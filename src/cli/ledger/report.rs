//! `claimgate ledger report`: the figures that a payer must publish.

use std::io::{self, Write as _};

use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Map, Value, json};

use super::{super::complain, Exit, Format, LedgerArgs, moment};
use crate::{
    ledger::{
        Access,
        report::{Counted, Figures, Group, Report},
    },
    request::Kind,
};

/// Count approvals and denials and how long they took, by month and pack
///
/// Figures that payers publish under CMS-0057-F: shares are of requests approved or denied; requests
/// that wait for a person are told apart. docs/ledger.md says what is counted and what is not.
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    ledger: LedgerArgs,
    /// Decided on this day or at this time, UTC, or later
    #[arg(long, value_name = "TIME", value_parser = moment, default_value = "1970-01-01")]
    from: i64,
    /// Decided before this day or time, UTC
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Option<i64>,
    /// Which requests are counted: prior authorization is asked for by orders
    #[arg(long, value_name = "KIND", default_value = "order")]
    kind: Kinds,
    /// How to tell
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// Which requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum Kinds {
    /// Orders: asked before the service
    Order,
    /// Claims: asked after the service
    Claim,
    /// Both
    All,
}

impl Kinds {
    /// Whether requests of a kind are counted.
    pub(in crate::cli) fn has(self, kind: Kind) -> bool {
        match self {
            Kinds::All => true,
            Kinds::Order => kind == Kind::Order,
            Kinds::Claim => kind == Kind::Claim,
        }
    }
}

/// Reports.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let Some(ledger) = args.ledger.open(Access::Read) else { return Ok(Exit::Broken) };
    let mut report = Report::default();
    let count = |counted: &Counted| {
        if args.kind.has(counted.kind) {
            report.count(counted);
        }
    };
    if let Err(error) = ledger.each_counted(args.from, args.to.unwrap_or(i64::MAX), count) {
        complain(&error, Some(error.help()));
        return Ok(Exit::Broken);
    }
    let mut out = io::stdout().lock();
    match args.format {
        Format::Json => writeln!(out, "{:#}", value(&report))?,
        Format::Human => writeln!(out, "{}", table(&report))?,
    }
    Ok(Exit::Allowed)
}

fn table(report: &Report) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let names = ["month", "pack", "", "approved", "%", "denied", "%", "pending", "median", "mean"];
    table.set_header(names);
    let mut add = |month: String, pack: &str, expedited: bool, figures: &Figures| {
        let percent = |share: Option<u64>| share.map_or_else(|| "–".to_owned(), percent);
        let time = |ms: Option<u64>| ms.map_or_else(|| "–".to_owned(), time);
        table.add_row([
            month,
            pack.to_owned(),
            urgency(expedited).to_owned(),
            figures.approved.to_string(),
            percent(figures.approved_share()),
            figures.denied.to_string(),
            percent(figures.denied_share()),
            figures.pending.to_string(),
            time(figures.median_ms()),
            time(figures.mean_ms()),
        ]);
    };
    for (group, figures) in &report.groups {
        add(month(group), group.pack.as_deref().unwrap_or("all"), group.expedited, figures);
    }
    for (figures, expedited) in report.all.iter().zip([false, true]) {
        add("all".to_owned(), "all", expedited, figures);
    }
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn value(report: &Report) -> Value {
    let group = |(group, figures): (&Group, &Figures)| {
        let mut out = figures_value(figures);
        out.insert("month".to_owned(), json!(month(group)));
        out.insert("pack".to_owned(), json!(group.pack));
        out.insert("urgency".to_owned(), json!(urgency(group.expedited)));
        Value::Object(out)
    };
    let [standard, expedited] = &report.all;
    json!({
        "standard": figures_value(standard),
        "expedited": figures_value(expedited),
        "groups": report.groups.iter().map(group).collect::<Value>(),
    })
}

fn figures_value(figures: &Figures) -> Map<String, Value> {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    put("approved", json!(figures.approved));
    put("denied", json!(figures.denied));
    put("pending", json!(figures.pending));
    put("approved_percent", json!(figures.approved_share().map(percent)));
    put("denied_percent", json!(figures.denied_share().map(percent)));
    put("median_ms", json!(figures.median_ms()));
    put("mean_ms", json!(figures.mean_ms()));
    out
}

fn month(group: &Group) -> String {
    format!("{:04}-{:02}", group.month.0, group.month.1)
}

fn urgency(expedited: bool) -> &'static str {
    if expedited { "expedited" } else { "standard" }
}

/// Hundredths of a percent as a percentage.
fn percent(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// A time for people: in the two greatest units, rounded down.
fn time(ms: u64) -> String {
    let (seconds, minutes, hours, days) = (ms / 1000, ms / 60_000, ms / 3_600_000, ms / 86_400_000);
    match () {
        () if days > 0 => format!("{days} d {} h", hours % 24),
        () if hours > 0 => format!("{hours} h {} min", minutes % 60),
        () if minutes > 0 => format!("{minutes} min {} s", seconds % 60),
        () if seconds > 0 => format!("{seconds}.{:03} s", ms % 1000),
        () => format!("{ms} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_without_floats() {
        assert_eq!([0, 5, 6667, 10_000].map(percent), ["0.00", "0.05", "66.67", "100.00"]);
        let times = [0, 999, 1001, 61_000, 3_600_000, 90_000_000].map(time);
        assert_eq!(times, ["0 ms", "999 ms", "1.001 s", "1 min 1 s", "1 h 0 min", "1 d 1 h"]);
    }
}
