use std::path::PathBuf;

use ndarray::array;

use super::super::Dtype;
use super::*;

fn tensor(name: &str, shape: &[usize]) -> Tensor {
    let count = shape.iter().product();
    Tensor {
        name: name.into(),
        shape: shape.to_vec(),
        dtype: Dtype::F32,
        values: (0..count).map(|n| n as f32).collect(),
    }
}

fn file(format: Format, tensors: Vec<Tensor>) -> WeightFile {
    WeightFile {
        path: PathBuf::from("mlp"),
        format,
        tensors,
        keep: 1.0,
        beside: Vec::new(),
    }
}

fn safetensors(tensors: &[(&str, &[usize])]) -> WeightFile {
    let tensors = tensors
        .iter()
        .map(|(name, shape)| tensor(name, shape))
        .collect();
    file(Format::Safetensors, tensors)
}

fn message(file: &WeightFile, bias: Bias, sizes: Option<&[usize]>) -> String {
    let stated = Stated {
        sizes,
        ..Stated::nothing_but(bias)
    };
    match to_mlp(file, &stated, Output::Relu) {
        Ok(mlp) => format!("{:?}", mlp.sizes()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn weights_and_biases_by_hand() {
    let file = safetensors(&[
        ("fc1.bias", &[2]),
        ("fc1.weight", &[2, 3]),
        ("fc2.weight", &[1, 2]),
    ]);
    let stated = Stated {
        sizes: Some(&[3, 2, 1]),
        ..Stated::nothing_but(Bias::Keep)
    };
    let of_dropout = WeightFile {
        keep: 0.5,
        ..file.clone()
    };
    let mlp = to_mlp(&of_dropout, &stated, Output::Softmax).unwrap();
    assert_eq!(
        mlp.layers[0].weights,
        array![[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    );
    assert_eq!(mlp.layers[0].bias, Some(array![0.0, 1.0]));
    assert_eq!(mlp.layers[1].weights, array![[0.0, 1.0]]);
    assert_eq!(mlp.layers[1].bias, None);
    assert_eq!((mlp.output, mlp.keep), (Output::Softmax, 0.5));
    let dropped = to_mlp(&file, &Stated::nothing_but(Bias::Drop), Output::Relu).unwrap();
    assert!(dropped.layers.iter().all(|layer| layer.bias.is_none()));
    assert_eq!(
        message(&file, Bias::Refuse, None),
        "`mlp`: `fc1.bias` is a bias; the spiking network has none\n  \
         help: `bias = \"drop\"` leaves biases out (check the accuracy); of a network that is to sleep, `bias = true` keeps them as they are beside it"
    );
}

#[test]
fn names_of_all_styles() {
    for (name, layer, role) in [
        ("0.weight", "0.", Some(Parameter::Weights)),
        ("module.fc1.bias", "module.fc1.", Some(Parameter::Bias)),
        ("W1", "1", Some(Parameter::Weights)),
        ("b_1", "1", Some(Parameter::Bias)),
        ("layers/2/weights", "layers/2/", Some(Parameter::Weights)),
        ("weight_ih_l0", "weight_ih_l0", None),
        ("arr_0", "arr_0", None),
        ("fc1_weight", "fc1_", Some(Parameter::Weights)),
        ("net.fc1_bias", "net.fc1_", Some(Parameter::Bias)),
        ("hidden_w2", "hidden_2", Some(Parameter::Weights)),
        ("layer_b", "layer_b", None),
        ("fc.weight_orig", "fc.weight_orig", None),
    ] {
        let shape = match role {
            Some(Parameter::Bias) => &[3][..],
            _ => &[3, 4],
        };
        let parts = parameter(name, shape);
        assert_eq!((parts.layer.as_str(), parts.role), (layer, role), "{name}");
    }
    // A matrix is no bias; a row may be one that has kept its axes.
    assert_eq!(parameter("b", &[3, 4]).role, None);
    assert_eq!(parameter("b", &[1, 3]).role, Some(Parameter::Bias));
}

#[test]
fn numbers_in_names_count() {
    let mut names = ["W10", "W2", "W1", "a.9.w", "a.10.w", "W01"];
    names.sort_by(|a, b| natural_order(a, b));
    assert_eq!(names, ["W01", "W1", "W2", "W10", "a.9.w", "a.10.w"]);
}

#[test]
fn transposed_weights_are_named() {
    let one = safetensors(&[("fc1.weight", &[784, 1200]), ("fc2.weight", &[10, 1200])]);
    let expected = "`mlp`: `fc1.weight` is 784 x 1200 where the chain needs 1200 x 784: it looks \
                    transposed; PyTorch stores (out, in)";
    assert_eq!(message(&one, Bias::Refuse, None), expected);
    let all = safetensors(&[("fc1.weight", &[784, 1200]), ("fc2.weight", &[1200, 10])]);
    assert_eq!(message(&all, Bias::Refuse, None), expected);
    // A single layer chains in both directions; only the sizes tell.
    let single = safetensors(&[("fc1.weight", &[784, 1200])]);
    assert_eq!(message(&single, Bias::Refuse, Some(&[784, 1200])), expected);
    assert_eq!(message(&single, Bias::Refuse, None), "[1200, 784]");
}

#[test]
fn broken_chains_and_other_sizes() {
    let broken = safetensors(&[("fc1.weight", &[30, 20]), ("fc2.weight", &[10, 40])]);
    assert_eq!(
        message(&broken, Bias::Refuse, None),
        "`mlp`: `fc2.weight` takes 40 inputs, but `fc1.weight` before it has 30 outputs\n  \
         help: layers are taken in the order of the numbers in their names"
    );
    let chained = safetensors(&[("fc1.weight", &[30, 20]), ("fc2.weight", &[10, 30])]);
    assert_eq!(
        message(&chained, Bias::Refuse, Some(&[784, 30, 10])),
        "`mlp`: the layers have 20-30-10 neurons, expected 784-30-10"
    );
}

/// By what the order of `tensors` is known, or what is said; and the layers in that order.
fn order(format: Format, tensors: &[(&str, [usize; 2])], sizes: Option<&[usize]>) -> String {
    let tensors = tensors.iter().map(|(name, shape)| tensor(name, shape));
    let file = file(format, tensors.collect());
    let stated = Stated {
        sizes,
        ..Stated::nothing_but(Bias::Refuse)
    };
    match plan(&file, &stated) {
        Ok((layers, by)) => {
            let names: Vec<&str> = layers.iter().map(|layer| layer.name()).collect();
            format!("{by:?} {}", names.join(" "))
        }
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn shapes_that_chain_in_one_order_settle_it() {
    let tensors = [
        ("hidden.weight", [30, 40]),
        ("input.weight", [40, 20]),
        ("output.weight", [10, 30]),
    ];
    let expected = "Shapes input.weight hidden.weight output.weight";
    let sizes = Some(&[20, 40, 30, 10][..]);
    for format in [Format::Safetensors, Format::Npz, Format::PyTorch] {
        for sizes in [None, sizes] {
            assert_eq!(order(format, &tensors, sizes), expected);
        }
    }
    // One square layer between others has one place; two have not, unless numbers tell them apart.
    let square = [("out", [9, 5]), ("p", [5, 5]), ("in", [5, 7])];
    assert_eq!(order(Format::Npz, &square, None), "Shapes in p out");
    let squares = [("in", [5, 7]), ("p", [5, 5]), ("q", [5, 5])];
    assert!(order(Format::Npz, &squares, None).contains("first of `p` and `q`, both 5 x 5\n"));
    assert!(order(Format::Npz, &squares, Some(&[7, 5, 5, 5])).contains("first of `p` and `q`"));
    let numbers = [("w10", [5, 5]), ("w2", [5, 5]), ("w1", [5, 7])];
    assert_eq!(order(Format::Npz, &numbers, None), "Numbers w1 w2 w10");
}

#[test]
fn paths_that_can_be_rearranged_are_no_order() {
    let ambiguous =
        "the shapes chain in more than one order, and the names do not say which is meant";
    // A closed path: 4-3-4 or 3-4-3.
    let closed = [("decode", [4, 3]), ("encode", [3, 4])];
    assert!(order(Format::Npz, &closed, None).starts_with(ambiguous));
    assert_eq!(
        order(Format::Npz, &closed, Some(&[4, 3, 4])),
        "Shapes encode decode"
    );
    // 1-2-3-2-4-2-5: the loops by 3 and by 4 could change places.
    let loops = [
        ("p", [2, 1]),
        ("q", [3, 2]),
        ("r", [2, 3]),
        ("s", [4, 2]),
        ("t", [2, 4]),
        ("u", [5, 2]),
    ];
    assert!(order(Format::Npz, &loops, None).starts_with(ambiguous));
    // 1-2-3-1-4-2-5-...: 1 and 2 are passed in turn, so the ways from 1 to 2 could change places.
    let in_turn = [
        ("p", [2, 1]),
        ("q", [3, 2]),
        ("r", [1, 3]),
        ("s", [4, 1]),
        ("t", [2, 4]),
    ];
    assert!(order(Format::Npz, &in_turn, None).starts_with(ambiguous));
    // 1-2-3-2-4: one loop alone stays where it is.
    let one = [("s", [4, 2]), ("r", [2, 3]), ("q", [3, 2]), ("p", [2, 1])];
    assert_eq!(order(Format::Npz, &one, None), "Shapes p q r s");
}

/// Every order of a few layers is tried; that is what `paths` must agree with.
#[test]
fn the_number_of_orders_is_that_of_all_permutations() {
    fn permutations(n: usize) -> Vec<Vec<usize>> {
        if n == 0 {
            return vec![Vec::new()];
        }
        let shorter = permutations(n - 1);
        let inserted = shorter.iter().flat_map(|shorter| {
            (0..n).map(move |place| {
                let mut longer = shorter.clone();
                longer.insert(place, n - 1);
                longer
            })
        });
        inserted.collect()
    }
    let mut counts = [0; 3];
    // All lists of five shapes over the sizes 1 to 3, in steps that reach all kinds.
    for code in (0..9_usize.pow(5)).step_by(7) {
        let shapes: Vec<[usize; 2]> = (0..5)
            .map(|digit| code / 9_usize.pow(digit) % 9)
            .map(|pair| [1 + pair / 3, 1 + pair % 3])
            .collect();
        let chained = permutations(5).into_iter().filter(|order| {
            order
                .windows(2)
                .all(|pair| shapes[pair[1]][1] == shapes[pair[0]][0])
        });
        let chained = chained.count().min(2);
        let names = ["p", "q", "r", "s", "t"];
        let tensors: Vec<(&str, [usize; 2])> = names.into_iter().zip(shapes.clone()).collect();
        let said = order(Format::Npz, &tensors, None);
        let found = match &said {
            said if said.starts_with("Shapes") => 1,
            said if said.contains("layer_names") => 2,
            _ => 0,
        };
        assert_eq!(found, chained, "{shapes:?}: {said}");
        counts[chained] += 1;
    }
    assert!(counts.iter().all(|&count| count > 50), "{counts:?}");
}

#[test]
fn a_dictionary_that_contradicts_the_numbers_is_no_order() {
    let squares = [("fc2.weight", [5, 5]), ("fc1.weight", [5, 5])];
    assert!(order(Format::PyTorch, &squares, None).starts_with("the numbers in the names and"));
    // In other formats there is nothing to contradict them.
    assert_eq!(
        order(Format::Safetensors, &squares, None),
        "Numbers fc1.weight fc2.weight"
    );
    // Numbered from the output: shapes and dictionary agree against the numbers.
    let backwards = [("fc2.weight", [4, 5]), ("fc1.weight", [3, 4])];
    assert_eq!(
        order(Format::PyTorch, &backwards, None),
        "Shapes fc2.weight fc1.weight"
    );
    // A dictionary tells transposed layers from layers out of order.
    let transposed = [("in.weight", [5, 4]), ("out.weight", [4, 3])];
    assert!(order(Format::PyTorch, &transposed, None).contains("it looks transposed"));
}

#[test]
fn only_linear_layers() {
    let cases: [(&str, &[usize], &str); 7] = [
        (
            "conv1.weight",
            &[8, 1, 3, 3],
            "(8 x 1 x 3 x 3) is the kernel of a convolution",
        ),
        (
            "bn1.running_mean",
            &[8],
            "(8) is a statistic of batch normalisation",
        ),
        (
            "bn1.num_batches_tracked",
            &[],
            "(scalar) is a statistic of batch normalisation",
        ),
        ("norm.weight", &[8], "(8) is the scale of a normalisation"),
        ("embedding.weight", &[100, 8], "(100 x 8) is an embedding"),
        (
            "lstm.weight_ih_l0",
            &[32, 8],
            "(32 x 8) is not the weights or bias of a layer",
        ),
        (
            "scale",
            &[],
            "(scalar) is not the weights or bias of a layer",
        ),
    ];
    for (name, shape, what) in cases {
        let file = safetensors(&[("0.weight", &[3, 2]), (name, shape)]);
        assert_eq!(
            message(&file, Bias::Drop, None),
            format!("`mlp`: `{name}` {what}: only linear layers can be mapped")
        );
    }
    let free = file(Format::Npz, vec![tensor("arr_0", &[3, 2])]);
    assert_eq!(message(&free, Bias::Refuse, None), "[2, 3]");
}

#[test]
fn bad_values_are_named_with_their_place() {
    let mut file = safetensors(&[("0.weight", &[3, 2]), ("0.bias", &[3])]);
    file.tensors[0].values[3] = f32::NAN;
    assert_eq!(
        message(&file, Bias::Keep, None),
        "`mlp`: `0.weight`[1, 1] is NaN, expected a finite number"
    );
    file.tensors[0].values[3] = 0.0;
    file.tensors[1].values[2] = f32::NEG_INFINITY;
    assert_eq!(
        message(&file, Bias::Keep, None),
        "`mlp`: `0.bias`[2] is -inf, expected a finite number"
    );
    file.tensors[0].dtype = Dtype::Unsupported("I64".into());
    assert_eq!(
        message(&file, Bias::Drop, None),
        "`mlp`: `0.weight` holds I64, expected F16, BF16, F32 or F64"
    );
}

#[test]
fn biases_fit_their_layers() {
    let wrong = safetensors(&[("0.weight", &[3, 2]), ("0.bias", &[2])]);
    assert_eq!(
        message(&wrong, Bias::Keep, None),
        "`mlp`: `0.bias` is 2, expected the 3 biases of `0.weight`"
    );
    let lost = safetensors(&[("0.weight", &[3, 2]), ("1.bias", &[3])]);
    assert_eq!(
        message(&lost, Bias::Keep, None),
        "`mlp`: `1.bias` is a bias, but no weights belong to it"
    );
}

#[test]
fn empty_files_and_layers() {
    assert_eq!(
        message(&safetensors(&[]), Bias::Refuse, None),
        "`mlp`: holds no tensors"
    );
    assert_eq!(
        message(&safetensors(&[("0.weight", &[3, 0])]), Bias::Refuse, None),
        "`mlp`: `0.weight` is 3 x 0: a layer needs at least one neuron and one input"
    );
}
