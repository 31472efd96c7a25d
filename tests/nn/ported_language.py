"""Language and sequence models as transformers and its kin write them, over a library `torch`: name -> (module, inputs)."""
from __future__ import annotations

import math
from typing import Any, Callable, List, Optional, Tuple

MODELS: dict[str, Callable[[Any], tuple[Any, tuple[Any, ...]]]] = {}


def model(function: Callable[[Any], tuple[Any, tuple[Any, ...]]]) -> Callable[[Any], tuple[Any, tuple[Any, ...]]]:
    MODELS[function.__name__] = function
    return function


@model
def bert(torch):
    """Embeddings with position ids in a buffer, extended attention masks, a pooler and a tied decoder."""
    nn, F = torch.nn, torch.nn.functional

    class BertEmbeddings(nn.Module):
        def __init__(self, vocab, width, positions):
            super().__init__()
            self.word_embeddings = nn.Embedding(vocab, width, padding_idx=0)
            self.position_embeddings = nn.Embedding(positions, width)
            self.token_type_embeddings = nn.Embedding(2, width)
            self.LayerNorm = nn.LayerNorm(width, eps=1e-12)
            self.dropout = nn.Dropout(0.0)
            self.register_buffer("position_ids", torch.arange(positions).expand((1, -1)), persistent=False)

        def forward(self, input_ids: torch.Tensor, token_type_ids: Optional[torch.Tensor] = None) -> torch.Tensor:
            seq_length = input_ids.size(1)
            position_ids = self.position_ids[:, :seq_length]
            if token_type_ids is None:
                token_type_ids = torch.zeros(input_ids.size(), dtype=torch.long, device=input_ids.device)
            embeddings = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids)
            embeddings += self.position_embeddings(position_ids)
            return self.dropout(self.LayerNorm(embeddings))

    class BertSelfAttention(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.num_attention_heads = heads
            self.attention_head_size = int(width / heads)
            self.all_head_size = self.num_attention_heads * self.attention_head_size
            self.query = nn.Linear(width, self.all_head_size)
            self.key = nn.Linear(width, self.all_head_size)
            self.value = nn.Linear(width, self.all_head_size)
            self.dropout = nn.Dropout(0.0)

        def transpose_for_scores(self, x: torch.Tensor) -> torch.Tensor:
            new_x_shape = x.size()[:-1] + (self.num_attention_heads, self.attention_head_size)
            x = x.view(new_x_shape)
            return x.permute(0, 2, 1, 3)

        def forward(self, hidden_states, attention_mask: Optional[torch.Tensor] = None):
            query_layer = self.transpose_for_scores(self.query(hidden_states))
            key_layer = self.transpose_for_scores(self.key(hidden_states))
            value_layer = self.transpose_for_scores(self.value(hidden_states))
            attention_scores = torch.matmul(query_layer, key_layer.transpose(-1, -2))
            attention_scores = attention_scores / math.sqrt(self.attention_head_size)
            if attention_mask is not None:
                attention_scores = attention_scores + attention_mask
            attention_probs = self.dropout(nn.functional.softmax(attention_scores, dim=-1))
            context_layer = torch.matmul(attention_probs, value_layer)
            context_layer = context_layer.permute(0, 2, 1, 3).contiguous()
            new_context_layer_shape = context_layer.size()[:-2] + (self.all_head_size,)
            return context_layer.view(new_context_layer_shape)

    class BertLayer(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.attention = BertSelfAttention(width, heads)
            self.output = nn.ModuleDict({"dense": nn.Linear(width, width), "LayerNorm": nn.LayerNorm(width, eps=1e-12)})
            self.intermediate = nn.Linear(width, 2 * width)
            self.final = nn.Linear(2 * width, width)

        def forward(self, hidden_states, attention_mask: Optional[torch.Tensor] = None):
            attended = self.output["dense"](self.attention(hidden_states, attention_mask))
            hidden_states = self.output["LayerNorm"](attended + hidden_states)
            return hidden_states + self.final(F.gelu(self.intermediate(hidden_states), approximate="tanh"))

    class Bert(nn.Module):
        def __init__(self):
            super().__init__()
            self.embeddings = BertEmbeddings(20, 12, 16)
            self.layer = nn.ModuleList([BertLayer(12, 3) for _ in range(2)])
            self.pooler = nn.Sequential(nn.Linear(12, 12), nn.Tanh())
            self.decoder = nn.Linear(12, 20, bias=False)
            self.bias = nn.Parameter(torch.zeros(20))
            self.apply(self._init_weights)
            self.decoder.weight = self.embeddings.word_embeddings.weight

        def _init_weights(self, module):
            if isinstance(module, nn.Linear):
                module.weight.data.normal_(mean=0.0, std=0.2)
                if module.bias is not None:
                    module.bias.data.zero_()
            elif isinstance(module, nn.Embedding):
                module.weight.data.normal_(mean=0.0, std=0.2)
                if module.padding_idx is not None:
                    module.weight.data[module.padding_idx].zero_()

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
            extended = attention_mask[:, None, None, :].to(dtype=torch.float32)
            extended = (1.0 - extended) * torch.finfo(torch.float32).min
            x = self.embeddings(input_ids)
            for layer_module in self.layer:
                x = layer_module(x, extended)
            return self.decoder(x) + self.bias, self.pooler(x[:, 0])

    ids = torch.randint(1, 20, (2, 7))
    mask = torch.ones(2, 7, dtype=torch.long)
    mask[1, 5:] = 0
    return Bert(), (ids, mask)


@model
def llama(torch):
    """RMS norm, rotary embeddings, grouped heads, gated MLP, a key/value cache handed from step to step."""
    nn, F = torch.nn, torch.nn.functional

    class LlamaRMSNorm(nn.Module):
        def __init__(self, hidden_size, eps=1e-6):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(hidden_size))
            self.variance_epsilon = eps

        def forward(self, hidden_states):
            input_dtype = hidden_states.dtype
            hidden_states = hidden_states.to(torch.float32)
            variance = hidden_states.pow(2).mean(-1, keepdim=True)
            hidden_states = hidden_states * torch.rsqrt(variance + self.variance_epsilon)
            return self.weight * hidden_states.to(input_dtype)

        def extra_repr(self):
            return f"{tuple(self.weight.shape)}, eps={self.variance_epsilon}"

    class RotaryEmbedding(nn.Module):
        def __init__(self, dim, base: float = 10000.0):
            super().__init__()
            inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2, dtype=torch.int64).float() / dim))
            self.register_buffer("inv_freq", inv_freq, persistent=False)

        @torch.no_grad()
        def forward(self, x, position_ids):
            inv_freq_expanded = self.inv_freq[None, :, None].float().expand(position_ids.shape[0], -1, 1)
            position_ids_expanded = position_ids[:, None, :].float()
            freqs = (inv_freq_expanded.float() @ position_ids_expanded.float()).transpose(1, 2)
            emb = torch.cat((freqs, freqs), dim=-1)
            return emb.cos().to(dtype=x.dtype), emb.sin().to(dtype=x.dtype)

    def rotate_half(x):
        x1 = x[..., : x.shape[-1] // 2]
        x2 = x[..., x.shape[-1] // 2 :]
        return torch.cat((-x2, x1), dim=-1)

    def apply_rotary_pos_emb(q, k, cos, sin):
        cos = cos.unsqueeze(1)
        sin = sin.unsqueeze(1)
        return (q * cos) + (rotate_half(q) * sin), (k * cos) + (rotate_half(k) * sin)

    def repeat_kv(hidden_states: torch.Tensor, n_rep: int) -> torch.Tensor:
        batch, num_key_value_heads, slen, head_dim = hidden_states.shape
        if n_rep == 1:
            return hidden_states
        hidden_states = hidden_states[:, :, None, :, :].expand(batch, num_key_value_heads, n_rep, slen, head_dim)
        return hidden_states.reshape(batch, num_key_value_heads * n_rep, slen, head_dim)

    class LlamaLayer(nn.Module):
        def __init__(self, width, heads, kv):
            super().__init__()
            self.heads, self.kv, self.head_dim = heads, kv, width // heads
            self.q_proj = nn.Linear(width, heads * self.head_dim, bias=False)
            self.k_proj = nn.Linear(width, kv * self.head_dim, bias=False)
            self.v_proj = nn.Linear(width, kv * self.head_dim, bias=False)
            self.o_proj = nn.Linear(heads * self.head_dim, width, bias=False)
            self.gate_proj = nn.Linear(width, 2 * width, bias=False)
            self.up_proj = nn.Linear(width, 2 * width, bias=False)
            self.down_proj = nn.Linear(2 * width, width, bias=False)
            self.input_layernorm = LlamaRMSNorm(width)
            self.post_attention_layernorm = LlamaRMSNorm(width)
            self.rotary_emb = RotaryEmbedding(self.head_dim)

        def forward(self, hidden_states, position_ids, past: Optional[Tuple[torch.Tensor, torch.Tensor]] = None):
            residual = hidden_states
            hidden_states = self.input_layernorm(hidden_states)
            bsz, q_len, _ = hidden_states.size()
            q = self.q_proj(hidden_states).view(bsz, q_len, self.heads, self.head_dim).transpose(1, 2)
            k = self.k_proj(hidden_states).view(bsz, q_len, self.kv, self.head_dim).transpose(1, 2)
            v = self.v_proj(hidden_states).view(bsz, q_len, self.kv, self.head_dim).transpose(1, 2)
            cos, sin = self.rotary_emb(v, position_ids)
            q, k = apply_rotary_pos_emb(q, k, cos, sin)
            if past is not None:
                k = torch.cat([past[0], k], dim=2)
                v = torch.cat([past[1], v], dim=2)
            present = (k, v)
            k = repeat_kv(k, self.heads // self.kv)
            v = repeat_kv(v, self.heads // self.kv)
            total = k.shape[-2]
            mask = torch.full((q_len, total), float("-inf"), dtype=q.dtype, device=q.device)
            mask = torch.triu(mask, diagonal=total - q_len + 1)
            attn = torch.matmul(q, k.transpose(2, 3)) / math.sqrt(self.head_dim) + mask[None, None, :, :]
            attn = F.softmax(attn, dim=-1, dtype=torch.float32).to(q.dtype)
            out = torch.matmul(attn, v).transpose(1, 2).contiguous().reshape(bsz, q_len, -1)
            hidden_states = residual + self.o_proj(out)
            x = self.post_attention_layernorm(hidden_states)
            return hidden_states + self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x)), present

    class Llama(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed_tokens = nn.Embedding(17, 16)
            self.layers = nn.ModuleList([LlamaLayer(16, 4, 2) for _ in range(2)])
            self.norm = nn.RMSNorm(16, eps=1e-6)
            self.lm_head = nn.Linear(16, 17, bias=False)

        def forward(self, input_ids: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
            caches: List[Optional[Tuple[torch.Tensor, torch.Tensor]]] = [None, None]
            ids = input_ids
            start = 0
            logits = torch.zeros(0)
            for _step in range(4):
                new = ids[:, start:]
                positions = torch.arange(start, start + new.shape[1], device=ids.device).unsqueeze(0)
                x = self.embed_tokens(new)
                for i, layer in enumerate(self.layers):
                    x, present = layer(x, positions, caches[i])
                    caches[i] = present
                logits = self.lm_head(self.norm(x))[:, -1, :].float()
                v, _ = torch.topk(logits, 5)
                filtered = logits.masked_fill(logits < v[:, [-1]], -float("inf"))
                probs = torch.softmax(filtered / 0.7, dim=-1)
                sorted_probs, sorted_indices = torch.sort(probs, descending=True, dim=-1)
                remove = sorted_probs.cumsum(-1) - sorted_probs > 0.9
                sorted_probs[remove] = 0.0
                start = ids.shape[1]
                next_id = sorted_indices.gather(-1, sorted_probs.argmax(-1, keepdim=True))
                ids = torch.cat([ids, next_id], dim=1)
            return ids, logits

    return Llama(), (torch.randint(0, 17, (2, 5)),)


@model
def t5(torch):
    """Relative position buckets, cross attention, layer norm without mean, gated activation."""
    nn, F = torch.nn, torch.nn.functional

    class T5LayerNorm(nn.Module):
        def __init__(self, hidden_size, eps=1e-6):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(hidden_size))
            self.variance_epsilon = eps

        def forward(self, hidden_states):
            variance = hidden_states.to(torch.float32).pow(2).mean(-1, keepdim=True)
            hidden_states = hidden_states * torch.rsqrt(variance + self.variance_epsilon)
            if self.weight.dtype in [torch.float16, torch.bfloat16]:
                hidden_states = hidden_states.to(self.weight.dtype)
            return self.weight * hidden_states

    class T5Attention(nn.Module):
        def __init__(self, width, heads, bidirectional):
            super().__init__()
            self.heads, self.dim = heads, width // heads
            self.bidirectional = bidirectional
            self.q, self.k = nn.Linear(width, width, bias=False), nn.Linear(width, width, bias=False)
            self.v, self.o = nn.Linear(width, width, bias=False), nn.Linear(width, width, bias=False)
            self.relative_attention_bias = nn.Embedding(8, heads)

        def _relative_position_bucket(self, relative_position: torch.Tensor, num_buckets: int = 8, max_distance: int = 20):
            relative_buckets = torch.zeros_like(relative_position)
            if self.bidirectional:
                num_buckets = num_buckets // 2
                relative_buckets += (relative_position > 0).to(torch.long) * num_buckets
                relative_position = torch.abs(relative_position)
            else:
                relative_position = -torch.min(relative_position, torch.zeros_like(relative_position))
            max_exact = num_buckets // 2
            is_small = relative_position < max_exact
            relative_position_if_large = max_exact + (
                torch.log(relative_position.float() / max_exact) / math.log(max_distance / max_exact) * (num_buckets - max_exact)
            ).to(torch.long)
            relative_position_if_large = torch.min(
                relative_position_if_large, torch.full_like(relative_position_if_large, num_buckets - 1)
            )
            relative_buckets += torch.where(is_small, relative_position, relative_position_if_large)
            return relative_buckets

        def compute_bias(self, query_length: int, key_length: int):
            context_position = torch.arange(query_length, dtype=torch.long)[:, None]
            memory_position = torch.arange(key_length, dtype=torch.long)[None, :]
            buckets = self._relative_position_bucket(memory_position - context_position)
            return self.relative_attention_bias(buckets).permute([2, 0, 1]).unsqueeze(0)

        def forward(self, x, kv: Optional[torch.Tensor] = None):
            b, n, _ = x.shape
            source = x if kv is None else kv
            q = self.q(x).view(b, -1, self.heads, self.dim).transpose(1, 2)
            k = self.k(source).view(b, -1, self.heads, self.dim).transpose(1, 2)
            v = self.v(source).view(b, -1, self.heads, self.dim).transpose(1, 2)
            scores = torch.einsum("bnqd,bnkd->bnqk", q, k)
            scores += self.compute_bias(n, source.size(1))
            weights = F.softmax(scores.float(), dim=-1).type_as(scores)
            return self.o(torch.matmul(weights, v).transpose(1, 2).contiguous().view(b, -1, self.heads * self.dim))

    class T5(nn.Module):
        def __init__(self):
            super().__init__()
            self.shared = nn.Embedding(15, 12)
            self.encoder, self.decoder = T5Attention(12, 2, True), T5Attention(12, 2, False)
            self.cross = T5Attention(12, 2, True)
            self.norm = T5LayerNorm(12)
            self.wi_0, self.wi_1, self.wo = nn.Linear(12, 16, bias=False), nn.Linear(12, 16, bias=False), nn.Linear(16, 12, bias=False)

        def forward(self, source: torch.Tensor, target: torch.Tensor):
            memory = self.shared(source)
            memory = memory + self.encoder(self.norm(memory))
            x = self.shared(target)
            x = x + self.decoder(self.norm(x))
            x = x + self.cross(self.norm(x), memory)
            h = 0.5 * self.wi_0(x) * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (self.wi_0(x) + 0.044715 * torch.pow(self.wi_0(x), 3.0))))
            return F.linear(x + self.wo(h * self.wi_1(x)), self.shared.weight) * (12**-0.5)

    return T5(), (torch.randint(0, 15, (2, 9)), torch.randint(0, 15, (2, 4)))


@model
def mixture_of_experts(torch):
    """Mixtral: top-k routing, one-hot masks, index_add of the experts' parts."""
    nn, F = torch.nn, torch.nn.functional

    class Experts(nn.Module):
        def __init__(self, width=8, experts=4, top_k=2):
            super().__init__()
            self.num_experts, self.top_k = experts, top_k
            self.gate = nn.Linear(width, experts, bias=False)
            self.experts = nn.ModuleList([nn.Sequential(nn.Linear(width, 12), nn.SiLU(), nn.Linear(12, width)) for _ in range(experts)])

        def forward(self, hidden_states: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
            b, n, d = hidden_states.shape
            hidden_states = hidden_states.view(-1, d)
            router_logits = self.gate(hidden_states)
            routing_weights = F.softmax(router_logits, dim=1, dtype=torch.float)
            routing_weights, selected_experts = torch.topk(routing_weights, self.top_k, dim=-1)
            routing_weights /= routing_weights.sum(dim=-1, keepdim=True)
            routing_weights = routing_weights.to(hidden_states.dtype)
            final = torch.zeros((b * n, d), dtype=hidden_states.dtype, device=hidden_states.device)
            expert_mask = F.one_hot(selected_experts, num_classes=self.num_experts).permute(2, 1, 0)
            for expert_idx, expert_layer in enumerate(self.experts):
                idx, top_x = torch.where(expert_mask[expert_idx])
                current_state = hidden_states[None, top_x].reshape(-1, d)
                current = expert_layer(current_state) * routing_weights[top_x, idx, None]
                final.index_add_(0, top_x, current.to(hidden_states.dtype))
            return final.reshape(b, n, d), router_logits

    return Experts(), (torch.randn(2, 5, 8),)


@model
def state_space(torch):
    """Mamba as plain code: a causal convolution and a scan over time."""
    nn, F = torch.nn, torch.nn.functional

    class Mamba(nn.Module):
        def __init__(self, d=6, n=3, r=2):
            super().__init__()
            self.n, self.r = n, r
            self.in_proj = nn.Linear(d, 2 * d, bias=False)
            self.conv1d = nn.Conv1d(d, d, 4, groups=d, padding=3, bias=True)
            self.x_proj = nn.Linear(d, r + 2 * n, bias=False)
            self.dt_proj = nn.Linear(r, d)
            A = torch.arange(1, n + 1, dtype=torch.float32).repeat(d, 1)
            self.A_log = nn.Parameter(torch.log(A))
            self.D = nn.Parameter(torch.ones(d))
            self.out_proj = nn.Linear(d, d, bias=False)

        def forward(self, x):
            (b, n, d) = x.shape
            x_and_res = self.in_proj(x)
            (x, res) = x_and_res.split(split_size=[d, d], dim=-1)
            x = x.transpose(1, 2)
            x = self.conv1d(x)[:, :, :n].transpose(1, 2)
            x = F.silu(x)
            A = -torch.exp(self.A_log.float())
            delta, B, C = self.x_proj(x).split(split_size=[self.r, self.n, self.n], dim=-1)
            delta = F.softplus(self.dt_proj(delta))
            deltaA = torch.exp(torch.einsum("bld,dn->bldn", delta, A))
            deltaB_u = torch.einsum("bld,bln,bld->bldn", delta, B, x)
            state = torch.zeros((b, d, self.n), device=deltaA.device)
            ys = []
            for i in range(n):
                state = deltaA[:, i] * state + deltaB_u[:, i]
                ys.append(torch.einsum("bdn,bn->bd", state, C[:, i, :]))
            y = torch.stack(ys, dim=1) + x * self.D
            return self.out_proj(y * F.silu(res))

    return Mamba(), (torch.randn(2, 6, 6),)


@model
def padded_encoder(torch):
    """nn.TransformerEncoder and nn.Transformer with the masks that users give."""
    nn = torch.nn

    class PositionalEncoding(nn.Module):
        def __init__(self, d_model: int, dropout: float = 0.1, max_len: int = 50):
            super().__init__()
            self.dropout = nn.Dropout(p=dropout)
            position = torch.arange(max_len).unsqueeze(1)
            div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
            pe = torch.zeros(max_len, 1, d_model)
            pe[:, 0, 0::2] = torch.sin(position * div_term)
            pe[:, 0, 1::2] = torch.cos(position * div_term)
            self.register_buffer("pe", pe)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = x + self.pe[: x.size(0)]
            return self.dropout(x)

    class Padded(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(11, 8)
            self.pos = PositionalEncoding(8, 0.0)
            layer = nn.TransformerEncoderLayer(8, 2, 16, 0.0, activation="gelu", batch_first=True)
            self.encoder = nn.TransformerEncoder(layer, num_layers=2, norm=nn.LayerNorm(8))
            self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16, 0.0, batch_first=True, norm_first=True), 1)
            self.linear = nn.Linear(8, 11)

        def forward(self, src: torch.Tensor, tgt: torch.Tensor) -> torch.Tensor:
            mask = src == 0
            memory = self.encoder(self.embedding(src) * math.sqrt(8), src_key_padding_mask=mask)
            size = tgt.size(1)
            causal = torch.triu(torch.full((size, size), float("-inf")), diagonal=1)
            x = self.pos(self.embedding(tgt).transpose(0, 1)).transpose(0, 1)
            x = self.decoder(x, memory, tgt_mask=causal, memory_key_padding_mask=mask)
            return self.linear(x)

    ids = torch.randint(1, 11, (3, 6))
    ids[1, 4:] = 0
    ids[2, 5:] = 0
    return Padded(), (ids, torch.randint(1, 11, (3, 5)))
