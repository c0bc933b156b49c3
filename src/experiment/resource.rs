//! Whether a run fits what there is of memory and disk: told before anything is built, because the system ends a program
//! that takes more.

use std::fs;
use std::path::Path;

use crate::experiment::bound::Bound;
use crate::experiment::error::ExperimentError;

const GB: f64 = 1e9;

/// Bytes of a running program before it holds a network: its code, the HDF5 library, stacks of threads.
pub const PROGRAM_BYTES: f64 = 19e6;

/// Refuses what takes more memory than there is; `what` says where its bytes go.
///
/// # Errors
/// If it does; never where the system does not say how much memory there is.
pub fn check_memory(needed_bytes: f64, what: &str) -> Result<(), ExperimentError> {
    let bounds = [
        (Bound::Machine, free_of_machine()),
        (Bound::Group, left_to_group()),
        (Bound::Addresses, left_of_addresses()),
    ];
    let told = bounds
        .into_iter()
        .filter_map(|(bound, bytes)| Some((bound, bytes?)));
    match told.min_by(|one, other| one.1.total_cmp(&other.1)) {
        Some((bound, bytes)) if needed_bytes > bytes => Err(ExperimentError::Memory {
            needed_gb: needed_bytes / GB,
            left_gb: bytes / GB,
            bound,
            what: what.into(),
        }),
        _ => Ok(()),
    }
}

/// What to say of a run whose files, without its spikes, would not fit the disk that holds `folder`; nothing where they
/// would, or the system does not say how much room there is. It may still be meant: to be stopped before.
pub fn of_disk(needed_bytes: f64, folder: &Path) -> Option<String> {
    let left_bytes = room_on_disk(folder).filter(|left| needed_bytes > *left)?;
    Some(format!(
        "`{}`: the whole run would write {:.1} GB and its spikes, but {:.1} GB are free on this disk",
        folder.display(),
        needed_bytes / GB,
        left_bytes / GB
    ))
}

#[cfg(unix)]
fn room_on_disk(folder: &Path) -> Option<f64> {
    let told = rustix::fs::statvfs(folder).ok()?;
    Some(told.f_bavail as f64 * told.f_frsize as f64)
}

#[cfg(not(unix))]
fn room_on_disk(_folder: &Path) -> Option<f64> {
    None
}

/// Memory that Linux would find for a program, other programs' caches and swap included.
fn free_of_machine() -> Option<f64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let available = kibibytes(&text, "MemAvailable:")?;
    Some(available + kibibytes(&text, "SwapFree:").unwrap_or(0.0))
}

/// What its limit leaves to the control group of this program (version 2, or 1).
fn left_to_group() -> Option<f64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    groups.lines().filter_map(left_to).min_by(f64::total_cmp)
}

/// What is left to the group of a line of `/proc/self/cgroup` and to those that it is in.
fn left_to(line: &str) -> Option<f64> {
    let mut parts = line.splitn(3, ':');
    let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
    let (root, limit, used) = match controllers {
        "" => ("/sys/fs/cgroup", "memory.max", "memory.current"),
        _ if controllers.split(',').any(|name| name == "memory") => (
            "/sys/fs/cgroup/memory",
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
        ),
        _ => return None,
    };
    let left = |group: &Path| {
        // "max" where there is no limit.
        let number = |name| -> Option<f64> {
            let text = fs::read_to_string(group.join(name)).ok()?;
            text.trim().parse().ok()
        };
        let stat = fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
        // Pages of files that are given up when somebody needs the memory.
        let cached = stat.lines().find_map(|line| {
            let value = line.strip_prefix("inactive_file ")?;
            value.parse::<f64>().ok()
        });
        Some(number(limit)? - number(used)? + cached.unwrap_or(0.0))
    };
    // Within a container the path is often that of the host, and the group itself lies at the root.
    let own = Path::new(root).join(path.trim_start_matches('/'));
    own.ancestors()
        .take_while(|group| group.starts_with(root))
        .filter_map(left)
        .min_by(f64::total_cmp)
}

/// What the limit of its address space leaves to this program.
fn left_of_addresses() -> Option<f64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max address space"))?;
    // "unlimited" where there is none.
    let limit: f64 = line.split_whitespace().next()?.parse().ok()?;
    let status = fs::read_to_string("/proc/self/status").ok()?;
    Some(limit - kibibytes(&status, "VmSize:")?)
}

/// The value after `name` in a table of the kernel, in bytes.
fn kibibytes(table: &str, name: &str) -> Option<f64> {
    let value = table.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: f64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_larger_than_everything_is_told_with_what_there_is() {
        // A megabyte fits any machine that built this, an exabyte none.
        assert!(check_memory(1e6, "weights").is_ok());
        let refused = check_memory(1e18, "weights").unwrap_err().to_string();
        assert!(
            refused.contains("1000000000.0 GB of memory (weights)"),
            "{refused}"
        );
        let here = std::env::temp_dir();
        assert_eq!(of_disk(1e3, &here), None);
        let said = of_disk(1e18, &here).unwrap();
        assert!(said.contains("would write 1000000000.0 GB"), "{said}");
    }

    #[test]
    fn a_table_of_the_kernel_is_read() {
        let table = "MemTotal:       100 kB\nMemAvailable:    24 kB\nOdd: 3\n";
        assert_eq!(kibibytes(table, "MemAvailable:"), Some(24.0 * 1024.0));
        assert_eq!(kibibytes(table, "Odd:"), None);
        assert_eq!(kibibytes(table, "Mem:"), None);
    }
}
