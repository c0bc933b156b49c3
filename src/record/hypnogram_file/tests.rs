//! Every kind of file: what it says, what is wrong with it, and that no bytes are too bad.

use proptest::prelude::*;

use super::*;

mod annotations;

use annotations::{LABEL, edf};

/// What is read of `bytes` in a file called `name`.
fn of(name: &str, bytes: &[u8], columns: &Columns) -> Result<Night, String> {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    read(&path, columns).map_err(|error| {
        let help = error
            .help
            .map_or(String::new(), |help| format!(" ({help})"));
        error.problem + &help
    })
}

/// Stages with their seconds.
fn shown(night: &Night) -> Vec<(&'static str, f64)> {
    let stretches = night.stretches.iter();
    stretches
        .map(|(stage, length)| (stage.name(), length.as_ms() / 1e3))
        .collect()
}

fn lines(text: &str) -> Vec<(&'static str, f64)> {
    let night = of("night.txt", text.as_bytes(), &Columns::default());
    shown(&night.unwrap_or_else(|error| panic!("{error}: {text}")))
}

const ALL: [(&str, f64); 5] = [
    ("W", 30.0),
    ("N1", 30.0),
    ("N2", 60.0),
    ("N3", 60.0),
    ("R", 30.0),
];

#[test]
fn letters_numbers_and_words_say_the_same() {
    for text in [
        "W\nN1\nN2\nN2\nN3\nN3\nR\n",
        "0\r\n1\r\n2\r\n2\r\n3\r\n3\r\n5\r\n",
        "0.0\n1\n2\n2\n3\n3\n5.0",
        "# scored by two\nWake\nS1\nS2\nstage 2\nS3\nS4\nREM\n",
        "Sleep stage W\nSleep stage 1\nSleep stage 2\nSleep stage N2\nSleep stage 3\nSleep stage 4\nSleep stage R\n",
        "epoch,stage\n1,W\n2,N1\n3,N2\n4,N2\n5,N3\n6,N3\n7,R\n",
        "epoch,\"confidence\",stage\n1,\"98,2\",W\n2,\"95,3\",N1\n3,\"91,0\",N2\n4,\"9\"\"1\",N2\n5,,N3\n6,,N3\n7,,R\n",
        "\tstage\tnote\n0\tW\ta\n1\tN1\t\n2\tN2\n3\tN2\n4\tN3\n5\tN3\n6\tR\n",
        "onset;duration;description\n0;30;W\n30;30;N1\n60;60;N2\n120;60;N3\n180;30;REM\n",
        "Sleep Stage\nWake\nStage 1\nN2\nN2\nStage 3\nN3\nREM",
        "Stage\nW\nN1\nN2\nN2\nN3\nN3\nR",
    ] {
        assert_eq!(lines(text), ALL);
    }
    let rk = Columns {
        numbers: Some(Numbers::RechtschaffenKales),
        ..Columns::default()
    };
    let night = of("n.txt", b"0\n1\n2\n2\n3\n4\n5", &rk).expect("a night");
    assert_eq!(shown(&night), ALL);
    let columns = Columns {
        stage: Some("scorer 2".into()),
        epoch: Duration::from_ms(20e3).ok(),
        numbers: Some(Numbers::Yasa),
    };
    let night = of("n.csv", b"scorer 1,scorer 2\n0,4\n0,4\n0,-2\n0,1", &columns).expect("a night");
    assert_eq!(shown(&night), [("R", 60.0), ("N1", 20.0)]);
    assert_eq!(night.taken.len(), 1);
}

