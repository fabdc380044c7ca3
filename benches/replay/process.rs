//! What a process takes.

use std::{
    fs,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How often the kernel is asked. Peaks and processor time only grow, so that the last answer is
/// short by what the last moment brought.
const ASKED_EVERY: Duration = Duration::from_millis(5);

/// What a process took.
pub(crate) struct Took {
    pub(crate) seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_kb: u64,
}

/// Runs a process to its end; one that breaks ends the bench.
pub(crate) fn measured(command: &mut Command) -> Took {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut cpu_seconds, mut peak_kb) = (0.0, 0);
    let status = loop {
        if let Some(peak) = peak_of(child.id()) {
            peak_kb = peak;
        }
        if let Some(ticks) = ticks_of(child.id()) {
            cpu_seconds = ticks as f64 / 100.0;
        }
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => thread::sleep(ASKED_EVERY),
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    // 2 and 3: something was denied or flagged.
    assert!(matches!(status.code(), Some(0 | 2 | 3)), "{command:?} ended with {status}");
    Took { seconds, cpu_seconds, peak_kb }
}

fn peak_of(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}

/// Fields 14 and 15 of proc(5) stat, in ticks of 1/100 s.
fn ticks_of(process: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    Some(fields.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum())
}
