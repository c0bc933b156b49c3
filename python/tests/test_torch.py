"""Weights and spikes from PyTorch and snnTorch and back, with equal values.

They are large and no part of what the tests install: each test says that it is skipped where there is none. To run them,
in an environment that has the package: `pip install -r python/tests/torch-requirements.txt`.
"""

import numpy as np
import pytest

import sharpwave as sw

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

SIZES = [30, 20, 10]


def perceptron():
    torch.manual_seed(1)
    layers = [torch.nn.Linear(a, b, bias=False) for a, b in zip(SIZES, SIZES[1:])]
    return torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1])


def network(matrices, **neuron):
    """Relays and a layer for each of `matrices`, without noise."""
    net = sw.Network(seed=1)
    layers = [net.population("input", SIZES[0], "relay")]
    for number, weights in enumerate(matrices, start=1):
        neurons = {"tau_m": "10 ms", "v_th": "1 mV", "v_reset": "0 mV"} | neuron
        layers.append(net.population(f"layer{number}", len(weights), "lif", **neurons))
        net.matrix(layers[-2], layers[-1], weights, gain="1 mV", delay="1 ms")
    return net, layers


def names_of(layers):
    return [f"{a}_{b}" for a, b in zip(layers, layers[1:])]


def test_a_state_dict_goes_in_and_comes_back():
    model = perceptron()
    state = model.state_dict()
    net, layers = network(state.values())
    sim = net.simulation()
    back = {key: torch.from_numpy(sim.weights(name)) for key, name in zip(state, names_of(layers))}
    for key, weights in state.items():
        assert torch.equal(back[key], weights)
    other = perceptron()
    for parameter in other.parameters():
        torch.nn.init.zeros_(parameter)
    other.load_state_dict(back)
    assert torch.equal(other(torch.ones(SIZES[0])), model(torch.ones(SIZES[0])))
    # Into a network that runs, too: parameters that have a gradient, doubled.
    with_gradient = model[0].weight * 2
    assert with_gradient.requires_grad
    sim.set_weights(names_of(layers)[0], with_gradient)
    assert np.array_equal(sim.weights(names_of(layers)[0]), 2 * state["0.weight"].numpy())


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_other_types_of_numbers_are_taken(dtype):
    weights = perceptron()[0].weight.to(dtype)
    net, layers = network([weights])
    found = net.simulation().weights(names_of(layers)[0])
    assert np.array_equal(found, weights.detach().float().numpy())


def test_a_tensor_on_a_device_is_taken():
    if not torch.cuda.is_available():
        pytest.skip("PyTorch sees no GPU")
    weights = perceptron()[0].weight.cuda()
    net, layers = network([weights])
    assert np.array_equal(net.simulation().weights(names_of(layers)[0]), weights.detach().cpu().numpy())


def test_tensors_that_are_no_matrix_of_numbers_are_refused():
    with pytest.raises(sw.ModelError, match="array of 1 dimensions, expected 2"):
        network([torch.ones(SIZES[0])])
    weights = torch.ones(4, SIZES[0])
    weights[2, 3] = torch.nan
    with pytest.raises(sw.ModelError, match="not finite"):
        network([weights])


def test_snntorch_makes_the_same_spikes_of_the_same_weights_and_spikes(tmp_path):
    snntorch = pytest.importorskip("snntorch", reason="snnTorch is not installed")
    # Spikes on a grid of 1 ms, so that exact times and steps mean the same.
    random = np.random.default_rng(2)
    steps = 200
    given = random.random((steps, SIZES[0])) < 0.03
    rows = ["node_id,timestamp_ms", *(f"{neuron},{t}" for t, neuron in np.argwhere(given))]
    (tmp_path / "given.csv").write_text("\n".join(rows) + "\n")
    weights = [torch.from_numpy(random.normal(0.15, 0.3, (b, a)).astype(np.float32)) for a, b in zip(SIZES, SIZES[1:])]
    net, layers = network(weights)
    net.stimulate("input", "spikes", file=str(tmp_path / "given.csv"), weight=1.0)
    run = net.run(f"{steps + 5} ms", record=layers)
    counts = [torch.from_numpy(run.spikes[layer].dense("1 ms")) for layer in layers]
    assert np.array_equal(counts[0][:steps].numpy(), given), "time first, a row for each millisecond"

    # Spikes are known a step before the reset that they bring, which takes what is left and no input.
    beta = float(np.exp(-1 / 10))
    for here, matrix, there in zip(counts[1:], weights, counts):
        leaky = snntorch.Leaky(beta=beta, threshold=1.0, reset_mechanism="zero")
        membrane = leaky.init_leaky()
        spikes = []
        for step in there:
            spike, membrane = leaky(matrix @ step, membrane)
            spikes.append(spike)
        spikes = torch.stack(spikes)
        # The delay of 1 ms.
        assert torch.equal(spikes[:-1], here[1:])
        assert spikes.sum() > 50, "the layer is alive"
