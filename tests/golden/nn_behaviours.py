"""What modules do, as small programs over a library `t` (torch or rushlight): each returns something whose text is compared.

make_nn.py runs them with PyTorch and keeps the texts (or the errors) in nn/behaviours.json; tests/nn runs them with rushlight.
"""

import copy
import pickle


def attempt(function, *args, **kwargs):
    """The result, or the error's type and text."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def tree(t):
    """A module with a bit of everything."""

    class Leaf(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = t.nn.Parameter(t.ones(2))
            self.register_buffer("count", t.zeros(()))
            self.register_buffer("scratch", t.zeros(3), persistent=False)
            self.register_parameter("shift", None)

    class Root(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = Leaf()
            self.b = self.a
            self.weight = self.a.scale
            self.layers = t.nn.ModuleList([Leaf(), t.nn.ReLU()])
            self.nothing = None
            self.add_module("none", None)

    return Root()


def names(pairs):
    return [name for name, _ in pairs]


def walk_modules(t):
    m = tree(t)
    return [
        names(m.named_modules()), names(m.named_modules(prefix="p")), names(m.named_modules(remove_duplicate=False)),
        names(m.named_children()), len(list(m.children())), len(list(m.modules())),
    ]


def walk_members(t):
    m = tree(t)
    return [
        names(m.named_parameters()), names(m.named_parameters(recurse=False)), names(m.named_parameters(prefix="p")),
        names(m.named_parameters(remove_duplicate=False)), names(m.named_buffers()), names(m.named_buffers(recurse=False)),
        len(list(m.parameters())), len(list(m.buffers())),
    ]


def keys_of_state(t):
    m = tree(t)
    state = m.state_dict()
    return [list(state), list(state._metadata.items()), list(m.state_dict(prefix="net.")), type(state).__name__]


def state_shares_memory(t):
    m = t.nn.Linear(2, 1)
    state = m.state_dict()
    m.weight.data.fill_(3)
    return [state["weight"].tolist(), state["weight"].requires_grad, m.state_dict(keep_vars=True)["weight"] is m.weight]


def load_wrong_state(t):
    m = t.nn.Sequential(t.nn.Linear(2, 3), t.nn.ReLU())
    state = m.state_dict()
    state["0.extra"] = t.zeros(1)
    state["5.weight"] = t.zeros(1)
    del state["0.bias"]
    state["0.weight"] = t.zeros(2, 3)
    return attempt(m.load_state_dict, state)


def load_not_strict(t):
    m = t.nn.Linear(2, 3)
    result = m.load_state_dict({"weight": t.ones(3, 2), "other": t.zeros(1)}, strict=False)
    return [repr(result), result.missing_keys, result.unexpected_keys, m.weight.tolist()]


def load_matching(t):
    m = t.nn.Linear(2, 3)
    weight = m.weight
    result = m.load_state_dict({"weight": t.ones(3, 2), "bias": t.zeros(3)})
    return [repr(result), str(result), weight is m.weight, weight.tolist()]


def load_with_assign(t):
    m = t.nn.Linear(2, 1)
    given = t.ones(1, 2)
    m.load_state_dict({"weight": given, "bias": t.zeros(1)}, assign=True)
    given.fill_(7)
    return [m.weight.tolist(), type(m.weight).__name__, m.weight.requires_grad]


def load_scalar_from_one_item(t):
    m = t.nn.Module()
    m.register_buffer("count", t.zeros(()))
    m.load_state_dict({"count": t.ones(1)})
    return m.count.tolist()


def load_what_is_no_tensor(t):
    return [attempt(t.nn.Linear(1, 1).load_state_dict, {"weight": 3, "bias": [1.0]}), attempt(t.nn.Linear(1, 1).load_state_dict, 5)]


def load_old_batch_norm(t):
    m = t.nn.BatchNorm2d(1)
    state = m.state_dict()
    del state["num_batches_tracked"]
    now = attempt(m.load_state_dict, state)
    del state._metadata
    return [now, repr(m.load_state_dict(state))]


def load_across_dtypes(t):
    m = t.nn.Linear(1, 1)
    m.load_state_dict({"weight": t.ones(1, 1, dtype=t.float64) * 2, "bias": t.ones(1, dtype=t.int64)})
    return [m.weight.tolist(), m.bias.tolist(), str(m.bias.dtype)]


def state_hooks(t):
    m = t.nn.Linear(1, 1)
    log = []
    m.register_state_dict_pre_hook(lambda module, prefix, keep_vars: log.append(["pre", prefix, keep_vars]))
    m.register_state_dict_post_hook(lambda module, state, prefix, meta: log.append(["post", list(state), prefix, meta]))
    m.register_load_state_dict_pre_hook(lambda module, state, prefix, *rest: log.append(["load", prefix, sorted(state), len(rest)]))
    m.register_load_state_dict_post_hook(lambda module, keys: log.append(["loaded", keys.missing_keys]))
    m.load_state_dict(m.state_dict(), strict=False)
    return log


def extra_state(t):
    class Counter(t.nn.Module):
        calls = 5

        def get_extra_state(self):
            return {"calls": self.calls}

        def set_extra_state(self, state):
            self.calls = state["calls"]

    m, other = Counter(), Counter()
    other.calls = 9
    state = other.state_dict()
    m.load_state_dict(state)
    return [list(state.items()), m.calls, attempt(m.load_state_dict, {}), attempt(t.nn.ReLU().load_state_dict, state)]


def before_init(t):
    class Early(t.nn.Module):
        def __init__(self, what):
            if what == "parameter":
                self.p = t.nn.Parameter(t.zeros(1))
            elif what == "module":
                self.m = t.nn.ReLU()
            elif what == "buffer":
                self.register_buffer("b", t.zeros(1))
            else:
                self.register_parameter("p", None)

    return [attempt(Early, what) for what in ("parameter", "module", "buffer", "register")]


def init_arguments(t):
    return [attempt(t.nn.Module, 1), attempt(t.nn.Module, a=1)]


def bad_parameters(t):
    m = t.nn.Linear(1, 1)
    return [
        attempt(setattr, m, "weight", t.zeros(1)), attempt(setattr, m, "weight", [1]), attempt(m.register_parameter, "a.b", None),
        attempt(m.register_parameter, "", None), attempt(m.register_parameter, 3, None), attempt(m.register_parameter, "forward", None),
        attempt(m.register_parameter, "x", t.zeros(1)), attempt(m.register_parameter, "x", {}),
    ]


def bad_buffers(t):
    m = t.nn.BatchNorm2d(1)
    return [
        attempt(m.register_buffer, "a.b", None), attempt(m.register_buffer, "", None), attempt(m.register_buffer, 3, None),
        attempt(m.register_buffer, "weight", None), attempt(m.register_buffer, "x", 3), attempt(setattr, m, "running_mean", 3),
        attempt(m.register_buffer, "running_mean", t.ones(1)), m.running_mean.tolist(),
    ]


def bad_modules(t):
    m = t.nn.Sequential(t.nn.ReLU())
    return [
        attempt(m.add_module, "a.b", t.nn.ReLU()), attempt(m.add_module, "", t.nn.ReLU()), attempt(m.add_module, 1, t.nn.ReLU()),
        attempt(m.add_module, "forward", t.nn.ReLU()), attempt(m.add_module, "x", 3), attempt(setattr, m, "0", "text"),
        attempt(m.register_module, "ok", None), names(m._modules.items()),
    ]


def assigning_moves_names(t):
    m = t.nn.Module()
    m.x = 1
    m.x = t.nn.Parameter(t.zeros(1))
    first = ["x" in m.__dict__, names(m._parameters.items())]
    m.y = t.nn.ReLU()
    m.y = None
    second = [names(m._modules.items()), m.y]
    m.register_buffer("z", t.zeros(1))
    m.z = None
    third = [names(m._buffers.items()), m.z]
    del m.x
    return [first, second, third, attempt(getattr, m, "x"), names(m.named_parameters())]


def deleting(t):
    m = tree(t)
    del m.a, m.nothing, m.weight
    return [names(m.named_modules()), attempt(delattr, m, "a"), list(m.state_dict())]


def listing(t):
    m = t.nn.Sequential(t.nn.Linear(1, 1))
    m.extra = 3
    return [
        name in dir(m) for name in ("extra", "0", "forward", "_modules", "training")
    ] + [name in dir(m[0]) for name in ("weight", "bias", "in_features")]


def getting_by_path(t):
    m = tree(t)
    return [
        type(m.get_submodule("layers.1")).__name__, m.get_submodule("") is m, m.get_parameter("layers.0.scale").tolist(),
        m.get_buffer("a.count").tolist(), attempt(m.get_submodule, "layers.7"), attempt(m.get_submodule, "weight"),
        attempt(m.get_parameter, "a.count"), attempt(m.get_parameter, "a.none"), attempt(m.get_buffer, "a.scale"),
    ]


def setting_by_path(t):
    m = t.nn.Sequential(t.nn.Sequential(t.nn.ReLU()))
    m.set_submodule("0.0", t.nn.Tanh())
    return [
        repr(m), attempt(m.set_submodule, "", t.nn.ReLU()), attempt(m.set_submodule, "0.3", t.nn.ReLU(), strict=True),
        attempt(m.set_submodule, "0.training", t.nn.ReLU()),
    ]


def training_mode(t):
    m = tree(t)
    m.eval()
    first = [module.training for module in m.modules()]
    m.a.train()
    return [first, [module.training for module in m.modules()], attempt(m.train, 1), m.train() is m]


def applying(t):
    m = t.nn.Sequential(t.nn.Linear(1, 1), t.nn.Sequential(t.nn.ReLU()))
    log = []
    return [m.apply(lambda module: log.append(type(module).__name__)) is m, log]


def requiring_grad(t):
    m = t.nn.Linear(1, 1)
    m.requires_grad_(False)
    integers = t.zeros(1, dtype=t.int64)
    return [[p.requires_grad for p in m.parameters()], t.nn.Parameter(t.zeros(1)).requires_grad, attempt(t.nn.Parameter, integers)]


def converting(t):
    m = t.nn.BatchNorm2d(1)
    weight = m.weight
    m.double()
    kinds = [[str(v.dtype) for v in m.state_dict().values()], weight is m.weight, str(weight.dtype)]
    m.to(t.float32)
    kinds.append([str(v.dtype) for v in m.state_dict().values()])
    m.to("cpu", t.float64)
    kinds.append([str(v.dtype) for v in m.state_dict().values()])
    m.to(t.zeros(1))
    return [*kinds, str(m.weight.dtype), attempt(m.to, t.int64), m.cpu() is m, m.float() is m]


def hooks_around_forward(t):
    m = t.nn.ReLU()
    log = []
    m.register_forward_pre_hook(lambda module, args: log.append(["pre", len(args)]))
    double = m.register_forward_pre_hook(lambda module, args: args[0] * 2)
    m.register_forward_hook(lambda module, args, out: log.append(["post", args[0].tolist(), out.tolist()]))
    m.register_forward_hook(lambda module, args, kwargs, out: out + 1, with_kwargs=True, prepend=True)
    first = m(t.tensor([1.0, -1.0])).tolist()
    double.remove()
    double.remove()
    second = m(t.tensor([1.0, -1.0])).tolist()
    return [first, second, log]


def hooks_with_keywords(t):
    class Add(t.nn.Module):
        def forward(self, x, y=0):
            return x + y

    m = Add()
    with m.register_forward_pre_hook(lambda module, args, kwargs: (args, {"y": 10}), with_kwargs=True):
        inside = m(1)
    wrong = m.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
    error = attempt(m, 1)
    wrong.remove()
    return [inside, m(1), error]


def hook_that_is_always_called(t):
    class Fails(t.nn.Module):
        def forward(self):
            raise ValueError("no")

    m = Fails()
    log = []
    m.register_forward_hook(lambda module, args, out: log.append("always"), always_call=True)
    m.register_forward_hook(lambda module, args, out: log.append("never"))
    return [attempt(m), log]


def no_forward(t):
    class Empty(t.nn.Module):
        pass

    return [attempt(Empty(), 1), repr(Empty())]


def printing(t):
    class Custom(t.nn.Module):
        def __init__(self, extra):
            super().__init__()
            self.extra = extra
            self.body = t.nn.Sequential(t.nn.Linear(1, 2), t.nn.Sequential())

        def extra_repr(self):
            return self.extra

    class Plain(t.nn.Module):
        def extra_repr(self):
            return "one\ntwo"

    modules = [tree(t), Custom(""), Custom("k=1"), Custom("a\n\nb"), Plain(), t.nn.ModuleList([tree(t)] * 3)]
    return [repr(module) for module in modules]


def printing_parameters(t):
    return [repr(t.nn.Parameter(t.tensor([1.0, 2.5]))), repr(t.nn.Parameter(t.zeros(2), requires_grad=False))]


def copying(t):
    m = tree(t)
    c = copy.deepcopy(m)
    c.weight.data.fill_(5)
    return [c.a.scale.tolist(), m.a.scale.tolist(), c.a is c.b, c.weight is c.a.scale, type(c.weight).__name__, c.weight.requires_grad]


def copying_a_tied_parameter(t):
    p = t.nn.Parameter(t.ones(1), requires_grad=False)
    a, b = copy.deepcopy([p, p])
    return [a is b, a is p, type(a).__name__, a.requires_grad, a.tolist()]


def pickling(t):
    m = t.nn.Sequential(t.nn.Linear(1, 2), t.nn.BatchNorm2d(2), t.nn.Softmax(1)).eval()
    c = pickle.loads(pickle.dumps(m))
    same = all((a == b).all().item() for a, b in zip(m.state_dict().values(), c.state_dict().values()))
    return [repr(c), same, c.training, type(c[0].weight).__name__, c[0].weight.requires_grad, list(c.state_dict())]


def buffers_by_class(t):
    m = t.nn.Module()
    m.kept = t.nn.Buffer(t.ones(1))
    m.lost = t.nn.Buffer(t.ones(1), persistent=False)
    m.lost = t.zeros(1)
    return [names(m.named_buffers()), list(m.state_dict())]


def sequential_as_a_list(t):
    r, h, s = t.nn.ReLU(), t.nn.Tanh(), t.nn.Sigmoid()
    m = t.nn.Sequential(r, h)
    out = [len(m), m[0] is r, m[-1] is h, repr(m[0:1]), [type(x).__name__ for x in m]]
    m.append(s).extend([t.nn.ReLU()])
    out.append(repr(m))
    m.insert(1, t.nn.Softmax(0))
    m.insert(-1, t.nn.Flatten())
    out.append(repr(m))
    m[0] = t.nn.Identity()
    del m[1], m[0:2]
    out += [repr(m), repr(m.pop(0)), repr(m + t.nn.Sequential(r)), repr(m * 2), repr(2 * m)]
    m += t.nn.Sequential(h, r)
    m *= 2
    return [*out, repr(m)]


def sequential_errors(t):
    m = t.nn.Sequential(t.nn.ReLU())
    return [
        attempt(m.__getitem__, 1), attempt(m.__getitem__, -2), attempt(m.insert, 5, t.nn.ReLU()), attempt(m.__getitem__, "0"),
        attempt(lambda: m * 0), attempt(t.nn.Sequential, 3),
    ]


def sequential_by_name(t):
    from collections import OrderedDict

    m = t.nn.Sequential(OrderedDict([("first", t.nn.Linear(1, 1)), ("second", t.nn.ReLU())]))
    return [repr(m), list(m.state_dict()), m.first is m[0], repr(m[1:]), list(m[:1].state_dict())]


def list_as_a_list(t):
    m = t.nn.ModuleList([t.nn.ReLU()])
    m.append(t.nn.Tanh()).extend([t.nn.Linear(1, 1), t.nn.Sigmoid()])
    m.insert(0, t.nn.Identity())
    m += [t.nn.ReLU()]
    out = [len(m), repr(m), repr(m[-1]), repr(m[1:3]), repr(m + [t.nn.Tanh()])]
    del m[0], m[2:4]
    m[0] = t.nn.Flatten()
    return [*out, repr(m), repr(m.pop(-1)), repr(m), list(m.state_dict()), attempt(m.__getitem__, 9), attempt(m.extend, 3), attempt(m, 1)]


def dropout_arguments(t):
    return [attempt(t.nn.Dropout, 1.5), attempt(t.nn.functional.dropout, t.zeros(1), -0.5)]


def convolution_arguments(t):
    return [
        attempt(t.nn.Conv2d, 3, 4, 1, groups=2), attempt(t.nn.Conv2d, 4, 3, 1, groups=2), attempt(t.nn.Conv2d, 4, 4, 1, groups=0),
        attempt(t.nn.Conv2d, 1, 1, 3, stride=2, padding="same"), repr(t.nn.Conv2d(1, 1, 3, padding_mode="reflect", padding=1)),
        t.nn.Conv2d(1, 1, (3, 4), padding="same", dilation=(2, 1))._reversed_padding_repeated_twice,
        list(t.nn.Conv2d(1, 1, 3, padding=(1, 2))._reversed_padding_repeated_twice),
    ]


def batch_norm_arguments(t):
    m = t.nn.BatchNorm2d(2)
    return [
        attempt(m, t.zeros(2, 2)), attempt(m, t.zeros(1, 2, 1, 1)), attempt(t.nn.BatchNorm1d(2), t.zeros(2, 2, 2, 2)),
        attempt(t.nn.functional.batch_norm, t.zeros(2, 2), t.zeros(2), t.ones(2), eps=-1.0),
        attempt(t.nn.functional.batch_norm, t.zeros(2, 2), None, None, training=True, eps=0.0),
    ]


def gains(t):
    gain = t.nn.init.calculate_gain
    return [
        [gain(name) for name in ("linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu")], gain("leaky_relu", 0.2),
        attempt(gain, "nothing"), attempt(gain, "leaky_relu", True), attempt(gain, "leaky_relu", "x"),
    ]


def fans(t):
    return [
        t.nn.init._calculate_fan_in_and_fan_out(t.zeros(4, 3)), t.nn.init._calculate_fan_in_and_fan_out(t.zeros(8, 3, 2, 5)),
        attempt(t.nn.init._calculate_fan_in_and_fan_out, t.zeros(4)), attempt(t.nn.init.kaiming_uniform_, t.zeros(2, 2), mode="x"),
    ]


def fixed_values(t):
    init = t.nn.init
    return [
        init.eye_(t.ones(2, 3)).tolist(), init.dirac_(t.ones(4, 2, 3), groups=2).tolist(), init.constant_(t.ones(2), 0.5).tolist(),
        init.zeros_(t.ones(2)).tolist(), init.ones_(t.zeros(2)).tolist(), attempt(init.eye_, t.ones(2)), attempt(init.dirac_, t.ones(2)),
    ]


def random_values(t):
    t.manual_seed(3)
    init = t.nn.init
    return [
        round(value, 6)
        for tensor in (
            init.uniform_(t.zeros(3), -1.0, 2.0), init.normal_(t.zeros(3), 1.0, 0.5), init.xavier_uniform_(t.zeros(2, 3), gain=2.0),
            init.xavier_normal_(t.zeros(2, 3)), init.kaiming_uniform_(t.zeros(2, 3), mode="fan_out", nonlinearity="relu"),
            init.kaiming_normal_(t.zeros(2, 3), a=0.1),
        )
        for value in tensor.flatten().tolist()
    ]


def functional_pooling(t):
    F = t.nn.functional
    x = t.arange(16).reshape(1, 1, 4, 4).to(t.float32)
    values, indices = F.max_pool2d(x, 2, return_indices=True)
    return [
        F.max_pool2d(x, 2).tolist(), values.tolist(), indices.tolist(), F.max_pool2d(x, (2, 1), 1, 0, 1, False).tolist(),
        F.avg_pool2d(x, 2).tolist(), F.adaptive_avg_pool2d(x, (None, 1)).tolist(), F.adaptive_avg_pool2d(x, 2).tolist(),
        attempt(F.adaptive_avg_pool2d, t.zeros(2, 2), (1, 1)),
    ]


def functional_softmax(t):
    import warnings

    F = t.nn.functional
    x = t.tensor([[0.0, 1.0], [2.0, 2.0]])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        implicit = [F.softmax(x).tolist(), F.log_softmax(t.zeros(3)).tolist(), F.softmin(x).tolist()]
    rounded = [[round(value, 5) for value in row] for row in (implicit[0][0], implicit[1], implicit[2][0])]
    return [rounded, [str(w.message) for w in caught], str(F.softmax(x, 1, dtype=t.float64).dtype), F.softmin(x, dim=0).shape]


def grad_modes(t):
    log = [t.is_grad_enabled(), t.is_inference_mode_enabled()]
    with t.no_grad():
        log.append(t.is_grad_enabled())
        with t.enable_grad():
            log.append(t.is_grad_enabled())
        log.append(t.is_grad_enabled())
    with t.inference_mode():
        log += [t.is_grad_enabled(), t.is_inference_mode_enabled()]

    @t.no_grad()
    def called():
        return t.is_grad_enabled()

    @t.no_grad
    def bare():
        return t.is_grad_enabled()

    @t.inference_mode()
    def inferring():
        return t.is_inference_mode_enabled()

    with t.set_grad_enabled(False):
        log.append(t.is_grad_enabled())
    return [*log, called(), bare(), inferring(), called.__name__, t.is_grad_enabled()]


ALL = {name: function for name, function in list(globals().items()) if callable(function) and name not in ("attempt", "tree", "names")}
