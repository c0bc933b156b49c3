//! Hypnograms: tables of epochs and of stages with their ends, annotations of EDF+, Elan's lists, NSRR's and Profusion's XML.

use sharpwave::base::time::Duration;
use sharpwave::record::hypnogram_file::{self, Columns, Numbers};

use super::harness::{ROOM, Target, as_it_is, fuzz, with_file};

/// What becomes of `bytes` in a file called `name`, read as `columns` say.
fn read(name: &str, bytes: &[u8], columns: &Columns) -> String {
    with_file(name, bytes, |path| {
        match hypnogram_file::read(path, columns) {
            Ok(night) => {
                let lengths = || night.stretches.iter().map(|(_, length)| *length);
                assert!(lengths().all(|length| length > Duration::ZERO));
                format!(
                    "{} stretches, {} taken",
                    night.stretches.len(),
                    night.taken.len()
                )
            }
            // What follows the file's own name.
            Err(error) => {
                let said = error.to_string();
                said.split_once("`: ")
                    .map_or_else(String::new, |(_, said)| said.to_owned())
            }
        }
    })
}

fn table(bytes: &[u8]) -> String {
    let told = Columns {
        stage: Some("2".into()),
        epoch: Duration::from_ms(1e3).ok(),
        numbers: Some(Numbers::Yasa),
    };
    [Columns::default(), told]
        .map(|columns| read("night.csv", bytes, &columns))
        .join(" ")
}

#[test]
fn any_bytes_are_a_table_of_epochs_or_refused() {
    let corpus = [
        "W\nN1\nN2\nN3\nR\n?\nART\n",
        "# YASA\n0\n1\n2\n3\n4\n-1\n-2\n",
        "0.0\n2\n4\n5\n6\n9\n",
        "onset\tduration\ttrial_type\n0\t30\tW\n30\t60\tSleep stage 2\n90\t30\tREM\n",
        "epoch;scorer 1;scorer 2\n1;W;4\n2;N2;1\n",
        "*Duration_sec\t90\n*Datafile\tx.edf\nWake\t30.0\nN2\t60.5\nREM\t90\n",
    ];
    fuzz(&Target {
        name: "hypnogram_table",
        corpus: corpus.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: &[
            "stage", "onset", "duration", "REM", "S4", "1e308", "nan", "-0", "\u{feff}", "\r",
            "\"", "*", "9e18",
        ],
        repair: as_it_is,
        parse: table,
        room: ROOM,
    });
}

/// A file of EDF+ with one signal, whose records are `annotations`.
fn edf(annotations: &[&str]) -> Vec<u8> {
    const SAMPLES: usize = 60;
    let field = |text: &str, width: usize| format!("{text:width$}");
    let mut text = field("0", 8) + &field("X X X X", 80) + &field("Startdate X X X X", 80);
    text += &(field("24.04.89", 8) + &field("16.13.00", 8) + &field("512", 8));
    text += &(field("EDF+C", 44) + &field(&annotations.len().to_string(), 8));
    text += &(field("0", 8) + &field("1", 4));
    text += &(field("EDF Annotations", 16) + &field("", 80) + &field("", 8));
    text += &(field("-1", 8) + &field("1", 8) + &field("-32768", 8) + &field("32767", 8));
    text += &(field("", 80) + &field(&SAMPLES.to_string(), 8) + &field("", 32));
    let mut bytes = text.into_bytes();
    for list in annotations {
        let mut record = list.as_bytes().to_vec();
        record.resize(2 * SAMPLES, 0);
        bytes.extend(record);
    }
    bytes
}

#[test]
fn any_bytes_are_annotations_of_edf_or_refused() {
    let whole = edf(&[
        "+0\u{14}\u{14}\0+0\u{15}30630\u{14}Sleep stage W\u{14}\0",
        "+30630\u{15}120\u{14}Sleep stage 1\u{14}\0+30640\u{14}Lights off\u{14}\0",
        "+30750\u{15}30\u{14}Movement time\u{14}\0+30780\u{15}30\u{14}Sleep stage R\u{14}\0",
    ]);
    fuzz(&Target {
        name: "hypnogram_edf",
        corpus: vec![whole],
        words: &[
            "EDF Annotations",
            "Sleep stage 4",
            "Sleep stage ?",
            "\u{14}",
            "\u{15}",
            "\0",
            "+",
            "-1",
            "99999999",
            "4096",
        ],
        repair: as_it_is,
        parse: |bytes| read("night.edf", bytes, &Columns::default()),
        // A record of the largest size.
        room: ROOM + (1 << 26),
    });
}

#[test]
fn any_bytes_are_a_list_of_elan_or_refused() {
    let corpus = [
        "time_base 30.000000\nsampling_period 0.01\nepoch_nb 6\nepoch_list\n0\n1\n2\n4\n5\n-1\n",
        "time_base 1\r\nsampling_period 0.01\r\nepoch_nb 1\r\nepoch_list\r\n-2\r\n",
    ];
    fuzz(&Target {
        name: "hypnogram_elan",
        corpus: corpus.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: &[
            "time_base",
            "epoch_nb",
            "epoch_list",
            "nan",
            "1e300",
            "18446744073709551615",
            "\n-2",
        ],
        repair: as_it_is,
        parse: |bytes| read("night.hyp", bytes, &Columns::default()),
        room: ROOM,
    });
}

#[test]
fn any_bytes_are_xml_of_a_night_or_refused() {
    let corpus = [
        "<?xml version=\"1.0\"?><PSGAnnotation><EpochLength>30</EpochLength><ScoredEvents><ScoredEvent><EventType>Stages|Stages\
         </EventType><EventConcept>Wake|0</EventConcept><Start>0.0</Start><Duration>60.0</Duration></ScoredEvent><ScoredEvent>\
         <EventType>Stages|Stages</EventType><EventConcept>REM sleep|5</EventConcept><Start>60.0</Start><Duration>30.0</Duration>\
         </ScoredEvent></ScoredEvents></PSGAnnotation>",
        "<CMPStudyConfig><EpochLength>30</EpochLength><ScoredEvents/><SleepStages><SleepStage>0</SleepStage><SleepStage>4\
         </SleepStage><SleepStage>5</SleepStage><SleepStage>9</SleepStage></SleepStages></CMPStudyConfig>",
    ];
    fuzz(&Target {
        name: "hypnogram_xml",
        corpus: corpus.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: &[
            "<SleepStage>",
            "</SleepStage>",
            "<ScoredEvent>",
            "</ScoredEvent>",
            "EpochLength",
            "Stages|",
            "&lt;",
            "<![CDATA[",
            "<!DOCTYPE a [<!ENTITY b \"bbbb\">]>",
            "&b;",
            "<!--",
            "-->",
            "1e308",
            "nan",
        ],
        repair: as_it_is,
        parse: |bytes| read("night.xml", bytes, &Columns::default()),
        // The elements of a file, each of a few letters.
        room: ROOM,
    });
}
