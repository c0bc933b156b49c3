//! Networks whose neurons have places: run, drawn, read back, and taken from files.

use sharpwave::Recording;

use crate::run_file::RunFile;
use crate::setup::Place;

const SHEET: &str = r#"
schema = 1
experiment = "network"
duration = "300 ms"

[population.e]
neuron = "lif"
positions = { layout = "grid", shape = [30, 20], extent = ["3 mm", "2 mm"], wrap = true }
tau_m = "20 ms"
v_th = "20 mV"
v_reset = "10 mV"
t_ref = "2 ms"

[population.i]
like = "e"
size = 150
positions = { layout = "random", extent = ["3 mm", "2 mm"], wrap = true }

[population.elsewhere]
neuron = "poisson"
size = 10
rate = "5 Hz"

[projection.e_all]
source = "e"
target = ["e", "i"]
rule = "distance"
profile = "exponential"
width = "0.2 mm"
probability = 0.8
weight = "1 mV"
axonal_delay = { offset = "0.5 ms", velocity = "0.3 m/s" }

[projection.i_e]
source = "i"
target = "e"
rule = "distance_in_degree"
profile = "gaussian"
width = "0.3 mm"
in_degree = 20
weight = "-1 mV"
axonal_delay = { offset = { distribution = "uniform", low = "0.5 ms", high = "1 ms" }, velocity = "0.3 m/s" }

[stimulus.noise]
kind = "poisson"
target = ["e", "i"]
rate = "10 kHz"
weight = "0.12 mV"

[engine]
lanes = 4

[record]
spikes = ["e", "i"]

[figure.wave]
population = "e"
cell = "0.25 mm"
"#;

#[test]
fn positions_lie_in_the_run_file_and_make_the_same_network_again() {
    let place = Place::with_model(SHEET);
    place.run("run model.toml --threads 1 --out r");
    place.run("run model.toml --threads 3 --out again");
    let fingerprint =
        |run: &str| RunFile::open(&place.path(&format!("{run}/run.h5"))).fingerprint();
    assert_eq!(fingerprint("r"), fingerprint("again"));
    for figure in ["raster", "wave"] {
        assert!(place.path(&format!("r/figures/{figure}.png")).exists());
    }
    assert!(
        place
            .read("r/figures/wave.svg")
            .contains("Population e, in cells of 0.25")
    );

    let recording = Recording::open(&place.path("r")).unwrap();
    assert_eq!(recording.positions("elsewhere").unwrap(), None);
    assert!(recording.positions("x").is_err());
    assert_eq!(recording.positions("i").unwrap().unwrap().len(), 150);
    let points = recording.positions("e").unwrap().unwrap();
    assert_eq!(points.len(), 600);
    for (neuron, [x, y, z]) in points.into_iter().enumerate() {
        let middle = |k: usize| 0.1 * (k as f64 + 0.5);
        assert!((x - middle(neuron % 30)).abs() < 1e-9, "{neuron}: {x}");
        assert!((y - middle(neuron / 30)).abs() < 1e-9, "{neuron}: {y}");
        assert_eq!(z, 0.0);
    }

    // What the resolved model says is the same network; positions may come from the run file too.
    place.write("resolved.toml", recording.model());
    place.run("run resolved.toml --out resolved");
    assert_eq!(fingerprint("r"), fingerprint("resolved"));
    let listed = |name: &str| {
        format!(
            "positions = {{ layout = \"file\", file = \"r/run.h5\", population = \"{name}\", unit = \"um\", \
             extent = [\"3 mm\", \"2 mm\"], wrap = true }}\n"
        )
    };
    let lines = SHEET.lines().map(|line| match line {
        line if line.starts_with("positions = { layout = \"grid\"") => listed("e") + "size = 600\n",
        line if line.starts_with("positions") => listed("i"),
        line => format!("{line}\n"),
    });
    place.write("listed.toml", lines.collect::<String>());
    place.run("run listed.toml --out listed");
    let again = Recording::open(&place.path("listed")).unwrap();
    for name in ["e", "i"] {
        let [one, other] = [&recording, &again].map(|run| run.positions(name).unwrap().unwrap());
        // Micrometres in between may round.
        let both = one.iter().flatten().zip(other.iter().flatten());
        assert!(both.into_iter().all(|(a, b)| (a - b).abs() < 1e-12));
    }
}

#[test]
fn files_of_positions_that_do_not_fit_leave_nothing() {
    let place = Place::new();
    let model = |extent: &str| {
        format!(
            r#"
schema = 1
experiment = "network"
duration = "10 ms"

[population.e]
neuron = "lif"
size = 3
positions = {{ layout = "file", file = "places.csv", unit = "um"{extent} }}
tau_m = "20 ms"
v_th = "20 mV"

[record]
spikes = ["e"]
"#
        )
    };
    let sheet = ", extent = [\"1 mm\", \"1 mm\"]";
    for (table, extent, message) in [
        (
            "x,y\n1,2\n3,4\n",
            sheet,
            "its end: found 2 rows, expected 3",
        ),
        (
            "x,y\n1,2\n3,4\n5,6\n7,8\n",
            sheet,
            "line 5: found one more row, expected 3",
        ),
        (
            "x,y\n1,2\n3,nan\n5,6\n",
            sheet,
            "line 3: found y `nan`, expected a finite number",
        ),
        ("x,Y\n1,2\n3,4\n5,6\n", sheet, "no column `y`"),
        ("a,b\n1,2\n3,4\n5,6\n", "", "no column `x`"),
        (
            "x,y\n1,2\n3,4\n5,1001\n",
            sheet,
            "neuron 2 lies at y = 1.001 mm, expected 0 mm to 1 mm",
        ),
    ] {
        place.write("places.csv", table);
        place.write("model.toml", model(extent));
        let said = place.refused("run model.toml --out r");
        assert!(said.contains(message), "{message}: {said}");
        assert!(!place.path("r").exists());
    }
    place.write("places.csv", "id,x,y\n7,1,2\n8,3,4\n9,5,1000\n");
    place.run("run model.toml --out r");
    let recording = Recording::open(&place.path("r")).unwrap();
    let points = recording.positions("e").unwrap().unwrap();
    assert!((points[2][1] - 1.0).abs() < 1e-12);
}
