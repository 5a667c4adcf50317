#!/usr/bin/env python3
"""What the derives cost a clean debug build: a crate of 100 structs of 10 metrics, next to the same structs of numbers.

    tests/bench/compile_time.py [--structs 100] [--rounds 3] [--limit 3.0] [--passes]

Builds what both depend on first, then each crate alone, and takes the fastest of all rounds. Says how much the derives
add, in seconds that passed and in seconds of CPU; the smaller of both counts, because on a busy machine the first says
nothing. Exits with 1 if that is more than the limit. `--passes` shows what the compiler spends it on (nightly).
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]

LABELS = """
#[derive(Clone, Copy, metrics_core::LabelValue)]
pub enum Method { Get, Post, Put, Delete }

#[derive(metrics_core::LabelSet)]
pub struct Request<'a> { pub method: Method, pub route: &'a str, pub status: u16 }

#[derive(metrics_core::LabelSet)]
pub struct Kind { pub method: Method }
"""

# Type and attribute of each of ten fields.
FIELDS = [
    ("Counter", None),
    ("Gauge", None),
    ("Family<Request<'static>, Counter>", None),
    ("Histogram", "unit = Seconds, buckets = [0.005, 0.05, 0.5, 5.0]"),
    ("Family<Request<'static>, Histogram>", "unit = Seconds, buckets = [0.01, 0.1, 1.0]"),
    ("Family<Kind, Counter>", "preset"),
    ("Gauge<i64>", "unit = Bytes"),
    ("Counter<f64>", None),
    ("Family<Request<'static>, Gauge>", "max_series = 500"),
    ("Family<Kind, Gauge>", "const_labels(part = \"a\")"),
]


def with_derives(structs):
    out = ["use metrics_core::{Counter, Family, Gauge, Histogram, Metrics};", LABELS]
    for n in range(structs):
        out.append(f'#[derive(Metrics)]\n#[metrics(prefix = "part_{n}")]\npub struct Part{n} {{')
        for i, (ty, attribute) in enumerate(FIELDS):
            out.append(f"    /// What number {i} of part {n} counts.")
            if attribute:
                out.append(f"    #[metric({attribute})]")
            out.append(f"    pub field_{i}: {ty},")
        out.append("}")
    return "\n".join(out)


def without(structs):
    out = []
    for n in range(structs):
        fields = "".join(f"    /// What number {i} of part {n} counts.\n    pub field_{i}: u64,\n" for i in range(len(FIELDS)))
        out.append(f"pub struct Part{n} {{\n{fields}}}")
    return "\n".join(out)


def crate(folder, name, source):
    (folder / name / "src").mkdir(parents=True)
    (folder / name / "src/lib.rs").write_text(source)
    (folder / name / "Cargo.toml").write_text(
        f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2024"\n'
        f'[dependencies]\nmetrics-core = {{ path = "{CHECKOUT / "metrics-core"}" }}\n'
    )


def build(folder, name, environment, arguments=()):
    """Builds one crate anew; seconds that passed, and of CPU."""
    clean = ["cargo", "clean", "--quiet", "--offline", "--package", name]
    subprocess.run(clean, cwd=folder, env=environment, check=True)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = ["cargo", "rustc", "--quiet", "--offline", "--package", name, "--", *arguments]
    subprocess.run(command, cwd=folder, env=environment, check=True)
    passed, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return passed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--structs", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=3.0)
    parser.add_argument("--passes", action="store_true")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "Cargo.toml").write_text('[workspace]\nresolver = "3"\nmembers = ["derived", "plain"]\n')
        shutil.copy(CHECKOUT / "Cargo.lock", folder)
        crate(folder, "derived", with_derives(options.structs))
        crate(folder, "plain", without(options.structs))
        # As a user builds it: debug information, incremental.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("CARGO_PROFILE", "CARGO_INCREMENTAL"))}
        environment["CARGO_TARGET_DIR"] = str(folder / "target")
        if options.passes:
            environment["RUSTUP_TOOLCHAIN"] = "nightly"
        subprocess.run(["cargo", "build", "--quiet", "--offline"], cwd=folder, env=environment, check=True)
        if options.passes:
            build(folder, "derived", environment, ["-Ztime-passes"])
            return 0
        rounds = [[build(folder, name, environment) for name in ("derived", "plain")] for _ in range(options.rounds)]
        fastest = [[min(each[crate][clock] for each in rounds) for clock in range(2)] for crate in range(2)]
        print(f"{'':24}{'passed':>10}{'of CPU':>10}")
        for name, times in zip((f"{options.structs} structs, derived", "the same of numbers"), fastest):
            print(f"{name:24}{times[0]:>9.2f}s{times[1]:>9.2f}s")
        added = [derived - plain for derived, plain in zip(*fastest)]
        print(f"{'the derives add':24}{added[0]:>9.2f}s{added[1]:>9.2f}s")
        if min(added) > options.limit:
            print(f"more than {options.limit} s")
            return 1
        return 0


if __name__ == "__main__":
    sys.exit(main())
