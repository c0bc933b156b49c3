//! Whether a model fits the memory of this machine: told before it is built, because Linux ends what does not.

use crate::experiment::error::ExperimentError;

const GB: f64 = 1e9;

/// Refuses a model that takes more than this machine has; `what` says where its bytes go.
///
/// # Errors
/// If it does; never where the system does not say how much memory there is.
pub fn check(needed_bytes: f64, what: &str) -> Result<(), ExperimentError> {
    match memory_of_machine() {
        Some(machine_bytes) if needed_bytes > machine_bytes => Err(ExperimentError::Memory {
            needed_gb: needed_bytes / GB,
            machine_gb: machine_bytes / GB,
            what: what.into(),
        }),
        _ => Ok(()),
    }
}

/// Memory of this machine in bytes, as Linux tells it.
fn memory_of_machine() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let total = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: f64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_must_fit_the_machine() {
        // A megabyte fits any machine that built this, an exabyte none.
        assert!(check(1e6, "weights").is_ok());
        let refused = check(1e18, "weights").map_err(|error| error.to_string());
        assert!(
            refused.is_err_and(|said| said.contains("1000000000.0 GB of memory (weights)")),
            "an exabyte is refused"
        );
    }
}
