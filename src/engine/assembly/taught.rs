//! Which synapses learn of the spikes of which teacher.

use crate::engine::lane::taught::{Pupils, Taught};
use crate::engine::lane::{Lane, Synapses};
use crate::network::plan::{NetworkPlan, Plasticity, Teacher};

/// Lets the synapses of `lane` learn of their teachers.
pub(super) fn teach(network: &NetworkPlan, lane: &mut Lane) {
    let mut found = Vec::new();
    let mut find =
        |lane: &Lane, plasticity: &Option<Plasticity>, target, group: usize, synapses| {
            let teacher = plasticity.as_ref().and_then(|own| own.teacher);
            let mut members = lane.groups[group].members.iter();
            let member = members.find(|member| member.population == target);
            if let (Some(Teacher { population, delay }), Some(member)) = (teacher, member) {
                let pupils = Pupils {
                    synapses,
                    first: member.first,
                    len: member.len,
                    local: member.local,
                    delay,
                };
                found.push((population, pupils));
            }
        };
    for (number, block) in lane.blocks.iter().enumerate() {
        if let Synapses::Learning { projection, .. } = block.synapses {
            let own = &network.projections[projection];
            // The check has found one target.
            let target = own.targets[0];
            let synapses = Taught::Rows(number);
            find(lane, &own.plasticity, target, block.group, synapses);
        }
    }
    for (group, own) in lane.groups.iter().enumerate() {
        for (number, block) in own.dense.iter().enumerate() {
            let own = &network.dense[block.projection];
            let synapses = Taught::Matrix { group, number };
            find(lane, &own.plasticity, own.target, group, synapses);
        }
    }
    for (teacher, pupils) in found {
        lane.add_pupils(teacher, pupils);
    }
}
