//! Files of spikes: tables of any layout, SONATA and NWB.

use sharpwave::record::spike_file;
use sharpwave::stimulus::spike_list::{Columns, SpikeFile};

use super::harness::{ROOM, Target, as_it_is, fuzz, with_file};

fn read(file: &SpikeFile) -> String {
    match spike_file::read(file, 10) {
        Ok(spikes) => {
            assert!(spikes.iter().all(|(t, neuron)| t.ps() >= 0 && *neuron < 10));
            format!("{} spikes", spikes.len())
        }
        // What follows the file's own name.
        Err(error) => error
            .to_string()
            .split_once("`: ")
            .map_or_else(String::new, |(_, said)| said.to_owned()),
    }
}

fn table(bytes: &[u8]) -> String {
    with_file("spikes.csv", bytes, |path| {
        let plain = SpikeFile::new(path);
        let columns = Some(Columns {
            time: "t".into(),
            neuron: "2".into(),
            seconds: true,
        });
        let named = SpikeFile {
            columns,
            first_neuron: Some(1),
            ..plain.clone()
        };
        format!(
            "{} {} {}",
            read(&plain),
            read(&named),
            read(&plain.clone().of("a"))
        )
    })
}

fn hdf5(bytes: &[u8]) -> String {
    with_file("spikes.h5", bytes, |path| {
        let plain = SpikeFile::new(path);
        format!("{} {}", read(&plain), read(&plain.clone().of("a")))
    })
}

#[test]
fn any_bytes_are_a_table_of_spikes_or_refused() {
    let corpus = [
        "node_id,timestamp_ms\n3,0.25\n9,1e2\n",
        "timestamps population node_ids\n0.5 a 1\n0.5 b 1\n",
        "# NEST version: 3.8\nsender\ttime_ms\n1\t0.5\n2\t1.5\n",
        "t;id;x\n0.001;1;\"a\"\n",
    ];
    fuzz(&Target {
        name: "spike_table",
        corpus: corpus.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: &[
            "population",
            "time_step",
            "\n#",
            "1e308",
            "nan",
            "-0",
            "\u{feff}",
            "\"",
            ";",
        ],
        repair: as_it_is,
        parse: table,
        room: ROOM,
    });
}

/// An NWB file of three units of two populations, and two epochs with tags.
fn session() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.nwb");
    let file = hdf5::File::create(&path).unwrap();
    let texts = |group: &hdf5::Group, name: &str, texts: &[&str]| {
        let texts = texts.iter().map(|text| text.parse().unwrap());
        let texts: Vec<hdf5::types::VarLenUnicode> = texts.collect();
        let set = group.new_dataset_builder().with_data(&texts);
        set.create(name).unwrap();
    };
    let numbers = |group: &hdf5::Group, name: &str, numbers: &[f64]| {
        let set = group.new_dataset_builder().with_data(numbers);
        set.create(name).unwrap();
    };
    let units = file.create_group("units").unwrap();
    numbers(&units, "spike_times", &[0.5, 1.0, 0.25]);
    numbers(&units, "spike_times_index", &[2.0, 2.0, 3.0]);
    numbers(&units, "neuron", &[4.0, 7.0, 4.0]);
    texts(&units, "population", &["a", "a", "b"]);
    let epochs = file
        .create_group("intervals")
        .unwrap()
        .create_group("epochs")
        .unwrap();
    numbers(&epochs, "start_time", &[0.0, 0.5]);
    numbers(&epochs, "stop_time", &[0.5, 1.5]);
    numbers(&epochs, "tags_index", &[1.0, 2.0]);
    texts(&epochs, "tags", &["wake", "sleep"]);
    drop((units, epochs));
    file.close().unwrap();
    std::fs::read(path).unwrap()
}

#[test]
fn any_bytes_are_an_nwb_file_or_refused() {
    fuzz(&Target {
        name: "spike_nwb",
        corpus: vec![session()],
        words: &["TREE", "HEAP", "SNOD", "GCOL", "spike_times", "tags"],
        repair: as_it_is,
        parse: |bytes| {
            let spikes = hdf5(bytes);
            let epochs = with_file("spikes.h5", bytes, |path| match spike_file::epochs(path) {
                Ok(epochs) => {
                    assert!(epochs.iter().all(|epoch| epoch.start <= epoch.stop));
                    format!("{} epochs", epochs.len())
                }
                Err(_) => "no epochs".into(),
            });
            format!("{spikes} {epochs}")
        },
        room: ROOM,
    });
}

#[test]
fn any_bytes_are_an_hdf5_file_of_spikes_or_refused() {
    fuzz(&Target {
        name: "spike_hdf5",
        corpus: vec![
            include_bytes!("../foreign_files/units_fixed.h5").to_vec(),
            include_bytes!("../foreign_files/before_populations.h5").to_vec(),
            include_bytes!("../foreign_files/spikes_gzip.h5").to_vec(),
        ],
        words: &["TREE", "HEAP", "SNOD", "timestamps", "units", "gids"],
        repair: as_it_is,
        parse: hdf5,
        room: ROOM,
    });
}
