//! Files of spikes.

use std::sync::atomic::AtomicBool;

use hdf5::File;
use hdf5::filters::Filter;
use sharpwave::experiment::analyse::{Request, analyse};
use sharpwave::record::spike_file::convert::convert;
use sharpwave::record::spike_file::{self, SpikeFileError};
use sharpwave::stimulus::spike_list::SpikeFile;

use crate::corpus;
use crate::place::Place;

fn read(file: &SpikeFile) -> Result<Vec<(f64, u32)>, SpikeFileError> {
    let spikes = spike_file::read(file, 10)?;
    Ok(spikes.iter().map(|(t, n)| (t.as_ms(), *n)).collect())
}

fn of(name: &str, population: Option<&str>) -> SpikeFile {
    SpikeFile {
        population: population.map(str::to_owned),
        ..SpikeFile::new(corpus(name))
    }
}

#[test]
fn every_layout_of_sonata_is_read() {
    let units = vec![(0.5, 0), (1.5, 2), (2.25, 1)];
    for (name, population, expected) in [
        ("spikes_gzip.h5", None, vec![(1.0, 0), (2.0, 1), (3.5, 2)]),
        ("units_fixed.h5", None, units.clone()),
        ("units_vlen.h5", None, units),
        (
            "before_populations.h5",
            None,
            vec![(1.0, 0), (2.0, 1), (3.0, 2)],
        ),
        (
            "two_populations.h5",
            Some("in"),
            vec![(1.0, 0), (2.0, 1), (3.0, 2)],
        ),
    ] {
        assert_eq!(read(&of(name, population)).unwrap(), expected, "{name}");
    }
    let error = read(&of("before_populations.h5", Some("v1"))).unwrap_err();
    let message = "/spikes: found timestamps without a population: SONATA's layout before them, expected a population \
                   `v1`, or no `population` in the model file";
    assert!(error.to_string().ends_with(message), "{error}");
}

#[test]
fn packed_values_are_read_or_the_filter_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let pack = |name: &str, filters: &[Filter]| {
        let path = folder.path().join(name);
        // Headers without checksums, so that the test can change them.
        let mut builder = File::with_options();
        builder.with_fapl(|fapl| fapl.libver_earliest());
        let file = builder.create(&path).unwrap();
        let group = file.create_group("spikes/a").unwrap();
        let column = |name: &str| {
            group
                .new_dataset_builder()
                .set_filters(filters)
                .empty::<u64>()
                .shape(5000)
                .chunk(100)
                .create(name)
                .unwrap()
        };
        let values: Vec<u64> = (0..5000).collect();
        column("timestamps").write_raw(&values).unwrap();
        let ids: Vec<u64> = values.iter().map(|i| i % 10).collect();
        column("node_ids").write_raw(&ids).unwrap();
        drop(group);
        file.close().unwrap();
        path
    };
    let expected: Vec<(f64, u32)> = (0..5000).map(|i| (f64::from(i), i % 10)).collect();
    let shuffled = [Filter::Shuffle, Filter::Deflate(4), Filter::Fletcher32];
    for (name, filters) in [("lzf.h5", &[Filter::LZF][..]), ("gzip.h5", &shuffled)] {
        let path = pack(name, filters);
        assert_eq!(read(&SpikeFile::new(path)).unwrap(), expected, "{name}");
    }
    // The number of the filter in the headers of both datasets, made that of zstd.
    let path = pack("zstd.h5", &[Filter::LZF]);
    let mut bytes = std::fs::read(&path).unwrap();
    let lzf = 32_000_u16.to_le_bytes();
    let name = b"lzf\0";
    let places: Vec<usize> = (8..bytes.len() - 4)
        .filter(|&at| &bytes[at..at + 4] == name && bytes[at - 8..at - 6] == lzf)
        .collect();
    assert_eq!(places.len(), 2);
    for at in places {
        bytes[at - 8..at - 6].copy_from_slice(&32_015_u16.to_le_bytes());
    }
    std::fs::write(&path, bytes).unwrap();
    let error = read(&SpikeFile::new(path)).unwrap_err().to_string();
    let message = "/spikes/a/timestamps: found values packed by zstd (filter 32015), which is not built in, expected";
    assert!(error.contains(message), "{error}");
}

