use proptest::prelude::*;

use super::*;
use crate::base::time::Time;
use crate::record::spike_file::spike_node;
use crate::stimulus::spike_list::Columns;

fn parse(text: &[u8], file: &SpikeFile, size: usize) -> Result<Vec<(Time, u32)>, Fault> {
    let mut spikes = Vec::new();
    let choice = Choice::One(file.population.as_deref());
    rows(text, file, choice, &mut |_, time, id| {
        spikes.push((time, spike_node(id, size)?));
        Ok(())
    })?;
    Ok(spikes)
}

fn plain() -> SpikeFile {
    SpikeFile::new("table")
}

fn columns(time: &str, neuron: &str, seconds: bool) -> SpikeFile {
    SpikeFile {
        columns: Some(Columns {
            time: time.into(),
            neuron: neuron.into(),
            seconds,
        }),
        ..plain()
    }
}

fn message(text: &str, file: &SpikeFile) -> String {
    match parse(text.as_bytes(), file, 10) {
        Err(Fault::Content {
            place,
            found,
            expected,
        }) => format!("{place}: found {found}, expected {expected}"),
        Err(Fault::Population { problem, help, .. }) => format!("{problem}; {help}"),
        Err(Fault::Unreadable(cause)) => cause,
        Ok(spikes) => format!("{spikes:?}"),
    }
}

fn read(text: &str, file: &SpikeFile) -> Vec<(f64, u32)> {
    match parse(text.as_bytes(), file, 10) {
        Ok(spikes) => spikes.iter().map(|(t, n)| (t.as_ms(), *n)).collect(),
        Err(_) => panic!("{}", message(text, file)),
    }
}

#[test]
fn tables_of_many_programs_are_read_in_their_order() {
    let ours = [(0.25, 3), (100.0, 9), (0.0, 0)];
    let text = "\u{feff}node_id, timestamp_ms\r\n3,0.25\r\n\r\n 9 , 1e2\n0,0";
    assert_eq!(read(text, &plain()), ours);
    let noted = "note,node_id,timestamp_ms\n\"a, 5\",3,0.25\n\"\",9,100\n\"b \"\"c\"\"\",0,0\n";
    assert_eq!(read(noted, &plain()), ours);
    let bmtk = "timestamps population node_ids\n0.25 v1 3\n100.0 v1 9\n0.0 v1 0\n";
    assert_eq!(read(bmtk, &plain()), ours);
    let nest = "# NEST version: 3.6\n# RecordingBackendASCII version: 2\nsender\ttime_ms\n\
                8\t0.250\n14\t100.000\n5\t0.000\n";
    let first = SpikeFile {
        first_neuron: Some(5),
        ..plain()
    };
    // The reader of a network counts from `first_neuron`.
    let nest: Vec<_> = {
        let mut spikes = Vec::new();
        let mut take = |_: &str, time: Time, id: u64| {
            spikes.push((time.as_ms(), (id - 5) as u32));
            Ok(())
        };
        assert!(rows(nest.as_bytes(), &first, Choice::One(None), &mut take).is_ok());
        spikes
    };
    assert_eq!(nest, ours);
    let semicolons = "t;trial;\"id\"\n0.00025;1;3\n0.1;1;9\n0;2;0\n";
    assert_eq!(read(semicolons, &columns("t", "id", true)), ours);
    // A header's columns may be named by number too, and a table without a header must be.
    let tabs = "3\t0.25\n9\t100\n0\t0\n";
    assert_eq!(read(tabs, &columns("2", "1", false)), ours);
    let header = format!("neuron\ttime\n{tabs}");
    assert_eq!(read(&header, &columns("2", "1", false)), ours);
    // A field of the first row that looks like a column's number is none.
    let clash = "2 1.5\n1 2.5\n";
    let named = read("id t\n2 1.5\n1 2.5\n", &columns("t", "id", false));
    assert_eq!(read(clash, &columns("2", "1", false)), named);
    let more = "trial,timestamp_ms,node_id\n7,0.25,3\n7,100,9\n8,0,0";
    assert_eq!(read(more, &plain()), ours);
}

/// From hours on binary fractions of milliseconds merge instants.
#[test]
fn late_times_are_exact() {
    let ps = |text: &str, file: &SpikeFile| -> Vec<i64> {
        let spikes = parse(text.as_bytes(), file, 10);
        let Ok(spikes) = spikes else {
            panic!("{}", message(text, file))
        };
        spikes.iter().map(|(t, _)| t.ps()).collect()
    };
    let text =
        "node_id,timestamp_ms\n0,36000007.000000001\n0,36000007.000000002\n1,36000030.999999999\n";
    let expected = [
        36_000_007_000_000_001,
        36_000_007_000_000_002,
        36_000_030_999_999_999,
    ];
    assert_eq!(ps(text, &plain()), expected);
    let seconds = "t,id\n36000.007000000001,0\n36000.007000000002,0\n36000.030999999999,1\n";
    assert_eq!(ps(seconds, &columns("t", "id", true)), expected);
}