#[test]
fn columns_are_known_by_many_names_and_units() {
    let expected = [("W", 20.0), ("N1", 10.0), ("N2", 60.0)];
    for text in [
        "Onset (s),Duration (s),Stage\n0,20,W\n20,10,N1\n30,60,N2\n",
        "stage,start_ms,length [ms]\nW,0,20000\nN1,20000,10000\nN2,30000,60000\n",
        "time,dur_sec,Sleep Stage\n2024-05-01 23:59:30,20,W\n2024-05-01 23:59:50,10,N1\n2024-05-02 00:00:00,60,N2\n",
        "sec,duration,stage\n0,20,W\n20,10,N1\n30,60,N2\n",
        "stage,minutes,dur_s\nW,0,20\nN1,0.3333333333,10\nN2,0.5,60\n",
        "t,duration,stage\n0,20,W\n20,10,N1\n30,60,N2\n",
        "epoch,duration,stage\n1,20,W\n2,10,N1\n3,60,N2\n",
        "start,stop,stage\n0,20,W\n20,30,N1\n30,90,N2\n",
        "stage,end_s\nW,20\nN1,30\nN2,90\n",
        "onset,duration,end,stage\n0,20,20,W\n20,10,30,N1\n30,60,90,N2\n",
        "timestamp,end,stage\n23:59:30,23:59:50,W\n23:59:50,00:00:00,N1\n00:00:00,00:01:00,N2\n",
        "when,dur,stage\n2024-05-01T23:59:30,20,W\n2024-05-01T23:59:50,10,N1\n2024-05-02T00:00:00,60,N2\n",
    ] {
        let night = of("n.csv", text.as_bytes(), &Columns::default()).expect(text);
        assert_eq!(shown(&night), expected, "{text}");
    }
    let text = "elapsed (min),end (min),stage\n0,0.25,W\n0.25,0.5,N1\n0.5,1.5,N2\n";
    let night = of("n.csv", text.as_bytes(), &Columns::default()).expect(text);
    assert_eq!(shown(&night), [("W", 15.0), ("N1", 15.0), ("N2", 60.0)]);
    let text = "Epoch,Stage,Confidence\n1,W,0.9\n2,N1,0.8\n3,N2,0.7\n";
    let night = of("n.csv", text.as_bytes(), &Columns::default()).expect(text);
    assert_eq!(shown(&night), [("W", 30.0), ("N1", 30.0), ("N2", 30.0)]);
}

/// Programs that pad columns may have quoted them afterwards.
#[test]
fn quoted_numbers_with_blanks_are_numbers() {
    let text = "\"epoch\",\"stage\"\n\"1\",\" 0\"\n\"2\",\" 2\"\n\"3\",\" 4\"\n";
    let yasa = Columns {
        numbers: Some(Numbers::Yasa),
        ..Columns::default()
    };
    let night = of("n.csv", text.as_bytes(), &yasa).expect(text);
    assert_eq!(shown(&night), [("W", 30.0), ("N2", 30.0), ("R", 30.0)]);
    let untold = of("n.csv", text.as_bytes(), &Columns::default()).unwrap_err();
    assert!(untold.contains("found the number 4"), "{untold}");
}