#[test]
fn units_of_nwb_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.nwb");
    let write = |ends: &[u64]| {
        let file = File::create(&path).unwrap();
        let units = file.create_group("units").unwrap();
        let times = units.new_dataset_builder().with_data(&[0.5, 1.0, 0.25]);
        times.create("spike_times").unwrap();
        let index = units.new_dataset_builder().with_data(ends);
        index.create("spike_times_index").unwrap();
        let ids = units.new_dataset_builder().with_data(&[4_i64, 7, 2]);
        ids.create("id").unwrap();
        drop(units);
        file.close().unwrap();
        read(&SpikeFile::new(&path)).map_err(|error| error.to_string())
    };
    // The second unit is silent.
    assert_eq!(
        write(&[2, 2, 3]),
        Ok(vec![(250.0, 2), (500.0, 4), (1000.0, 4)])
    );
    let listed = spike_file::neurons(&SpikeFile::new(&path)).unwrap();
    assert_eq!(listed, [4, 7, 2].map(|id| (String::new(), id)));
    let refused = |ends: &[u64], message: &str| {
        let error = write(ends).unwrap_err();
        assert!(error.ends_with(message), "{error}");
    };
    refused(
        &[2, 1, 3],
        "/units/spike_times_index[1]: found 1, expected from 2 to 3, where this unit's spikes may end",
    );
    refused(
        &[2, 2, 9],
        "/units/spike_times_index[2]: found 9, expected from 2 to 3, where this unit's spikes may end",
    );
    refused(
        &[1, 1, 2],
        "/units/spike_times: found 3 values, expected 2, where the last unit's spikes end",
    );
    refused(
        &[1, 3],
        "/units/id: found 3 values, expected 2, as many as spike_times_index",
    );
}

#[test]
fn units_of_nwb_with_populations_are_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.nwb");
    let write = |names: &[&str], neurons: &[i64]| {
        let file = File::create(&path).unwrap();
        let units = file.create_group("units").unwrap();
        let times = units.new_dataset_builder().with_data(&[0.5, 1.0, 0.25]);
        times.create("spike_times").unwrap();
        let index = units.new_dataset_builder().with_data(&[2_u64, 2, 3]);
        index.create("spike_times_index").unwrap();
        let names: Vec<hdf5::types::VarLenUnicode> =
            names.iter().map(|name| name.parse().unwrap()).collect();
        let owners = units.new_dataset_builder().with_data(&names);
        owners.create("population").unwrap();
        let numbers = units.new_dataset_builder().with_data(neurons);
        numbers.create("neuron").unwrap();
        drop(units);
        file.close().unwrap();
    };
    let asked = |population: Option<&str>| {
        let mut file = SpikeFile::new(&path);
        file.population = population.map(str::to_owned);
        read(&file).map_err(|error| error.to_string())
    };
    write(&["e", "e", "i"], &[4, 7, 4]);
    assert_eq!(asked(Some("e")), Ok(vec![(500.0, 4), (1000.0, 4)]));
    assert_eq!(asked(Some("i")), Ok(vec![(250.0, 4)]));
    let error = asked(None).unwrap_err();
    assert!(
        error.contains("no population is named; the file has `e`, `i`"),
        "{error}"
    );
    let error = asked(Some("ee")).unwrap_err();
    assert!(error.contains("did you mean `e`?"), "{error}");
    // A silent population stays one.
    write(&["e", "s", "i"], &[4, 7, 4]);
    let listed = spike_file::neurons(&SpikeFile::new(&path)).unwrap();
    let expected = [("e", 4), ("s", 7), ("i", 4)].map(|(name, id)| (name.to_owned(), id));
    assert_eq!(listed, expected);
    let sonata = folder.path().join("session.h5");
    let stop = AtomicBool::new(false);
    let converted = convert(&SpikeFile::new(&path), &sonata, "x", &stop).unwrap();
    let expected = [("e", 2), ("s", 0), ("i", 1)].map(|(name, n)| (name.to_owned(), n));
    assert_eq!(converted.populations, expected);
    write(&["e", "e", "e"], &[4, 7, 2]);
    assert_eq!(asked(None).map(|spikes| spikes.len()), Ok(3));
    write(&["e", "e"], &[4, 7, 2]);
    let error = asked(None).unwrap_err();
    let message = "/units/population: found 2 values, expected 3, as many as spike_times_index";
    assert!(error.ends_with(message), "{error}");
}

