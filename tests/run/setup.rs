//! A folder of its own for each test, and the program in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Digits in a second: few images, a small network, short sleeps.
pub const SMALL: &str = r#"
schema = 1
experiment = "sleep_replay"
seed = 5
seeds = 2

[data]
source = "embedded:mnist"
tasks = [[0, 1], [2, 3]]
train_per_task = 100

[mlp]
layers = [784, 40, 10]

[mlp.training]
epochs = 2
learning_rate = 0.1
dropout = 0.25

[conversion]
scale = 60.0

[neuron]
model = "lif"
tau_m = "999.5 ms"
v_th = 15

[plasticity]
rule = "sleep_replay"
onto = ["hidden1", "output"]
increment = 0.03
decrement = 0.003

[sleep]
duration = "400 ms"

[sleep.input]
max_rate = "200 Hz"
patch = { side = 11, period = "1 ms" }

[output]
figures = false
"#;

/// A folder of its own.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// With `text` as the model file `model.toml`.
    pub fn with_model(text: &str) -> Self {
        let place = Self::new();
        place.write("model.toml", text);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).expect("written");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// What lies in `folder`, in order.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path(folder))
            .unwrap_or_else(|e| panic!("{folder}: {e}"))
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        names.sort();
        names
    }

    /// The program with `arguments`, split at spaces, here.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs the program, which must do what it is told; returns stdout.
    pub fn run(&self, arguments: &str) -> String {
        let output = self.command(arguments).output().expect("it starts");
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments}: {stderr}");
        text(&output.stdout)
    }

    /// Runs the program with `arguments`, which end in `--out OUT`, stopped again and again after a while, longer each time, and
    /// gone on with on one thread and on two in turns; how often it was stopped.
    pub fn run_cut(&self, arguments: &str, out: &str) -> u32 {
        // The smallest runs take less than 40 ms on a fast machine with nothing beside.
        let (mut wall_ms, mut cuts) = (8.0, 0);
        let mut next = arguments.to_owned();
        loop {
            let output = self
                .command(&format!("{next} --max-wall {wall_ms:.0}ms"))
                .output()
                .expect("it starts");
            match output.status.code() {
                Some(0) => return cuts,
                code => assert_eq!(
                    code,
                    Some(3),
                    "{}{}",
                    text(&output.stdout),
                    text(&output.stderr)
                ),
            }
            cuts += 1;
            // A machine that is busy comes to an end, too.
            wall_ms *= 1.2;
            // With nothing written yet there is nothing to go on with.
            next = match self.path(&format!("{out}/checkpoint")).exists() {
                true => format!("--quiet resume {out} --threads {}", 1 + cuts % 2),
                false => arguments.to_owned(),
            };
        }
    }

    /// Runs the program, which must refuse; returns stderr.
    pub fn refused(&self, arguments: &str) -> String {
        let output = self.command(arguments).output().expect("it starts");
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments}: {stdout}{stderr}"
        );
        assert_eq!(stdout, "", "{arguments}");
        stderr
    }
}

pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sharpwave"))
}

/// A shipped model file.
pub fn shipped(name: &str) -> String {
    root().join("models").join(name).display().to_string()
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Both streams of an output that may be anything.
pub fn said(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}
