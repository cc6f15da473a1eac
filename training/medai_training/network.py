"""The recurrent model twice over the same weights: a whole stay at once for training, one step at a time for serving.

Attention pooling does not need the past hidden states: the score of a step depends on that step alone, so the pooled
context is carried as an online softmax (weighted sum c, maximum m, sum of weights s) beside the hidden state h.
"""

import torch
from torch import nn
from torch.nn import functional

from .steady import log1p

# More hours than any stay has; bounds what grows with the stay.
MOST_STEPS = 1e6


class Inputs(nn.Module):
    """Brings the inputs to one scale: far values are compressed, and what a model must not see is multiplied by zero."""

    def __init__(self, centre: torch.Tensor, spread: torch.Tensor, hidden: torch.Tensor | None = None):
        """`centre` and `spread` of the compressed training rows; `hidden` marks inputs that are kept from the model."""
        super().__init__()
        scale = 1 / spread
        if hidden is not None:
            scale = scale.masked_fill(hidden, 0.0)
        self.register_buffer("scale", scale)
        self.register_buffer("shift", -centre * scale)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return compressed(x) * self.scale + self.shift


def compressed(x: torch.Tensor) -> torch.Tensor:
    """Nearly the identity near zero, logarithmic far out: one wrong entry must not drown the others."""
    return torch.sign(x) * log1p(torch.abs(x))


class GruAttention(nn.Module):
    """GRU, additive attention pooling over all steps so far, and a small head over the inputs, the newest and the pooled state."""

    def __init__(self, inputs: Inputs, hidden: int = 64, head: int = 32, prior: float = 0.02, dropout: float = 0.3,
                 input_dropout: float = 0.0):
        super().__init__()
        self.inputs, self.hidden = inputs, hidden
        count = len(inputs.scale)
        self.gru = nn.GRU(count, hidden, batch_first=True)
        self.attention_hidden = nn.Linear(hidden, hidden)
        self.attention_score = nn.Linear(hidden, 1, bias=False)
        self.head_hidden = nn.Linear(2 * hidden + count, head)
        self.head_out = nn.Linear(head, 1)
        self.dropout, self.input_dropout = nn.Dropout(dropout), nn.Dropout(input_dropout)
        # Starting at the prior spares the first epoch from learning that sepsis is rare.
        nn.init.constant_(self.head_out.bias, float(torch.logit(torch.tensor(prior))))

    @property
    def last_layer(self) -> nn.Linear:
        return self.head_out

    def score(self, h: torch.Tensor) -> torch.Tensor:
        return self.attention_score(torch.tanh(self.attention_hidden(h)))

    def logit(self, x: torch.Tensor, h: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        hidden = self.head_hidden(torch.cat([self.dropout(h), self.dropout(context), self.input_dropout(x)], -1))
        return self.head_out(torch.relu(hidden))

    def cell(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        """One GRU step as two products and elementwise arithmetic, equal to nn.GRU's."""
        gru = self.gru
        xr, xz, xn = functional.linear(x, gru.weight_ih_l0, gru.bias_ih_l0).split(self.hidden, -1)
        hr, hz, hn = functional.linear(h, gru.weight_hh_l0, gru.bias_hh_l0).split(self.hidden, -1)
        r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
        n = torch.tanh(xn + r * hn)
        return n + z * (h - n)

    def forward(self, committed: torch.Tensor, provisional: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [patients, steps] of every committed step and of its provisional version, from the state before it."""
        committed, provisional = self.inputs(committed), self.inputs(provisional)
        h, _ = self.gru(self.input_dropout(committed))
        score = self.score(h)
        # Any reference gives the same ratio; one per patient avoids a running maximum along the steps.
        reference = score.detach().amax(1, keepdim=True).clamp(min=0)
        weight = torch.exp(score - reference)
        total, pooled = weight.cumsum(1), (weight * h).cumsum(1)
        committed_logit = self.logit(committed, h, pooled / total).squeeze(-1)

        h2 = self.cell(provisional, shifted(h))
        weight2 = torch.exp(self.score(h2) - reference)
        context = (shifted(pooled) + weight2 * h2) / (shifted(total) + weight2)
        return committed_logit, self.logit(provisional, h2, context).squeeze(-1)

    def served(self) -> "GruStep":
        return GruStep(self).eval()


def shifted(rows: torch.Tensor) -> torch.Tensor:
    """The rows one step earlier, zero before the first."""
    return torch.cat([torch.zeros_like(rows[:, :1]), rows[:, :-1]], 1)


class GruStep(nn.Module):
    """One step as it is served: (x, state) to (logit, state_out, attention); an all-zero state is a new patient."""

    attends = True

    def __init__(self, network: GruAttention):
        super().__init__()
        self.network = network
        self.state_size = 2 * network.hidden + 2
        # A hidden state is a mean of hyperbolic tangents; the pooled one is at most the sum of the weights, of which each step adds at most 1.
        self.bounds = [(network.hidden, -2.0, 2.0), (network.hidden, -MOST_STEPS, MOST_STEPS),
                       (1, 0.0, 1.0 + self.score_bound()), (1, 0.0, MOST_STEPS)]

    def score_bound(self) -> float:
        """No attention score can be larger: each is a weighted sum of hyperbolic tangents."""
        return float(self.network.attention_score.weight.abs().sum())

    def forward(self, x: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        hidden = self.network.hidden
        h, c, m, s = state.split([hidden, hidden, 1, 1], 1)
        x = self.network.inputs(x)
        h = self.network.cell(x, h)
        attention = self.network.score(h)
        reference = torch.maximum(m, attention)
        kept, weight = torch.exp(m - reference), torch.exp(attention - reference)
        c = c * kept + weight * h
        s = s * kept + weight
        return self.network.logit(x, h, c / s), torch.cat([h, c, reference, s], 1), attention


class Narrowed(nn.Module):
    """A network that knows some of the inputs only, among models that know more."""

    def __init__(self, network: nn.Module, columns: list[int]):
        super().__init__()
        self.network = network
        self.register_buffer("columns", torch.tensor(columns, dtype=torch.int64))

    def forward(self, committed: torch.Tensor, provisional: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.network(committed[..., self.columns], provisional[..., self.columns])

    def served(self) -> nn.Module:
        return NarrowedStep(self.network.served(), self.columns)


class NarrowedStep(nn.Module):
    def __init__(self, step: nn.Module, columns: torch.Tensor):
        super().__init__()
        self.step, self.attends, self.state_size, self.bounds = step, step.attends, step.state_size, step.bounds
        self.register_buffer("columns", columns)

    def score_bound(self) -> float:
        return self.step.score_bound()

    def forward(self, x: torch.Tensor, state: torch.Tensor):
        return self.step(x[:, self.columns], state)