#[test]
fn one_of_several_populations_is_chosen() {
    let text = "timestamps population node_ids\n1 a 1\n2 b 2\n3 a 3\n";
    let named = |name: &str| SpikeFile {
        population: Some(name.into()),
        ..plain()
    };
    assert_eq!(read(text, &named("a")), [(1.0, 1), (3.0, 3)]);
    assert_eq!(
        message(text, &plain()),
        "no population is named; set `population` to the one to read"
    );
    assert_eq!(
        message(text, &named("c")),
        "has no population `c`; expected `c`, or one population alone"
    );
    assert_eq!(
        message("node_id,timestamp_ms\n1,1", &named("c")),
        "line 1: found `node_id,timestamp_ms`, expected a column `population` with `c`, or no `population`"
    );
}

#[test]
fn errors_name_line_finding_and_expectation() {
    let expected = "expected the header `node_id,timestamp_ms`, one of bmtk or NEST, or `columns = { time = \"…\", \
                    neuron = \"…\" }` in the model file (of `convert` `--columns time=…,neuron=…`)";
    assert_eq!(
        message("time,id\n1,2", &plain()),
        format!("line 1: found `time,id`, {expected}")
    );
    assert_eq!(
        message("", &plain()),
        format!("line 1: found ``, {expected}")
    );
    assert_eq!(
        message("a,b\n1,2", &columns("t", "b", false)),
        "line 1: found `a,b`, expected a column `t`, or a number from 1 to 2"
    );
    assert_eq!(
        message("a,b\n1,2", &columns("a", "1", false)),
        "line 1: found `a,b`, expected times and neurons in two columns, not in one"
    );
    assert!(message("# x\nsender time_ms\n1 2", &plain()).starts_with(
        "line 2: found `sender time_ms`, expected `first_neuron = N` too (`--first-neuron N` of `convert`), the number that NEST gave"
    ));
    assert!(
        message("sender\ttime_step\ttime_offset\n1\t2\t0", &plain())
            .ends_with("expected times in ms: NEST writes them with `time_in_steps` false")
    );
    for (header, twice) in [
        ("node_id,node_id,timestamp_ms", "node_id"),
        ("node_id,timestamp_ms,timestamp_ms", "timestamp_ms"),
        ("population,node_id,population,timestamp_ms", "population"),
    ] {
        let told = message(&format!("{header}\n1,2,5,5\n"), &plain());
        assert!(
            told.ends_with(&format!("expected one column `{twice}`")),
            "{told}"
        );
    }
    for (rows, expected) in [
        (
            "1,1\n10,1",
            "line 3: found neuron 10, expected a neuron from 0 to 9",
        ),
        ("-1,1", "line 2: found neuron `-1`, expected a whole number"),
        (
            "1,-0.5",
            "line 2: found time -0.5, expected a time from 0 to 106 days",
        ),
        (
            "1,NaN",
            "line 2: found time NaN, expected a time from 0 to 106 days",
        ),
        (
            "1,inf",
            "line 2: found time inf, expected a time from 0 to 106 days",
        ),
        ("1,soon", "line 2: found time `soon`, expected a number"),
        (
            "1",
            "line 2: found `1`, expected 2 values, as in the header",
        ),
        (
            "1,2,3",
            "line 2: found `1,2,3`, expected 2 values, as in the header",
        ),
        (
            "1,\"2",
            "line 2: found `1,\\\"2`, expected a quote that is closed in the same line",
        ),
    ] {
        assert_eq!(message(&format!("{HEADER}\n{rows}"), &plain()), expected);
    }
    let long = format!("{HEADER}\n{}", "1".repeat(1 << 17));
    assert!(message(&long, &plain()).ends_with("expected a row of a table"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), size in 0_usize..50) {
        let table = [HEADER.as_bytes(), b"\n", &bytes].concat();
        for file in [plain(), columns("1", "2", false)] {
            for spikes in [parse(&bytes, &file, size), parse(&table, &file, size)].into_iter().flatten() {
                prop_assert!(spikes.iter().all(|&(t, n)| t >= Time::ZERO && (n as usize) < size));
            }
        }
    }

    #[test]
    fn rows_of_digits_and_signs_are_read_or_refused(text in "([0-9eE.+-]{0,8},[0-9eE.+-]{0,12}\n){0,8}") {
        let table = format!("{HEADER}\n{text}");
        if let Ok(spikes) = parse(table.as_bytes(), &plain(), 1000) {
            prop_assert!(spikes.iter().all(|&(t, n)| t >= Time::ZERO && n < 1000));
        }
    }
}
