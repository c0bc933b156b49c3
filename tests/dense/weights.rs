//! Weights from outside: read, set, saved and refused.

use sharpwave::base::time::Time;
use sharpwave::engine::Unobserved;
use sharpwave::engine::simulation::Ended;

use super::{STOP, bits, driven, matrices, network};

#[test]
fn weights_are_read_and_set_by_name() {
    let network = network(3, 2, 1.0);
    let mut engine = driven(&network, 3, Time::ZERO);
    let (fixed, learning) = ("1_2", "2_3");
    let graph = engine.graph_hash();
    for name in [fixed, learning] {
        let mut weights = engine.weights(name).unwrap();
        weights.values_mut()[1] = 0.25;
        engine.set_weights(name, &weights).unwrap();
        assert_eq!(engine.weights(name).unwrap(), weights);
    }
    // What was set is part of the state, not of the graph.
    let bytes = engine.save().unwrap();
    let mut other = driven(&network, 3, Time::ZERO);
    assert_eq!((engine.graph_hash(), other.graph_hash()), (graph, graph));
    other.load(&bytes).unwrap();
    // Not even where it is asked for only then.
    let mut late = driven(&network, 3, Time::ZERO);
    late.load(&bytes).unwrap();
    assert_eq!(late.graph_hash(), graph);
    assert_eq!(bits(&matrices(&other)), bits(&matrices(&engine)));
    let stop = Time::from_ps(STOP);
    assert_eq!(engine.run(stop, &mut Unobserved), Ended::Reached);
    assert_eq!(other.run(stop, &mut Unobserved), Ended::Reached);
    assert_eq!(other.fingerprint(), engine.fingerprint());
    // It is what acts.
    let mut plain = driven(&network, 3, Time::ZERO);
    assert_eq!(plain.run(stop, &mut Unobserved), Ended::Reached);
    assert_ne!(plain.fingerprint(), engine.fingerprint());
    // Weights that do not learn cannot be forgotten again: whoever loads begins with the network as built.
    let before = plain.save().unwrap();
    assert!(engine.load(&before).is_err());

    let message = |name: &str| engine.weights(name).unwrap_err().to_string();
    assert_eq!(
        message("sudden"),
        "projection `sudden` is sparse: its weights cannot be read or set as a matrix"
    );
    assert_eq!(
        message("1_3"),
        "there is no projection `1_3`; did you mean `1_2`?"
    );
    let mut wrong = engine.weights(fixed).unwrap();
    wrong.values_mut()[13] = f32::NAN;
    let error = engine.set_weights(fixed, &wrong).unwrap_err().to_string();
    assert_eq!(
        error,
        "projection `1_2`: the weight from 1 to 1 is NaN, expected a finite number"
    );
    let other = engine.weights("2_3").unwrap();
    let error = engine.set_weights(fixed, &other).unwrap_err().to_string();
    assert_eq!(
        error,
        "projection `1_2`: found 14 x 9 weights (targets x sources), expected 9 x 12"
    );
}
