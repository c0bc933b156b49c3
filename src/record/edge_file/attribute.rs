//! What an edge may have beside source and target.

/// What is read of an edge, by edge or by type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute {
    Weight,
    Delay,
    /// How much of the delay lies behind the synapse.
    Dendritic,
    /// Synapses that the edge stands for.
    Count,
}

impl Attribute {
    pub(super) const ALL: [Self; 4] = [Self::Weight, Self::Delay, Self::Dendritic, Self::Count];

    /// The name in the SONATA layout.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Weight => "syn_weight",
            Self::Delay => "delay",
            Self::Dendritic => "dendritic_delay",
            Self::Count => "nsyns",
        }
    }

    /// The key of a model file that stands in its place.
    pub(super) fn key(self) -> Option<&'static str> {
        match self {
            Self::Weight => Some("weight"),
            Self::Delay => Some("axonal_delay"),
            Self::Dendritic => Some("dendritic_delay"),
            Self::Count => None,
        }
    }
}

/// Whether a column that is not read leaves the meaning of an edge as it is: it names things, or says where on the
/// branches of a neuron a synapse is, and neurons here are points.
pub(super) fn is_harmless(column: &str) -> bool {
    const NAMES: [&str; 14] = [
        "edge_type_id",
        "edge_type_name",
        "edge_id",
        "population",
        "pop_name",
        "source_query",
        "target_query",
        "target_sections",
        "distance_range",
        "sec_id",
        "sec_x",
        "seg_x",
        "syn_id",
        "swc_id",
    ];
    const PLACES: [&str; 2] = ["afferent_", "efferent_"];
    NAMES.contains(&column) || PLACES.iter().any(|start| column.starts_with(start))
}
