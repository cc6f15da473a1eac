"""The recurrent model twice over the same weights: a whole stay at once for training, one step at a time for serving.

Attention pooling does not need the past hidden states: the score of a step depends on that step alone, so the pooled
context is carried as an online softmax (weighted sum c, maximum m, sum of weights s) beside the hidden state h.
"""

import torch
from torch import nn
from torch.nn import functional

HIDDEN = 64
HEAD = 32
STATE = 2 * HIDDEN + 2


class SepsisGru(nn.Module):
    """GRU, additive attention pooling over all steps so far, and a small head over the inputs, the newest and the pooled state."""

    def __init__(self, centre: torch.Tensor, spread: torch.Tensor, prior: float, dropout: float):
        """`centre` and `spread` of the training rows bring inputs of very different width to one scale."""
        super().__init__()
        inputs = len(centre)
        self.register_buffer("scale", 1 / spread)
        self.register_buffer("shift", -centre / spread)
        self.gru = nn.GRU(inputs, HIDDEN, batch_first=True)
        self.attention_hidden = nn.Linear(HIDDEN, HIDDEN)
        self.attention_score = nn.Linear(HIDDEN, 1, bias=False)
        self.head_hidden = nn.Linear(2 * HIDDEN + inputs, HEAD)
        self.head_out = nn.Linear(HEAD, 1)
        self.dropout = nn.Dropout(dropout)
        # Starting at the prior spares the first epoch from learning that sepsis is rare.
        nn.init.constant_(self.head_out.bias, float(torch.logit(torch.tensor(prior))))

    def score(self, h: torch.Tensor) -> torch.Tensor:
        return self.attention_score(torch.tanh(self.attention_hidden(h)))

    def logit(self, x: torch.Tensor, h: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        hidden = self.head_hidden(torch.cat([self.dropout(h), self.dropout(context), x], -1))
        return self.head_out(torch.relu(hidden))

    def scaled(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scale + self.shift

    def cell(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        """One GRU step as two products and elementwise arithmetic, equal to nn.GRU's."""
        gru = self.gru
        xr, xz, xn = functional.linear(x, gru.weight_ih_l0, gru.bias_ih_l0).split(HIDDEN, -1)
        hr, hz, hn = functional.linear(h, gru.weight_hh_l0, gru.bias_hh_l0).split(HIDDEN, -1)
        r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
        n = torch.tanh(xn + r * hn)
        return n + z * (h - n)

    def forward(self, committed: torch.Tensor, provisional: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [patients, steps] of every committed step and of its provisional version, from the state before it."""
        committed, provisional = self.scaled(committed), self.scaled(provisional)
        h, _ = self.gru(committed)
        score = self.score(h)
        # Any reference gives the same ratio; one per patient avoids a running maximum along the steps.
        reference = score.detach().amax(1, keepdim=True).clamp(min=0)
        weight = torch.exp(score - reference)
        total, pooled = weight.cumsum(1), (weight * h).cumsum(1)
        committed_logit = self.logit(committed, h, pooled / total).squeeze(-1)

        h2 = self.cell(provisional, _shift(h))
        weight2 = torch.exp(self.score(h2) - reference)
        context = (_shift(pooled) + weight2 * h2) / (_shift(total) + weight2)
        return committed_logit, self.logit(provisional, h2, context).squeeze(-1)


def _shift(rows: torch.Tensor) -> torch.Tensor:
    """The rows one step earlier, zero before the first."""
    return torch.cat([torch.zeros_like(rows[:, :1]), rows[:, :-1]], 1)


class GruStep(nn.Module):
    """One step as it is served: (x, state) to (risk, state_out, attention); an all-zero state is a new patient."""

    def __init__(self, network: SepsisGru):
        super().__init__()
        self.network = network

    def score_bound(self) -> float:
        """No attention score can be larger: each is a weighted sum of hyperbolic tangents."""
        return float(self.network.attention_score.weight.abs().sum())

    def forward(self, x: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        h, c, m, s = state.split([HIDDEN, HIDDEN, 1, 1], 1)
        x = self.network.scaled(x)
        h = self.network.cell(x, h)
        attention = self.network.score(h)
        reference = torch.maximum(m, attention)
        kept, weight = torch.exp(m - reference), torch.exp(attention - reference)
        c = c * kept + weight * h
        s = s * kept + weight
        risk = torch.sigmoid(self.network.logit(x, h, c / s))
        return risk, torch.cat([h, c, reference, s], 1), attention


class LogisticStep(nn.Module):
    """Logistic regression on one row of inputs."""

    def __init__(self, weight: torch.Tensor, bias: float):
        super().__init__()
        self.linear = nn.Linear(len(weight), 1)
        with torch.no_grad():
            self.linear.weight.copy_(weight[None])
            self.linear.bias.fill_(bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.linear(x))

    def logits(self, committed: torch.Tensor, provisional: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """As SepsisGru's forward: what training and evaluation ask of either model."""
        return self.linear(committed).squeeze(-1), self.linear(provisional).squeeze(-1)
