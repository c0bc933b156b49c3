use super::*;

#[test]
fn ordinals_read_as_in_english() {
    let all = [1, 2, 3, 4, 11, 12, 13, 21, 102, 1013].map(ordinal);
    assert_eq!(
        all,
        [
            "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "1,013th"
        ]
    );
}
