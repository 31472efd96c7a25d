"""Networks for text, sound and tables as they are deployed, in small sizes. Read by architectures_torch.py.

PyTorch's compiler wants annotations of classes as objects, so they are not postponed.
"""

import math
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Bert(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.places, self.norm = nn.Embedding(50, 16, padding_idx=0), nn.Embedding(20, 16), nn.LayerNorm(16, eps=1e-12)
        self.query, self.key, self.value, self.dense = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16)
        self.inner, self.outer, self.pooler = nn.Linear(16, 32), nn.Linear(32, 16), nn.Linear(16, 16)

    def split(self, x: Tensor) -> Tensor:
        return x.view(x.size(0), x.size(1), 4, 4).permute(0, 2, 1, 3)

    def forward(self, ids: Tensor) -> Tuple[Tensor, Tensor]:
        mask = (1.0 - ids.ne(0)[:, None, None, :].to(torch.float32)) * -10000.0
        x = self.norm(self.words(ids) + self.places(torch.arange(ids.size(1)).unsqueeze(0)))
        scores = torch.matmul(self.split(self.query(x)), self.split(self.key(x)).transpose(-1, -2)) / math.sqrt(4)
        context = torch.matmul(F.softmax(scores + mask.to(scores.dtype), dim=-1), self.split(self.value(x)))
        x = self.norm(self.dense(context.permute(0, 2, 1, 3).contiguous().view(x.size(0), -1, 16)) + x)
        x = self.norm(self.outer(F.gelu(self.inner(x))) + x)
        return x, torch.tanh(self.pooler(x[:, 0]))


class Gpt(nn.Module):
    """Greedy decoding with a cache of keys and values."""

    def __init__(self) -> None:
        super().__init__()
        self.wte, self.wpe, self.norm = nn.Embedding(30, 16), nn.Embedding(40, 16), nn.LayerNorm(16)
        self.attn, self.proj = nn.Linear(16, 48), nn.Linear(16, 16)
        self.mlp = nn.Sequential(nn.Linear(16, 32), nn.GELU("tanh"), nn.Linear(32, 16))

    def step(self, ids: Tensor, cache: Optional[Tuple[Tensor, Tensor]]) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        past = 0
        if cache is not None:
            past = cache[0].size(2)
        x = self.wte(ids) + self.wpe(torch.arange(past, past + ids.size(1)))
        q, k, v = self.attn(self.norm(x)).split(16, dim=2)
        q, k, v = [one.view(ids.size(0), ids.size(1), 2, 8).transpose(1, 2) for one in [q, k, v]]
        if cache is not None:
            k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=cache is None)
        x = x + self.proj(y.transpose(1, 2).reshape(ids.size(0), ids.size(1), 16))
        return x + self.mlp(self.norm(x)), (k, v)

    def forward(self, ids: Tensor, count: int = 4) -> Tensor:
        cache: Optional[Tuple[Tensor, Tensor]] = None
        given = ids
        for _ in range(count):
            x, cache = self.step(given, cache)
            given = (x[:, -1:] @ self.wte.weight.t()).argmax(-1)
            ids = torch.cat([ids, given], dim=1)
        return ids


class Tagger(nn.Module):
    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.embed, self.rnn, self.head = nn.Embedding(50, 8), kind(8, 6, 2, batch_first=True, bidirectional=True), nn.Linear(12, 5)

    def forward(self, ids: Tensor) -> Tensor:
        out, _ = self.rnn(self.embed(ids))
        return F.log_softmax(self.head(out), dim=-1)


