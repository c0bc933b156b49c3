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
