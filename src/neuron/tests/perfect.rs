//! A model in one file: the perfect integrator, tau dv/dt = r.

use std::collections::BTreeMap;

use crate::base::parameter::{self, Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::neuron::individual::{self, Dynamics};
use crate::neuron::{Example, Model, RowWeights, Setup, V_M};

pub(super) static MODEL: Model = Model {
    spec: &SPEC,
    weight: Some(Dimension::Voltage),
    variables: &[V_M],
    build: |setup| individual::build::<Perfect>(&setup),
    levels: &[],
    bytes: |_| individual::bytes::<Perfect>(),
    example: Example {
        values: &[("slope", 30.0)],
        weight: 1.5,
    },
};

static SPEC: Spec = Spec {
    name: "perfect",
    summary: "Integrator without a leak.",
    equations: "dv/dt = slope;  an arrival adds its weight to v;  v >= v_th: spike, v <- 0",
    parameters: &[
        ParameterSpec::drawn(
            "slope",
            Dimension::Rate,
            Range::NonNegative,
            "millivolts per second",
        )
        .or_number(0.0),
        ParameterSpec::drawn(
            "v_th",
            Dimension::Voltage,
            Range::Positive,
            "spike threshold",
        )
        .or_number(1.0),
    ],
    source: "a test",
};

#[derive(Debug, Clone, Copy, PartialEq)]
struct Perfect {
    slope_per_ps: f64,
    v_th: f64,
}

impl Dynamics for Perfect {
    type State = f64;

    const SPEC: &'static Spec = &SPEC;

    const HAS_CURRENTS: bool = false;

    const WIDTH: usize = 1;

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = parameter::complete(&SPEC, values)?;
        Ok(Self {
            slope_per_ps: values["slope"] * 1e-12,
            v_th: values["v_th"],
        })
    }

    fn t_ref(&self) -> Duration {
        Duration::ZERO
    }

    fn rest(&self) -> f64 {
        0.0
    }

    fn decay(&self, v: &mut f64, dt: f64, _left: &[f64]) {
        *v += dt * self.slope_per_ps;
    }

    fn hold(&self, _v: &mut f64, _dt: f64) {}

    fn receive(&self, v: &mut f64, weight: f64) {
        *v += weight;
    }

    fn is_reached(&self, v: &f64) -> bool {
        *v >= self.v_th * (1.0 - 1e-12)
    }

    fn fire(&self, v: &mut f64) {
        *v = 0.0;
    }

    fn inject(&mut self, _current_pa: f64) {}

    fn is_driven(&self) -> bool {
        self.slope_per_ps > 0.0
    }

    fn may_cross(&self, v: &f64, within: f64) -> bool {
        self.is_reached(&(v + within * self.slope_per_ps))
    }

    fn crossing(&self, v: &f64, within: f64) -> Option<f64> {
        let x = ((self.v_th - v) / self.slope_per_ps).max(0.0);
        (x <= within).then_some(x)
    }

    fn variable(&self, v: &f64, _variable: usize) -> f64 {
        *v
    }

    fn set_potential(&self, state: &mut f64, v: f64) {
        *state = v;
    }

    fn is_finite(&self, v: &f64) -> bool {
        v.is_finite()
    }

    fn numbers(&self, v: &f64) -> impl IntoIterator<Item = f64> {
        [*v]
    }

    fn of_numbers(&self, numbers: &[f64], _held: bool) -> f64 {
        numbers[0]
    }
}

#[test]
fn it_fires_as_the_closed_form_says() {
    // Two neurons that share their slope, with thresholds of their own: every 5 ms and every 10 ms.
    let mut neurons = (MODEL.build)(Setup {
        size: 2,
        values: &Values::from([("slope", 200.0)]),
        each: &BTreeMap::from([("v_th", vec![1.0, 2.0])]),
        stream: Stream::new(0, "test", 0),
    })
    .expect("valid");
    let mut spikes = Vec::new();
    let mut run = |until_ms: f64, neurons: &mut dyn crate::neuron::Neurons| {
        let until = Time::from_ms(until_ms).expect("in range");
        loop {
            let t = neurons.next_due().min(until);
            neurons.advance(t);
            if t == until {
                return;
            }
            let mut fired = Vec::new();
            neurons.fire(&mut fired);
            spikes.extend(fired.into_iter().map(|j| (t.as_ms().round() as u32, j)));
        }
    };
    run(12.0, &mut *neurons);
    neurons.receive_row(&[1], RowWeights::One(1.0));
    run(21.0, &mut *neurons);
    assert_eq!(
        spikes,
        [(5, 0), (10, 0), (10, 1), (15, 0), (15, 1), (20, 0)]
    );
}
