//! Spikes as a table: `node_id,timestamp_ms`.

use std::path::Path;

use super::{SpikeFileError, spike_node, spike_time};
use crate::base::time::Time;
use crate::record::csv::{self, Wrong, fields, number, quote};

/// The first line.
pub(super) const HEADER: &str = "node_id,timestamp_ms";

/// Reads a whole table, in the order of its rows.
pub(super) fn read(path: &Path, size: usize) -> Result<Vec<(Time, u32)>, SpikeFileError> {
    let bytes = std::fs::read(path).map_err(|error| SpikeFileError::Unreadable {
        path: path.to_owned(),
        cause: error.to_string(),
    })?;
    parse(&bytes, size).map_err(|wrong| SpikeFileError::Content {
        path: path.to_owned(),
        place: format!("line {}", wrong.line),
        found: wrong.found,
        expected: wrong.expected,
    })
}

fn parse(bytes: &[u8], size: usize) -> Result<Vec<(Time, u32)>, Wrong> {
    let mut lines = csv::lines(bytes);
    let header = lines.next().map_or(&[][..], |(_, line)| line);
    if !fields(header).eq(fields(HEADER.as_bytes())) {
        let expected = "the header `node_id,timestamp_ms`";
        return Err(Wrong::new(0, quote(header), expected));
    }
    let mut spikes = Vec::new();
    for (index, line) in lines {
        let wrong = |found: String, expected: &str| Wrong::new(index, found, expected);
        let mut values = fields(line);
        let (Some(node), Some(time), None) = (values.next(), values.next(), values.next()) else {
            return Err(wrong(quote(line), "two values, `node_id,timestamp_ms`"));
        };
        let id: u64 = number(node)
            .ok_or_else(|| wrong(format!("node_id {}", quote(node)), "a whole number"))?;
        let node =
            spike_node(id, size).map_err(|expected| wrong(format!("node_id {id}"), &expected))?;
        let value: f64 = number(time).ok_or_else(|| {
            let found = format!("timestamp_ms {}", quote(time));
            wrong(found, "a number of milliseconds")
        })?;
        let time = spike_time(value)
            .map_err(|expected| wrong(format!("timestamp_ms {value}"), expected))?;
        spikes.push((time, node));
    }
    Ok(spikes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(text: &str) -> String {
        let wrong = parse(text.as_bytes(), 10).unwrap_err();
        format!(
            "line {}: found {}, expected {}",
            wrong.line, wrong.found, wrong.expected
        )
    }

    #[test]
    fn a_table_is_read_in_its_order() {
        let text = "\u{feff}node_id, timestamp_ms\r\n3,0.25\r\n\r\n 9 , 1e2\n0,0";
        let spikes = parse(text.as_bytes(), 10).unwrap();
        let ps: Vec<_> = spikes.iter().map(|(t, n)| (t.ps(), *n)).collect();
        assert_eq!(ps, [(250_000_000, 3), (100_000_000_000, 9), (0, 0)]);
    }

    #[test]
    fn errors_name_line_finding_and_expectation() {
        let header = "node_id,timestamp_ms\n";
        assert_eq!(
            message("time,id\n1,2"),
            "line 1: found `time,id`, expected the header `node_id,timestamp_ms`"
        );
        assert_eq!(
            message(""),
            "line 1: found ``, expected the header `node_id,timestamp_ms`"
        );
        for (rows, expected) in [
            (
                "1,1\n10,1",
                "line 3: found node_id 10, expected a neuron from 0 to 9",
            ),
            (
                "-1,1",
                "line 2: found node_id `-1`, expected a whole number",
            ),
            (
                "1,-0.5",
                "line 2: found timestamp_ms -0.5, expected a time from 0 to 106 days",
            ),
            (
                "1,NaN",
                "line 2: found timestamp_ms NaN, expected a time from 0 to 106 days",
            ),
            (
                "1,inf",
                "line 2: found timestamp_ms inf, expected a time from 0 to 106 days",
            ),
            (
                "1,1e300",
                &format!(
                    "line 2: found timestamp_ms {}, expected a time from 0 to 106 days",
                    1e300
                ),
            ),
            (
                "1,soon",
                "line 2: found timestamp_ms `soon`, expected a number of milliseconds",
            ),
            (
                "1",
                "line 2: found `1`, expected two values, `node_id,timestamp_ms`",
            ),
            (
                "1,2,3",
                "line 2: found `1,2,3`, expected two values, `node_id,timestamp_ms`",
            ),
        ] {
            assert_eq!(message(&format!("{header}{rows}")), expected);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), size in 0_usize..50) {
            let table = [HEADER.as_bytes(), b"\n", &bytes].concat();
            for spikes in [parse(&bytes, size), parse(&table, size)].into_iter().flatten() {
                prop_assert!(spikes.iter().all(|&(t, n)| t >= Time::ZERO && (n as usize) < size));
            }
        }

        #[test]
        fn rows_of_digits_and_signs_are_read_or_refused(text in "([0-9eE.+-]{0,8},[0-9eE.+-]{0,12}\n){0,8}") {
            let table = format!("{HEADER}\n{text}");
            if let Ok(spikes) = parse(table.as_bytes(), 1000) {
                prop_assert!(spikes.iter().all(|&(t, n)| t >= Time::ZERO && n < 1000));
            }
        }
    }
}
