//! Replay: position decoded from spikes, lines through what is decoded, and how likely they are by chance.
//!
//! | module | what it computes |
//! |---|---|
//! | [`field`] | place fields from positions and spikes |
//! | [`decode`] | position by Bayes' rule from counts of spikes |
//! | [`mod@line`] | the line that holds most of the decoded position, of one event and of many shuffles of it at once |
//! | [`scored`] | events, decoded and scored |
//! | [`shuffle`] | shuffles of decoded positions, of neurons, of fields, of spikes |
//! | [`chance`] | p-values, and their control over many events |

pub mod chance;
pub mod decode;
pub mod field;
pub mod line;
pub mod scored;
pub mod shuffle;
