//! Projections: which rule, from which file, with which weights and delays.

use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::{Value, Values};
use sharpwave::config::Model;
use sharpwave::network::{Connection, Delay, EdgeFile, Given};

use super::{constant, network, take};

#[test]
fn every_rule_is_read() {
    let own = |name, value: Value| Values::from([(name, value)]);
    let twice = |name, n: u64| {
        let mut values = own(name, n.into());
        values.insert("multapses", false);
        values
    };
    let rules = [
        ("all_to_all", "", Values::new()),
        (
            "fixed_probability",
            "probability = 0.5",
            own("probability", 0.5.into()),
        ),
        ("fixed_in_degree", "in_degree = 3", twice("in_degree", 3)),
        ("fixed_out_degree", "out_degree = 3", twice("out_degree", 3)),
        ("fixed_total", "total = 7", twice("total", 7)),
        ("one_to_one", "autapses = true", Values::new()),
    ];
    for (name, key, values) in rules {
        let text = format!(
            "schema = 1\nexperiment = \"network\"\nduration = \"1 s\"\n\
             [population.a]\nneuron = \"lif\"\nsize = 5\ntau_m = \"20 ms\"\nv_th = \"20 mV\"\n\
             [projection.p]\nsource = \"a\"\ntarget = \"a\"\nrule = \"{name}\"\n{key}\nweight = \"1 mV\"\n\
             axonal_delay = \"1 ms\"\n"
        );
        let model = network(&text, &[]);
        let Connection::Rule(rule) = &model.network.projections[0].connection else {
            panic!("{name}");
        };
        assert_eq!((rule.spec.name, &rule.values), (name, &values));
        assert_eq!(
            take(&Model::Network(Box::new(model.clone())).resolved(), &[]),
            Ok(Model::Network(Box::new(model)))
        );
    }
}

/// A network of one population and one projection with these keys.
fn one_projection(keys: &str) -> String {
    format!(
        "schema = 1\nexperiment = \"network\"\nduration = \"1 s\"\n\
         [population.a]\nneuron = \"lif\"\nsize = 5\ntau_m = \"20 ms\"\nv_th = \"20 mV\"\n\
         [projection.p]\nsource = \"a\"\ntarget = \"a\"\n{keys}\n"
    )
}

#[test]
fn edges_come_from_a_file_with_what_the_model_file_leaves_to_it() {
    let from = "rule = \"from_file\"\nfile = \"edges.h5\"";
    let (mv, ms) = ("weight = \"2 mV\"", "axonal_delay = \"3 ms\"");
    let dendritic = "dendritic_delay = \"4 ms\"";
    let population = "population = \"v1\"";
    let types = "types = \"edge_types.csv\"\nsynapse_models = \"models\"";
    for (keys, name, weight, axonal, dendritic) in [
        (format!("{from}\n{types}"), None, None, None, 0.0),
        (from.to_owned(), None, None, None, 0.0),
        (format!("{from}\n{population}"), Some("v1"), None, None, 0.0),
        (format!("{from}\n{mv}"), None, Some(2.0), None, 0.0),
        (format!("{from}\n{ms}"), None, None, Some(3.0), 0.0),
        (format!("{from}\n{dendritic}"), None, None, None, 4.0),
        // Nothing behind the synapse, whatever the file says.
        (
            format!("{from}\ndendritic_delay = \"0 ms\""),
            None,
            None,
            None,
            0.0,
        ),
        (
            format!("{from}\n{mv}\n{ms}\n{dendritic}"),
            None,
            Some(2.0),
            Some(3.0),
            4.0,
        ),
    ] {
        let typed = keys.contains("types");
        let model = network(&one_projection(&keys), &[]);
        let projection = &model.network.projections[0];
        let file = EdgeFile {
            path: "/edges.h5".into(),
            population: name.map(String::from),
            types: typed.then(|| "/edge_types.csv".into()),
            synapse_models: typed.then(|| "/models".into()),
            columns: None,
        };
        assert_eq!(projection.connection, Connection::Edges(Given::File(file)));
        assert!(projection.autapses);
        assert_eq!(projection.weight, weight.map(constant));
        let delay = axonal.map(|axonal| Delay {
            axonal: constant(axonal),
            dendritic: constant(dendritic),
            velocity: None,
        });
        assert_eq!(projection.delay, delay);
        // Of delays of the file a part may lie behind the synapse.
        let behind = keys.contains("dendritic_delay") && axonal.is_none();
        let behind_ms = behind.then_some(dendritic);
        let listed = projection.listed_dendritic.map(|part| part.as_ms());
        assert_eq!(listed, behind_ms);
        assert_eq!(model.network.sizes(projection), Some((5, 5)));
        let text = Model::Network(Box::new(model.clone())).resolved();
        assert_eq!(
            take(&text, &[]),
            Ok(Model::Network(Box::new(model))),
            "{text}"
        );
    }
}

#[test]
fn exponential_delays_round_to_one_step_at_least() {
    let keys = |low: &str| {
        format!(
            "rule = \"all_to_all\"\nweight = \"1 mV\"\naxonal_delay = {{ distribution = \"exponential\", \
             mean = \"= (1 ms - 0.1 ms) / 2.99573\", low = \"{low}\", high = \"1 ms\" }}"
        )
    };
    let model = network(&one_projection(&keys("0.05 ms")), &[]);
    let shape = Shape::Exponential {
        offset: 0.0,
        mean: 0.9 / 2.995_73,
    };
    assert_eq!(
        model.network.projections[0].delay.unwrap().axonal,
        Distribution::within(shape, 0.05, 1.0).unwrap()
    );
    let text = Model::Network(Box::new(model.clone())).resolved();
    assert!(
        text.contains("distribution = \"exponential\", mean = "),
        "{text}"
    );
    assert_eq!(take(&text, &[]), Ok(Model::Network(Box::new(model))));
    let error = take(&one_projection(&keys("0.04999 ms")), &[]).unwrap_err();
    assert!(
        error.contains(
            "delay may be 0.04999 ms, expected at least 0.05 ms, which rounds to delay_resolution"
        ),
        "{error}"
    );
}
