//! Rules under a modulator that jumps now and then.

use super::*;

#[test]
fn pairs_under_a_modulator() {
    let naive = naive::modulated();
    check_rows::<stdp_pair::StdpPair, 1, 1>(&naive);
    check_matrix::<stdp_pair::StdpPair, 1, 1>(&naive);
}

#[test]
fn states_under_a_modulator() {
    let naive = naive::modulated_state(naive::hebbian_rate([5000.0, 700.0]), (0.0, 1.0));
    check_rows::<hebbian_rate::HebbianRate, 1, 0>(&naive);
    check_matrix::<hebbian_rate::HebbianRate, 1, 0>(&naive);
    let all = (f64::NEG_INFINITY, f64::INFINITY);
    let naive = naive::modulated_state(naive::anti_hebbian_epoch(), all);
    check_rows::<anti_hebbian::epoch::AntiHebbianEpoch, 2, 2>(&naive);
    check_matrix::<anti_hebbian::epoch::AntiHebbianEpoch, 2, 2>(&naive);
}

#[test]
fn covariances_under_a_modulator() {
    let naive = naive::modulated_covariance();
    check_rows::<covariance::Covariance, 0, 0>(&naive);
    check_matrix::<covariance::Covariance, 0, 0>(&naive);
}

#[test]
fn reward() {
    let naive = naive::reward();
    check_rows::<reward_stdp::RewardStdp, 1, 1>(&naive);
    check_matrix::<reward_stdp::RewardStdp, 1, 1>(&naive);
}