#[test]
fn tables_that_are_wrong_say_where() {
    let wrong = |text: &str| of("n.csv", text.as_bytes(), &Columns::default()).unwrap_err();
    let stages = "a stage, such as `W`, `N1`, `N2`, `N3`, `R`";
    for (text, expected) in [
        ("", "the file is empty"),
        (
            "W\nN1\nN5\n",
            &format!("line 3: found `N5`, expected {stages}"),
        ),
        ("W\n7\n", &format!("line 2: found `7`, expected {stages}")),
        (
            "hello\nW\n",
            &format!("line 1: found `hello`, expected {stages}"),
        ),
        ("?\n?\n", "no epoch has a stage"),
        (
            "W\n4\n4\n",
            "line 2: found the number 4, and no 5 in the file, expected to be told what a 4 is (write `numbers = \"r&k\"` where \
             it is stage 4, `numbers = \"yasa\"` where it is REM sleep)",
        ),
        (
            "0\n2\n4\n2\n5\n5\n",
            "line 3: found the number 4, and a 5 in line 5, expected to be told what a 4 is (write `numbers = \"r&k\"` where it is \
             stage 4, `numbers = \"yasa\"` where it is REM sleep)",
        ),
        (
            "W\nN1\n\nN2\n",
            &format!(
                "line 3: found an empty line, expected {stages} (write `?` for an epoch that was not scored)"
            ),
        ),
        (
            "timestamp,stage\n22:00:00,W\n22:00:30,N1\n22:05:00,N2\n",
            "line 4: found a gap of 240000 ms: what is before it ends at 79260000 ms, and it begins at 79500000 ms, expected \
             stretches that lie end to end",
        ),
        (
            "start,stop,stage\n0,60,W\n60,60,N1\n",
            "line 3: found `60`, expected an end after the onset",
        ),
        (
            "start,duration,stop,stage\n0,60,50,W\n",
            "line 2: found `50`, expected an end as long after the onset as the length says",
        ),
        (
            "time,end,stage\n22:00:00,30,W\n",
            "line 1: found `time,end,stage`, expected onsets and ends both in seconds or both as times of day",
        ),
        (
            "*Duration_sec 300\n*Datafile a.edf\nWake 30\nN1 90\n",
            "line 1: found a duration of 300000 ms, expected that of all stages, which end at 90000 ms",
        ),
        (
            "onset,duration,stage\n0,30,W\n60,30,N1\n",
            "line 3: found a gap of 30000 ms: what is before it ends at 30000 ms, and it begins at 60000 ms, expected stretches \
             that lie end to end",
        ),
        (
            "onset,duration,stage\n0,30,W\n20,30,N1\n",
            "line 3: found an overlap of 10000 ms: what is before it ends at 30000 ms, and it begins at 20000 ms, expected \
             stretches that lie end to end",
        ),
        (
            "onset,duration,stage\n0,-3,W\n",
            "line 2: found `-3`, expected a length in seconds",
        ),
        (
            "sec,stage\n0,W\n20,N1\n40,N2\n",
            "line 3: found an overlap of 10000 ms: what is before it ends at 30000 ms, and it begins at 20000 ms, expected \
             stretches that lie end to end",
        ),
        (
            "minutes,stage\n0,W\n1,N1\n",
            "line 3: found a gap of 30000 ms: what is before it ends at 30000 ms, and it begins at 60000 ms, expected \
             stretches that lie end to end",
        ),
        (
            "epoch,stage\n1,2,W\n",
            "line 2: found `1,2,W`, expected as many columns as above",
        ),
        (
            "epoch,note,stage\n1,\"a,W\n",
            "line 2: found `1,\\\"a,W`, expected a quote that is closed in the same line",
        ),
        (
            "onset,stage\n0,W\n30\n",
            "line 3: found `30`, expected as many columns as above",
        ),
        (
            "Onset (s),Duration (s),Stage\n0,20,W\n30,10,N1\n",
            "line 3: found a gap of 10000 ms: what is before it ends at 20000 ms, and it begins at 30000 ms, expected stretches \
             that lie end to end",
        ),
        (
            "time\tstage\n23:59:00\tW\n23:59:30\tN1\n00:01:00\tN2\n",
            "line 4: found a gap of 60000 ms: what is before it ends at 86400000 ms, and it begins at 86460000 ms, expected \
             stretches that lie end to end",
        ),
        (
            "time,stage\n22:00:00,W\n30,N1\n",
            "line 3: found `30`, expected a time of day such as 23:59:30, as above",
        ),
        (
            "epoch,stage\n1,W\n2,N1\n30,N2\n",
            "line 4: found a gap of 810000 ms: what is before it ends at 90000 ms, and it begins at 900000 ms, expected \
             stretches that lie end to end",
        ),
        (
            "first,second\nW,N1\n",
            "line 1: found `first,second`, expected a stage alone, or a column called one of `stage`, `sleep_stage`, `stages`, \
             `hypnogram`, `description`, `trial_type` (name the column of stages, by `column`)",
        ),
    ] {
        assert_eq!(wrong(text), expected, "{text}");
    }
}

fn nsrr(events: &str) -> Result<Night, String> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PSGAnnotation><EpochLength>30</EpochLength><ScoredEvents>{events}\
         </ScoredEvents></PSGAnnotation>"
    );
    of("night-nsrr.xml", text.as_bytes(), &Columns::default())
}

fn event(kind: &str, concept: &str, start: &str, duration: &str) -> String {
    format!(
        "<ScoredEvent><EventType>{kind}</EventType><EventConcept>{concept}</EventConcept><Start>{start}</Start>\
         <Duration>{duration}</Duration></ScoredEvent>\n"
    )
}

#[test]
fn events_of_nsrr_are_read() {
    let night = nsrr(
        &(event("", "Recording Start Time", "0", "37830.0")
            + &event(
                "Respiratory|Respiratory",
                "SpO2 desaturation|SpO2",
                "10.1",
                "21.0",
            )
            + &event("Stages|Stages", "Wake|0", "0.0", "4530.0")
            + &event("Stages|Stages", "Stage 1 sleep|1", "4530.0", "90.0")
            + &event("Stages|Stages", "Stage 4 sleep|4", "4620.0", "30.0")
            + &event("Stages|Stages", "REM sleep|5", "4650.0", "60.0")
            + &event("Stages|Stages", "Unscored|9", "4710.0", "60.0")),
    );
    let night = night.expect("a night");
    let expected = [("W", 4530.0), ("N1", 90.0), ("N3", 30.0), ("R", 120.0)];
    assert_eq!(shown(&night), expected);
}

