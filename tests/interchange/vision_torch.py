"""Vision networks as they are deployed, in small sizes. Read by architectures_torch.py."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Basic(nn.Module):
    def __init__(self, inner: int, outer: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer)
        self.conv2, self.bn2 = nn.Conv2d(outer, outer, 3, 1, 1, bias=False), nn.BatchNorm2d(outer)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = nn.Sequential(nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer))

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += self.downsample(x)
        return self.relu(out)


class Bottleneck(nn.Module):
    def __init__(self, inner: int, width: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inner, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(True),
            nn.Conv2d(width, width, 3, stride, 1, groups=2, bias=False), nn.BatchNorm2d(width), nn.ReLU(True),
            nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width),
        )  # fmt: skip
        self.shortcut = nn.Conv2d(inner, 4 * width, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.body(x) + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, block: Any, expansion: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(True), nn.MaxPool2d(3, 2, 1))
        self.layer1, self.layer2 = block(8, 8, 1), block(8 * expansion, 16, 2)
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d((1, 1)), nn.Linear(16 * expansion, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer2(self.layer1(self.stem(x)))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class SqueezeExcite(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pool, self.reduce, self.expand = nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, 4, 1), nn.Conv2d(4, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * F.hardsigmoid(self.expand(F.relu(self.reduce(self.pool(x)))))


class InvertedResidual(nn.Module):
    def __init__(self, inner: int, outer: int, stride: int, activation: Any, excite: bool) -> None:
        super().__init__()
        hidden = 4 * inner
        layers: List[nn.Module] = [
            nn.Conv2d(inner, hidden, 1, bias=False), nn.BatchNorm2d(hidden), activation(),
            nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False), nn.BatchNorm2d(hidden), activation(),
        ]  # fmt: skip
        layers += [SqueezeExcite(hidden)] if excite else []
        self.conv = nn.Sequential(*layers, nn.Conv2d(hidden, outer, 1, bias=False), nn.BatchNorm2d(outer))
        self.use_residual = stride == 1 and inner == outer

    def forward(self, x: Tensor) -> Tensor:
        if self.use_residual:
            return x + self.conv(x)
        return self.conv(x)


class MobileNet(nn.Module):
    def __init__(self, activation: Any, excite: bool) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), activation(), InvertedResidual(8, 8, 1, activation, excite),
            InvertedResidual(8, 12, 2, activation, excite),
        )  # fmt: skip
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(12, 10))

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).mean([2, 3]))


class DenseNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.Sequential(nn.BatchNorm2d(8 + 4 * at), nn.ReLU(), nn.Conv2d(8 + 4 * at, 4, 3, padding=1)) for at in range(3)]
        )
        self.stem, self.transition, self.fc = nn.Conv2d(3, 8, 3, 2, 1), nn.AvgPool2d(2), nn.Linear(20, 10)

    def forward(self, x: Tensor) -> Tensor:
        features = [self.stem(x)]
        for layer in self.layers:
            features.append(layer(torch.cat(features, 1)))
        return self.fc(F.adaptive_avg_pool2d(self.transition(torch.cat(features, 1)), (1, 1)).flatten(1))


class ConvNeXt(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.depthwise, self.norm = nn.Conv2d(3, 8, 4, 4), nn.Conv2d(8, 8, 7, padding=3, groups=8), nn.LayerNorm(8, eps=1e-6)
        self.up, self.down, self.gamma = nn.Linear(8, 32), nn.Linear(32, 8), nn.Parameter(torch.full((8,), 0.5))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = self.gamma * self.down(F.gelu(self.up(y)))
        return x + y.permute(0, 3, 1, 2)


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
        self.up, self.merge, self.head = nn.ConvTranspose2d(16, 8, 2, 2), nn.Conv2d(16, 8, 3, padding=1), nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        first = F.relu(self.down1(x))
        second = self.up(F.relu(self.down2(F.max_pool2d(first, 2))))
        if second.shape[-1] != first.shape[-1]:
            second = F.pad(second, [0, first.shape[-1] - second.shape[-1], 0, first.shape[-2] - second.shape[-2]])
        return self.head(F.leaky_relu(self.merge(torch.cat([second, first], dim=1)), 0.1))


class ViT(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patch, self.cls = nn.Conv2d(3, 16, 8, 8), nn.Parameter(torch.randn(1, 1, 16))
        self.pos, self.norm1, self.norm2 = nn.Parameter(torch.randn(1, 17, 16)), nn.LayerNorm(16), nn.LayerNorm(16)
        self.qkv, self.proj = nn.Linear(16, 48), nn.Linear(16, 16)
        self.mlp, self.head = nn.Sequential(nn.Linear(16, 64), nn.GELU(), nn.Linear(64, 16)), nn.Linear(16, 10)

    def attend(self, x: Tensor) -> Tensor:
        batch, count, width = x.shape
        q, k, v = self.qkv(x).reshape(batch, count, 3, 4, width // 4).permute(2, 0, 3, 1, 4).unbind(0)
        weights = (q @ k.transpose(-2, -1)) * ((width // 4) ** -0.5)
        return self.proj((weights.softmax(dim=-1) @ v).transpose(1, 2).reshape(batch, count, width))

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.cls.expand(x.shape[0], -1, -1), x), dim=1) + self.pos
        x = x + self.attend(self.norm1(x))
        x = x + self.mlp(self.norm2(x))
        return self.head(x[:, 0])


class SwinWindows(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.proj, self.bias = nn.Conv2d(3, 8, 4, 4), nn.Parameter(torch.randn(2, 16, 16))
        self.qkv, self.out = nn.Linear(8, 24), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.roll(self.proj(x).permute(0, 2, 3, 1), shifts=[-2, -2], dims=[1, 2])
        b, h, w, c = x.shape
        windows = x.view(b, h // 4, 4, w // 4, 4, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, c)
        q, k, v = self.qkv(windows).view(-1, 16, 3, 2, c // 2).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q @ k.transpose(-2, -1) / (c // 2) ** 0.5 + self.bias.unsqueeze(0)).softmax(-1)
        y = self.out((scores @ v).transpose(1, 2).reshape(-1, 16, c))
        y = y.view(b, h // 4, w // 4, 4, 4, c).permute(0, 1, 3, 2, 4, 5).reshape(b, h, w, c)
        return torch.roll(y, shifts=[2, 2], dims=[1, 2])


@torch.jit.script
def nms(boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
    order = torch.argsort(scores, descending=True)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    keep: List[int] = []
    while order.numel() > 0:
        first = int(order[0])
        keep.append(first)
        rest = order[1:]
        low = torch.max(boxes[first, :2], boxes[rest, :2])
        high = torch.min(boxes[first, 2:], boxes[rest, 2:])
        sides = (high - low).clamp(min=0)
        overlap = sides[:, 0] * sides[:, 1]
        order = rest[overlap / (areas[first] + areas[rest] - overlap) <= threshold]
    return torch.tensor(keep, dtype=torch.int64)


class Detector(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.backbone, self.scores, self.deltas = nn.Conv2d(3, 8, 3, 4, 1), nn.Conv2d(8, 2, 1), nn.Conv2d(8, 4, 1)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Dict[str, Tensor]]:
        features = F.relu(self.backbone(x))
        scores = self.scores(features).flatten(2)[0].softmax(0)[1]
        deltas = self.deltas(features).flatten(2)[0].t()
        h, w = features.shape[-2:]
        ys, xs = torch.meshgrid(torch.arange(h) * 4, torch.arange(w) * 4, indexing="ij")
        centers = torch.stack([xs.flatten(), ys.flatten()], 1).to(deltas.dtype) + deltas[:, :2]
        sides = deltas[:, 2:].exp().clamp(max=4.0) * 4
        boxes = torch.cat([centers - sides / 2, centers + sides / 2], 1)
        keep = nms(boxes, scores, 0.3)
        return boxes[keep], scores[keep], {"count": torch.tensor(keep.numel()), "best": scores.max()}


class PixelShuffler(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 12, 3, padding=1, padding_mode="reflect")

    def forward(self, x: Tensor) -> Tensor:
        return F.pixel_shuffle(self.conv(x), 2).clamp(0.0, 1.0)


class Autoencoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 8, 4, 2, 1), nn.ELU(), nn.Flatten(), nn.Linear(8 * 256, 12))
        self.decoder = nn.Sequential(
            nn.Linear(6, 8 * 64), nn.Unflatten(1, (8, 8, 8)), nn.ConvTranspose2d(8, 8, 4, 2, 1), nn.InstanceNorm2d(8), nn.SELU(),
            nn.ConvTranspose2d(8, 3, 4, 2, 1), nn.Tanh(),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        return self.decoder(mean), mean, log_variance.clamp(-10, 2)


class GroupNormNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.act = nn.Conv2d(3, 8, 3, 2, dilation=2), nn.GroupNorm(4, 8), nn.SiLU(inplace=True)
        self.prelu, self.pool = nn.PReLU(8), nn.AdaptiveMaxPool2d((3, 2))

    def forward(self, x: Tensor) -> Tensor:
        return self.pool(self.prelu(self.act(self.norm(self.conv(x)))))


IMAGE = (2, 3, 32, 32)
MODELS: Dict[str, Tuple[Any, Any]] = {
    "resnet_basic": (lambda: ResNet(Basic, 1), IMAGE), "resnet_bottleneck": (lambda: ResNet(Bottleneck, 4), IMAGE),
    "mobilenet_v2": (lambda: MobileNet(nn.ReLU6, False), IMAGE), "mobilenet_v3": (lambda: MobileNet(nn.Hardswish, True), IMAGE),
    "efficientnet": (lambda: MobileNet(nn.SiLU, True), IMAGE), "densenet": (DenseNet, IMAGE), "convnext": (ConvNeXt, IMAGE),
    "unet": (UNet, (1, 3, 17, 19)), "vit": (ViT, IMAGE), "swin": (SwinWindows, IMAGE), "pixel_shuffle": (PixelShuffler, (1, 3, 8, 9)),
    "autoencoder": (Autoencoder, IMAGE), "group_norm": (GroupNormNet, IMAGE), "detector": (Detector, (1, 3, 32, 32)),
}  # fmt: skip
