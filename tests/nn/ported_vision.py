"""Classifiers of images as timm and torchvision write them, over a library `torch` (torch or rushlight): name -> (module, inputs)."""
from __future__ import annotations

import collections.abc
import math
from collections import OrderedDict
from functools import partial
from itertools import repeat
from typing import Any, Callable, List, Optional

MODELS: dict[str, Callable[[Any], tuple[Any, tuple[Any, ...]]]] = {}


def model(function: Callable[[Any], tuple[Any, tuple[Any, ...]]]) -> Callable[[Any], tuple[Any, tuple[Any, ...]]]:
    MODELS[function.__name__] = function
    return function


def to_2tuple(x):
    if isinstance(x, collections.abc.Iterable) and not isinstance(x, str):
        return tuple(x)
    return tuple(repeat(x, 2))


@model
def vision_transformer(torch):
    """timm: patch embedding, class token, layer scale, stochastic depth, fused attention or not."""
    nn, F = torch.nn, torch.nn.functional

    def drop_path(x, drop_prob: float = 0.0, training: bool = False, scale_by_keep: bool = True):
        if drop_prob == 0.0 or not training:
            return x
        keep_prob = 1 - drop_prob
        shape = (x.shape[0],) + (1,) * (x.ndim - 1)
        random_tensor = x.new_empty(shape).bernoulli_(keep_prob)
        if keep_prob > 0.0 and scale_by_keep:
            random_tensor.div_(keep_prob)
        return x * random_tensor

    class DropPath(nn.Module):
        def __init__(self, drop_prob: float = 0.0, scale_by_keep: bool = True):
            super().__init__()
            self.drop_prob = drop_prob
            self.scale_by_keep = scale_by_keep

        def forward(self, x):
            return drop_path(x, self.drop_prob, self.training, self.scale_by_keep)

        def extra_repr(self):
            return f"drop_prob={round(self.drop_prob, 3):0.3f}"

    class LayerScale(nn.Module):
        def __init__(self, dim: int, init_values: float = 1e-5, inplace: bool = False) -> None:
            super().__init__()
            self.inplace = inplace
            self.gamma = nn.Parameter(init_values * torch.ones(dim))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.mul_(self.gamma) if self.inplace else x * self.gamma

    class Attention(nn.Module):
        __constants__ = ["fused_attn"]

        def __init__(self, dim, num_heads=8, qkv_bias=False, qk_norm=False, fused=True):
            super().__init__()
            assert dim % num_heads == 0, "dim should be divisible by num_heads"
            self.num_heads = num_heads
            self.head_dim = dim // num_heads
            self.scale = self.head_dim**-0.5
            self.fused_attn = fused
            self.qkv = nn.Linear(dim, dim * 3, bias=qkv_bias)
            self.q_norm = nn.LayerNorm(self.head_dim) if qk_norm else nn.Identity()
            self.k_norm = nn.LayerNorm(self.head_dim) if qk_norm else nn.Identity()
            self.attn_drop = nn.Dropout(0.0)
            self.proj = nn.Linear(dim, dim)
            self.proj_drop = nn.Dropout(0.0)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            B, N, C = x.shape
            qkv = self.qkv(x).reshape(B, N, 3, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
            q, k, v = qkv.unbind(0)
            q, k = self.q_norm(q), self.k_norm(k)
            if self.fused_attn:
                x = F.scaled_dot_product_attention(q, k, v, dropout_p=self.attn_drop.p if self.training else 0.0)
            else:
                q = q * self.scale
                attn = q @ k.transpose(-2, -1)
                attn = attn.softmax(dim=-1)
                attn = self.attn_drop(attn)
                x = attn @ v
            x = x.transpose(1, 2).reshape(B, N, C)
            x = self.proj(x)
            x = self.proj_drop(x)
            return x

    class Mlp(nn.Module):
        def __init__(self, in_features, hidden_features=None, out_features=None, act_layer=nn.GELU, bias=True, drop=0.0):
            super().__init__()
            out_features = out_features or in_features
            hidden_features = hidden_features or in_features
            bias = to_2tuple(bias)
            drop_probs = to_2tuple(drop)
            self.fc1 = nn.Linear(in_features, hidden_features, bias=bias[0])
            self.act = act_layer()
            self.drop1 = nn.Dropout(drop_probs[0])
            self.norm = nn.Identity()
            self.fc2 = nn.Linear(hidden_features, out_features, bias=bias[1])
            self.drop2 = nn.Dropout(drop_probs[1])

        def forward(self, x):
            return self.drop2(self.fc2(self.norm(self.drop1(self.act(self.fc1(x))))))

    class Block(nn.Module):
        def __init__(self, dim, num_heads, mlp_ratio=4.0, drop_path=0.0, fused=True, norm_layer=nn.LayerNorm):
            super().__init__()
            self.norm1 = norm_layer(dim)
            self.attn = Attention(dim, num_heads=num_heads, qkv_bias=True, qk_norm=not fused, fused=fused)
            self.ls1 = LayerScale(dim, init_values=0.1)
            self.drop_path1 = DropPath(drop_path) if drop_path > 0.0 else nn.Identity()
            self.norm2 = norm_layer(dim)
            self.mlp = Mlp(in_features=dim, hidden_features=int(dim * mlp_ratio))
            self.ls2 = LayerScale(dim, init_values=0.1, inplace=True)
            self.drop_path2 = DropPath(drop_path) if drop_path > 0.0 else nn.Identity()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = x + self.drop_path1(self.ls1(self.attn(self.norm1(x))))
            x = x + self.drop_path2(self.ls2(self.mlp(self.norm2(x))))
            return x

    class PatchEmbed(nn.Module):
        def __init__(self, img_size=224, patch_size=16, in_chans=3, embed_dim=768):
            super().__init__()
            self.img_size = to_2tuple(img_size)
            self.patch_size = to_2tuple(patch_size)
            self.grid_size = tuple([s // p for s, p in zip(self.img_size, self.patch_size)])
            self.num_patches = self.grid_size[0] * self.grid_size[1]
            self.proj = nn.Conv2d(in_chans, embed_dim, kernel_size=patch_size, stride=patch_size)

        def forward(self, x):
            B, C, H, W = x.shape
            torch._assert(H == self.img_size[0], f"Input height ({H}) doesn't match model ({self.img_size[0]}).")
            return self.proj(x).flatten(2).transpose(1, 2)

    class VisionTransformer(nn.Module):
        def __init__(self, depth=2, embed_dim=24, num_classes=5):
            super().__init__()
            norm_layer = partial(nn.LayerNorm, eps=1e-6)
            self.patch_embed = PatchEmbed(16, 4, 3, embed_dim)
            self.cls_token = nn.Parameter(torch.zeros(1, 1, embed_dim))
            self.pos_embed = nn.Parameter(torch.randn(1, self.patch_embed.num_patches + 1, embed_dim) * 0.02)
            dpr = [x.item() for x in torch.linspace(0, 0.1, depth)]
            self.blocks = nn.Sequential(
                *[Block(embed_dim, 3, drop_path=dpr[i], fused=i % 2 == 0, norm_layer=norm_layer) for i in range(depth)]
            )
            self.norm = norm_layer(embed_dim)
            self.head = nn.Linear(embed_dim, num_classes) if num_classes > 0 else nn.Identity()
            nn.init.trunc_normal_(self.pos_embed, std=0.02)
            nn.init.normal_(self.cls_token, std=1e-6)
            self.apply(self._init_weights)

        def _init_weights(self, m):
            if isinstance(m, nn.Linear):
                nn.init.trunc_normal_(m.weight, std=0.02)
                if m.bias is not None:
                    nn.init.zeros_(m.bias)

        @torch.jit.ignore
        def no_weight_decay(self):
            return {"pos_embed", "cls_token"}

        def forward_features(self, x: torch.Tensor) -> torch.Tensor:
            x = self.patch_embed(x)
            x = torch.cat((self.cls_token.expand(x.shape[0], -1, -1), x), dim=1)
            x = x + self.pos_embed
            return self.norm(self.blocks(x))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(self.forward_features(x)[:, 0])

    return VisionTransformer(), (torch.randn(2, 3, 16, 16),)


@model
def swin(torch):
    """Shifted windows, relative position bias, a mask made in the constructor, patch merging."""
    nn, F = torch.nn, torch.nn.functional

    def window_partition(x, window_size: int):
        B, H, W, C = x.shape
        x = x.view(B, H // window_size, window_size, W // window_size, window_size, C)
        return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, window_size, window_size, C)

    def window_reverse(windows, window_size: int, H: int, W: int):
        B = int(windows.shape[0] / (H * W / window_size / window_size))
        x = windows.view(B, H // window_size, W // window_size, window_size, window_size, -1)
        return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(B, H, W, -1)

    class WindowAttention(nn.Module):
        def __init__(self, dim, window_size, num_heads, qkv_bias=True):
            super().__init__()
            self.dim = dim
            self.window_size = window_size
            self.num_heads = num_heads
            self.scale = (dim // num_heads) ** -0.5
            self.relative_position_bias_table = nn.Parameter(
                torch.zeros((2 * window_size[0] - 1) * (2 * window_size[1] - 1), num_heads)
            )
            coords_h = torch.arange(self.window_size[0])
            coords_w = torch.arange(self.window_size[1])
            coords = torch.stack(torch.meshgrid([coords_h, coords_w], indexing="ij"))
            coords_flatten = torch.flatten(coords, 1)
            relative_coords = coords_flatten[:, :, None] - coords_flatten[:, None, :]
            relative_coords = relative_coords.permute(1, 2, 0).contiguous()
            relative_coords[:, :, 0] += self.window_size[0] - 1
            relative_coords[:, :, 1] += self.window_size[1] - 1
            relative_coords[:, :, 0] *= 2 * self.window_size[1] - 1
            self.register_buffer("relative_position_index", relative_coords.sum(-1))
            self.qkv = nn.Linear(dim, dim * 3, bias=qkv_bias)
            self.proj = nn.Linear(dim, dim)
            nn.init.trunc_normal_(self.relative_position_bias_table, std=0.02)
            self.softmax = nn.Softmax(dim=-1)

        def forward(self, x, mask: Optional[torch.Tensor] = None):
            B_, N, C = x.shape
            qkv = self.qkv(x).reshape(B_, N, 3, self.num_heads, C // self.num_heads).permute(2, 0, 3, 1, 4)
            q, k, v = qkv[0], qkv[1], qkv[2]
            q = q * self.scale
            attn = q @ k.transpose(-2, -1)
            relative_position_bias = self.relative_position_bias_table[self.relative_position_index.view(-1)].view(
                self.window_size[0] * self.window_size[1], self.window_size[0] * self.window_size[1], -1
            )
            relative_position_bias = relative_position_bias.permute(2, 0, 1).contiguous()
            attn = attn + relative_position_bias.unsqueeze(0)
            if mask is not None:
                nW = mask.shape[0]
                attn = attn.view(B_ // nW, nW, self.num_heads, N, N) + mask.unsqueeze(1).unsqueeze(0)
                attn = attn.view(-1, self.num_heads, N, N)
            attn = self.softmax(attn)
            return self.proj((attn @ v).transpose(1, 2).reshape(B_, N, C))

    class SwinBlock(nn.Module):
        def __init__(self, dim, input_resolution, num_heads, window_size=4, shift_size=0):
            super().__init__()
            self.input_resolution = input_resolution
            self.window_size = window_size
            self.shift_size = shift_size
            self.norm1 = nn.LayerNorm(dim)
            self.attn = WindowAttention(dim, to_2tuple(window_size), num_heads)
            self.norm2 = nn.LayerNorm(dim)
            self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
            attn_mask = None
            if shift_size > 0:
                H, W = input_resolution
                img_mask = torch.zeros((1, H, W, 1))
                h_slices = (slice(0, -window_size), slice(-window_size, -shift_size), slice(-shift_size, None))
                cnt = 0
                for h in h_slices:
                    for w in h_slices:
                        img_mask[:, h, w, :] = cnt
                        cnt += 1
                mask_windows = window_partition(img_mask, window_size).view(-1, window_size * window_size)
                attn_mask = mask_windows.unsqueeze(1) - mask_windows.unsqueeze(2)
                attn_mask = attn_mask.masked_fill(attn_mask != 0, (-100.0)).masked_fill(attn_mask == 0, 0.0)
            self.register_buffer("attn_mask", attn_mask)

        def forward(self, x):
            H, W = self.input_resolution
            B, L, C = x.shape
            assert L == H * W, "input feature has wrong size"
            shortcut = x
            x = self.norm1(x)
            x = x.view(B, H, W, C)
            if self.shift_size > 0:
                shifted_x = torch.roll(x, shifts=(-self.shift_size, -self.shift_size), dims=(1, 2))
            else:
                shifted_x = x
            x_windows = window_partition(shifted_x, self.window_size)
            x_windows = x_windows.view(-1, self.window_size * self.window_size, C)
            attn_windows = self.attn(x_windows, mask=self.attn_mask)
            attn_windows = attn_windows.view(-1, self.window_size, self.window_size, C)
            shifted_x = window_reverse(attn_windows, self.window_size, H, W)
            if self.shift_size > 0:
                x = torch.roll(shifted_x, shifts=(self.shift_size, self.shift_size), dims=(1, 2))
            else:
                x = shifted_x
            x = shortcut + x.view(B, H * W, C)
            return x + self.mlp(self.norm2(x))

    class PatchMerging(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.reduction = nn.Linear(4 * dim, 2 * dim, bias=False)
            self.norm = nn.LayerNorm(4 * dim)

        def forward(self, x):
            x0 = x[:, 0::2, 0::2, :]
            x1 = x[:, 1::2, 0::2, :]
            x2 = x[:, 0::2, 1::2, :]
            x3 = x[:, 1::2, 1::2, :]
            x = torch.cat([x0, x1, x2, x3], -1)
            return self.reduction(self.norm(F.pad(x, (0, 0, 0, x.size(2) % 2, 0, x.size(1) % 2))))

    class Swin(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Conv2d(3, 12, 2, 2)
            self.blocks = nn.ModuleList([SwinBlock(12, (8, 8), 3, shift_size=0 if i % 2 == 0 else 2) for i in range(2)])
            self.merge = PatchMerging(12)

        def forward(self, x):
            x = self.embed(x).flatten(2).transpose(1, 2)
            for block in self.blocks:
                x = block(x)
            return self.merge(x.unflatten(1, (8, 8)))

    return Swin(), (torch.randn(2, 3, 16, 16),)


@model
def convnext(torch):
    """Depthwise convolutions, layer norm in two memory formats, global response normalisation."""
    nn, F = torch.nn, torch.nn.functional

    class LayerNorm2d(nn.LayerNorm):
        def forward(self, x):
            x = x.permute(0, 2, 3, 1)
            x = F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
            return x.permute(0, 3, 1, 2)

    class GRN(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.gamma = nn.Parameter(torch.zeros(1, 1, 1, dim))
            self.beta = nn.Parameter(torch.zeros(1, 1, 1, dim))

        def forward(self, x):
            Gx = torch.norm(x, p=2, dim=(1, 2), keepdim=True)
            Nx = Gx / (Gx.mean(dim=-1, keepdim=True) + 1e-6)
            return self.gamma * (x * Nx) + self.beta + x

    class CNBlock(nn.Module):
        def __init__(self, dim, layer_scale):
            super().__init__()
            self.dwconv = nn.Conv2d(dim, dim, kernel_size=7, padding=3, groups=dim, bias=True)
            self.norm = nn.LayerNorm(dim, eps=1e-6)
            self.pwconv1 = nn.Linear(dim, 4 * dim)
            self.grn = GRN(4 * dim)
            self.pwconv2 = nn.Linear(4 * dim, dim)
            self.layer_scale = nn.Parameter(torch.ones(dim, 1, 1) * layer_scale)

        def forward(self, input: torch.Tensor) -> torch.Tensor:
            x = self.dwconv(input).permute(0, 2, 3, 1)
            x = self.pwconv2(self.grn(F.gelu(self.pwconv1(self.norm(x)))))
            return input + self.layer_scale * x.permute(0, 3, 1, 2)

    features = nn.Sequential(
        OrderedDict(
            stem=nn.Sequential(nn.Conv2d(3, 8, 4, 4), LayerNorm2d(8, eps=1e-6)),
            stage=nn.Sequential(CNBlock(8, 0.5), CNBlock(8, 0.25)),
            down=nn.Sequential(LayerNorm2d(8), nn.Conv2d(8, 16, 2, 2)),
            pool=nn.AdaptiveAvgPool2d(1),
            flat=nn.Flatten(1),
        )
    )
    return features, (torch.randn(2, 3, 17, 19),)


@model
def efficientnet(torch):
    """torchvision: inverted residuals, squeeze and excitation, SAME padding computed from the input."""
    nn, F = torch.nn, torch.nn.functional

    def _make_divisible(v: float, divisor: int, min_value: Optional[int] = None) -> int:
        if min_value is None:
            min_value = divisor
        new_v = max(min_value, int(v + divisor / 2) // divisor * divisor)
        if new_v < 0.9 * v:
            new_v += divisor
        return new_v

    class Conv2dSame(nn.Conv2d):
        def forward(self, x):
            ih, iw = x.size()[-2:]
            kh, kw = self.weight.size()[-2:]
            oh, ow = math.ceil(ih / self.stride[0]), math.ceil(iw / self.stride[1])
            pad_h = max((oh - 1) * self.stride[0] + (kh - 1) * self.dilation[0] + 1 - ih, 0)
            pad_w = max((ow - 1) * self.stride[1] + (kw - 1) * self.dilation[1] + 1 - iw, 0)
            if pad_h > 0 or pad_w > 0:
                x = F.pad(x, [pad_w // 2, pad_w - pad_w // 2, pad_h // 2, pad_h - pad_h // 2])
            return F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    class SqueezeExcitation(nn.Module):
        def __init__(self, input_channels: int, squeeze_channels: int, activation=nn.ReLU, scale_activation=nn.Sigmoid) -> None:
            super().__init__()
            self.avgpool = nn.AdaptiveAvgPool2d(1)
            self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
            self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)
            self.activation = activation()
            self.scale_activation = scale_activation()

        def _scale(self, input: torch.Tensor) -> torch.Tensor:
            scale = self.avgpool(input)
            scale = self.fc1(scale)
            scale = self.activation(scale)
            scale = self.fc2(scale)
            return self.scale_activation(scale)

        def forward(self, input: torch.Tensor) -> torch.Tensor:
            return self._scale(input) * input

    class ConvNormActivation(nn.Sequential):
        def __init__(self, in_c, out_c, kernel_size=3, stride=1, groups=1, activation_layer=nn.ReLU, same=False):
            layers = [
                (Conv2dSame if same else nn.Conv2d)(
                    in_c, out_c, kernel_size, stride, 0 if same else (kernel_size - 1) // 2, groups=groups, bias=False
                ),
                nn.BatchNorm2d(out_c),
            ]
            if activation_layer is not None:
                layers.append(activation_layer(inplace=True))
            super().__init__(*layers)
            self.out_channels = out_c

    class MBConv(nn.Module):
        def __init__(self, inp, oup, stride, expand, act):
            super().__init__()
            hidden = _make_divisible(inp * expand, 4)
            self.use_res_connect = stride == 1 and inp == oup
            layers: List[nn.Module] = []
            if hidden != inp:
                layers.append(ConvNormActivation(inp, hidden, 1, activation_layer=act))
            layers.append(ConvNormActivation(hidden, hidden, 5, stride, groups=hidden, activation_layer=act, same=True))
            silu = partial(nn.SiLU, inplace=True)
            layers.append(SqueezeExcitation(hidden, max(1, inp // 4), activation=silu, scale_activation=nn.Hardsigmoid))
            layers.append(ConvNormActivation(hidden, oup, 1, activation_layer=None))
            self.block = nn.Sequential(*layers)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            result = self.block(x)
            if self.use_res_connect:
                result += x
            return result

    class EfficientNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(
                ConvNormActivation(3, 8, 3, 2, activation_layer=nn.SiLU), MBConv(8, 8, 1, 1, nn.SiLU), MBConv(8, 12, 2, 4, nn.Hardswish)
            )
            self.avgpool = nn.AdaptiveAvgPool2d(1)
            self.classifier = nn.Sequential(nn.Dropout(p=0.2, inplace=True), nn.Linear(12, 5))
            for m in self.modules():
                if isinstance(m, nn.Conv2d):
                    nn.init.kaiming_normal_(m.weight, mode="fan_out")
                    if m.bias is not None:
                        nn.init.zeros_(m.bias)
                elif isinstance(m, (nn.BatchNorm2d, nn.GroupNorm)):
                    nn.init.ones_(m.weight)
                    nn.init.zeros_(m.bias)
                elif isinstance(m, nn.Linear):
                    init_range = 1.0 / math.sqrt(m.out_features)
                    nn.init.uniform_(m.weight, -init_range, init_range)

        def forward(self, x):
            x = self.features(x)
            x = self.avgpool(x)
            x = torch.flatten(x, 1)
            return self.classifier(x)

    return EfficientNet(), (torch.randn(2, 3, 21, 18),)


@model
def densenet(torch):
    """torchvision: lists of features through memory-efficient bottlenecks."""
    nn, F = torch.nn, torch.nn.functional

    class _DenseLayer(nn.Module):
        def __init__(self, num_input_features: int, growth_rate: int, bn_size: int, drop_rate: float) -> None:
            super().__init__()
            self.norm1 = nn.BatchNorm2d(num_input_features)
            self.relu1 = nn.ReLU(inplace=True)
            self.conv1 = nn.Conv2d(num_input_features, bn_size * growth_rate, kernel_size=1, stride=1, bias=False)
            self.norm2 = nn.BatchNorm2d(bn_size * growth_rate)
            self.relu2 = nn.ReLU(inplace=True)
            self.conv2 = nn.Conv2d(bn_size * growth_rate, growth_rate, kernel_size=3, stride=1, padding=1, bias=False)
            self.drop_rate = float(drop_rate)

        def bn_function(self, inputs: List[torch.Tensor]) -> torch.Tensor:
            concated_features = torch.cat(inputs, 1)
            return self.conv1(self.relu1(self.norm1(concated_features)))

        def any_requires_grad(self, input: List[torch.Tensor]) -> bool:
            for tensor in input:
                if tensor.requires_grad:
                    return True
            return False

        def forward(self, input):  # noqa: F811
            # type: (List[torch.Tensor]) -> torch.Tensor
            if isinstance(input, torch.Tensor):
                prev_features = [input]
            else:
                prev_features = input
            bottleneck_output = self.bn_function(prev_features)
            new_features = self.conv2(self.relu2(self.norm2(bottleneck_output)))
            if self.drop_rate > 0:
                new_features = F.dropout(new_features, p=self.drop_rate, training=self.training)
            return new_features

    class _DenseBlock(nn.ModuleDict):
        _version = 2

        def __init__(self, num_layers: int, num_input_features: int, bn_size: int, growth_rate: int, drop_rate: float) -> None:
            super().__init__()
            for i in range(num_layers):
                layer = _DenseLayer(num_input_features + i * growth_rate, growth_rate=growth_rate, bn_size=bn_size, drop_rate=drop_rate)
                self.add_module(f"denselayer{i + 1}", layer)

        def forward(self, init_features: torch.Tensor) -> torch.Tensor:
            features = [init_features]
            for _name, layer in self.items():
                new_features = layer(features)
                features.append(new_features)
            return torch.cat(features, 1)

    class DenseNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(OrderedDict([("conv0", nn.Conv2d(3, 6, kernel_size=7, stride=2, padding=3, bias=False)),
                                                       ("norm0", nn.BatchNorm2d(6)), ("relu0", nn.ReLU(inplace=True)),
                                                       ("pool0", nn.MaxPool2d(kernel_size=3, stride=2, padding=1))]))
            self.features.add_module("denseblock1", _DenseBlock(2, 6, 2, 4, 0.0))
            self.features.add_module("norm5", nn.BatchNorm2d(14))
            self.classifier = nn.Linear(14, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            features = self.features(x)
            out = F.relu(features, inplace=True)
            out = F.adaptive_avg_pool2d(out, (1, 1))
            return self.classifier(torch.flatten(out, 1))

    return DenseNet(), (torch.randn(2, 3, 24, 24),)
