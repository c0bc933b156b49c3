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
