"""Small networks that the tests share."""

import pytest

import sharpwave as sw


@pytest.fixture
def net():
    """Excitatory and inhibitory neurons under noise."""
    net = sw.Network(seed=3)
    e = net.population("e", 80, "lif", tau_m="20 ms", v_th="15 mV", v_reset="0 mV", e_l="0 mV", t_ref="2 ms")
    i = net.population("i", 20, like=e)
    net.project(e, [e, i], name="e_all", rule="fixed_in_degree", in_degree=8, weight="0.5 mV", delay="1.5 ms")
    net.project(i, [e, i], name="i_all", rule="fixed_in_degree", in_degree=2, weight="-2 mV", delay="1.5 ms")
    net.poisson([e, i], rate="8 kHz", weight="0.2 mV", name="noise")
    return net


@pytest.fixture
def run(net):
    return net.run("300 ms")


@pytest.fixture
def staged(net):
    """A run of two bouts, the second of which has a stage."""
    net.stage("N3", factor={"projection.e_all.weight": 0.5})
    net.bout("120 ms")
    net.bout("80 ms", stage="N3")
    return net.run()
