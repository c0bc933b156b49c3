//! What may help where something does not fit.

use super::Problem;
use crate::base::parameter::Dimension;
use crate::base::suggest;
use crate::neuron;

impl Problem {
    /// What may help.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::UnknownPopulation { found, known, .. } => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                suggest::help(found, &known)
            }
            Self::UnknownModulator { found, known } => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                match known.is_empty() {
                    true => Some("there is none: describe it, such as [modulator.dopamine]".into()),
                    false => suggest::help(found, &known),
                }
            }
            Self::UnknownTrigger { found, known, .. } => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                match known.is_empty() {
                    true => Some("there is none: describe it, such as [trigger.up]".into()),
                    false => suggest::help(found, &known),
                }
            }
            Self::NotLearning { found, known } | Self::NoMatrix { found, known } => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                suggest::help(found, &known)
            }
            Self::Height { .. } => {
                Some("`lowest` and `highest` keep thresholds nearer to what was declared".into())
            }
            Self::UnknownEntry { help, .. } => help.clone(),
            Self::Path(error) => error.help(),
            Self::Oscillation(fault) => fault.help(),
            Self::Rule(error) => error.help(),
            Self::Learn(error) => error.help().map(str::to_owned),
            Self::NotPlaced { population, .. } => Some(format!(
                "such as [population.{population}] positions = {{ layout = \"grid\", shape = [40, 40], extent = [\"4 mm\", \
                 \"4 mm\"], wrap = true }}"
            )),
            Self::Units { .. } => Some("describe one for each unit".into()),
            Self::NoCapacitance { .. } => {
                let models = neuron::REGISTRY.iter();
                let models = models.filter(|model| model.has_capacitance());
                let names: Vec<&str> = models.map(|model| model.spec.name).collect();
                Some(format!("neuron models with one: {}", suggest::list(&names)))
            }
            _ => None,
        }
    }
}

/// What weights onto a population are measured in, in words: "potentials (mV) onto `e` (`lif`)".
pub(super) fn onto((population, model, dimension): &(String, &'static str, Dimension)) -> String {
    let what = match dimension {
        Dimension::One | Dimension::Weight => "numbers without unit".into(),
        dimension => format!("{} ({})", dimension.plural(), dimension.unit()),
    };
    format!("{what} onto `{population}` (`{model}`)")
}
