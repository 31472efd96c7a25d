"""Audio, time series, graphs and policies as their public code writes them, over a library `torch`: name -> (module, inputs)."""
from __future__ import annotations

import math
from typing import Any, Callable, Dict, Optional, Tuple

MODELS: dict[str, Callable[[Any], tuple[Any, tuple[Any, ...]]]] = {}


def model(function: Callable[[Any], tuple[Any, tuple[Any, ...]]]) -> Callable[[Any], tuple[Any, tuple[Any, ...]]]:
    MODELS[function.__name__] = function
    return function


@model
def conformer(torch):
    """Log mel features by stft, subsampling, relative shift, convolution module with GLU, lengths and masks."""
    nn, F = torch.nn, torch.nn.functional

    class Features(nn.Module):
        def __init__(self, n_fft=32, hop=8, mels=6):
            super().__init__()
            self.n_fft, self.hop = n_fft, hop
            self.register_buffer("window", torch.hann_window(n_fft))
            self.register_buffer("fb", torch.rand(n_fft // 2 + 1, mels))

        def forward(self, x):
            spec = torch.stft(x, self.n_fft, self.hop, window=self.window, center=True, pad_mode="reflect", return_complex=True)
            power = spec.real.pow(2) + spec.imag.pow(2)
            mel = torch.matmul(power.transpose(1, 2), self.fb)
            mel = torch.log(torch.clamp(mel, min=1e-5))
            return (mel - mel.mean(dim=(1, 2), keepdim=True)) / (mel.std(dim=(1, 2), keepdim=True, unbiased=False) + 1e-5)

    class ConvModule(nn.Module):
        def __init__(self, d, k=5):
            super().__init__()
            self.norm = nn.LayerNorm(d)
            self.pointwise_conv1 = nn.Conv1d(d, 2 * d, 1)
            self.depthwise_conv = nn.Conv1d(d, d, k, padding=(k - 1) // 2, groups=d)
            self.bn = nn.BatchNorm1d(d)
            self.activation = nn.SiLU()
            self.pointwise_conv2 = nn.Conv1d(d, d, 1)

        def forward(self, x, pad: Optional[torch.Tensor] = None):
            x = self.norm(x).transpose(1, 2)
            x = F.glu(self.pointwise_conv1(x), dim=1)
            if pad is not None:
                x = x.masked_fill(pad.unsqueeze(1), 0.0)
            x = self.pointwise_conv2(self.activation(self.bn(self.depthwise_conv(x))))
            return x.transpose(1, 2)

    class RelAttention(nn.Module):
        def __init__(self, d, h):
            super().__init__()
            self.h, self.d_k = h, d // h
            self.linear_q, self.linear_k, self.linear_v = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
            self.linear_pos = nn.Linear(d, d, bias=False)
            self.linear_out = nn.Linear(d, d)
            self.pos_bias_u = nn.Parameter(torch.Tensor(h, self.d_k))
            self.pos_bias_v = nn.Parameter(torch.Tensor(h, self.d_k))
            torch.nn.init.xavier_uniform_(self.pos_bias_u)
            torch.nn.init.xavier_uniform_(self.pos_bias_v)

        def rel_shift(self, x: torch.Tensor) -> torch.Tensor:
            zero_pad = torch.zeros((x.size(0), x.size(1), x.size(2), 1), device=x.device, dtype=x.dtype)
            x_padded = torch.cat([zero_pad, x], dim=-1)
            x_padded = x_padded.view(x.size(0), x.size(1), x.size(3) + 1, x.size(2))
            return x_padded[:, :, 1:].view_as(x)[:, :, :, : x.size(-1) // 2 + 1]

        def forward(self, x, pos, pad: Optional[torch.Tensor] = None):
            b = x.size(0)
            q = self.linear_q(x).view(b, -1, self.h, self.d_k)
            k = self.linear_k(x).view(b, -1, self.h, self.d_k).transpose(1, 2)
            v = self.linear_v(x).view(b, -1, self.h, self.d_k).transpose(1, 2)
            p = self.linear_pos(pos).view(1, -1, self.h, self.d_k).transpose(1, 2)
            matrix_ac = torch.matmul((q + self.pos_bias_u).transpose(1, 2), k.transpose(-2, -1))
            matrix_bd = self.rel_shift(torch.matmul((q + self.pos_bias_v).transpose(1, 2), p.transpose(-2, -1)))
            scores = (matrix_ac + matrix_bd) / math.sqrt(self.d_k)
            if pad is not None:
                scores = scores.masked_fill(pad[:, None, None, :], torch.finfo(scores.dtype).min)
            attn = torch.softmax(scores, dim=-1)
            return self.linear_out(torch.matmul(attn, v).transpose(1, 2).contiguous().view(b, -1, self.h * self.d_k))

    class Conformer(nn.Module):
        def __init__(self, d=8):
            super().__init__()
            self.features = Features()
            self.sub = nn.Sequential(nn.Conv2d(1, 4, 3, 2), nn.ReLU(), nn.Conv2d(4, 4, (3, 1), (2, 1)), nn.ReLU())
            self.proj = nn.Linear(8, d)
            self.attn, self.conv = RelAttention(d, 2), ConvModule(d)
            self.ff = nn.Sequential(nn.LayerNorm(d), nn.Linear(d, 16), nn.SiLU(), nn.Dropout(0.0), nn.Linear(16, d))
            self.norm = nn.LayerNorm(d)
            self.out = nn.Linear(d, 5)

        def forward(self, audio: torch.Tensor, lengths: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
            x = self.features(audio).unsqueeze(1)
            x = self.sub(x)
            b, c, t, f = x.size()
            x = self.proj(x.transpose(1, 2).contiguous().view(b, t, c * f))
            lengths = torch.div(lengths, 32, rounding_mode="floor").clamp(max=t)
            pad = torch.arange(t, device=x.device).expand(b, t) >= lengths.unsqueeze(1)
            pos = torch.arange(t - 1, -t, -1, dtype=torch.float32).unsqueeze(1)
            div = torch.exp(torch.arange(0, 8, 2, dtype=torch.float32) * -(math.log(10000.0) / 8))
            table = torch.stack([torch.sin(pos * div), torch.cos(pos * div)], dim=-1).flatten(1).unsqueeze(0)
            x = x + 0.5 * self.ff(x)
            x = x + self.attn(x, table, pad)
            x = x + self.conv(x, pad)
            return F.log_softmax(self.out(self.norm(x)), dim=-1), lengths

    return Conformer(), (torch.randn(2, 256), torch.tensor([256, 200]))


@model
def wavenet(torch):
    """Dilated causal convolutions with gates and weight norm, as in WaveNet, WaveGlow and VITS."""
    nn = torch.nn
    weight_norm = torch.nn.utils.weight_norm

    @torch.jit.script
    def fused_add_tanh_sigmoid_multiply(input_a, input_b, n_channels: int):
        in_act = input_a + input_b
        t_act = torch.tanh(in_act[:, :n_channels, :])
        s_act = torch.sigmoid(in_act[:, n_channels:, :])
        return t_act * s_act

    class WN(nn.Module):
        def __init__(self, hidden=4, kernel=3, n_layers=3):
            super().__init__()
            self.n_layers, self.hidden = n_layers, hidden
            self.in_layers = nn.ModuleList()
            self.res_skip_layers = nn.ModuleList()
            self.cond_layer = nn.Conv1d(3, 2 * hidden * n_layers, 1)
            for i in range(n_layers):
                dilation = 2**i
                padding = int((kernel * dilation - dilation) / 2)
                self.in_layers.append(nn.Conv1d(hidden, 2 * hidden, kernel, dilation=dilation, padding=padding))
                res = 2 * hidden if i < n_layers - 1 else hidden
                self.res_skip_layers.append(nn.Conv1d(hidden, res, 1))

        def forward(self, x: torch.Tensor, x_mask: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
            output = torch.zeros_like(x)
            g = self.cond_layer(g)
            for i, (in_layer, res_skip) in enumerate(zip(self.in_layers, self.res_skip_layers)):
                x_in = in_layer(x)
                cond_offset = i * 2 * self.hidden
                g_l = g[:, cond_offset : cond_offset + 2 * self.hidden, :]
                acts = fused_add_tanh_sigmoid_multiply(x_in, g_l, self.hidden)
                res_skip_acts = res_skip(acts)
                if i < self.n_layers - 1:
                    res_acts = res_skip_acts[:, : self.hidden, :]
                    x = (x + res_acts) * x_mask
                    output = output + res_skip_acts[:, self.hidden :, :]
                else:
                    output = output + res_skip_acts
            return output * x_mask

    class Flow(nn.Module):
        def __init__(self):
            super().__init__()
            self.pre = weight_norm(nn.Conv1d(2, 4, 1))
            self.enc = WN()
            self.post = nn.Conv1d(4, 4, 1)

        def forward(self, x: torch.Tensor, lengths: torch.Tensor, g: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
            x_mask = (torch.arange(x.size(2)).unsqueeze(0) < lengths.unsqueeze(1)).unsqueeze(1).to(x.dtype)
            x0, x1 = torch.split(x, [2, 2], 1)
            stats = self.post(self.enc(self.pre(x0) * x_mask, x_mask, g)) * x_mask
            m, logs = torch.split(stats, [2] * 2, 1)
            x1 = m + x1 * torch.exp(logs) * x_mask
            return torch.flip(torch.cat([x0, x1], 1), [1]), torch.sum(logs, [1, 2])

    return Flow(), (torch.randn(2, 4, 11), torch.tensor([11, 7]), torch.randn(2, 3, 11))


@model
def hifigan(torch):
    """Upsampling by transposed convolutions, banks of dilated residual blocks, weight norm removed for inference."""
    nn, F = torch.nn, torch.nn.functional
    weight_norm, remove_weight_norm = torch.nn.utils.weight_norm, torch.nn.utils.remove_weight_norm
    LRELU_SLOPE = 0.1

    def init_weights(m, mean=0.0, std=0.01):
        if m.__class__.__name__.find("Conv") != -1:
            m.weight.data.normal_(mean, std)

    class ResBlock(nn.Module):
        def __init__(self, channels, kernel_size=3, dilation=(1, 3)):
            super().__init__()
            self.convs1 = nn.ModuleList(
                [
                    weight_norm(nn.Conv1d(channels, channels, kernel_size, 1, dilation=d, padding=(kernel_size * d - d) // 2))
                    for d in dilation
                ]
            )
            self.convs1.apply(init_weights)

        def forward(self, x):
            for c1 in self.convs1:
                xt = F.leaky_relu(x, LRELU_SLOPE)
                xt = c1(xt)
                x = xt + x
            return x

        def remove_weight_norm(self):
            for layer in self.convs1:
                remove_weight_norm(layer)

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            self.num_kernels = 2
            self.conv_pre = weight_norm(nn.Conv1d(5, 8, 7, 1, padding=3))
            self.ups = nn.ModuleList()
            for i, (u, k) in enumerate(zip([2, 2], [4, 4])):
                self.ups.append(weight_norm(nn.ConvTranspose1d(8 // (2**i), 8 // (2 ** (i + 1)), k, u, padding=(k - u) // 2)))
            self.resblocks = nn.ModuleList()
            for i in range(len(self.ups)):
                ch = 8 // (2 ** (i + 1))
                for k in (3, 5):
                    self.resblocks.append(ResBlock(ch, k))
            self.conv_post = weight_norm(nn.Conv1d(ch, 1, 7, 1, padding=3))
            self.ups.apply(init_weights)
            for block in self.resblocks:
                block.remove_weight_norm()

        def forward(self, x):
            x = self.conv_pre(x)
            for i, up in enumerate(self.ups):
                x = F.leaky_relu(x, LRELU_SLOPE)
                x = up(x)
                xs = torch.zeros_like(x)
                for j, block in enumerate(self.resblocks):
                    if j // self.num_kernels == i:
                        xs = xs + block(x)
                x = xs / self.num_kernels
            return torch.tanh(self.conv_post(F.leaky_relu(x)))

    return Generator(), (torch.randn(2, 5, 9),)


@model
def tacotron(torch):
    """An LSTM encoder on packed sequences, location-sensitive attention, LSTMCell decoding step by step."""
    nn, F = torch.nn, torch.nn.functional

    class Attention(nn.Module):
        def __init__(self, q, m, a):
            super().__init__()
            self.query_layer = nn.Linear(q, a, bias=False)
            self.memory_layer = nn.Linear(m, a, bias=False)
            self.location_conv = nn.Conv1d(2, 3, 5, padding=2, bias=False)
            self.location_dense = nn.Linear(3, a, bias=False)
            self.v = nn.Linear(a, 1, bias=False)

        def forward(self, state, memory, processed, weights_cat, mask):
            loc = self.location_dense(self.location_conv(weights_cat).transpose(1, 2))
            energies = self.v(torch.tanh(self.query_layer(state.unsqueeze(1)) + processed + loc)).squeeze(-1)
            energies = energies.masked_fill(mask, -float("inf"))
            weights = F.softmax(energies, dim=1)
            context = torch.bmm(weights.unsqueeze(1), memory)
            return context.squeeze(1), weights

    class Tacotron(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(12, 6)
            self.lstm = nn.LSTM(6, 4, 1, batch_first=True, bidirectional=True)
            self.attention = Attention(8, 8, 5)
            self.attention_rnn = nn.LSTMCell(3 + 8, 8)
            self.projection = nn.Linear(16, 3)
            self.gate = nn.Linear(16, 1)

        def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            x = self.embedding(ids)
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
            self.lstm.flatten_parameters()
            outputs, _ = self.lstm(packed)
            memory, _ = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True)
            b, t = memory.size(0), memory.size(1)
            mask = torch.arange(t, device=ids.device)[None, :] >= lengths[:, None]
            processed = self.attention.memory_layer(memory)
            h, c = torch.zeros(b, 8), torch.zeros(b, 8)
            weights, total = torch.zeros(b, t), torch.zeros(b, t)
            frame, context = torch.zeros(b, 3), torch.zeros(b, 8)
            frames, gates, alignments = [], [], []
            for _step in range(4):
                h, c = self.attention_rnn(torch.cat((frame, context), -1), (h, c))
                cat = torch.cat((weights.unsqueeze(1), total.unsqueeze(1)), dim=1)
                context, weights = self.attention(h, memory, processed, cat, mask)
                total = total + weights
                joined = torch.cat((h, context), dim=1)
                frame = self.projection(joined)
                frames.append(frame)
                gates.append(self.gate(joined).squeeze(1))
                alignments.append(weights)
            return torch.stack(frames).transpose(0, 1).contiguous(), torch.stack(gates).transpose(0, 1), torch.stack(alignments, 1)

    return Tacotron(), (torch.randint(0, 12, (3, 7)), torch.tensor([5, 7, 3]))


@model
def temporal_convolution(torch):
    """TCN: chomped causal convolutions in residual blocks; weight norm by parametrization."""
    nn = torch.nn
    weight_norm = torch.nn.utils.parametrizations.weight_norm

    class Chomp1d(nn.Module):
        def __init__(self, chomp_size):
            super().__init__()
            self.chomp_size = chomp_size

        def forward(self, x):
            return x[:, :, : -self.chomp_size].contiguous()

    class TemporalBlock(nn.Module):
        def __init__(self, n_inputs, n_outputs, kernel_size, stride, dilation, padding, dropout=0.2):
            super().__init__()
            self.conv1 = weight_norm(nn.Conv1d(n_inputs, n_outputs, kernel_size, stride=stride, padding=padding, dilation=dilation))
            self.net = nn.Sequential(self.conv1, Chomp1d(padding), nn.ReLU(), nn.Dropout(dropout))
            self.downsample = nn.Conv1d(n_inputs, n_outputs, 1) if n_inputs != n_outputs else None
            self.relu = nn.ReLU()

        def forward(self, x):
            out = self.net(x)
            res = x if self.downsample is None else self.downsample(x)
            return self.relu(out + res)

    blocks = []
    for i, width in enumerate([4, 4, 6]):
        blocks += [TemporalBlock(2 if i == 0 else [4, 4, 6][i - 1], width, 3, 1, 2**i, 2 * 2**i)]
    return nn.Sequential(*blocks), (torch.randn(2, 2, 20),)


@model
def n_beats(torch):
    """Doubly residual stacks with trend and seasonality bases; moving averages as in DLinear; instance normalisation."""
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self, back, fore, kind):
            super().__init__()
            self.kind = kind
            self.layers = nn.Sequential(nn.Linear(back, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU())
            self.theta = nn.Linear(16, 6, bias=False)
            grid_b, grid_f = torch.linspace(0, 1, back), torch.linspace(0, 1, fore)
            if kind == "trend":
                backcast = torch.stack([grid_b**i for i in range(3)])
                forecast = torch.stack([grid_f**i for i in range(3)])
            else:
                backcast = torch.stack([torch.cos(2 * math.pi * i * grid_b) for i in range(3)])
                forecast = torch.stack([torch.sin(2 * math.pi * i * grid_f) for i in range(3)])
            self.register_buffer("backcast_basis", backcast)
            self.register_buffer("forecast_basis", forecast)

        def forward(self, x) -> Tuple[torch.Tensor, torch.Tensor]:
            theta = self.theta(self.layers(x))
            return theta[:, :3].mm(self.backcast_basis), theta[:, 3:].mm(self.forecast_basis)

    class NBeats(nn.Module):
        def __init__(self, back=12, fore=4):
            super().__init__()
            self.blocks = nn.ModuleList([Block(back, fore, kind) for kind in ("trend", "seasonality")])
            self.avg = nn.AvgPool1d(kernel_size=5, stride=1, padding=0)

        def forward(self, x):
            mean = x.mean(1, keepdim=True)
            stdev = torch.sqrt(torch.var(x, dim=1, keepdim=True, unbiased=False) + 1e-5)
            x = (x - mean) / stdev
            front, end = x[:, 0:1].repeat(1, 2), x[:, -1:].repeat(1, 2)
            trend = self.avg(torch.cat([front, x, end], dim=1).unsqueeze(1)).squeeze(1)
            residuals = (x - trend).flip(dims=(1,))
            forecast = trend[:, -1:]
            for block in self.blocks:
                backcast, block_forecast = block(residuals)
                residuals = residuals - backcast
                forecast = forecast + block_forecast
            return forecast * stdev + mean

    return NBeats(), (torch.randn(3, 12),)


@model
def autoformer(torch):
    """Autocorrelation by FFT and top-k delays, spectral mixing as in FNet and FNO."""
    nn = torch.nn

    class Mixer(nn.Module):
        def __init__(self, width=4, modes=3):
            super().__init__()
            self.modes = modes
            self.weights = nn.Parameter(torch.randn(width, width, modes, dtype=torch.cfloat) / width)
            self.linear = nn.Linear(width, width)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            B, L, E = x.shape
            x_ft = torch.fft.rfft(x.transpose(1, 2), norm="ortho")
            out_ft = torch.zeros(B, E, x_ft.size(-1), device=x.device, dtype=torch.cfloat)
            out_ft[:, :, : self.modes] = torch.einsum("bix,iox->box", x_ft[:, :, : self.modes], self.weights)
            y = torch.fft.irfft(out_ft, n=L, norm="ortho").transpose(1, 2)
            q = self.linear(x)
            res = torch.fft.rfft(q, dim=1) * torch.conj(torch.fft.rfft(x, dim=1))
            corr = torch.fft.irfft(res, n=L, dim=1).mean(dim=2)
            weights, delay = torch.topk(corr, 2, dim=-1)
            weights = torch.softmax(weights, dim=-1)
            values = torch.zeros_like(q)
            init_index = torch.arange(L).unsqueeze(0).unsqueeze(-1).repeat(B, 1, E)
            doubled = torch.cat([q, q], dim=1)
            for i in range(2):
                index = init_index + delay[:, i].view(-1, 1, 1)
                values = values + torch.gather(doubled, dim=1, index=index) * weights[:, i].view(-1, 1, 1)
            return torch.fft.fft2(x).real + y + values

    return Mixer(), (torch.randn(2, 8, 4),)


@model
def graph_attention(torch):
    """GAT and GCN over edge lists: scatter sums, softmax per target, degree normalisation."""
    nn, F = torch.nn, torch.nn.functional

    def scatter_sum(src: torch.Tensor, index: torch.Tensor, dim_size: int) -> torch.Tensor:
        out = torch.zeros([dim_size] + list(src.shape[1:]), dtype=src.dtype, device=src.device)
        return out.index_add_(0, index, src)

    class GAT(nn.Module):
        def __init__(self, i=5, o=3, heads=2):
            super().__init__()
            self.heads, self.o = heads, o
            self.lin = nn.Linear(i, heads * o, bias=False)
            self.att_src = nn.Parameter(torch.empty(1, heads, o))
            self.att_dst = nn.Parameter(torch.empty(1, heads, o))
            nn.init.xavier_uniform_(self.att_src)
            nn.init.xavier_uniform_(self.att_dst)
            self.out = nn.Linear(heads * o, 4)

        def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
            n = x.size(0)
            loops = torch.arange(n, dtype=torch.long, device=x.device)
            edge_index = torch.cat([edge_index, torch.stack([loops, loops])], dim=1)
            src, dst = edge_index[0], edge_index[1]
            h = self.lin(x).view(-1, self.heads, self.o)
            alpha = (h * self.att_src).sum(-1)[src] + (h * self.att_dst).sum(dim=-1)[dst]
            alpha = F.leaky_relu(alpha, 0.2)
            amax = torch.full((n, self.heads), float("-inf")).scatter_reduce(
                0, dst.view(-1, 1).expand(-1, self.heads), alpha, reduce="amax", include_self=False
            )
            alpha = (alpha - amax[dst]).exp()
            alpha = alpha / (scatter_sum(alpha, dst, n)[dst] + 1e-16)
            h = scatter_sum(h[src] * alpha.unsqueeze(-1), dst, n).flatten(1)
            deg = torch.zeros(n).scatter_add_(0, dst, torch.ones(dst.size(0)))
            norm = deg.pow(-0.5)
            norm.masked_fill_(norm == float("inf"), 0.0)
            h = scatter_sum((norm[src] * norm[dst]).view(-1, 1) * h[src], dst, n)
            batch = (torch.arange(n) >= 3).long()
            pooled = torch.zeros(2, h.size(1)).scatter_reduce_(0, batch.view(-1, 1).expand_as(h), h, "mean", include_self=False)
            return self.out(F.elu(pooled))

    edges = torch.tensor([[0, 1, 2, 3, 4, 5, 0, 2], [1, 2, 0, 4, 5, 3, 2, 1]])
    return GAT(), (torch.randn(6, 5), edges)


@model
def policy(torch):
    """An actor-critic and a recurrent Q network: orthogonal values, a squashed Gaussian's mode and log probability, dueling heads."""
    nn = torch.nn

    def layer_init(layer, std=1.4142135623730951, bias_const=0.0):
        torch.nn.init.orthogonal_(layer.weight, std)
        torch.nn.init.constant_(layer.bias, bias_const)
        return layer

    class Agent(nn.Module):
        def __init__(self, obs=6, act=2):
            super().__init__()
            self.actor_mean = nn.Sequential(layer_init(nn.Linear(obs, 8)), nn.Tanh(), layer_init(nn.Linear(8, act), std=0.01))
            self.actor_logstd = nn.Parameter(torch.zeros(1, act))
            self.gru = nn.GRU(obs, 8)
            self.advantage, self.value = layer_init(nn.Linear(8, 3)), layer_init(nn.Linear(8, 1), std=1.0)
            self.register_buffer("mean", torch.zeros(obs))
            self.register_buffer("var", torch.ones(obs))
            self.register_buffer("count", torch.tensor(1e-4))

        def normalize(self, x: torch.Tensor) -> torch.Tensor:
            if self.training:
                batch_mean, batch_var, n = x.mean(0), x.var(0, unbiased=False), x.shape[0]
                delta = batch_mean - self.mean
                total = self.count + n
                self.mean += delta * n / total
                self.var.copy_((self.var * self.count + batch_var * n + delta.square() * self.count * n / total) / total)
                self.count.fill_(total)
            return torch.clip((x - self.mean) / torch.sqrt(self.var + 1e-8), -10.0, 10.0)

        def forward(self, x: torch.Tensor, h: torch.Tensor) -> Dict[str, torch.Tensor]:
            x = self.normalize(x)
            mean = self.actor_mean(x)
            logstd = torch.tanh(self.actor_logstd.expand_as(mean))
            logstd = -5 + 0.5 * (2 + 5) * (logstd + 1)
            std = logstd.exp()
            action = torch.tanh(mean + std * 0.3)
            log_prob = -((torch.atanh(action.clamp(-0.999, 0.999)) - mean) ** 2) / (2 * std**2) - logstd - math.log(math.sqrt(2 * math.pi))
            log_prob -= torch.log(1 * (1 - action.pow(2)) + 1e-6)
            features, h = self.gru(x.unsqueeze(0), h)
            advantage = self.advantage(features[0])
            q = self.value(features[0]) + advantage - advantage.mean(dim=1, keepdim=True)
            return {"action": action, "log_prob": log_prob.sum(1, keepdim=True), "q": q, "h": h, "greedy": q.argmax(dim=1)}

    return Agent(), (torch.randn(4, 6), torch.zeros(1, 4, 8))


@model
def recommender(torch):
    """Wide and deep, DLRM and factorization machines: embedding bags, offsets, pairwise products."""
    nn = torch.nn

    class DLRM(nn.Module):
        def __init__(self):
            super().__init__()
            self.emb_l = nn.ModuleList([nn.EmbeddingBag(n, 4, mode="sum") for n in (7, 9)])
            self.embedding = nn.Embedding(16, 4)
            self.register_buffer("offsets", torch.tensor([0, 7]))
            self.bot = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
            self.top = nn.Sequential(nn.Linear(4 + 3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))
            self.bias = nn.Parameter(torch.zeros((1,)))

        def forward(self, dense: torch.Tensor, index: torch.Tensor, offset: torch.Tensor, fields: torch.Tensor) -> torch.Tensor:
            x = self.bot(dense)
            ly = []
            for k, bag in enumerate(self.emb_l):
                ly.append(bag(index[k], offset[k]))
            T = torch.cat([x] + ly, dim=1).view((x.size(0), -1, 4))
            Z = torch.bmm(T, torch.transpose(T, 1, 2))
            _, ni, nj = Z.shape
            li = torch.tensor([i for i in range(ni) for j in range(i)])
            lj = torch.tensor([j for i in range(nj) for j in range(i)])
            flat = Z[:, li, lj]
            deep = self.top(torch.cat([x, flat], dim=1))
            v = self.embedding(fields + self.offsets.unsqueeze(0))
            square_of_sum = torch.sum(v, dim=1) ** 2
            sum_of_square = torch.sum(v**2, dim=1)
            fm = 0.5 * torch.sum(square_of_sum - sum_of_square, dim=1, keepdim=True)
            return torch.sigmoid((deep + fm + self.bias).squeeze(1))

    index = torch.randint(0, 7, (2, 6))
    offset = torch.tensor([[0, 2, 4], [0, 1, 5]])
    return DLRM(), (torch.randn(3, 3), index, offset, torch.randint(0, 7, (3, 2)))
