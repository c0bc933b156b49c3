//! Networks that MATLAB wrote.

use ndarray::Array1;
use sharpwave::mlp::perceptron::Output;
use sharpwave::mlp::weight_file::{Bias, Stated, read, to_mlp};

use super::{complaint, fixture, load, matrix, ramp};

#[test]
fn matlab_networks_have_their_biases_as_first_columns_or_have_none() {
    let file = read(&fixture("network.mat")).unwrap();
    let mlp = to_mlp(&file, &Stated::nothing_but(Bias::Refuse), Output::Relu, 1.0).unwrap();
    let counted: Vec<f32> = (0..12_u8).map(f32::from).collect();
    assert_eq!(mlp.layers[0].weights.as_slice(), Some(&counted[..]));
    assert_eq!(mlp.layers[1].weights, matrix(2, 3));
    let beside = file.beside.join("; ");
    for said in [
        "`nn` also has",
        "`vW`",
        "`note` is text",
        "`epochs` is a single number",
    ] {
        assert!(beside.contains(said), "{beside}");
    }
    let mlp = load(&fixture("biased.mat"), Bias::Keep);
    assert_eq!(mlp.sizes(), [4, 3, 2]);
    // Columns 1 to 4 of 3 x 5, and column 0.
    let all = ramp(15);
    for (row, weights) in mlp.layers[0].weights.outer_iter().enumerate() {
        assert_eq!(weights.to_vec(), all[5 * row + 1..5 * row + 5]);
    }
    let bias = mlp.layers[0].bias.as_ref().unwrap();
    assert_eq!(bias.to_vec(), [all[0], all[5], all[10]]);
    assert_eq!(
        mlp.layers[1].bias,
        Some(Array1::from(vec![ramp(8)[0], ramp(8)[4]]))
    );
    let refused = to_mlp(
        &read(&fixture("whole.mat")).unwrap(),
        &Stated::nothing_but(Bias::Keep),
        Output::Relu,
        1.0,
    );
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("`W1` holds int16, expected F16"), "{said}");
    let mut version_7_3 = vec![b' '; 512];
    version_7_3.extend(b"\x89HDF\r\n\x1a\n");
    assert!(complaint("w.mat", &version_7_3).contains("save it without a flag, or with `-v7`"));
    assert!(complaint("w.mat", &[b' '; 200]).contains("expected a MATLAB .mat file"));
}
