"""Modules that PyTorch lacks, as source that a generated file brings along."""

from __future__ import annotations

_WITHOUT = '''\
def without(norm, name):
    """The normalisation without its scale ("weight") or its shift ("bias")."""
    norm.register_parameter(name, None)
    return norm'''

_CHANNEL_NORM = '''\
class ChannelNorm(nn.LayerNorm):
    """Layer normalisation of each pixel, whose channels are the second axis."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)'''

_GAUSSIAN_NOISE = '''\
class GaussianNoise(nn.Module):
    """Adds normal noise in training."""

    def __init__(self, stddev):
        super().__init__()
        self.stddev = stddev

    def forward(self, x):
        return x + self.stddev * torch.randn_like(x) if self.training else x'''

_RESCALE = '''\
class Rescale(nn.Module):
    """scale * x + offset, with one number for all channels or one for each."""

    def __init__(self, scale=1.0, offset=0.0):
        super().__init__()
        self.register_buffer("scale", torch.tensor(scale), persistent=False)
        self.register_buffer("offset", torch.tensor(offset), persistent=False)

    def forward(self, x):
        shape = (-1, *[1] * (x.dim() - 2))
        return self.scale.view(shape) * x + self.offset.view(shape)'''

_STANDARDIZE = '''\
class Standardize(nn.Module):
    """(x - mean) / deviation, those of each channel over `count` examples."""

    def __init__(self, channels):
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))
        self.register_buffer("count", torch.tensor(0))

    def forward(self, x):
        shape = (-1, *[1] * (x.dim() - 2))
        deviation = self.variance.sqrt().clamp(min=1e-7)
        return (x - self.mean.view(shape)) / deviation.view(shape)'''

_SPATIAL_NORM = '''\
class SpatialResponseNorm(nn.Module):
    """x / (k + alpha * the sum of the squares of `size` x `size` pixels) ** beta."""

    def __init__(self, size, alpha=1e-4, beta=0.75, k=2.0):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x):
        mean = F.avg_pool2d(x * x, self.size, stride=1, padding=self.size // 2)
        return x / (self.k + self.alpha * self.size**2 * mean) ** self.beta'''

_SAME_PAD = '''\
class SamePad(nn.Module):
    """Pads so that windows leave ceil(size / stride), the odd element at the end."""

    def __init__(self, extent, stride, value=0.0):
        super().__init__()
        self.extent, self.stride, self.value = extent, stride, value

    def forward(self, x):
        sides = []
        for size in reversed(x.shape[2:]):
            start = (-(-size // self.stride) - 1) * self.stride
            need = max(start + self.extent - size, 0)
            sides += [need // 2, need - need // 2]
        return F.pad(x, sides, value=self.value)'''

_SAME_AVG_POOL = '''\
class SameAvgPool(nn.Module):
    """Means of ceil(size / stride) windows along each axis, without padding in them."""

    def __init__(self, kernel, stride):
        super().__init__()
        self.kernel, self.stride = kernel, stride

    def forward(self, x):
        rank = x.dim() - 2
        sizes = (self.kernel, self.stride)
        kernel, stride = (n if isinstance(n, tuple) else (n,) * rank for n in sizes)
        sides = []
        for size, k, s in list(zip(x.shape[2:], kernel, stride, strict=True))[::-1]:
            need = max((-(-size // s) - 1) * s + k - size, 0)
            sides += [need // 2, need - need // 2]
        pool = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[rank - 1]
        held = F.pad(torch.ones_like(x[:1, :1]), sides)
        return pool(F.pad(x, sides), kernel, stride) / pool(held, kernel, stride)'''

_ATTENTION = '''\
class Attention(nn.Module):
    """Multi-head attention whose queries, keys and values have widths of their own."""

    def __init__(self, query, key, value, heads, dim):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(query, dim)
        self.key = nn.Linear(key, dim)
        self.value = nn.Linear(value, dim)
        self.output = nn.Linear(dim, dim)

    def forward(self, query, key, value):
        projected = (self.query(query), self.key(key), self.value(value))
        parts = (x.unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in projected)
        mixed = F.scaled_dot_product_attention(*parts)
        return self.output(mixed.transpose(1, 2).flatten(2))'''

# What PyTorch's own recurrent modules compute, step by step, with other gates.
_HARD_GATES = '''\
class Hard{kind}(nn.{kind}):
    """nn.{kind} with gates min(max(slope * x + 0.5, 0), 1): all states, and the last."""

    def __init__(self, inputs, units, slope, bidirectional=False):
        super().__init__(inputs, units, batch_first=True, bidirectional=bidirectional)
        self.slope = slope

    def forward(self, x):
        ways = [self.read(x, "l0")]
        if self.bidirectional:
            ways.append(self.read(x.flip(1), "l0_reverse"))
        last = torch.stack([states[:, -1] for states in ways])
        ways[1:] = [states.flip(1) for states in ways[1:]]
        return torch.cat(ways, -1), last

    def read(self, x, way):
        """The states of all steps."""
        names = ("weight_ih", "bias_ih", "weight_hh", "bias_hh")
        held = [getattr(self, f"{{name}}_{{way}}") for name in names]
        given, (weight, bias) = F.linear(x, *held[:2]), held[2:]
        {begin} = x.new_zeros(len(x), self.hidden_size)
        states = []
        for step in given.unbind(1):
{cell}
            states.append(h)
        return torch.stack(states, 1)

    def gate(self, x):
        return (self.slope * x + 0.5).clamp(0, 1)'''

_LSTM_CELL = """\
            i, f, g, o = (step + F.linear(h, weight, bias)).chunk(4, -1)
            c = self.gate(f) * c + self.gate(i) * g.tanh()
            h = self.gate(o) * c.tanh()"""

_GRU_CELL = """\
            given_r, given_z, given_n = step.chunk(3, -1)
            r, z, n = F.linear(h, weight, bias).chunk(3, -1)
            new = (given_n + self.gate(given_r + r) * n).tanh()
            h = new + self.gate(given_z + z) * (h - new)"""

CUSTOM: dict[str, str] = {
    "without": _WITHOUT,
    "ChannelNorm": _CHANNEL_NORM,
    "GaussianNoise": _GAUSSIAN_NOISE,
    "Rescale": _RESCALE,
    "Standardize": _STANDARDIZE,
    "SpatialResponseNorm": _SPATIAL_NORM,
    "SamePad": _SAME_PAD,
    "SameAvgPool": _SAME_AVG_POOL,
    "Attention": _ATTENTION,
    "HardLSTM": _HARD_GATES.format(kind="LSTM", begin="h = c", cell=_LSTM_CELL),
    "HardGRU": _HARD_GATES.format(kind="GRU", begin="h", cell=_GRU_CELL),
}
