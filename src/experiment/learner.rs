//! A network that is trained.

use crate::config::sleep_replay::{self as config, Data, Weights};
use crate::mlp::parameters::Parameters;
use crate::mlp::perceptron::Mlp;
use crate::mlp::training::{self, Trainer};

/// A network with the momentum of its training, if it is trained.
#[derive(Clone)]
pub struct Learner {
    /// The network.
    pub mlp: Mlp,
    /// Its momentum; `None` for a network from a file, and for one that learns no more.
    pub trainer: Option<Trainer>,
}

impl Learner {
    /// A network that is trained as `config` says, on images of `data`, before anything is learnt; `None` for one that comes
    /// from a file.
    pub fn untrained(config: &config::Mlp, data: Option<&Data>, seed: u64) -> Option<Self> {
        let Weights::Trained {
            init,
            bias,
            training,
        } = &config.weights
        else {
            return None;
        };
        let keep = (1.0 - training.dropout) as f32;
        let mlp = Mlp::random(
            &config.layers,
            *bias,
            *init as f32,
            config.output,
            keep,
            seed,
        );
        let trainer = Trainer::new(
            &mlp,
            training::Training {
                batch: training.batch,
                learning_rate: training.learning_rate as f32,
                momentum: training.momentum as f32,
                dropout: training.dropout as f32,
                weight_decay: training.weight_decay as f32,
                noise: data.map_or(0.0, |data| data.train_noise) as f32,
            },
        );
        Some(Self {
            mlp,
            trainer: Some(trainer),
        })
    }

    /// Goes on with `momentum`; without one it learns no more. False if that is of another network.
    pub fn restore_momentum(&mut self, momentum: Option<&Parameters>) -> bool {
        match (&mut self.trainer, momentum) {
            (Some(trainer), Some(momentum)) => trainer.restore(momentum),
            (trainer, None) => {
                *trainer = None;
                true
            }
            (None, Some(_)) => false,
        }
    }
}
