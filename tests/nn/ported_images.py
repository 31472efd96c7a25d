"""More image models: branches, boxes, masks, diffusion, as torchvision and its kin write them: name -> (module, inputs)."""
from __future__ import annotations

import math
from collections import OrderedDict
from typing import Any, Callable, Dict, List, Optional, Tuple

MODELS: dict[str, Callable[[Any], tuple[Any, tuple[Any, ...]]]] = {}


def model(function: Callable[[Any], tuple[Any, tuple[Any, ...]]]) -> Callable[[Any], tuple[Any, tuple[Any, ...]]]:
    MODELS[function.__name__] = function
    return function


@model
def segmentation(torch):
    """torchvision DeepLabV3: atrous pyramid, dictionaries of outputs, interpolation to the input's size."""
    nn, F = torch.nn, torch.nn.functional

    class IntermediateLayerGetter(nn.ModuleDict):
        def __init__(self, model, return_layers: Dict[str, str]) -> None:
            orig = return_layers
            return_layers = {str(k): str(v) for k, v in return_layers.items()}
            layers = OrderedDict()
            for name, module in model.named_children():
                layers[name] = module
                if name in return_layers:
                    del return_layers[name]
                if not return_layers:
                    break
            super().__init__(layers)
            self.return_layers = orig

        def forward(self, x):
            out = OrderedDict()
            for name, module in self.items():
                x = module(x)
                if name in self.return_layers:
                    out_name = self.return_layers[name]
                    out[out_name] = x
            return out

    class ASPPConv(nn.Sequential):
        def __init__(self, i: int, o: int, dilation: int) -> None:
            super().__init__(nn.Conv2d(i, o, 3, padding=dilation, dilation=dilation, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    class ASPPPooling(nn.Sequential):
        def __init__(self, i: int, o: int) -> None:
            super().__init__(nn.AdaptiveAvgPool2d(1), nn.Conv2d(i, o, 1, bias=False), nn.GroupNorm(2, o), nn.ReLU())

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            size = x.shape[-2:]
            for mod in self:
                x = mod(x)
            return F.interpolate(x, size=size, mode="bilinear", align_corners=False)

    class ASPP(nn.Module):
        def __init__(self, i: int, rates: List[int], o: int = 6) -> None:
            super().__init__()
            modules = [nn.Sequential(nn.Conv2d(i, o, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU())]
            for rate in tuple(rates):
                modules.append(ASPPConv(i, o, rate))
            modules.append(ASPPPooling(i, o))
            self.convs = nn.ModuleList(modules)
            self.project = nn.Sequential(nn.Conv2d(len(self.convs) * o, o, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(), nn.Dropout(0.5))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            _res = []
            for conv in self.convs:
                _res.append(conv(x))
            res = torch.cat(_res, dim=1)
            return self.project(res)

    class DeepLab(nn.Module):
        __constants__ = ["aux_classifier"]

        def __init__(self):
            super().__init__()
            layers = OrderedDict(conv1=nn.Conv2d(3, 6, 3, 2, 1), relu=nn.ReLU(), layer3=nn.Conv2d(6, 8, 3, 2, 1))
            body = nn.Sequential(OrderedDict(layers, layer4=nn.Conv2d(8, 8, 3, padding=1)))
            self.backbone = IntermediateLayerGetter(body, {"layer3": "aux", "layer4": "out"})
            self.classifier = nn.Sequential(ASPP(8, [2, 4]), nn.Conv2d(6, 3, 1))
            self.aux_classifier = nn.Conv2d(8, 3, 1)

        def forward(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
            input_shape = x.shape[-2:]
            features = self.backbone(x)
            result = OrderedDict()
            x = features["out"]
            x = self.classifier(x)
            x = F.interpolate(x, size=input_shape, mode="bilinear", align_corners=False)
            result["out"] = x
            if self.aux_classifier is not None:
                x = features["aux"]
                x = self.aux_classifier(x)
                x = F.interpolate(x, size=input_shape, mode="bilinear", align_corners=False)
                result["aux"] = x
            return result

    return DeepLab(), (torch.randn(2, 3, 17, 23),)


@model
def detection_head(torch):
    """A feature pyramid, anchors, box decoding, greedy suppression by hand: torchvision and YOLO parts."""
    nn, F = torch.nn, torch.nn.functional

    def box_iou(boxes1: torch.Tensor, boxes2: torch.Tensor) -> torch.Tensor:
        area1 = (boxes1[:, 2] - boxes1[:, 0]) * (boxes1[:, 3] - boxes1[:, 1])
        area2 = (boxes2[:, 2] - boxes2[:, 0]) * (boxes2[:, 3] - boxes2[:, 1])
        lt = torch.max(boxes1[:, None, :2], boxes2[:, :2])
        rb = torch.min(boxes1[:, None, 2:], boxes2[:, 2:])
        wh = (rb - lt).clamp(min=0)
        inter = wh[:, :, 0] * wh[:, :, 1]
        return inter / (area1[:, None] + area2 - inter + 1e-9)

    def nms(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
        order = scores.argsort(descending=True)
        keep: List[int] = []
        while order.numel() > 0:
            i = order[0]
            keep.append(int(i.item()))
            if order.numel() == 1:
                break
            iou = box_iou(boxes[i].unsqueeze(0), boxes[order[1:]]).squeeze(0)
            order = order[1:][iou <= iou_threshold]
        return torch.tensor(keep, dtype=torch.int64)

    class FPN(nn.Module):
        def __init__(self, channels: List[int], out: int):
            super().__init__()
            self.inner_blocks = nn.ModuleList([nn.Conv2d(c, out, 1) for c in channels])
            self.layer_blocks = nn.ModuleList([nn.Conv2d(out, out, 3, padding=1) for _ in channels])

        def get_result_from_inner_blocks(self, x: torch.Tensor, idx: int) -> torch.Tensor:
            num_blocks = len(self.inner_blocks)
            if idx < 0:
                idx += num_blocks
            out = x
            for i, module in enumerate(self.inner_blocks):
                if i == idx:
                    out = module(x)
            return out

        def forward(self, x: Dict[str, torch.Tensor]) -> Dict[str, torch.Tensor]:
            names = list(x.keys())
            values = list(x.values())
            last_inner = self.get_result_from_inner_blocks(values[-1], -1)
            results = []
            for block in self.layer_blocks:
                if len(results) == 0:
                    results.append(block(last_inner))
            for idx in range(len(values) - 2, -1, -1):
                inner_lateral = self.get_result_from_inner_blocks(values[idx], idx)
                feat_shape = inner_lateral.shape[-2:]
                inner_top_down = F.interpolate(last_inner, size=feat_shape, mode="nearest")
                last_inner = inner_lateral + inner_top_down
                results.insert(0, last_inner)
            out = OrderedDict([(k, v) for k, v in zip(names, results)])
            return out

    class Detector(nn.Module):
        def __init__(self):
            super().__init__()
            self.c1 = nn.Conv2d(3, 4, 3, 2, 1)
            self.c2 = nn.Conv2d(4, 6, 3, 2, 1)
            self.fpn = FPN([4, 6], 5)
            self.head = nn.Conv2d(5, 2 * 5, 1)
            self.register_buffer("anchors", torch.tensor([[2.0, 3.0], [4.0, 4.0]]), persistent=False)

        def forward(self, x) -> Tuple[torch.Tensor, torch.Tensor]:
            a = F.relu(self.c1(x))
            b = F.relu(self.c2(a))
            maps = self.fpn({"a": a, "b": b})
            found: List[torch.Tensor] = []
            for feature in maps.values():
                p = self.head(feature)
                bs, _, ny, nx = p.shape
                p = p.view(bs, 2, 5, ny, nx).permute(0, 1, 3, 4, 2).contiguous()
                yv, xv = torch.meshgrid([torch.arange(ny), torch.arange(nx)])
                grid = torch.stack((xv, yv), 2).view((1, 1, ny, nx, 2)).float()
                y = p.sigmoid()
                xy = (y[..., 0:2] * 2.0 - 0.5 + grid) * 2.0
                wh = (y[..., 2:4] * 2) ** 2 * self.anchors.view(1, 2, 1, 1, 2)
                y = torch.cat((xy, wh, y[..., 4:]), -1)
                found.append(y.view(bs, -1, 5))
            z = torch.cat(found, 1)[0]
            boxes = torch.cat((z[:, :2] - z[:, 2:4] / 2, z[:, :2] + z[:, 2:4] / 2), 1)
            scores, index = torch.topk(z[:, 4], 20)
            boxes = boxes[index]
            keep = nms(boxes, scores, 0.4)
            return boxes[keep], scores[keep]

    return Detector(), (torch.randn(1, 3, 16, 12),)


@model
def diffusion_unet(torch):
    """diffusers: sinusoidal time embeddings, residual blocks with group norm, attention over pixels, skips."""
    nn, F = torch.nn, torch.nn.functional

    def get_timestep_embedding(timesteps: torch.Tensor, embedding_dim: int, flip_sin_to_cos: bool = False, max_period: int = 10000):
        assert len(timesteps.shape) == 1, "Timesteps should be a 1d-array"
        half_dim = embedding_dim // 2
        exponent = -math.log(max_period) * torch.arange(start=0, end=half_dim, dtype=torch.float32, device=timesteps.device)
        exponent = exponent / (half_dim - 1)
        emb = torch.exp(exponent)
        emb = timesteps[:, None].float() * emb[None, :]
        emb = torch.cat([torch.sin(emb), torch.cos(emb)], dim=-1)
        if flip_sin_to_cos:
            emb = torch.cat([emb[:, half_dim:], emb[:, :half_dim]], dim=-1)
        if embedding_dim % 2 == 1:
            emb = F.pad(emb, (0, 1, 0, 0))
        return emb

    class ResnetBlock(nn.Module):
        def __init__(self, i, o, temb):
            super().__init__()
            self.norm1 = nn.GroupNorm(2, i, eps=1e-6)
            self.conv1 = nn.Conv2d(i, o, 3, padding=1)
            self.time_emb_proj = nn.Linear(temb, o)
            self.norm2 = nn.GroupNorm(num_groups=2, num_channels=o, eps=1e-6, affine=True)
            self.dropout = nn.Dropout(0.0)
            self.conv2 = nn.Conv2d(o, o, 3, padding=1)
            self.nonlinearity = nn.SiLU()
            self.conv_shortcut = nn.Conv2d(i, o, 1) if i != o else None

        def forward(self, input_tensor: torch.Tensor, temb: torch.Tensor) -> torch.Tensor:
            h = self.conv1(self.nonlinearity(self.norm1(input_tensor)))
            h = h + self.time_emb_proj(self.nonlinearity(temb))[:, :, None, None]
            h = self.conv2(self.dropout(self.nonlinearity(self.norm2(h))))
            if self.conv_shortcut is not None:
                input_tensor = self.conv_shortcut(input_tensor)
            return (input_tensor + h) / 1.0

    class AttnBlock(nn.Module):
        def __init__(self, c):
            super().__init__()
            self.norm = nn.GroupNorm(2, c)
            self.q, self.k, self.v = nn.Conv2d(c, c, 1), nn.Conv2d(c, c, 1), nn.Conv2d(c, c, 1)
            self.proj_out = nn.Conv2d(c, c, 1)

        def forward(self, x):
            h_ = self.norm(x)
            q, k, v = self.q(h_), self.k(h_), self.v(h_)
            b, c, h, w = q.shape
            q = q.reshape(b, c, h * w).permute(0, 2, 1)
            k = k.reshape(b, c, h * w)
            w_ = torch.bmm(q, k) * (int(c) ** (-0.5))
            w_ = F.softmax(w_, dim=2).permute(0, 2, 1)
            h_ = torch.bmm(v.reshape(b, c, h * w), w_).reshape(b, c, h, w)
            return x + self.proj_out(h_)

    class Downsample(nn.Module):
        def __init__(self, c):
            super().__init__()
            self.conv = nn.Conv2d(c, c, 3, stride=2, padding=0)

        def forward(self, x):
            return self.conv(F.pad(x, (0, 1, 0, 1), mode="constant", value=0.0))

    class Upsample(nn.Module):
        def __init__(self, c):
            super().__init__()
            self.conv = nn.Conv2d(c, c, 3, padding=1)

        def forward(self, x):
            return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.time_embed = nn.Sequential(nn.Linear(8, 16), nn.SiLU(), nn.Linear(16, 16))
            self.conv_in = nn.Conv2d(3, 4, 3, padding=1)
            self.down1 = ResnetBlock(4, 4, 16)
            self.downsample = Downsample(4)
            self.mid = ResnetBlock(4, 8, 16)
            self.attn = AttnBlock(8)
            self.upsample = Upsample(8)
            self.up1 = ResnetBlock(12, 4, 16)
            self.conv_out = nn.Conv2d(4, 3, 3, padding=1)

        def forward(self, sample: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
            emb = self.time_embed(get_timestep_embedding(timestep, 8, flip_sin_to_cos=True))
            h = self.conv_in(2 * sample - 1.0)
            skips = [self.down1(h, emb)]
            h = self.downsample(skips[-1])
            h = self.attn(self.mid(h, emb))
            h = self.upsample(h)
            h = torch.cat([h, skips.pop()], dim=1)
            h = self.up1(h, emb)
            return self.conv_out(F.silu(h)).clamp(-1, 1)

    return UNet(), (torch.randn(2, 3, 8, 8), torch.tensor([3, 70]))


@model
def generator(torch):
    """DCGAN, pix2pix and ESRGAN parts: transposed convolutions, instance norm, reflection padding, pixel shuffle, spectral norm."""
    nn, F = torch.nn, torch.nn.functional

    class ResidualDenseBlock(nn.Module):
        def __init__(self, nf=6, gc=3):
            super().__init__()
            self.conv1 = nn.Conv2d(nf, gc, 3, 1, 1)
            self.conv2 = nn.Conv2d(nf + gc, nf, 3, 1, 1)
            self.lrelu = nn.LeakyReLU(negative_slope=0.2, inplace=True)

        def forward(self, x):
            x1 = self.lrelu(self.conv1(x))
            x2 = self.conv2(torch.cat((x, x1), 1))
            return x2 * 0.2 + x

    class Generator(nn.Module):
        def __init__(self, nz=5, ngf=4):
            super().__init__()
            self.main = nn.Sequential(
                nn.ConvTranspose2d(nz, ngf * 2, 4, 1, 0, bias=False), nn.BatchNorm2d(ngf * 2), nn.ReLU(True),
                nn.ConvTranspose2d(ngf * 2, 6, 4, 2, 1, output_padding=1, bias=False), nn.InstanceNorm2d(6, affine=True), nn.PReLU(6),
            )
            self.body = nn.Sequential(*[ResidualDenseBlock() for _ in range(2)])
            self.up = nn.Sequential(nn.Conv2d(6, 12, 3, 1, 1), nn.PixelShuffle(2), nn.ReflectionPad2d(1), nn.Conv2d(3, 3, 3), nn.Tanh())
            self.apply(self.weights_init)

        def weights_init(self, m):
            classname = m.__class__.__name__
            if classname.find("Conv") != -1:
                nn.init.normal_(m.weight.data, 0.0, 0.2)
            elif classname.find("BatchNorm") != -1:
                m.weight.data.normal_(1.0, 0.02)
                m.bias.data.fill_(0)

        def forward(self, z):
            x = self.main(z)
            x = self.body(x) + x
            return self.up(F.interpolate(x, scale_factor=1.5, mode="bicubic", align_corners=True))

    return Generator(), (torch.randn(2, 5, 1, 1),)


@model
def inception(torch):
    """torchvision GoogLeNet: parallel branches, an auxiliary head in training, ceil_mode pooling, input transform."""
    nn, F = torch.nn, torch.nn.functional

    class BasicConv2d(nn.Module):
        def __init__(self, in_channels, out_channels, **kwargs: Any):
            super().__init__()
            self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **kwargs)
            self.bn = nn.BatchNorm2d(out_channels, eps=0.001)

        def forward(self, x):
            return F.relu(self.bn(self.conv(x)), inplace=True)

    class Inception(nn.Module):
        def __init__(self, c, conv_block=None):
            super().__init__()
            if conv_block is None:
                conv_block = BasicConv2d
            self.branch1 = conv_block(c, 4, kernel_size=1)
            self.branch2 = nn.Sequential(conv_block(c, 3, kernel_size=1), conv_block(3, 4, kernel_size=3, padding=1))
            self.branch3 = nn.Sequential(
                conv_block(c, 3, kernel_size=(1, 7), padding=(0, 3)), conv_block(3, 4, kernel_size=(7, 1), padding=(3, 0))
            )
            self.branch4 = nn.Sequential(nn.MaxPool2d(kernel_size=3, stride=1, padding=1, ceil_mode=True), conv_block(c, 4, kernel_size=1))

        def _forward(self, x: torch.Tensor) -> List[torch.Tensor]:
            return [self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)]

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.cat(self._forward(x), 1)

    class GoogLeNet(nn.Module):
        __constants__ = ["aux_logits", "transform_input"]

        def __init__(self, aux_logits=True, transform_input=True):
            super().__init__()
            self.aux_logits = aux_logits
            self.transform_input = transform_input
            self.conv1 = BasicConv2d(3, 6, kernel_size=3, stride=2, padding=1)
            self.maxpool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
            self.inception = Inception(6)
            self.lrn = nn.LocalResponseNorm(3)
            if aux_logits:
                self.aux = nn.Linear(16, 2)
            else:
                self.aux = None
            self.fc = nn.Linear(16, 2)

        def _transform_input(self, x: torch.Tensor) -> torch.Tensor:
            if self.transform_input:
                x_ch0 = torch.unsqueeze(x[:, 0], 1) * (0.229 / 0.5) + (0.485 - 0.5) / 0.5
                x_ch1 = torch.unsqueeze(x[:, 1], 1) * (0.224 / 0.5) + (0.456 - 0.5) / 0.5
                x_ch2 = torch.unsqueeze(x[:, 2], 1) * (0.225 / 0.5) + (0.406 - 0.5) / 0.5
                x = torch.cat((x_ch0, x_ch1, x_ch2), 1)
            return x

        def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, Optional[torch.Tensor]]:
            x = self._transform_input(x)
            x = self.maxpool(self.conv1(x))
            x = self.lrn(self.inception(x))
            aux: Optional[torch.Tensor] = None
            x = x.mean([2, 3])
            if self.aux is not None:
                if self.training:
                    aux = self.aux(x)
            return self.fc(x), aux

    return GoogLeNet(), (torch.rand(2, 3, 20, 22),)


@model
def shufflenet(torch):
    """torchvision ShuffleNetV2 and RegNet parts: channel shuffle by views, chunk, groups."""
    nn = torch.nn

    def channel_shuffle(x: torch.Tensor, groups: int) -> torch.Tensor:
        batchsize, num_channels, height, width = x.size()
        channels_per_group = num_channels // groups
        x = x.view(batchsize, groups, channels_per_group, height, width)
        x = torch.transpose(x, 1, 2).contiguous()
        return x.view(batchsize, num_channels, height, width)

    class InvertedResidual(nn.Module):
        def __init__(self, inp: int, oup: int, stride: int) -> None:
            super().__init__()
            if not (1 <= stride <= 3):
                raise ValueError("illegal stride value")
            self.stride = stride
            branch = oup // 2
            if self.stride > 1:
                self.branch1 = nn.Sequential(
                    self.depthwise_conv(inp, inp, kernel_size=3, stride=self.stride, padding=1),
                    nn.BatchNorm2d(inp), nn.Conv2d(inp, branch, 1, bias=False), nn.BatchNorm2d(branch), nn.ReLU(inplace=True),
                )
            else:
                self.branch1 = nn.Sequential()
            self.branch2 = nn.Sequential(
                nn.Conv2d(inp if self.stride > 1 else branch, branch, 1, bias=False), nn.BatchNorm2d(branch), nn.ReLU(inplace=True),
                self.depthwise_conv(branch, branch, kernel_size=3, stride=self.stride, padding=1), nn.BatchNorm2d(branch),
            )

        @staticmethod
        def depthwise_conv(i: int, o: int, kernel_size: int, stride: int = 1, padding: int = 0, bias: bool = False):
            return nn.Conv2d(i, o, kernel_size, stride, padding, bias=bias, groups=i)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if self.stride == 1:
                x1, x2 = x.chunk(2, dim=1)
                out = torch.cat((x1, self.branch2(x2)), dim=1)
            else:
                out = torch.cat((self.branch1(x), self.branch2(x)), dim=1)
            return channel_shuffle(out, 2)

    return nn.Sequential(InvertedResidual(6, 8, 2), InvertedResidual(8, 8, 1)), (torch.randn(1, 6, 9, 9),)
