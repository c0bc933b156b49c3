//! How long the processor has worked.

/// CPU time of this process so far, all threads together; 0 where the system does not tell.
pub fn seconds() -> f64 {
    // Clock ticks of 10 ms: fields 14 and 15 of the line, behind the parenthesised name.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|field| field.parse().ok())
        .collect();
    // The state, a letter, has dropped out: utime and stime are the eleventh and twelfth numbers.
    fields
        .get(10)
        .zip(fields.get(11))
        .map_or(0.0, |(user, system)| (user + system) / 100.0)
}
