//! What the numbers were measured on.

use std::fs;
use std::process::Command;

/// Machine, toolchain and version, as a Markdown list.
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or_else(|_| unknown(), |n| n.to_string());
    let memory = value("/proc/meminfo", "MemTotal")
        .and_then(|text| text.trim_end_matches(" kB").parse::<f64>().ok())
        .map_or_else(unknown, |kib| format!("{:.0} GiB", kib / 1024.0 / 1024.0));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "- Processor: {}, {cores} cores, widest vectors {}\n\
         - Memory: {memory}\n\
         - System: Linux {}\n\
         - Toolchain: {}\n\
         - Version: sharpwave {}, commit {}\n\
         - Date: {}; load before the first run: {load}\n",
        value("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
        vectors(),
        said("uname", &["-r"]),
        said("rustc", &["--version"]),
        env!("CARGO_PKG_VERSION"),
        said("git", &["describe", "--always", "--dirty", "--exclude=*"]),
        said("date", &["-u", "+%F %R UTC"]),
    )
}

fn unknown() -> String {
    "unknown".into()
}

/// The first value of `key` in a file of lines `key : value`.
fn value(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.trim() == key)
        .map(|(_, value)| value.trim().to_owned())
}

#[cfg(target_arch = "x86_64")]
fn vectors() -> &'static str {
    if is_x86_feature_detected!("avx512f") {
        "AVX-512"
    } else if is_x86_feature_detected!("avx2") {
        "AVX2"
    } else {
        "SSE2"
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn vectors() -> &'static str {
    std::env::consts::ARCH
}

/// The first line that a program prints.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .and_then(|text| text.lines().next().map(str::to_owned))
        .unwrap_or_else(unknown)
}