class PackedTagger(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed, self.rnn, self.head = nn.Embedding(50, 8), nn.LSTM(8, 6, batch_first=True), nn.Linear(6, 5)

    def forward(self, ids: Tensor) -> Tuple[Tensor, Tensor]:
        lengths = torch.clamp(ids.ne(0).sum(1), min=1)
        packed = pack_padded_sequence(self.embed(ids), lengths, batch_first=True, enforce_sorted=False)
        out, _ = self.rnn(packed)
        padded, sizes = pad_packed_sequence(out, batch_first=True)
        return self.head(padded), sizes


class SeqToSeq(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed, self.encoder = nn.Embedding(20, 8), nn.GRU(8, 8, batch_first=True)
        self.cell, self.out = nn.GRUCell(8, 8), nn.Linear(8, 20)

    def forward(self, ids: Tensor, limit: int = 12) -> List[int]:
        _, hidden = self.encoder(self.embed(ids[:1]))
        state, token = hidden[0], torch.tensor([1])
        found: List[int] = []
        while len(found) < limit:
            state = self.cell(self.embed(token), state)
            token = self.out(state).argmax(1)
            if int(token.item()) == 2:
                break
            found.append(int(token.item()))
        return found


class Hypothesis(NamedTuple):
    tokens: List[int]
    score: float


class BeamSearch(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scores = nn.Embedding(10, 10)

    def forward(self, ids: Tensor) -> Tuple[List[List[int]], Dict[str, float]]:
        beams: List[Hypothesis] = [Hypothesis([int(ids[0, 0]) % 10], 0.0)]
        for _ in range(3):
            grown: List[Hypothesis] = []
            for beam in beams:
                values, places = F.log_softmax(self.scores(torch.tensor(beam.tokens[-1])), 0).topk(3)
                for at in range(3):
                    grown.append(Hypothesis(beam.tokens + [int(places[at])], beam.score + float(values[at])))
            ranked = torch.tensor([beam.score for beam in grown]).argsort(descending=True)
            beams = [grown[int(at)] for at in ranked[:2]]
        best: Dict[str, float] = {}
        for beam in beams:
            best["-".join([str(token) for token in beam.tokens])] = beam.score
        return [beam.tokens for beam in beams], best


class Ctc(nn.Module):
    labels: List[str]

    def __init__(self) -> None:
        super().__init__()
        self.labels = list("-abcdefg")
        self.conv, self.head = nn.Conv1d(4, 8, 5, 2, 2), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tuple[Tensor, List[str]]:
        logits = self.head(F.relu(self.conv(x)).transpose(1, 2)).log_softmax(-1)
        texts: List[str] = []
        for row in logits.argmax(-1):
            last, text = 0, ""
            for at in range(row.size(0)):
                token = int(row[at])
                if token != 0 and token != last:
                    text += self.labels[token]
                last = token
            texts.append(text)
        return logits, texts


class Spectrogram(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(64))
        self.register_buffer("bank", torch.rand(33, 8))

    def forward(self, x: Tensor) -> Tensor:
        spectrum = torch.stft(x, 64, 32, 64, self.window, center=True, pad_mode="reflect", return_complex=True)
        power = spectrum.real.pow(2) + spectrum.imag.pow(2)
        mel = torch.matmul(power.transpose(1, 2), self.bank)
        features = torch.log(mel.clamp(min=1e-6))
        return (features - features.mean(1, keepdim=True)) / (features.std(1, keepdim=True) + 1e-5)


class WaveNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inputs, self.dilations = nn.Conv1d(1, 8, 1), [1, 2, 4]
        self.gates = nn.ModuleList([nn.Conv1d(8, 16, 2, dilation=one) for one in self.dilations])
        self.skips, self.head = nn.ModuleList([nn.Conv1d(8, 8, 1) for _ in self.dilations]), nn.Conv1d(8, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.inputs(x.unsqueeze(1))
        total = torch.zeros_like(x)
        for at, (gate, skip) in enumerate(zip(self.gates, self.skips)):
            a, b = gate(F.pad(x, (1 << at, 0))).chunk(2, 1)
            y = skip(torch.tanh(a) * torch.sigmoid(b))
            total = total + y
            x = x + y
        return self.head(F.relu(total))


class Tcn(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(4, 8, 3, padding=2, dilation=2), nn.BatchNorm1d(8), nn.PReLU(), nn.MaxPool1d(2),
            nn.Conv1d(8, 8, 3, padding=1, groups=4), nn.GLU(1), nn.AdaptiveAvgPool1d(3), nn.Flatten(), nn.Linear(12, 3), nn.Softplus(),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class VoiceDetector(nn.Module):
    """A GRU that keeps its state between calls."""

    hidden: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.gru, self.head = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)
        self.register_buffer("hidden", torch.zeros(1, 2, 8))

    @torch.jit.export
    def reset(self) -> None:
        self.hidden = torch.zeros_like(self.hidden)

    def forward(self, x: Tensor) -> Tensor:
        out, self.hidden = self.gru(x.transpose(1, 2), self.hidden)
        return torch.sigmoid(self.head(out)).squeeze(-1)


class Dlrm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.tables = nn.ModuleList([nn.EmbeddingBag(20, 4, mode="sum") for _ in range(3)])
        self.bottom = nn.Sequential(nn.Linear(5, 4), nn.ReLU())
        self.top = nn.Sequential(nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, 1), nn.Sigmoid())

    def forward(self, ids: Tensor) -> Tensor:
        dense = self.bottom(ids[:, :5].to(torch.float32) / 50)
        vectors = [dense]
        for table in self.tables:
            vectors.append(table(ids[:, 5:7] % 20))
        stacked = torch.stack(vectors, dim=1)
        products = torch.bmm(stacked, stacked.transpose(1, 2))
        lower = torch.tril_indices(4, 4, offset=-1)
        return self.top(torch.cat([dense, products[:, lower[0], lower[1]]], dim=1))


class PointNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.transform, self.head = nn.Linear(8, 16), nn.Linear(16, 3)
        self.mlp1, self.mlp2 = nn.Conv1d(4, 8, 1), nn.Conv1d(8, 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        features = F.relu(self.mlp1(x))
        matrix = self.transform(features.max(2)[0]).view(-1, 4, 4) + torch.eye(4, dtype=x.dtype)
        x = F.relu(self.mlp2(F.relu(self.mlp1(torch.bmm(matrix, x)))))
        return F.log_softmax(self.head(torch.amax(x, 2)), 1)


class Coupling(nn.Module):
    def __init__(self, flip: bool) -> None:
        super().__init__()
        self.net, self.flip = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 4)), flip

    def forward(self, x: Tensor, total: Tensor) -> Tuple[Tensor, Tensor]:
        a, b = x.chunk(2, -1)
        if self.flip:
            a, b = b, a
        scale, shift = self.net(a).chunk(2, -1)
        return torch.cat([a, b * torch.exp(torch.tanh(scale)) + shift], -1), total + torch.tanh(scale).sum(-1)


class Flow(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([Coupling(at % 2 == 1) for at in range(3)])

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        total = torch.zeros(x.shape[:-1], dtype=x.dtype)
        for layer in self.layers:
            x, total = layer(x, total)
        return x, total - 0.5 * (x**2).sum(-1) - math.log(2 * math.pi)


class LstmPolicy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell, self.actor = nn.LSTMCell(4, 8), nn.Sequential(nn.Linear(8, 8), nn.ELU(), nn.Linear(8, 2))
        self.h, self.c = torch.zeros(2, 8), torch.zeros(2, 8)

    def forward(self, x: Tensor) -> Tensor:
        self.h, self.c = self.cell(x[..., 0], (self.h, self.c))
        return self.actor(self.h)


SOUND, IDS = (2, 4, 20), "ids"
MODELS: Dict[str, Tuple[Any, Any]] = {
    "bert": (Bert, IDS), "gpt_cache": (Gpt, IDS),
    "lstm_tagger": (lambda: Tagger(nn.LSTM), IDS), "gru_tagger": (lambda: Tagger(nn.GRU), IDS),
    "packed_tagger": (PackedTagger, IDS), "seq2seq": (SeqToSeq, IDS), "beam_search": (BeamSearch, IDS), "ctc": (Ctc, SOUND),
    "spectrogram": (Spectrogram, (2, 256)), "wavenet": (WaveNet, (2, 30)), "tcn": (Tcn, SOUND), "voice_detector": (VoiceDetector, SOUND),
    "dlrm": (Dlrm, IDS), "pointnet": (PointNet, SOUND), "flow": (Flow, (5, 4)), "lstm_policy": (LstmPolicy, SOUND),
}  # fmt: skip
