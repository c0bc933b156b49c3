//! Annotations of EDF+ files.

use super::{Columns, Night, Score, of, shown};

/// An EDF+ file of one signal, whose records are `annotations`.
pub(super) fn edf(label: &str, annotations: &[&str]) -> Vec<u8> {
    const SAMPLES: usize = 60;
    let field = |text: &str, width: usize| format!("{text:width$}");
    let mut text = field("0", 8) + &field("X X X X", 80) + &field("Startdate X X X X", 80);
    text += &(field("24.04.89", 8) + &field("16.13.00", 8) + &field("512", 8));
    text += &(field("EDF+C", 44) + &field(&annotations.len().to_string(), 8));
    text += &(field("0", 8) + &field("1", 4));
    text += &(field(label, 16) + &field("", 80) + &field("", 8));
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

pub(super) const LABEL: &str = "EDF Annotations";

fn annotated(annotations: &[&str]) -> Result<Night, String> {
    of("night.edf", &edf(LABEL, annotations), &Columns::default())
}

#[test]
fn annotations_as_in_sleep_edf_are_read() {
    let night = annotated(&[
        "+0\u{14}\u{14}\0+0\u{15}30630\u{14}Sleep stage W\u{14}\0",
        "+30630\u{15}120\u{14}Sleep stage 1\u{14}\0+30640\u{14}Lights off@@EEG F4\u{14}\0",
        "+30750\u{15}390\u{14}Sleep stage 4\u{14}\0+31140\u{15}30\u{14}Movement time\u{14}\0",
        "+31170\u{15}30.5\u{14}Sleep stage R\u{14}\0+31200.5\u{15}60\u{14}Sleep stage ?\u{14}\0",
    ]);
    let night = night.expect("a night");
    let expected = [("W", 30630.0), ("N1", 120.0), ("N3", 420.0), ("R", 90.5)];
    assert_eq!(shown(&night), expected);
    let taken: Vec<_> = night.taken.iter().map(|t| (t.score, t.first)).collect();
    assert_eq!(taken, [(Score::Movement, 4), (Score::Unknown, 6)]);
}

#[test]
fn edf_files_that_are_wrong_say_where() {
    let stage = "+0\u{15}30\u{14}Sleep stage W\u{14}\0";
    let good = edf(LABEL, &[stage]);
    assert!(of("a.edf", &good, &Columns::default()).is_ok());
    let wrong = |bytes: &[u8]| of("a.edf", bytes, &Columns::default()).unwrap_err();
    assert_eq!(
        wrong(&edf("EEG Fpz-Cz", &[stage])),
        "the header: found no signal `EDF Annotations`, expected annotations with the stages (Sleep-EDF keeps the stages of \
         SC4001E0-PSG.edf in SC4001EC-Hypnogram.edf)"
    );
    assert_eq!(
        wrong(&edf(LABEL, &["+0\u{14}\u{14}\0+1\u{14}Lights off\u{14}\0"])),
        "the file: found no stage among annotations such as `Lights off`, expected annotations such as `Sleep stage W`"
    );
    assert_eq!(
        wrong(&edf(LABEL, &["+0\u{14}Sleep stage W\u{14}\0"])),
        "annotation 1: found `Sleep stage W` alone, expected a length in seconds"
    );
    let gap = "+60\u{15}30\u{14}Sleep stage 1\u{14}\0";
    assert_eq!(
        wrong(&edf(LABEL, &[stage, gap])),
        "annotation 2: found a gap of 30000 ms: what is before it ends at 30000 ms, and it begins at 60000 ms, expected \
         stretches that lie end to end"
    );
    let unknown = "+30\u{15}600\u{14}Sleep stage X\u{14}\0";
    assert_eq!(
        wrong(&edf(LABEL, &[stage, unknown])),
        "annotation 2: found `Sleep stage X` at +30 s, expected a stage, such as `W`, `N1`, `N2`, `N3`, `R`"
    );
    assert_eq!(
        wrong(&good[..good.len() - 1]),
        "records: found the end of the file in record 1, expected 1 of them"
    );
    let more = "+30\u{15}30\u{14}Sleep stage 2\u{14}\0";
    let mut longer = edf(LABEL, &[stage, more, more]);
    longer[236..244].copy_from_slice(b"1       ");
    assert_eq!(
        wrong(&longer),
        "records: found 3 in the file, expected 1, as the header says (-1 as the header's number of records says that it is \
         not known: all are read)"
    );
    assert!(wrong(b"\x89HDF\r\n\x1a\n").starts_with("the header: found 8 bytes"));
    let mut many = good.clone();
    many[252..256].copy_from_slice(b"9999");
    assert_eq!(
        wrong(&many),
        "the header: found 9999 signals, expected 1 to 4096"
    );
}
