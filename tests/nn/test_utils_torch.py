"""nn.utils against PyTorch: parametrizations, normalised weights, fusion, pruning, calls with other parameters.

Each program runs with both libraries, from the same values; texts, names, errors and values agree.
"""
from __future__ import annotations

import copy
import pickle
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")
pytest.importorskip("torch.nn.utils.prune")

PROGRAMS: dict[str, Callable[[Any], Any]] = {}


def program(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    PROGRAMS[function.__name__] = function
    return function


def attempt(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def ramp(t: Any, *shape: int) -> Any:
    count = int(np.prod(shape))
    return (t.arange(count, dtype=t.float32).reshape(*shape) * 37 % 101 - 50.3) / 40


def layer(t: Any, made: Any) -> Any:
    """A layer with known values."""
    for parameter in made.parameters():
        parameter.data = ramp(t, *parameter.shape)
    return made


def summary(t: Any, module: Any, *inputs: Any) -> list[Any]:
    state = module.state_dict()
    listed = [list(state), [name for name, _ in module.named_parameters()], repr(module)]
    return [*listed, dict(state.items()), *(module(x).detach() for x in inputs)]


@program
def weight_norms(t: Any) -> Any:
    x = ramp(t, 2, 3)
    found = []
    for dim in (0, 1, None, -1):
        module = t.nn.utils.parametrizations.weight_norm(layer(t, t.nn.Linear(3, 4)), dim=dim)
        found += summary(t, module, x)
        module.weight = ramp(t, 4, 3) + 1
        found += summary(t, module, x)
        found += summary(t, t.nn.utils.parametrize.remove_parametrizations(module, "weight"), x)
    return found


@program
def older_weight_norm(t: Any) -> Any:
    module = t.nn.utils.weight_norm(layer(t, t.nn.Conv1d(2, 3, 2)), dim=1)
    x = ramp(t, 1, 2, 5)
    found = summary(t, module, x) + [len(module._forward_pre_hooks), attempt(t.nn.utils.weight_norm, module, dim=0)]
    newer = t.nn.utils.parametrizations.weight_norm(t.nn.Conv1d(2, 3, 2), dim=1)
    found += [repr(newer.load_state_dict(module.state_dict())), newer(x).detach()]
    t.nn.utils.remove_weight_norm(module)
    return found + summary(t, module, x) + [attempt(t.nn.utils.remove_weight_norm, module)]


@program
def spectral_norms(t: Any) -> Any:
    found = []
    for made, x in ((t.nn.Linear(3, 4), ramp(t, 2, 3)), (t.nn.ConvTranspose2d(2, 3, 2), ramp(t, 1, 2, 3, 3))):
        for function in (t.nn.utils.parametrizations.spectral_norm, t.nn.utils.spectral_norm):
            t.manual_seed(4)
            module = function(layer(t, copy.deepcopy(made)), n_power_iterations=2)
            found += summary(t, module, x, x)
            module.eval()
            found += summary(t, module, x)
    vector = t.nn.utils.parametrizations.spectral_norm(layer(t, t.nn.BatchNorm1d(3)))
    return found + summary(t, vector.eval(), ramp(t, 2, 3))


@program
def spectral_norm_errors(t: Any) -> Any:
    P = t.nn.utils.parametrizations
    return [
        attempt(P.spectral_norm, t.nn.Linear(2, 2), dim=5), attempt(P.spectral_norm, t.nn.Linear(2, 2), n_power_iterations=0),
        attempt(P.spectral_norm, t.nn.Linear(2, 2), "nothing"), attempt(t.nn.utils.remove_spectral_norm, t.nn.Linear(2, 2)),
        attempt(t.nn.utils.spectral_norm, t.nn.Linear(2, 2), n_power_iterations=-1),
    ]


@program
def orthogonals(t: Any) -> Any:
    found = []
    for rows, columns in ((3, 3), (5, 3), (3, 5)):
        for orthogonal_map in (None, "matrix_exp", "cayley", "householder"):
            module = layer(t, t.nn.Linear(columns, rows))
            t.manual_seed(2)
            t.nn.utils.parametrizations.orthogonal(module, orthogonal_map=orthogonal_map)
            weight = module.weight
            small = weight if rows <= columns else weight.mT
            found += [list(module.state_dict()), repr(module), (small @ small.mT).detach().round(decimals=4) + 0.0]
            plain = layer(t, t.nn.Linear(columns, rows))
            options = {"orthogonal_map": orthogonal_map, "use_trivialization": False}
            found.append(attempt(lambda: t.nn.utils.parametrizations.orthogonal(plain, **options)(ramp(t, 2, columns)).detach()))
    bad = t.nn.utils.parametrizations.orthogonal
    return found + [attempt(bad, t.nn.Linear(2, 2), "bias"), attempt(bad, t.nn.Linear(2, 2), orthogonal_map="no")]


def parts(t: Any) -> Any:
    class Symmetric(t.nn.Module):
        def forward(self, X):
            return X.triu() + X.triu(1).mT

        def right_inverse(self, A):
            return A.triu()

    class Double(t.nn.Module):
        calls = 0

        def forward(self, X):
            type(self).calls += 1
            return X * 2

    class Cut(t.nn.Module):
        def forward(self, X):
            return X[:1]

    class Pair(t.nn.Module):
        def forward(self, a, b):
            return a + b

        def right_inverse(self, A):
            return A / 2, A / 2

    return Symmetric, Double, Cut, Pair


@program
def own_parametrizations(t: Any) -> Any:
    Symmetric, Double, Cut, Pair = parts(t)
    P = t.nn.utils.parametrize
    module = layer(t, t.nn.Linear(3, 3))
    x = ramp(t, 2, 3)
    found: list[Any] = [P.is_parametrized(module), P.type_before_parametrizations(module) is t.nn.Linear]
    P.register_parametrization(module, "weight", Symmetric())
    found += summary(t, module, x) + [type(module).__name__, isinstance(module, t.nn.Linear), P.is_parametrized(module, "bias")]
    module.weight = ramp(t, 3, 3) - 1
    found += [module.weight.detach()]
    P.register_parametrization(module, "weight", Double())
    P.register_parametrization(module, "bias", Pair())
    found += summary(t, module, x) + [attempt(setattr, module, "weight", ramp(t, 3, 3))]
    found += [attempt(P.register_parametrization, module, "weight", Cut()), attempt(P.register_parametrization, module, "none", Cut())]
    found += [attempt(P.register_parametrization, layer(t, t.nn.Linear(3, 3)), "weight", Cut())]
    found += [repr(P.register_parametrization(layer(t, t.nn.Linear(3, 3)), "weight", Cut(), unsafe=True))]
    before = Double.calls
    with P.cached():
        module(x), module(x), module.weight
    found += [Double.calls - before, P.type_before_parametrizations(module) is t.nn.Linear]
    twin = copy.deepcopy(module)
    twin.parametrizations.weight.original.data.zero_()
    found += summary(t, module, x) + summary(t, twin, x) + [attempt(pickle.dumps, module)]
    found += [attempt(P.remove_parametrizations, module, "bias", leave_parametrized=False)]
    P.remove_parametrizations(module, "bias")
    P.remove_parametrizations(module, "weight", leave_parametrized=False)
    found += summary(t, module, x) + [type(module) is t.nn.Linear, attempt(P.remove_parametrizations, module, "weight")]
    other = layer(t, t.nn.Linear(3, 3))
    found += summary(t, P.transfer_parametrizations_and_params(twin, other), x)
    found += [attempt(P.ParametrizationList, [], ramp(t, 2))]
    return found


@program
def fusions(t: Any) -> Any:
    def ready(layers: list[Any]) -> list[Any]:
        for one in layers:
            layer(t, one).eval()
        layers[1].running_mean = ramp(t, *layers[1].running_mean.shape)
        layers[1].running_var = ramp(t, *layers[1].running_mean.shape).abs() + 1
        return layers

    u = t.nn.utils
    found = []
    for bias in (True, False):
        conv, norm = ready([t.nn.Conv2d(2, 4, 3, bias=bias), t.nn.BatchNorm2d(4)])
        found += summary(t, u.fuse_conv_bn_eval(conv, norm), ramp(t, 1, 2, 5, 5)) + [norm(conv(ramp(t, 1, 2, 5, 5))).detach()]
        conv, norm = ready([t.nn.ConvTranspose2d(2, 4, 3, bias=bias), t.nn.BatchNorm2d(4)])
        found += summary(t, u.fuse_conv_bn_eval(conv, norm, transpose=True), ramp(t, 1, 2, 5, 5))
        linear, norm = ready([t.nn.Linear(3, 4, bias=bias), t.nn.BatchNorm1d(4)])
        found += summary(t, u.fuse_linear_bn_eval(linear, norm), ramp(t, 2, 3))
    return found + [attempt(u.fuse_conv_bn_eval, t.nn.Conv2d(1, 1, 1), t.nn.BatchNorm2d(1))]


@program
def vectors(t: Any) -> Any:
    module = layer(t, t.nn.Linear(3, 2))
    u = t.nn.utils
    vector = u.parameters_to_vector(module.parameters()).detach()
    u.vector_to_parameters(vector * 2, module.parameters())
    for parameter in module.parameters():
        parameter.grad = ramp(t, *parameter.shape)
    norms = [u.clip_grad_norm_(module.parameters(), 1.5), u.clip_grad_norm_(module.weight, 0.5, norm_type=float("inf"))]
    norms.append(u.get_total_norm([p.grad for p in module.parameters()]))
    first = [p.grad.clone() for p in module.parameters()]
    u.clip_grad_value_(module.parameters(), 0.2)
    none = t.nn.Linear(1, 1)
    return [
        vector, summary(t, module, ramp(t, 1, 3)), norms, first, [p.grad for p in module.parameters()],
        u.clip_grad_norm_(none.parameters(), 1.0), attempt(u.vector_to_parameters, 3, []),
    ]


@program
def without_values(t: Any) -> Any:
    module = t.nn.Linear(3, 4, device="meta")
    made = t.nn.utils.skip_init(t.nn.Conv2d, 2, 3, 1)
    u = t.nn.utils
    return [
        [str(value.device) for value in module.state_dict().values()], [str(value.device) for value in made.state_dict().values()],
        repr(made), list(module.to_empty(device="cpu").weight.shape), attempt(u.skip_init, t.nn.ReLU), attempt(u.skip_init, dict),
    ]


@program
def pruned(t: Any) -> Any:
    prune = t.nn.utils.prune
    x = ramp(t, 2, 5)
    module = layer(t, t.nn.Linear(5, 4))
    found: list[Any] = [prune.is_pruned(module)]
    prune.l1_unstructured(module, "weight", amount=0.3)
    found += summary(t, module, x) + [prune.is_pruned(t.nn.Sequential(module)), type(module.weight).__name__]
    prune.ln_structured(module, "weight", amount=1, n=2, dim=0)
    prune.ln_structured(module, "weight", amount=0.4, n=1, dim=-1)
    found += summary(t, module, x) + [len(module._forward_pre_hooks)]
    prune.custom_from_mask(module, "bias", ramp(t, 4) > 0)
    t.manual_seed(1)
    prune.random_unstructured(module, "weight", 2)
    prune.random_structured(module, "weight", 1, dim=1)
    prune.identity(module, "bias")
    found += summary(t, module, x)
    prune.remove(module, "weight")
    found += summary(t, module, x) + [attempt(prune.remove, module, "weight"), type(module.weight).__name__]
    net = t.nn.Sequential(layer(t, t.nn.Linear(5, 4)), layer(t, t.nn.Linear(4, 3)))
    prune.global_unstructured([(net[0], "weight"), (net[1], "weight")], prune.L1Unstructured, amount=11)
    found += summary(t, net, x) + [prune.L1Unstructured(2).prune(ramp(t, 7))]
    scores = {"importance_scores": ramp(t, 4, 5)}
    found += summary(t, prune.l1_unstructured(layer(t, t.nn.Linear(5, 4)), "weight", 4, **scores), x)
    fresh = layer(t, t.nn.Linear(5, 4))
    found += [attempt(prune.l1_unstructured, fresh, "weight", amount) for amount in (-1, 1.5, 100, "no")]
    found += [attempt(prune.ln_structured, fresh, name, 1, 2, dim) for name, dim in (("bias", 0), ("weight", 7))]
    return [*found, list(fresh.state_dict())]


@program
def functional_calls(t: Any) -> Any:
    class Tied(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = layer(t, t.nn.Linear(2, 2))
            self.b = t.nn.Linear(2, 2)
            self.b.weight = self.a.weight
            self.register_buffer("shift", t.zeros(2))

        def forward(self, x, scale=1.0):
            return self.b(self.a(x)) * scale + self.shift

    module = Tied()
    module.b.bias.data.zero_()
    call = t.func.functional_call
    x = ramp(t, 3, 2)
    before = module.a.weight
    given = {"a.weight": t.ones(2, 2), "shift": t.ones(2)}
    return [
        call(module, given, x).detach(), call(module, given, (x,), {"scale": 3.0}, tie_weights=False).detach(), module.a.weight is before,
        attempt(call, module, given, x, strict=True), attempt(call, module, {"nowhere.x": t.ones(1)}, x),
        attempt(call, module, {"a.weight": t.ones(2, 2), "b.weight": t.zeros(2, 2)}, x), attempt(call, module, {"a.weight": 3}, x),
        call(module, ({"a.weight": t.ones(2, 2)}, {"shift": t.ones(2)}), x).detach(), module(x).detach(),
        t.nn.utils.stateless.functional_call(module, given, x).detach(), sorted(module.state_dict()),
    ]


@program
def lazy_layers(t: Any) -> Any:
    n = t.nn
    cases = [
        (n.LazyLinear, (3,), {}, (2, 5)), (n.LazyConv2d, (4, 3), {"padding": "same", "groups": 2}, (1, 2, 5, 6)),
        (n.LazyConv1d, (4, 3), {}, (2, 7)),
        (n.LazyConvTranspose2d, (4, 3, 2), {"output_padding": 1}, (1, 2, 5, 6)), (n.LazyConv3d, (2, 1), {"bias": False}, (1, 2, 2, 2, 2)),
        (n.LazyBatchNorm1d, (), {"momentum": None}, (4, 3)), (n.LazyBatchNorm2d, (1e-3,), {"affine": False}, (4, 3, 2, 2)),
        (n.LazyInstanceNorm2d, (), {}, (2, 3, 4, 4)), (n.LazyConvTranspose1d, (2, 2), {}, (1, 3, 4)),
    ]
    found = []
    for cls, args, kwargs, shape in cases:
        module = cls(*args, **kwargs)
        state = module.state_dict()
        found += [repr(module), list(state), [repr(value) for value in state.values()], module.has_uninitialized_params()]
        twin = cls(*args, **kwargs)
        t.manual_seed(9)
        found += [module(ramp(t, *shape)).detach(), type(module).__name__, *summary(t, module), len(module._forward_pre_hooks)]
        twin.load_state_dict(module.state_dict())
        found += [twin.has_uninitialized_params(), attempt(lambda: twin(ramp(t, *shape)).detach()), repr(twin)]
    net = n.Sequential(n.LazyLinear(2), n.ReLU(), n.LazyLinear(1))
    found += [attempt(lambda: net[0].weight.shape), attempt(n.LazyConv2d(4, 3), ramp(t, 2, 3))]
    found += [attempt(n.LazyConv2d(4, 3, groups=2), ramp(t, 3, 5, 5))]
    return [*found, net.half()(ramp(t, 2, 3).half()).shape == (2, 1), repr(net)]


@program
def rarer_layers(t: Any) -> Any:
    t.manual_seed(5)
    adaptive = t.nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4, 10], div_value=2.0, head_bias=True)
    x, target = ramp(t, 6, 8), t.tensor([0, 3, 4, 9, 15, 19])
    found = [*summary(t, adaptive), *[value.detach() for value in adaptive(x, target)], adaptive.log_prob(x).detach(), adaptive.predict(x)]
    found += [value.detach() for value in adaptive(x[0], target[4])] + [attempt(adaptive, x, target + 5), attempt(adaptive, x, target[:2])]
    found += [attempt(t.nn.AdaptiveLogSoftmaxWithLoss, 8, 20, cutoffs) for cutoffs in ([], [4, 4], [30], [5, 2])]
    net = t.nn.Sequential(layer(t, t.nn.Conv2d(2, 3, 1)), t.nn.BatchNorm2d(3), t.nn.Sequential(t.nn.BatchNorm2d(3, affine=False)))
    synchronous = t.nn.SyncBatchNorm.convert_sync_batchnorm(net)
    found += summary(t, synchronous, ramp(t, 2, 2, 3, 3)) + [attempt(t.nn.SyncBatchNorm(3), ramp(t, 3))]
    for size in (1, 3, 5):
        module = t.nn.CrossMapLRN2d(size, 0.1, 0.5, 2)
        found += [repr(module), module(ramp(t, 2, 4, 2, 3))]
    parallel = t.nn.DataParallel(layer(t, t.nn.Linear(2, 2)))
    found += summary(t, parallel, ramp(t, 1, 2)) + [repr(t.nn.Container(a=t.nn.ReLU())), repr(t.nn.NLLLoss2d())]
    t.manual_seed(1)
    return [*found, t.nn.init.xavier_uniform(t.empty(2, 3)), t.nn.init.constant(t.empty(2), 3.0)]


@program
def conversions(t: Any) -> Any:
    module = t.nn.Sequential(layer(t, t.nn.Conv2d(2, 3, 3)), t.nn.BatchNorm2d(3))
    strides = module.to(memory_format=t.channels_last)[0].weight.stride()
    dtypes = [[str(value.dtype) for value in module.to(t.float64).state_dict().values()]]
    dtypes += [[str(value.dtype) for value in change().state_dict().values()] for change in (module.bfloat16, module.half, module.float)]
    module[0].weight.grad = ramp(t, 3, 2, 3, 3)
    module.double()
    grad = str(module[0].weight.grad.dtype)
    module.zero_grad()
    log: list[Any] = []
    handles = [
        t.nn.modules.module.register_module_forward_pre_hook(lambda m, args: log.append(["pre", type(m).__name__, len(args)])),
        t.nn.modules.module.register_module_forward_hook(lambda m, args, out: log.append(["after", type(m).__name__, list(out.shape)])),
    ]
    module.float()(ramp(t, 1, 2, 4, 4))
    for handle in handles:
        handle.remove()
    module(ramp(t, 1, 2, 4, 4))
    module.register_full_backward_hook(print)
    return [strides, dtypes, grad, module[0].weight.grad, log, attempt(module.register_backward_hook, print), attempt(module.to, t.int64)]


def assert_same(got: Any, want: Any, place: str) -> None:
    if isinstance(want, torch.Tensor):
        assert str(got.dtype) == str(want.dtype) and tuple(got.shape) == tuple(want.shape), place
        assert got.requires_grad == want.requires_grad, place
        np.testing.assert_allclose(got.detach().numpy(), want.detach().numpy(), rtol=2e-5, atol=1e-5, err_msg=place)
    elif isinstance(want, list | tuple):
        assert len(got) == len(want), place
        for number, (one, other) in enumerate(zip(got, want)):
            assert_same(one, other, f"{place}[{number}]")
    elif isinstance(want, dict):
        assert list(got) == list(want), place
        for key, value in want.items():
            assert_same(got[key], value, f"{place}[{key}]")
    else:
        text = re.sub(r"rushlight(\.runtime)?\.nn", "torch.nn", str(got)).replace("rushlight.runtime.tensor", "torch")
        assert text == str(want), place


@pytest.mark.parametrize("name", list(PROGRAMS))
def test_program(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        want = PROGRAMS[name](torch)
        got = PROGRAMS[name](rl)
    assert_same(got, want, name)


def test_compiled_parametrizations_are_refused() -> None:
    """What PyTorch's compiled form does when it is called."""
    module = rl.nn.utils.parametrizations.weight_norm(rl.nn.Linear(2, 2))
    with pytest.raises(Exception, match="Parametrization is not working with scripting"):
        rl.jit.script(module)(rl.zeros(1, 2))
