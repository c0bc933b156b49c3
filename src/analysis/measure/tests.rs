use super::*;
use crate::base::parameter::{Default, Kind};

#[test]
fn every_measure_is_described_and_found() {
    for measure in REGISTRY {
        let spec = measure.spec;
        assert!(
            std::ptr::eq(find(spec.name).unwrap(), *measure),
            "{}",
            spec.name
        );
        assert!(
            !spec.summary.is_empty() && !spec.equations.is_empty(),
            "{}",
            spec.name
        );
        for parameter in spec.parameters {
            assert!(
                !parameter.doc.is_empty(),
                "{}.{}",
                spec.name,
                parameter.name
            );
            let optional = parameter.default != Default::Required;
            assert!(
                optional || matches!(parameter.kind, Kind::File(_) | Kind::Text),
                "{}",
                parameter.name
            );
        }
    }
    let error = find("correlatoin").unwrap_err().to_string();
    assert_eq!(
        error,
        "found no measure `correlatoin`\n  help: did you mean `correlation`?"
    );
}

#[test]
fn bouts_without_a_gap_are_one_stretch() {
    use crate::base::time::Time;

    let at = |s: i64| Time::from_ps(s * 1_000_000_000_000);
    let bout = |(name, start, stop): (&str, i64, i64)| Bout {
        name: name.into(),
        kind: "sleep".into(),
        span: Span {
            start: at(start),
            stop: at(stop),
        },
    };
    let bouts = [
        ("N2", 0, 60),
        ("N3", 60, 120),
        ("R", 120, 130),
        ("N2 2", 130, 150),
    ];
    let mut data = Data {
        populations: Vec::new(),
        spans: Vec::new(),
        bouts: bouts.map(bout).into(),
        tables: std::collections::BTreeMap::new(),
        courses: Vec::new(),
        layered: None,
        weights: Vec::new(),
    };
    let spec = find("isi_distance").unwrap().spec;
    data.spans = data.bouts[..2].iter().map(|bout| bout.span).collect();
    let whole = Span {
        start: at(0),
        stop: at(120),
    };
    assert_eq!(one_span(spec, &data).unwrap(), whole);
    data.spans = vec![data.bouts[0].span, data.bouts[3].span];
    let said = one_span(spec, &data).unwrap_err().to_string();
    let expected = "`isi_distance`: found 2 stretches of time, expected one\n  help: choose one with `--from` and `--to`, or one bout, \
                    such as `--bout \"N2 2\"`";
    assert_eq!(said, expected);
}

#[test]
fn no_number_of_shuffles_reaches_a_level_of_zero() {
    use crate::base::parameter::Value;

    for (level, shuffles, expected) in [
        (
            0.0,
            2_000,
            "found a level of 0, expected more than 0: p of shuffles never is 0",
        ),
        (0.05, 9, "expected 19 or more for a level of 0.05"),
    ] {
        let spec = find("replay").unwrap().spec;
        let given = [
            ("level", Value::Number(level)),
            ("shuffles", Value::Count(shuffles)),
        ];
        let values = complete(spec, &Values::from(given)).unwrap();
        let said = places::enough(spec, &values).unwrap_err().to_string();
        assert!(said.ends_with(expected), "{said}");
    }
}

#[test]
fn parameters_that_do_nothing_are_refused_and_not_shown() {
    use crate::base::parameter::Value;

    let file = |name: &'static str| (name, Value::File(format!("{name}.csv").into()));
    let count = ("positions", Value::Count(30));
    for (measure, given, expected) in [
        (
            "rank_order",
            vec![file("template"), file("fields")],
            "found `fields` beside `template`",
        ),
        (
            "pairwise_bias",
            vec![file("template"), count.clone()],
            "found `positions` beside `template`",
        ),
        (
            "replay",
            vec![file("fields"), file("track")],
            "found `track` beside `fields`",
        ),
        (
            "replay",
            vec![file("fields"), ("smooth", Value::Number(1.0))],
            "found `smooth` beside `fields`",
        ),
        (
            "up_down",
            vec![("percentile", Value::Number(30.0))],
            "found `percentile` beside `threshold=bimodal`",
        ),
    ] {
        let given: Values = given.into_iter().collect();
        let said = find(measure).unwrap().complete(&given).unwrap_err();
        let expected = format!("`{measure}`: {expected}, expected none: it has no use there");
        assert_eq!(said.to_string(), expected);
    }
    let completed = |measure: &str, given| {
        let measure = find(measure).unwrap();
        measure.complete(&Values::from(given)).unwrap()
    };
    let values = completed("replay", [file("fields")]);
    assert!(values.get("positions").is_none() && values.get("bin").is_some());
    let values = completed("replay", [file("track")]);
    assert!(values.get("positions").is_some());
    let values = completed("up_down", [("threshold", Value::Word("percentile"))]);
    assert!(values.get("percentile").is_some());
}
