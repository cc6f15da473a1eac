"""The other networks of the comparison: LSTM, causal convolutions and a causal Transformer, each whole-stay and step by step.

As with the GRU, a provisional row is judged from the state before its step, and the state it would produce is not used. Every state is
bounded, whatever the length of the stay: `state_size` of the served step says how many floats a patient costs.
"""

import torch
from torch import nn
from torch.nn import functional

from .network import MOST_STEPS, Inputs, shifted

# No finite value in a stream or a ring of these networks is near it; its square is still far from the end of float32.
LIMIT = 1e6


class Lstm(nn.Module):
    """LSTM with a small head over the inputs and the newest hidden state; state: hidden and cell."""

    def __init__(self, inputs: Inputs, hidden: int = 64, head: int = 32, prior: float = 0.02, dropout: float = 0.3,
                 input_dropout: float = 0.0):
        super().__init__()
        self.inputs, self.hidden = inputs, hidden
        count = len(inputs.scale)
        self.lstm = nn.LSTM(count, hidden, batch_first=True)
        self.head = _head(hidden + count, head, prior)
        self.dropout, self.input_dropout = nn.Dropout(dropout), nn.Dropout(input_dropout)

    def cell(self, x: torch.Tensor, h: torch.Tensor, c: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """One LSTM step as two products and elementwise arithmetic, equal to nn.LSTM's."""
        lstm = self.lstm
        gates = functional.linear(x, lstm.weight_ih_l0, lstm.bias_ih_l0) + functional.linear(h, lstm.weight_hh_l0, lstm.bias_hh_l0)
        i, f, g, o = gates.split(self.hidden, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    def forward(self, committed: torch.Tensor, provisional: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        committed, provisional = self.input_dropout(self.inputs(committed)), self.input_dropout(self.inputs(provisional))
        # The library gives hidden states only; the cell states are needed for the provisional step, so the loop is written out.
        gates = functional.linear(committed, self.lstm.weight_ih_l0, self.lstm.bias_ih_l0 + self.lstm.bias_hh_l0)
        h = committed.new_zeros(len(committed), self.hidden)
        c, hs, cs = h, [], []
        for k in range(committed.shape[1]):
            i, f, g, o = (gates[:, k] + functional.linear(h, self.lstm.weight_hh_l0)).split(self.hidden, -1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            hs.append(h)
            cs.append(c)
        h, c = torch.stack(hs, 1), torch.stack(cs, 1)
        h2, _ = self.cell(provisional, shifted(h), shifted(c))
        return self.logit(committed, h).squeeze(-1), self.logit(provisional, h2).squeeze(-1)

    def logit(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        return self.head(torch.cat([self.dropout(h), x], -1))

    def served(self) -> nn.Module:
        return LstmStep(self).eval()


class LstmStep(nn.Module):
    attends = False

    def __init__(self, network: Lstm):
        super().__init__()
        self.network, self.state_size = network, 2 * network.hidden
        # A step adds at most 1 to a cell.
        self.bounds = [(network.hidden, -2.0, 2.0), (network.hidden, -MOST_STEPS, MOST_STEPS)]

    def forward(self, x: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        x = self.network.inputs(x)
        h, c = self.network.cell(x, *state.split(self.network.hidden, 1))
        return self.network.logit(x, h), torch.cat([h, c], 1), None


class Cnn(nn.Module):
    """Causal 1-D convolutions of width 3 with residual connections; the dilations 1, 2, 4, 8 see the last 31 hours.

    State: for each layer a ring of the inputs it still needs, 2 x dilation steps of `width` numbers; zeros before the first step.
    """

    def __init__(self, inputs: Inputs, width: int = 32, dilations: tuple[int, ...] = (1, 2, 4, 8), head: int = 32, prior: float = 0.02,
                 dropout: float = 0.3, input_dropout: float = 0.0):
        super().__init__()
        self.inputs, self.width, self.dilations = inputs, width, dilations
        count = len(inputs.scale)
        self.first = nn.Linear(count, width)
        self.now = nn.ModuleList(nn.Linear(width, width) for _ in dilations)
        self.past = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in dilations)
        self.older = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in dilations)
        self.head = _head(width + count, head, prior)
        self.dropout, self.input_dropout = nn.Dropout(dropout), nn.Dropout(input_dropout)

    def layer(self, i: int, now: torch.Tensor, past: torch.Tensor, older: torch.Tensor) -> torch.Tensor:
        return now + self.dropout(torch.relu(self.now[i](now) + self.past[i](past) + self.older[i](older)))

    def forward(self, committed: torch.Tensor, provisional: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        committed, provisional = self.input_dropout(self.inputs(committed)), self.input_dropout(self.inputs(provisional))
        h, h2 = self.first(committed), self.first(provisional)
        for i, dilation in enumerate(self.dilations):
            past, older = _earlier(h, dilation), _earlier(h, 2 * dilation)
            h, h2 = self.layer(i, h, past, older), self.layer(i, h2, past, older)
        return self.logit(committed, h).squeeze(-1), self.logit(provisional, h2).squeeze(-1)

    def logit(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        return self.head(torch.cat([self.dropout(h), x], -1))

    def served(self) -> nn.Module:
        return CnnStep(self).eval()


class CnnStep(nn.Module):
    attends = False

    def __init__(self, network: Cnn):
        super().__init__()
        self.network = network
        self.sizes = [2 * d * network.width for d in network.dilations]
        self.state_size = sum(self.sizes)
        self.bounds = [(self.state_size, -LIMIT, LIMIT)]

    def forward(self, x: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        network, width = self.network, self.network.width
        x = network.inputs(x)
        h, rings = network.first(x), []
        for i, (dilation, ring) in enumerate(zip(network.dilations, state.split(self.sizes, 1))):
            past, older = ring[:, dilation * width : (dilation + 1) * width], ring[:, :width]
            rings.append(torch.cat([ring[:, width:], h], 1))
            h = network.layer(i, h, past, older)
        return network.logit(x, h), torch.cat(rings, 1), None


class Transformer(nn.Module):
    """Causal Transformer whose steps attend to themselves and to the `window` - 1 steps before, by content and by learned lag.

    State: for each layer a ring of the keys and values of the last `window` - 1 steps, and the number of steps so far (capped), which tells
    the empty places: bounded by 2 x layers x (window - 1) x width + 1 floats.
    """

    def __init__(self, inputs: Inputs, width: int = 32, layers: int = 2, heads: int = 4, window: int = 24, head: int = 32, prior: float = 0.02,
                 dropout: float = 0.2, input_dropout: float = 0.0):
        super().__init__()
        self.inputs, self.width, self.heads, self.window = inputs, width, heads, window
        count = len(inputs.scale)
        self.first = nn.Linear(count, width)
        self.layers = nn.ModuleList(_Layer(width, heads, window, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = _head(width + count, head, prior)
        self.dropout, self.input_dropout = nn.Dropout(dropout), nn.Dropout(input_dropout)

    def forward(self, committed: torch.Tensor, provisional: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        committed, provisional = self.input_dropout(self.inputs(committed)), self.input_dropout(self.inputs(provisional))
        h, h2 = self.first(committed), self.first(provisional)
        for layer in self.layers:
            key, value = layer.keys_values(h)
            h, h2 = layer.over_stay(h, key, value), layer.over_stay(h2, key, value)
        return self.logit(committed, h).squeeze(-1), self.logit(provisional, h2).squeeze(-1)

    def logit(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        return self.head(torch.cat([self.dropout(self.norm(h)), x], -1))

    def served(self) -> nn.Module:
        return TransformerStep(self).eval()


class _Layer(nn.Module):
    """Attention and a small feed-forward part, each added to the stream it reads normalised."""

    def __init__(self, width: int, heads: int, window: int, dropout: float):
        super().__init__()
        self.width, self.heads, self.window = width, heads, window
        self.norm, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(width, width)
        self.lag = nn.Parameter(torch.zeros(heads, window))
        self.wide, self.narrow = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def keys_values(self, h: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        normed = self.norm(h)
        return self.key(normed), self.value(normed)

    def over_stay(self, own: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """`own` is judged at its step with the committed keys and values of the steps before and with its own."""
        patients, steps, _ = own.shape
        normed = self.norm(own)
        query, own_key, own_value = (self._split(t) for t in (self.query(normed), self.key(normed), self.value(normed)))
        past_key, past_value = self._split(key), self._split(value)
        lag = torch.arange(steps)[:, None] - torch.arange(steps)
        allowed = (lag > 0) & (lag < self.window)
        score = query @ past_key.transpose(-1, -2) * self.scale + self.lag[:, lag.clamp(0, self.window - 1)]
        score = score.masked_fill(~allowed, -1e9)
        own_score = (query * own_key).sum(-1, keepdim=True) * self.scale + self.lag[:, :1, None]
        weight = torch.softmax(torch.cat([score, own_score], -1), -1)
        mixed = weight[..., :-1] @ past_value + weight[..., -1:] * own_value
        return self._finish(own, mixed.transpose(1, 2).reshape(patients, steps, self.width))

    def step(self, own: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, empty: torch.Tensor):
        """`keys` and `values` [rows, window - 1, width], oldest first; `empty` marks places before the first step."""
        normed = self.norm(own)
        query, own_key, own_value = self.query(normed), self.key(normed), self.value(normed)
        rows = self.window - 1
        part = self.width // self.heads
        q = query.reshape(-1, self.heads, 1, part)
        k = torch.cat([keys, own_key[:, None]], 1).reshape(-1, rows + 1, self.heads, part).transpose(1, 2)
        v = torch.cat([values, own_value[:, None]], 1).reshape(-1, rows + 1, self.heads, part).transpose(1, 2)
        score = (q * k).sum(-1) * self.scale + self.lag.flip(1)
        score = score + torch.cat([empty, torch.zeros_like(empty[:, :1])], 1)[:, None] * -1e9
        weight = torch.softmax(score, -1)
        mixed = (weight[..., None] * v).sum(2).reshape(-1, self.width)
        return self._finish(own, mixed), own_key, own_value

    @property
    def scale(self) -> float:
        return (self.width // self.heads) ** -0.5

    def _split(self, t: torch.Tensor) -> torch.Tensor:
        return t.reshape(*t.shape[:2], self.heads, -1).transpose(1, 2)

    def _finish(self, own: torch.Tensor, mixed: torch.Tensor) -> torch.Tensor:
        h = own + self.dropout(self.out(mixed))
        return h + self.dropout(self.narrow(torch.relu(self.wide(self.norm2(h)))))


class TransformerStep(nn.Module):
    attends = False

    def __init__(self, network: Transformer):
        super().__init__()
        self.network = network
        self.ring = (network.window - 1) * network.width
        self.state_size = 2 * len(network.layers) * self.ring + 1
        self.bounds = [(self.state_size - 1, -LIMIT, LIMIT), (1, 0.0, float(network.window))]
        # How many steps must have been for a place to be filled, oldest place first.
        self.register_buffer("needed", torch.arange(network.window - 1, 0, -1).float()[None])

    def forward(self, x: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        network, width = self.network, self.network.width
        x = network.inputs(x)
        h = network.first(x)
        *rings, count = state.split([self.ring] * (2 * len(network.layers)) + [1], 1)
        empty = (self.needed > count).float()
        after = []
        for i, layer in enumerate(network.layers):
            keys, values = rings[2 * i], rings[2 * i + 1]
            shape = (-1, network.window - 1, width)
            h, key, value = layer.step(h, keys.reshape(shape), values.reshape(shape), empty)
            after += [torch.cat([keys[:, width:], key], 1), torch.cat([values[:, width:], value], 1)]
        return network.logit(x, h), torch.cat([*after, torch.clamp(count + 1, max=float(network.window))], 1), None


def _head(count: int, hidden: int, prior: float) -> nn.Sequential:
    head = nn.Sequential(nn.Linear(count, hidden), nn.ReLU(), nn.Linear(hidden, 1))
    # Starting at the prior spares the first epoch from learning that sepsis is rare.
    nn.init.constant_(head[2].bias, float(torch.logit(torch.tensor(prior))))
    return head


def _earlier(rows: torch.Tensor, steps: int) -> torch.Tensor:
    """The rows so many steps earlier, zero before the first."""
    padded = functional.pad(rows, (0, 0, steps, 0))
    return padded[:, : rows.shape[1]]