#[test]
fn xml_that_is_wrong_says_where() {
    let stage = |concept: &str, start: &str| event("Stages|Stages", concept, start, "30");
    assert_eq!(
        nsrr(&stage("Dozing|1", "0")).unwrap_err(),
        "entry 1: found EventConcept `Dozing|1`, expected a stage, such as `W`, `N1`, `N2`, `N3`, `R`"
    );
    assert_eq!(
        nsrr(&(stage("Wake|0", "0") + &stage("Wake|0", "20"))).unwrap_err(),
        "entry 2: found an overlap of 10000 ms: what is before it ends at 30000 ms, and it begins at 20000 ms, expected \
         stretches that lie end to end"
    );
    assert_eq!(
        nsrr("").unwrap_err(),
        "the file: found none in <PSGAnnotation>, expected elements ScoredEvent with an EventType `Stages|Stages`, or \
         SleepStage in SleepStages"
    );
    let wrong = |text: &str| of("a.xml", text.as_bytes(), &Columns::default()).unwrap_err();
    assert!(wrong("no XML").starts_with("not XML: "));
    // Entities that grow, and depth.
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>";
    assert!(wrong(bomb).starts_with("not XML: "));
    wrong(&"<a>".repeat(100_000));
}

/// A file of Profusion: epochs, and events of which none is a stage.
fn profusion(epochs: &str, length: &str) -> Result<Night, String> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CMPStudyConfig>{length}<ScoredEvents><ScoredEvent><Name>Hypopnea</Name>\
         <Start>17</Start><Duration>20</Duration></ScoredEvent></ScoredEvents><SleepStages>{epochs}</SleepStages></CMPStudyConfig>"
    );
    of("night-profusion.xml", text.as_bytes(), &Columns::default())
}

fn epochs(numbers: &[&str]) -> String {
    let epochs = numbers.iter();
    epochs
        .map(|n| format!("<SleepStage>{n}</SleepStage>\n"))
        .collect()
}

#[test]
fn epochs_of_profusion_are_read_in_its_code() {
    let numbers = epochs(&["0", "1", "2", "2", "3", "4", "5"]);
    let night = profusion(&numbers, "<EpochLength>30</EpochLength>").expect("a night");
    assert_eq!(shown(&night), ALL);
    let night = profusion(&epochs(&["0", " 5 ", "9", "6"]), "").expect("a night");
    assert_eq!(shown(&night), [("W", 30.0), ("R", 90.0)]);
    let taken: Vec<_> = night.taken.iter().map(|t| (t.score, t.first)).collect();
    assert_eq!(taken, [(Score::Unknown, 3), (Score::Movement, 4)]);
    assert_eq!(
        profusion(&epochs(&["0", "7"]), "").unwrap_err(),
        "entry 2: found SleepStage `7`, expected a stage, such as `W`, `N1`, `N2`, `N3`, `R`, as a number from 0 to 6, or 9"
    );
    assert_eq!(
        profusion(&epochs(&["0"]), "<EpochLength>-1</EpochLength>").unwrap_err(),
        "the file: found EpochLength `-1`, expected a length in seconds"
    );
    assert_eq!(
        profusion("", "").unwrap_err(),
        "the file: found none in <CMPStudyConfig>, expected elements ScoredEvent with an EventType `Stages|Stages`, or SleepStage \
         in SleepStages"
    );
}

#[test]
fn lines_of_visbrain_end_where_they_say() {
    let head = "*Duration_sec\t210.0\n*Datafile\tnight 1.edf\n";
    let rows = "Wake\t30.0\nN1\t60.0\nN2\t120.0\nN3\t180.0\nREM\t210.0\n";
    assert_eq!(lines(&format!("{head}{rows}")), ALL);
    let spaces = format!("{head}{rows}").replace('\t', " ");
    assert_eq!(lines(&spaces), ALL);
    let wrong = |text: &str, columns: &Columns| of("n.txt", text.as_bytes(), columns).unwrap_err();
    let stages = "a stage, such as `W`, `N1`, `N2`, `N3`, `R`";
    for (rows, expected) in [
        (
            "Wake 30\nREM 20\n",
            "line 4: found `20`, expected an end after that of the line before, 30000 ms",
        ),
        (
            "Wake 30\n4 60\n",
            &format!("line 4: found `4`, expected {stages}"),
        ),
        (
            "Wake 30\nDrowsy 60\n",
            &format!("line 4: found `Drowsy`, expected {stages}"),
        ),
        (
            "Wake soon\n",
            "line 3: found `soon`, expected an end in seconds",
        ),
        (
            "Wake\n",
            "line 3: found `Wake`, expected a stage and when it ends, in seconds",
        ),
        ("", "no epoch has a stage"),
    ] {
        assert_eq!(
            wrong(&format!("{head}{rows}"), &Columns::default()),
            expected
        );
    }
    let told = Columns {
        numbers: Some(Numbers::Yasa),
        ..Columns::default()
    };
    assert_eq!(
        wrong(&format!("{head}{rows}"), &told),
        "line 1: found `*Duration_sec\\t210.0`, expected no `epoch`, `column` or `numbers`: Visbrain's tables say them"
    );
}

