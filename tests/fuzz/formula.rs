//! Formulas with units, in the place of a parameter's value.

use super::harness::{Target, as_it_is, fuzz};
use super::model_file::read;

fn parse(bytes: &[u8]) -> String {
    let formula = format!("= {}", String::from_utf8_lossy(bytes));
    let quoted = toml::Value::from(formula);
    read(&format!(
        "schema = 1\nexperiment = \"network\"\nduration = \"1 ms\"\n[parameter]\ng = 5.0\nj = \"0.1 mV\"\nx = {quoted}\n\
         [population.e]\nneuron = \"relay\"\nsize = 10\n[record]\nspikes = [\"e\"]\n"
    ))
}

#[test]
fn any_text_is_a_formula_or_refused() {
    let corpus = [
        "g * j",
        "-g * (j + 0.2 mV) / 3",
        "2 ^ 10",
        "exp(-1 ms / 20 ms)",
        "sqrt(g) * min(1, 2, 3)",
        "max(j, 0.1 mV)",
        "1e3 Hz * 5 ms",
        "log(g) - floor(2.5) + round(0.4)",
        "100 pA * 0.01 / 1 pF",
        "(((((g)))))",
    ];
    fuzz(&Target {
        name: "formula",
        corpus: corpus.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: &[
            "(",
            ")",
            "((((((((((((((((",
            "-",
            "--------",
            "+",
            "*",
            "/",
            "^",
            "^-",
            ",",
            "exp(",
            "sqrt(",
            "min(",
            "max(",
            "abs(",
            "log(",
            "mV",
            " ms",
            "µV",
            "Hz",
            "e308",
            "1e-999",
            ".5",
            "5.",
            "g",
            "j",
            "x",
            "0",
            " ",
        ],
        repair: as_it_is,
        parse,
        room: 32 << 20,
    });
}
