#!/usr/bin/env python3
"""Runs some of the peers and bnonly in turns, and prints one table of images a second.

    python3 run.py --peers burn,pytorch --model resnet-14 --bnonly ../../target/release/bnonly
    python3 run.py --peers tfjs --model resnet-8 --rounds 1

In turns, because a machine is not equally fast all the time: each round measures everything once, and
the table has the median of the rounds. The lines of JSON go to --lines as they come.
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PEERS = ("burn", "burn-plain", "pytorch", "tfjs")


def commands(a):
    """A command for each peer, and for bnonly."""
    counts = [f"--{name}={value}" for name, value in [("steps", a.steps), ("warm-up", a.warm_up)] if value]
    settings = ["--model", a.model, "--train", a.train]
    cargo = ["cargo", "run", "--quiet", "--release", "--manifest-path", str(HERE / "burn" / "Cargo.toml")]
    known = {
        "burn": [*cargo, "--", "--variant", "tuned"],
        "burn-plain": [*cargo, "--no-default-features", "--", "--variant", "plain"],
        "pytorch": [sys.executable, str(HERE / "pytorch" / "bench.py"), "--device", a.device,
                    "--threads", str(a.threads), "--variants", a.variants, "--precision", a.precision],
        "tfjs": ["node", str(HERE / "tfjs" / "bench.js"), *(["--gpu"] if a.gpu else [])],
    }
    found = {peer: [*known[peer], *settings, "--batch", str(a.batch), *counts] for peer in a.peers}
    if a.bnonly:
        bnonly = [a.bnonly, "bench", *settings, "--batch-size", str(a.batch), "--json", *shlex.split(a.bnonly_options)]
        found = {"bnonly": bnonly} | found
    return found


def rows_of(name, output, a):
    """What a program measured: every object in its output that has images a second, or why it has not.

    bnonly prints one object with more in it than this, maybe over many lines; the peers a line each.
    """
    try:
        objects = [json.loads(output)]
    except ValueError:
        objects = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    found = []
    while objects:
        value = objects.pop(0)
        if isinstance(value, dict) and ("images_per_second" in value or "skipped" in value):
            found.append({"peer": name, "variant": "", "model": a.model, "train": a.train, "batch": a.batch} | value)
        else:
            parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
            objects.extend(parts)
    return [row for row in found if row["train"] == a.train]


def measure(name, command, a):
    print(f"$ {shlex.join(command)}", file=sys.stderr, flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    rows = rows_of(name, done.stdout, a)
    if done.returncode or not rows:
        sys.exit(f"{name} ended with exit code {done.returncode} and {len(rows)} measurements; what it said is above")
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?"
    for row in rows:
        line = json.dumps(row | {"load": load})
        print(line, file=sys.stderr, flush=True)
        if a.lines:
            with open(a.lines, "a") as lines:
                print(line, file=lines)
    return rows


def table(rows):
    """Images a second by program and variant, and how many times that the first one has."""
    groups = {}
    for row in rows:
        groups.setdefault((row["peer"], row["variant"], row.get("adapter", "")), []).append(row)
    lines, first = [("", "images/s", "rounds", "first / this", "on")], None
    for (peer, variant, adapter), found in groups.items():
        speeds = [row["images_per_second"] for row in found if "images_per_second" in row]
        title = f"{peer} {variant}".strip()
        if not speeds:
            lines.append((title, "-", "", "", found[0]["skipped"]))
            continue
        median = statistics.median(speeds)
        first = first or median
        lines.append((title, f"{median:.1f}", " ".join(f"{s:.1f}" for s in speeds), f"{first / median:.2f}", adapter))
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in
                     [lines[0], ["-" * width for width in widths], *lines[1:]])


def a_list(text):
    return [part for part in text.split(",") if part]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--peers", type=a_list, default=["burn", "pytorch"], help=",".join(PEERS))
    ap.add_argument("--bnonly", help="the program; without it the peers alone are measured")
    ap.add_argument("--bnonly-options", default="", metavar="=OPTIONS", help="more for `bnonly bench`: --bnonly-options='--quick'")
    ap.add_argument("--model", default="resnet-14")
    ap.add_argument("--train", default="bn", choices=["bn", "all"])
    ap.add_argument("--batch", type=int, default=128)
    ap.add_argument("--steps", type=int, default=0, help="of each peer; 0: as each chooses")
    ap.add_argument("--warm-up", type=int, default=0, help="likewise")
    ap.add_argument("--rounds", type=int, default=2)
    ap.add_argument("--device", default="cpu", choices=["cpu", "cuda"], help="for PyTorch")
    ap.add_argument("--threads", type=int, default=0, help="for PyTorch")
    ap.add_argument("--variants", default="eager,channels-last", help="of PyTorch")
    ap.add_argument("--precision", default="fp32", help="of PyTorch")
    ap.add_argument("--gpu", action="store_true", help="TensorFlow.js on the browser's own adapter")
    ap.add_argument("--lines", help="a file for the lines of JSON")
    a = ap.parse_args()
    if unknown := set(a.peers) - set(PEERS):
        ap.error(f"--peers: {', '.join(sorted(unknown))} unknown; there are {', '.join(PEERS)}")
    if not re.fullmatch(r"resnet-\d+", a.model):
        ap.error(f"--model is {a.model}, not such as resnet-14")
    if not (a.peers or a.bnonly):
        ap.error("nothing to measure; name --peers or --bnonly")
    asked = commands(a)
    rows = []
    for _ in range(a.rounds):
        for name, command in asked.items():
            rows += measure(name, command, a)
    print(f"{a.model}, {a.train}, batch {a.batch}, {a.rounds} rounds\n\n{table(rows)}")


if __name__ == "__main__":
    main()