#[test]
fn epochs_of_nwb_are_bouts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.nwb");
    let write = |stops: &[f64], named: &dyn Fn(&hdf5::Group)| {
        let file = File::create(&path).unwrap();
        file.create_group("units").unwrap();
        let epochs = file.create_group("intervals").unwrap();
        let epochs = epochs.create_group("epochs").unwrap();
        let starts = epochs.new_dataset_builder().with_data(&[0.0, 1.5, 2.0]);
        starts.create("start_time").unwrap();
        let stops = epochs.new_dataset_builder().with_data(stops);
        stops.create("stop_time").unwrap();
        named(&epochs);
        drop(epochs);
        file.close().unwrap();
        let found = spike_file::epochs(&path).map_err(|error| error.to_string())?;
        let bout = |bout: &sharpwave::record::sink::Bout| {
            (bout.name.clone(), bout.start.as_ms(), bout.stop.as_ms())
        };
        Ok::<_, String>(found.iter().map(bout).collect::<Vec<_>>())
    };
    let texts = |epochs: &hdf5::Group, name: &str, texts: &[&str]| {
        let texts = texts.iter().map(|text| text.parse().unwrap());
        let texts: Vec<hdf5::types::VarLenUnicode> = texts.collect();
        let set = epochs.new_dataset_builder().with_data(&texts);
        set.create(name).unwrap();
    };
    let stops = [1.5, 2.0, 9.0];
    let expected = |names: [&str; 3]| {
        let times = [(0.0, 1500.0), (1500.0, 2000.0), (2000.0, 9000.0)];
        let rows = names.iter().zip(times);
        Ok(rows
            .map(|(name, (from, to))| ((*name).to_owned(), from, to))
            .collect())
    };
    let found = write(&stops, &|epochs| {
        texts(epochs, "label", &["wake", "NREM", "wake"])
    });
    assert_eq!(found, expected(["wake", "NREM", "wake 2"]));
    // As pynwb's `add_epoch` has tags: as many as one likes.
    let found = write(&stops, &|epochs| {
        texts(epochs, "tags", &["maze", "run", "rest"]);
        let ends = epochs.new_dataset_builder().with_data(&[2_u8, 2, 3]);
        ends.create("tags_index").unwrap();
    });
    assert_eq!(found, expected(["maze run", "epoch 1", "rest"]));
    assert_eq!(
        write(&stops, &|_| ()),
        expected(["epoch 0", "epoch 1", "epoch 2"])
    );
    let error = write(&[1.5, 1.0, 9.0], &|_| ()).unwrap_err();
    let message = "/intervals/epochs/stop_time[1]: found 1000 ms, expected a time after the start";
    assert!(error.ends_with(message), "{error}");
    let error = write(&[1.5, f64::NAN, 9.0], &|_| ()).unwrap_err();
    assert!(
        error.contains("/intervals/epochs/stop_time[1]: found NaN, expected"),
        "{error}"
    );
    let error = write(&stops, &|epochs| texts(epochs, "label", &["wake"])).unwrap_err();
    assert!(
        error.ends_with(
            "/intervals/epochs/label: found 1 values, expected 3, as many as start_time"
        ),
        "{error}"
    );
}

/// An hour into a session somebody looks for a minute at a neuron that fires ten times a second.
#[test]
fn a_recording_begins_where_its_file_says() {
    let folder = tempfile::tempdir().unwrap();
    let rate = |name: &str, more: &dyn Fn(&File, &hdf5::Group)| {
        let path = folder.path().join(name);
        let file = File::create(&path).unwrap();
        let units = file.create_group("units").unwrap();
        let times: Vec<f64> = (0..600).map(|k| 3_600.05 + 0.1 * f64::from(k)).collect();
        let set = units.new_dataset_builder().with_data(&times);
        set.create("spike_times").unwrap();
        let index = units.new_dataset_builder().with_data(&[600_u64, 600]);
        index.create("spike_times_index").unwrap();
        more(&file, &units);
        drop(units);
        file.close().unwrap();
        let request = Request {
            file: path,
            measures: vec!["rate".into()],
            ..Request::default()
        };
        let found = analyse(&request).map_err(|error| error.to_string())?;
        let each = found.results[0].tables[1].numbers("rate").to_vec();
        Ok::<_, String>((found.data.spans[0].start.as_ms(), each))
    };
    let epochs = |file: &File, start: f64, stop: f64| {
        let epochs = file.create_group("intervals/epochs").unwrap();
        for (name, time) in [("start_time", start), ("stop_time", stop)] {
            let time = [time];
            let set = epochs.new_dataset_builder().with_data(&time);
            set.create(name).unwrap();
        }
    };
    let observed = |units: &hdf5::Group, edges: [f64; 2]| {
        let edges = ndarray::arr2(&[edges]);
        let set = units.new_dataset_builder().with_data(&edges);
        set.create("obs_intervals").unwrap();
    };
    let near = |found: Result<(f64, Vec<f64>), String>, start_ms: f64, hz: f64| {
        let (start, rates) = found.unwrap();
        assert_eq!((start, rates.len(), rates[1]), (start_ms, 2, 0.0));
        assert!((rates[0] - hz).abs() < 1e-6, "{rates:?}");
    };
    near(
        rate("epoch.nwb", &|file, _| epochs(file, 3_600.0, 3_660.0)),
        3.6e6,
        10.0,
    );
    // An epoch within silence says nothing of where the recording begins.
    let late = rate("late.nwb", &|file, _| epochs(file, 3_630.0, 3_660.0));
    near(late, 0.0, 600.0 / 3_660.0);
    let seen = rate("seen.nwb", &|_, units| observed(units, [3_500.0, 3_700.0]));
    near(seen, 3.5e6, 3.0);
    // An epoch that goes on when nobody looks any more is cut there, as one is that begins before.
    let both = rate("both.nwb", &|file, units| {
        epochs(file, 3_600.0, 3_900.0);
        observed(units, [3_590.0, 3_660.0]);
    });
    near(both, 3.59e6, 600.0 / 70.0);
    let wrong = rate("wrong.nwb", &|_, units| observed(units, [-1.0, 3_700.0]));
    let expected = "/units/obs_intervals[0]: found -1, expected a time from 0 to 106 days";
    assert!(wrong.clone().unwrap_err().ends_with(expected), "{wrong:?}");
}

