//! Tables of numbers, as positions over time for `analyse` are given.

use sharpwave::record::number_file;

use super::harness::{ROOM, Target, as_it_is, fuzz, with_file};

fn parse(bytes: &[u8]) -> String {
    with_file("n.csv", bytes, |path| match number_file::read(path) {
        Ok((names, columns)) => {
            assert_eq!(names.len(), columns.len());
            let finite = columns.iter().flatten().all(|value| value.is_finite());
            assert!(
                finite
                    && columns
                        .iter()
                        .all(|column| column.len() == columns[0].len())
            );
            format!("{} columns", names.len())
        }
        Err(error) => error.to_string(),
    })
}

#[test]
fn any_bytes_are_a_table_of_numbers_or_refused() {
    let corpus = [
        "time,position\n0,1.5\n10,-3e-1\n",
        "time_ms\tx\ty\r\n1\t2\t3\r\n\r\n4\t5\t6",
        "a b\n1 2\n",
        "\"a\";\"b\"\n1;\"2\"\n",
    ];
    fuzz(&Target {
        name: "numbers",
        corpus: corpus.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: &[
            "nan", "inf", "1e308", "1e-400", "-0", "\u{feff}", "\"", ";", ",,", "\t",
        ],
        repair: as_it_is,
        parse,
        room: ROOM,
    });
}
