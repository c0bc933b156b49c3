//! The Python package: built as `pip install .` builds it, laid beside its sources, and tried by its own tests.

#[path = "python/interpreter.rs"]
mod python;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use python::python;

/// What the tests of the package import.
const PACKAGES: &str = "import mypy, pytest";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Builds the native part for `python`, in the profile of this test: its file.
fn build(python: &Path) -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).env("PYO3_PYTHON", python);
    // As maturin builds it: without a library of Python's, which not every Python has.
    cargo.env("PYO3_BUILD_EXTENSION_MODULE", "1");
    cargo.args([
        "build",
        "--package",
        "sharpwave-python",
        "--message-format",
        "json",
    ]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output = cargo.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let messages = String::from_utf8(output.stdout).unwrap();
    let mut messages = messages
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let library = messages.rfind(|message| message["target"]["name"] == "_core");
    let library = library.expect("a message about the library");
    PathBuf::from(library["filenames"][0].as_str().expect("its file"))
}

/// A folder with the package, from which Python imports it.
fn lay_out(python: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("sharpwave");
    fs::create_dir(&package).unwrap();
    for entry in fs::read_dir(root().join("python/sharpwave")).unwrap() {
        let path = entry.unwrap().path();
        // Neither what Python compiled nor what was built by hand.
        let is_source = path
            .extension()
            .is_some_and(|kind| kind == "py" || kind == "pyi" || kind == "typed");
        if is_source {
            fs::copy(&path, package.join(path.file_name().unwrap())).unwrap();
        }
    }
    fs::copy(build(python), package.join("_core.abi3.so")).unwrap();
    folder
}

/// Runs a module of Python in sight of the package.
fn run(python: &Path, package: &Path, module: &[&str]) {
    let output = Command::new(python)
        .arg("-m")
        .args(module)
        .current_dir(package)
        .env("PYTHONPATH", package)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SHARPWAVE_BINARY", env!("CARGO_BIN_EXE_sharpwave"))
        .output()
        .unwrap();
    let [stdout, stderr] =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{module:?}\n{stdout}\n{stderr}");
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "the name of the library is Linux's"
)]
fn the_package_passes_its_own_tests() {
    let Some(python) = python() else { return };
    let status = Command::new(&python)
        .args(["-c", PACKAGES])
        .status()
        .unwrap();
    assert!(
        status.success(),
        "`{}` cannot `{PACKAGES}`",
        python.display()
    );
    let folder = lay_out(&python);
    let tests = root().join("python/tests");
    let tests = tests.to_str().expect("a path in UTF-8");
    run(
        &python,
        folder.path(),
        &["pytest", "-q", "-p", "no:cacheprovider", tests],
    );
    // Types as users' checkers see them, and stubs that say what the library has.
    let cache = folder.path().join("cache");
    let cache = cache.to_str().expect("a path in UTF-8");
    let settings = root().join("pyproject.toml");
    let settings = settings.to_str().expect("a path in UTF-8");
    run(
        &python,
        folder.path(),
        &[
            "mypy",
            "--config-file",
            settings,
            "--cache-dir",
            cache,
            "-p",
            "sharpwave",
        ],
    );
    run(
        &python,
        folder.path(),
        &[
            "mypy.stubtest",
            "--ignore-disjoint-bases",
            "sharpwave._core",
        ],
    );
}
