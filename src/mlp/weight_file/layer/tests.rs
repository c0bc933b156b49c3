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
    match to_mlp(file, bias, Output::Relu, 1.0, sizes) {
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
    let mlp = to_mlp(&file, Bias::Keep, Output::Softmax, 0.5, Some(&[3, 2, 1])).unwrap();
    assert_eq!(
        mlp.layers[0].weights,
        array![[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    );
    assert_eq!(mlp.layers[0].bias, Some(array![0.0, 1.0]));
    assert_eq!(mlp.layers[1].weights, array![[0.0, 1.0]]);
    assert_eq!(mlp.layers[1].bias, None);
    assert_eq!((mlp.output, mlp.keep), (Output::Softmax, 0.5));
    let dropped = to_mlp(&file, Bias::Drop, Output::Relu, 1.0, None).unwrap();
    assert!(dropped.layers.iter().all(|layer| layer.bias.is_none()));
    assert_eq!(
        message(&file, Bias::Refuse, None),
        "`mlp`: `fc1.bias` is a bias; the spiking network has none\n  \
         help: train without biases, or leave them out with `bias = \"drop\"` and check the accuracy"
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
    ] {
        let parts = parameter(name);
        assert_eq!((parts.layer.as_str(), parts.role), (layer, role), "{name}");
    }
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
         help: layers are taken by name, so name them in order: layer1.weight, layer2.weight, ..."
    );
    let chained = safetensors(&[("fc1.weight", &[30, 20]), ("fc2.weight", &[10, 30])]);
    assert_eq!(
        message(&chained, Bias::Refuse, Some(&[784, 30, 10])),
        "`mlp`: the layers have 20-30-10 neurons, expected 784-30-10"
    );
}

#[test]
fn names_without_order_are_ordered_by_the_sizes_expected() {
    let tensors: [(&str, &[usize]); 3] = [
        ("hidden.weight", &[30, 40]),
        ("input.weight", &[40, 20]),
        ("output.weight", &[10, 30]),
    ];
    let sizes = Some(&[20, 40, 30, 10][..]);
    assert_eq!(
        message(&safetensors(&tensors), Bias::Refuse, sizes),
        "[20, 40, 30, 10]"
    );
    // A state dict has an order of its own, which is not overruled.
    let mut ordered = safetensors(&tensors);
    ordered.format = Format::PyTorch;
    assert!(message(&ordered, Bias::Refuse, sizes).contains("in the order of the state dict"));
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