fn elan(count: &str, numbers: &[&str]) -> Result<Night, String> {
    let text = format!(
        "time_base 30.000000\nsampling_period 0.01\nepoch_nb {count}\nepoch_list\n{}\n",
        numbers.join("\n")
    );
    of("night.hyp", text.as_bytes(), &Columns::default())
}

#[test]
fn epochs_of_elan_are_read_in_its_code() {
    let night = elan("7", &["0", "1", "2", "2", "3", "4", "5"]).expect("a night");
    assert_eq!(shown(&night), ALL);
    let night = elan("3", &["-1", "5", "-2"]).expect("a night");
    assert_eq!(shown(&night), [("W", 30.0), ("R", 60.0)]);
    assert_eq!(
        elan("2", &["0", "8"]).unwrap_err(),
        "line 6: found `8`, expected a stage, such as `W`, `N1`, `N2`, `N3`, `R`, as a number from -2 to 6, or 9"
    );
    assert_eq!(
        elan("3", &["0", "1"]).unwrap_err(),
        "the end: found 2 epochs, expected `3`, as `epoch_nb` says"
    );
    let of = |text: &str| of("n.hyp", text.as_bytes(), &Columns::default()).unwrap_err();
    assert_eq!(
        of("time_base soon\nsampling_period 1\nepoch_nb 0\nepoch_list\n"),
        "`time_base`: found `soon`, expected a length in seconds"
    );
    assert_eq!(of(""), "line 1: found ``, expected `time_base`");
    assert_eq!(
        of("time_base 1\n0\n"),
        "line 2: found `0`, expected `sampling_period`"
    );
}

#[test]
fn larger_files_than_any_hypnogram_are_refused() {
    let bytes = vec![b'W'; (LARGEST + 1) as usize];
    let error = of("n.txt", &bytes, &Columns::default()).unwrap_err();
    assert_eq!(error, "larger than 16777216 bytes: this is no hypnogram");
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..2000),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        piece in "[WNR0-9,;.\n \"|?-]{0,60}",
    ) {
        let columns = Columns::default();
        let _ = table::scored(&bytes, &columns);
        let _ = table::scored(piece.as_bytes(), &columns).map(|scored| night(&scored, "line"));
        let _ = xml::scored(&bytes);
        let _ = elan::scored(&bytes);
        let _ = edf::scored(&bytes[..]);
        let stage = "+0\u{15}30\u{14}Sleep stage W\u{14}\0";
        let mut file = edf(LABEL, &[stage, "+30\u{15}1\u{14}Sleep stage 1\u{14}\0"]);
        for (at, byte) in edits {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let _ = edf::scored(&file[..]).map(|scored| night(&scored, "annotation"));
    }
}

#[test]
fn what_a_table_says_twice_or_too_little_is_told() {
    let told = |text: &str, columns: &Columns| {
        let night = of("night.csv", text.as_bytes(), columns);
        night.expect_err(text).to_string()
    };
    let none = Columns::default();
    let epoch = Columns {
        epoch: Duration::from_ms(20e3).ok(),
        ..Columns::default()
    };
    for (text, columns, expected) in [
        (
            "stage,stage\nW,N1\n",
            &none,
            "expected `stage` once, not 2 times",
        ),
        (
            "onset,duration,stage\n0,30,W\n30,30,N1\n",
            &epoch,
            "found the column `duration`, expected no `epoch` beside it",
        ),
        (
            "Stage,Epoch\nN2,1\nN2\n",
            &none,
            "line 3: found `N2`, expected as many columns as above",
        ),
        (
            "onset,duration,stage\n0,1e9,W\n",
            &none,
            "found `1e9`, expected a time that the clock has",
        ),
    ] {
        let found = told(text, columns);
        assert!(found.contains(expected), "{text}: {found}");
    }
    let empty = of("night.edf", b"", &none).expect_err("empty").to_string();
    assert!(empty.contains("found an empty file"), "{empty}");
}
