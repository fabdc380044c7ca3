//! A request that shows something, in a line.

use crate::request::Request;

/// A request in a line: what was done, for what, when, to whom.
pub(super) fn words(request: &Request) -> String {
    let mut words: Vec<String> = Vec::new();
    if let Some(line) = request.lines.first() {
        words.extend(line.procedure.get().map(ToString::to_string));
        words.extend(request.service_day(line).map(|day| format!("on {day}")));
    }
    let codes: Vec<String> =
        request.diagnoses.iter().filter_map(|diagnosis| diagnosis.code.get()).map(ToString::to_string).collect();
    if !codes.is_empty() {
        words.push(format!("for {}", codes.join(", ")));
    }
    let beside = request.lines.iter().skip(1).filter_map(|line| line.procedure.get()).map(ToString::to_string);
    let beside: Vec<String> = beside.collect();
    if !beside.is_empty() {
        words.push(format!("beside {}", beside.join(", ")));
    }
    if !request.history.is_empty() {
        let services = if request.history.len() == 1 { "service" } else { "services" };
        words.push(format!("after {} earlier {services}", request.history.len()));
    }
    words.join(" ")
}
