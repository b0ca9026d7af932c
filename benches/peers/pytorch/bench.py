#!/usr/bin/env python3
"""Images a second of training a CIFAR ResNet with PyTorch: a line of JSON for each variant.

    python3 -m pip install torch safetensors numpy
    python3 bench.py --device cpu --threads 2 --variants eager,channels-last,compiled
    python3 bench.py --device cuda --precision fp32,tf32 --model resnet-56

The network and what is trained are those of tests/fixtures/reference.py, which the tests of bnonly are
held against. A variant that this machine cannot run gives a line with "skipped" and the reason.
"""
import argparse
import json
import math
import pathlib
import platform
import statistics
import sys
import time

import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "tests" / "fixtures"))
from reference import ResNet, choose_trained, initialise  # noqa: E402

VARIANTS = {
    # name: memory format, mode of torch.compile (None: not compiled), CUDA only
    "eager": (torch.contiguous_format, None, False),
    "channels-last": (torch.channels_last, None, False),
    "compiled": (torch.contiguous_format, "default", False),
    "compiled-channels-last": (torch.channels_last, "default", False),
    # Replays whole steps as CUDA graphs, so that launching kernels costs next to nothing.
    "compiled-graphs": (torch.channels_last, "reduce-overhead", True),
}


def adapter(device):
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    names = [line.split(":", 1)[1].strip() for line in cpu_info() if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {torch.get_num_threads()} threads"


def cpu_info():
    path = pathlib.Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def model_name(text):
    name, _, depth = text.partition("-")
    if name != "resnet" or not depth.isdigit() or int(depth) < 8 or (int(depth) - 2) % 6:
        raise argparse.ArgumentTypeError(f"{text}: a model is resnet-D with D = 6n+2, such as resnet-14")
    return text


def measure(a, device, variant):
    """Seconds a step of each measured round, and the losses of the first and the last step of all."""
    layout, compile_mode, _ = VARIANTS[variant]
    model = ResNet(int(a.model.split("-")[1]))
    initialise(model, a.seed)
    trained = choose_trained(model, a.train)
    model.to(device, memory_format=layout).train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(parameters, 0.1, 0.9)
    # One batch, made up and kept on the device.
    images = torch.randn(a.batch, 3, 32, 32).to(device, memory_format=layout)
    labels = (torch.arange(a.batch) % 10).to(device)

    def loss_of(images, labels):
        return F.cross_entropy(model(images), labels)

    if compile_mode:
        # Each variant and each model is compiled for itself.
        torch.compiler.reset()
        loss_of = torch.compile(loss_of, mode=compile_mode)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(images, labels)
        loss.backward()
        optimizer.step()
        return loss.detach()

    def wait():
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    first = step().item()
    with_gradient = [name for name, p in model.named_parameters() if p.grad is not None]
    assert with_gradient == trained, f"gradients of {len(with_gradient)} tensors, not of {len(trained)}"
    for _ in range(a.warm_up - 1):
        step()
    wait()
    # A GPU need not wait for the host between the steps of a round.
    steps = 10 if device.type == "cuda" else 1
    seconds = []
    for _ in range(math.ceil(a.steps / steps)):
        start = time.perf_counter()
        for _ in range(steps):
            loss = step()
        wait()
        seconds.append((time.perf_counter() - start) / steps)
    return seconds, first, loss.item()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    ap.add_argument("--model", type=model_name, default="resnet-14")
    ap.add_argument("--train", default="bn", choices=["bn", "all"])
    ap.add_argument("--batch", type=int, default=128)
    ap.add_argument("--steps", type=int, default=0,
                    help="measured one by one, on cuda ten by ten; their median counts (default: 20, on cuda 200)")
    ap.add_argument("--warm-up", type=int, default=5, help="before those")
    ap.add_argument("--variants", default="eager,channels-last,compiled", help=", ".join(VARIANTS))
    ap.add_argument("--precision", default="fp32", help="fp32,tf32; tf32 on cuda only")
    ap.add_argument("--threads", type=int, default=0, help="of the processor; 0: as PyTorch chooses")
    ap.add_argument("--seed", type=int, default=0)
    a = ap.parse_args()
    variants, precisions = a.variants.split(","), a.precision.split(",")
    for given, known in [(variants, VARIANTS), (precisions, ("fp32", "tf32"))]:
        if unknown := set(given) - set(known):
            ap.error(f"{', '.join(sorted(unknown))}: there are {', '.join(known)}")
    a.steps = a.steps or (200 if a.device == "cuda" else 20)
    if min(a.batch, a.steps, a.warm_up) < 1:
        ap.error("--batch, --steps and --warm-up are at least 1")
    if a.threads:
        torch.set_num_threads(a.threads)
    device = torch.device(a.device)
    has_device = a.device == "cpu" or torch.cuda.is_available()

    failed = False
    for precision in precisions:
        for variant in variants:
            row = {"peer": "pytorch", "version": torch.__version__,
                   "adapter": adapter(device) if has_device else a.device, "variant": f"{variant} {precision}",
                   "model": a.model, "train": a.train, "batch": a.batch}
            try:
                if not has_device:
                    raise RuntimeError("this PyTorch finds no CUDA device")
                if a.device == "cpu" and (VARIANTS[variant][2] or precision == "tf32"):
                    raise RuntimeError("on CUDA only")
                torch.backends.cudnn.benchmark = True
                torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
                seconds, first, last = measure(a, device, variant)
            except RuntimeError as error:
                # Such as a machine without the compiler that torch.compile needs, or too little memory.
                row["skipped"] = str(error).strip().splitlines()[0]
            else:
                median = statistics.median(seconds)
                row |= {"images_per_second": a.batch / median, "seconds_per_step": median, "steps": a.steps,
                        "warm_up_steps": a.warm_up, "loss_first": first, "loss_last": last}
                if not (math.isfinite(first) and math.isfinite(last) and last < first):
                    print(f"{variant}: the loss of one batch went from {first} to {last}", file=sys.stderr)
                    failed = True
                    continue
            print(json.dumps(row), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
