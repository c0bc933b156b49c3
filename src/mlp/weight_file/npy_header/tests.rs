use super::*;

use ndarray_npy::WriteNpyExt;
use proptest::prelude::*;

fn header(text: &str) -> Result<Header, String> {
    Header::parse(text)
}

#[test]
fn headers_as_numpy_writes_them_are_read() {
    let f32_of = |shape: &[usize], is_fortran| Header {
        shape: shape.to_vec(),
        descriptor: Some("<f4".into()),
        is_fortran,
    };
    for (text, expected) in [
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }",
            f32_of(&[3, 4], false),
        ),
        (
            "{'descr': '<f4', 'fortran_order': True, 'shape': (3,), }   \n",
            f32_of(&[3], true),
        ),
        (
            "{\"shape\":(),\"descr\":\"<f4\",\"fortran_order\":False}",
            f32_of(&[], false),
        ),
        // Python 2.
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3L, 40L), }",
            f32_of(&[3, 40], false),
        ),
    ] {
        assert_eq!(header(text), Ok(expected), "{text}");
    }
    let records = header(
        "{'descr': [('a', '<f4', (2,)), ('b', [('c', '|u1')])], 'fortran_order': False, 'shape': (5,), }",
    );
    assert_eq!(records.unwrap().descriptor, None);
}

#[test]
fn what_is_wrong_with_a_header_is_said() {
    for (text, expected) in [
        ("", "`` in the header, expected `{`"),
        (
            "{'descr': '<f4', 'shape': (3,), }",
            "no `fortran_order` in the header",
        ),
        (
            "{'descr': '<f4', 'order': 1}",
            "a key `order` in the header",
        ),
        ("{'descr': <f4}", "`<f4}` in the header, expected a text"),
        (
            "{'descr': '<f4",
            "`<f4` in the header, expected a text that ends",
        ),
        (
            "{'descr': [('a', '<f4')",
            "`[('a', '<f4'` in the header, expected a list that ends",
        ),
        (
            "{'fortran_order': 0}",
            "`0}` in the header, expected `True` or `False`",
        ),
        (
            "{'shape': (-1,)}",
            "`-1,)}` in the header, expected the length of a dimension",
        ),
        (
            "{'shape': (99999999999999999999,)}",
            "`999999999999` in the header, expected the length of a dimension",
        ),
        (
            "{'shape': (3 4)}",
            "`4)}` in the header, expected `,` or `)`",
        ),
        (
            "{'shape': (3,) 'descr': '<f4'}",
            "`'descr': '<f` in the header, expected `,` or `}`",
        ),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': ()} 7",
            "`7` in the header, expected the end of the header",
        ),
    ] {
        assert_eq!(header(text), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn arrays_begin_as_those_of_another_writer() {
    for shape in [&[7][..], &[3, 4], &[1, 2, 3], &[123_456, 1_000]] {
        let mut other = Vec::new();
        // Of the long one there is no room for the values.
        let tried: Vec<usize> = shape.iter().map(|&size| size.min(7)).collect();
        ndarray::ArrayD::<f32>::zeros(tried.clone())
            .write_npy(&mut other)
            .unwrap();
        let own = of_f32(&tried);
        assert_eq!(own, other[..own.len()], "{tried:?}");
        let own = of_f32(shape);
        assert_eq!(own.len() % 64, 0);
        let text = std::str::from_utf8(&own[10..]).unwrap();
        assert_eq!(header(text).unwrap().shape, shape);
    }
}

proptest! {
    /// Whatever stands there, there is an answer.
    #[test]
    fn no_header_is_too_strange(text in "[{}()\\[\\]'\":, a-zA-Z0-9<]{0,80}") {
        let _ = header(&text);
    }
}
