"""Makes the files in saves/ with real PyTorch: `cd tests/golden && python make_saves.py`.

They are what PyTorch 2.13.0 writes, and hand-made ones of forms that it reads and no longer writes. expected.json has what PyTorch
reads from each: shapes, strides, types and numbers by key.
"""

import io
import json
import pickle
import tarfile
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch

FOLDER = Path(__file__).parent / "saves"
DTYPES = "uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128 bool".split()


def state() -> OrderedDict[str, torch.Tensor]:
    """Every type with a storage class, views that share a storage, odd layouts, a parameter."""
    base = torch.arange(12.0).reshape(3, 4)
    made = OrderedDict((name, torch.tensor([0, 1, 3]).to(getattr(torch, name))) for name in DTYPES)
    made.update(base=base, part=base[1:, ::2], transposed=base.t(), expanded=torch.ones(1).expand(5), empty=torch.empty(0, 3))
    made.update(scalar=torch.tensor(2.5), parameter=torch.nn.Parameter(torch.tensor([1.0, -0.0, float("inf")])))
    return made


def describe(value: torch.Tensor) -> dict[str, object]:
    """A tensor as JSON has it."""
    plain = value.detach().resolve_conj()
    numbers = torch.view_as_real(plain) if plain.is_complex() else plain
    return {
        "dtype": str(plain.dtype),
        "shape": list(plain.shape),
        "stride": list(value.stride()),
        "numbers": numbers.tolist(),
        "requires_grad": value.requires_grad,
        "is_parameter": isinstance(value, torch.nn.Parameter),
        "storage": value.untyped_storage().nbytes(),
    }


def big_endian(data: bytes) -> bytes:
    """A zip file as a machine with the other order of bytes writes it; it has float32 storages only."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename.endswith("/byteorder"):
                content = b"big"
            if "/data/" in info.filename:
                content = np.frombuffer(content, "<f4").astype(">f4").tobytes()
            new.writestr(zipfile.ZipInfo(info.filename), content)
    return out.getvalue()


def tar() -> bytes:
    """The format before 0.1.10: two tensors of one storage, and a storage that is part of another one."""
    numbers, dump = np.arange(6, dtype="<f4"), lambda value: pickle.dumps(value, 2)
    storages = (
        dump(1) + dump(("root", "cpu", torch.FloatStorage)) + (6).to_bytes(8, "little") + numbers.tobytes() + dump([("part", "root", 2, 3)])
    )

    def tensor(key: int, storage: str, size: tuple[int, ...], stride: tuple[int, ...], offset: int) -> bytes:
        head = dump((key, storage, torch.FloatTensor)) + len(size).to_bytes(8, "little")
        return head + np.array([*size, *stride, offset], "<i8").tobytes()

    tensors = dump(3) + tensor(1, "root", (2, 3), (3, 1), 0) + tensor(2, "root", (3,), (2,), 1) + tensor(3, "part", (2,), (1,), 1)

    class Named:
        def __init__(self, key: str) -> None:
            self.key = key

    out = io.BytesIO()
    pickler = pickle.Pickler(out, 2)
    pickler.persistent_id = lambda value: value.key if isinstance(value, Named) else None
    pickler.dump({"whole": Named("1"), "stepped": Named("2"), "part": Named("3")})
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as file:
        for name, content in {"sys_info": dump({}), "pickle": out.getvalue(), "storages": storages, "tensors": tensors}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return archive.getvalue()


def kept() -> dict[str, object]:
    """Tensors of kinds that rushlight only keeps."""
    x = torch.tensor([[0.5, -1.0], [2.0, 0.0]])
    scales, zeros = torch.tensor([0.1, 0.5]), torch.tensor([1, 2])
    return {
        "per_tensor": torch.quantize_per_tensor(x, 0.1, 3, torch.quint8),
        "csr": x.to_sparse_csr(),
        "coo": x.to_sparse(),
        "per_channel": torch.quantize_per_channel(x, scales, zeros, 0, torch.qint8),
        "meta": torch.empty(2, 3, device="meta"),
    }


def main() -> None:
    """Write them all."""
    FOLDER.mkdir(exist_ok=True)
    torch.save(state(), FOLDER / "zip.pt")
    torch.save(state(), FOLDER / "stream.pt", _use_new_zipfile_serialization=False)
    for protocol in (0, 4):
        torch.save({"x": torch.arange(3.0)}, FOLDER / f"protocol_{protocol}.pt", pickle_protocol=protocol)
    small = io.BytesIO()
    torch.save({"x": torch.arange(6.0).reshape(2, 3), "y": torch.tensor([1.5, -2.0])}, small)
    (FOLDER / "big_endian.pt").write_bytes(big_endian(small.getvalue()))
    (FOLDER / "tar.pt").write_bytes(tar())
    torch.manual_seed(0)
    torch.save(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.BatchNorm1d(3)).eval(), FOLDER / "module.pt")
    torch.save(kept(), FOLDER / "kept.pt")
    expected = {}
    for path in sorted(FOLDER.glob("*.pt")):
        # PyTorch writes protocol 0 and does not read it again
        value = torch.load(FOLDER / "protocol_4.pt" if path.stem == "protocol_0" else path, weights_only=False)
        if path.stem == "module":
            inputs = torch.tensor([[1.0, -2.0], [0.5, 3.0]])
            expected[path.stem] = {"inputs": inputs.tolist(), "outputs": value(inputs).tolist()}
        elif path.stem == "kept":
            dense = {
                key: (item.to_dense() if item.layout != torch.strided else item.dequantize())
                for key, item in value.items()
                if key != "meta"
            }
            expected[path.stem] = {key: item.tolist() for key, item in dense.items()}
        else:
            expected[path.stem] = {key: describe(item) for key, item in value.items()}
    (FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
