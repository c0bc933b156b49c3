//! What drives a network from outside: images, spike lists.
