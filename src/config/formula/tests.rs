//! Values by hand, units, and faults where they are.

use proptest::prelude::*;

use super::*;
use crate::base::parameter::Dimension;

/// Parameters of the Brunel network, and one that is at fault.
fn meaning(name: &str) -> Meaning {
    let value = match name {
        "n" => Quantity::bare(12_500.0),
        "epsilon" => Quantity::bare(0.1),
        "g" => Quantity::bare(5.0),
        "j" => Quantity {
            value: 0.1,
            ..unit("mV").unwrap()
        },
        "faulty" => return Meaning::Faulty,
        _ => return Meaning::Unknown(None),
    };
    Meaning::Value(value)
}

fn value(formula: &str) -> Quantity {
    evaluate(formula, &meaning).unwrap_or_else(|fault| panic!("{formula}: {fault:?}"))
}

/// Message of the fault and the text that it points at.
fn fault(formula: &str) -> (String, &str) {
    match evaluate(formula, &meaning) {
        Err(Fault::Here { span, message, .. }) => (message, &formula[span]),
        other => panic!("{formula}: {other:?}"),
    }
}

#[test]
fn numbers_are_those_computed_by_hand() {
    for (formula, expected) in [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("100 / 10 / 5", 2.0),
        ("-2^2", -4.0),
        ("(-2)^2", 4.0),
        ("2^3^2", 512.0),
        ("2^-2", 0.25),
        ("--3", 3.0),
        ("2 * -3", -6.0),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("sqrt(16) + exp(0)", 5.0),
        ("min(3, 1, 2) + max(3, 1, 2)", 4.0),
        ("round(2.5) + floor(-0.5) + ceil(0.2)", 3.0),
        ("0.8 * n * epsilon", 1000.0),
        ("50 ms / 20 ms", 2.5),
    ] {
        assert_eq!(value(formula), Quantity::bare(expected), "{formula}");
    }
}

#[test]
fn units_are_carried_through() {
    let held = |formula: &str, dimension| {
        let value = value(formula).held(dimension);
        value.unwrap_or_else(|| panic!("{formula} is no {dimension:?}"))
    };
    assert_eq!(held("20 ms", Dimension::Time), 20.0);
    assert_eq!(held("1 / 20 ms", Dimension::Rate), 50.0);
    assert_eq!(held("-g * j", Dimension::Voltage), -0.5);
    assert_eq!(held("40 Hz * 2", Dimension::Rate), 80.0);
    assert_eq!(held("100 MOhm * 200 pF", Dimension::Time), 20.0);
    assert_eq!(held("10 nS * 2 mV", Dimension::Current), 20.0);
    assert_eq!(held("sqrt(9 mV * 4 mV)", Dimension::Voltage), 6.0);
    assert_eq!(held("(2 ms)^2 / (1 ms)", Dimension::Time), 4.0);
    assert_eq!(held("min(1 s, 20 ms)", Dimension::Time), 20.0);
    assert_eq!(held("1 s / ms", Dimension::One), 1000.0);
    // Brunel 2000: nu_thr = theta / (J C_E tau), 10 Hz per synapse and 20 kHz onto a neuron at eta = 2.
    let nu_th = "20 mV / (j * 0.8 * n * epsilon * 20 ms)";
    let near = |formula: &str, hz: f64| {
        let found = held(formula, Dimension::Rate);
        assert!((found / hz - 1.0).abs() < 1e-15, "{found} Hz");
    };
    near(nu_th, 10.0);
    near(&format!("2 * ({nu_th}) * 0.8 * n * epsilon"), 20_000.0);
}