const SLEEP: &str = r#"
schema = 1
experiment = "sleep_replay"
[mlp]
layers = [4, 3, 2]
weights = "w.npz"
[conversion]
gain = [3.0, 5.0]
[neuron]
model = "lif"
tau_m = "20 ms"
v_th = { hidden1 = 1.0, output = 1.2 }
[plasticity]
rule = "sleep_replay"
onto = ["output"]
increment = 0.01
decrement = 0.001
[sleep]
duration = "50 ms"
[record]
spikes = ["input"]
"#;

#[test]
fn a_sleep_and_a_stimulus_say_which_spikes_they_take() {
    let network = r#"
schema = 1
experiment = "network"
duration = "50 ms"
[population.input]
neuron = "relay"
size = 4
[record]
spikes = ["input"]
[stimulus.s]
kind = "spikes"
target = "input"
weight = 1
"#;
    let place = Place::new();
    let weights = |rows: usize, columns: usize| ndarray::Array2::<f32>::zeros((rows, columns));
    let layers = [weights(3, 4), weights(2, 3)].map(|weights| sharpwave::mlp::perceptron::Layer {
        weights,
        bias: None,
    });
    let mlp = sharpwave::mlp::perceptron::Mlp {
        layers: layers.into(),
        output: sharpwave::mlp::perceptron::Output::Relu,
        keep: 1.0,
    };
    sharpwave::mlp::weight_file::write_npz(&place.path("w.npz"), &mlp).unwrap();
    place.write(
        "multi.h5",
        std::fs::read(corpus("two_populations.h5")).unwrap(),
    );
    place.write(
        "named.csv",
        "t;trial;id\n0.001;1;10\n0.002;1;11\n0.003;1;12\n",
    );
    let columns = "columns = { time = \"t\", neuron = \"id\", unit = \"s\" }\nfirst_neuron = 10";
    for (file, keys, first) in [
        ("multi.h5", "population = \"in\"", 1.0),
        ("multi.h5", "population = \"other\"", 6.0),
        ("named.csv", columns, 1.0),
    ] {
        let sleep = format!("{SLEEP}[sleep.input]\nspikes = \"{file}\"\n{keys}");
        let network = format!("{network}file = \"{file}\"\n{keys}");
        for (kind, model) in [("sleep", sleep), ("network", network)] {
            place.write("model.toml", model);
            // The resolved model, which `check` prints, reads back.
            let resolved = place.run("check model.toml --quiet");
            assert!(
                resolved.contains(keys.split('\n').next().unwrap_or_default())
                    || file == "named.csv",
                "{resolved}"
            );
            place.run("run model.toml --out out --quiet");
            let run = File::open(place.path("out/run.h5")).unwrap();
            let column = |name: &str| run.dataset(&format!("spikes/input/{name}")).unwrap();
            let times = column("timestamps").read_raw::<f64>().unwrap();
            assert_eq!(times, [first, first + 1.0, first + 2.0], "{kind} {file}");
            assert_eq!(column("node_ids").read_raw::<u64>().unwrap(), [0, 1, 2]);
            drop(run);
            std::fs::remove_dir_all(place.path("out")).unwrap();
        }
    }
}