#[test]
fn faults_are_where_they_are() {
    for (formula, message, at) in [
        ("1 + j", "cannot add mV to no unit", "j"),
        ("20 ms - 2 * j", "cannot subtract mV from ms", "2 * j"),
        ("1 / (3 - 3)", "division by zero", "(3 - 3)"),
        ("2 * nn", "no parameter is called `nn`", "nn"),
        ("0.8 n", "`n` is no unit", "n"),
        ("2e", "`e` is no unit", "e"),
        ("n n", "found `n`, expected an operator such as `*`", "n"),
        ("(1 + 2", "`(` is never closed", "("),
        ("1 + 2)", "`)` closes nothing", ")"),
        (
            "",
            "the formula ends here, expected a number, a parameter or `(`",
            "",
        ),
        (
            "2 *",
            "the formula ends here, expected a number, a parameter or `(`",
            "",
        ),
        (
            "2 ** 3",
            "found `*`, expected a number, a parameter or `(`",
            "*",
        ),
        ("2 & 3", "`&` has no meaning in a formula", "&"),
        (
            "1.2.3",
            "found `.3`, expected an operator such as `*`",
            ".3",
        ),
        ("1e999", "`1e999` is no finite number", "1e999"),
        ("sqrt", "`sqrt` is a function: write `sqrt(…)`", "sqrt"),
        ("sin(1)", "`sin` is no function", "sin"),
        ("sqrt(2, 3)", "`sqrt` takes one number", ","),
        (
            "sqrt(-1)",
            "the square root of -1, expected 0 or more",
            "-1",
        ),
        ("ln(0)", "the logarithm of 0, expected more than 0", "0"),
        ("sqrt(4 ms)", "the square root of ms is no unit", "4 ms"),
        (
            "exp(1 ms)",
            "`exp` of 1 ms, expected a number without unit",
            "1 ms",
        ),
        ("max(1, j)", "cannot compare mV with no unit", "j"),
        (
            "2^0.5",
            "the exponent comes to 0.5, expected a whole number from -64 to 64",
            "0.5",
        ),
        (
            "2^65",
            "the exponent comes to 65, expected a whole number from -64 to 64",
            "65",
        ),
        (
            "2^(1 ms)",
            "the exponent comes to 1 ms, expected a whole number from -64 to 64",
            "(1 ms)",
        ),
        ("2 ms^2", "`2 ms^` can be read in two ways", "^"),
        (
            "1e308 * 10",
            "this is beyond the largest number, 1.8e308",
            "1e308 * 10",
        ),
        ("0^-1", "this is beyond the largest number, 1.8e308", "0^-1"),
        (
            "((ms^64)^64)^64",
            "the exponents of its units are too large",
            "((ms^64)^64)^64",
        ),
    ] {
        assert_eq!(fault(formula), (message.to_string(), at), "{formula}");
    }
}

#[test]
fn a_parameter_at_fault_is_not_reported_again() {
    assert_eq!(evaluate("2 * faulty", &meaning), Err(Fault::Elsewhere));
}

#[test]
fn depth_is_bounded_and_length_is_not() {
    for deep in ["(", "-", "2^", "sqrt("] {
        let formula = format!("{}1", deep.repeat(100_000));
        let (message, _) = fault(&formula);
        assert_eq!(message, "more than 64 levels within each other");
    }
    let long = format!("1{}", " + 1".repeat(100_000));
    assert_eq!(value(&long), Quantity::bare(100_001.0));
}

proptest! {
    #[test]
    fn any_text_never_panics(text in "\\PC{0,40}") {
        if let Err(Fault::Here { span, .. }) = evaluate(&text, &meaning) {
            prop_assert!(text.get(span).is_some());
        }
    }

    #[test]
    fn any_words_never_panic(words in proptest::collection::vec(proptest::sample::select(&[
        "1", "0", "2.5", "1e300", "ms", "mV", "GOhm", "n", "j", "faulty", "sqrt", "min", "exp", "round", "(", ")", ",",
        "+", "-", "*", "/", "^", " ", "µs",
    ][..]), 0..24)) {
        let text = words.concat();
        match evaluate(&text, &meaning) {
            Ok(quantity) => prop_assert!(quantity.value.is_finite()),
            Err(Fault::Here { span, .. }) => prop_assert!(text.get(span).is_some()),
            Err(Fault::Elsewhere) => {}
        }
    }

    #[test]
    fn sums_and_products_are_those_of_f64(a in -1e6..1e6f64, b in -1e6..1e6f64, c in 1e-3..1e6f64) {
        let formula = format!("{a:?} ms + {b:?} ms * {c:?} - {a:?} ms / {c:?}");
        prop_assert_eq!(value(&formula).held(Dimension::Time), Some(a + b * c - a / c));
    }

    /// Quantities of different units never add up.
    #[test]
    fn only_like_units_add(a in proptest::sample::select(&["ms", "mV", "pA", "pF", "Hz", "nS"][..]),
                           b in proptest::sample::select(&["s", "V", "nA", "nF", "kHz", "uS"][..])) {
        let alike = unit(a).unwrap().unit == unit(b).unwrap().unit;
        prop_assert_eq!(evaluate(&format!("1 {a} + 1 {b}"), &meaning).is_ok(), alike);
    }
}
