"""The whole way on real and on synthetic speech: train, search, vocode, judge, and write down what came of it.

    python -m benchmarks.quality [--corpus ../shared/data/spoken-digits] [--quick]

Every step is kept in `--folder` under a name made from what it depends on, so that a run that was stopped goes on
where it was. It reports what it measures and asserts nothing.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import torch

from benchmarks.quality.plans import PLANS, default_folder, quick
from benchmarks.quality.steps import run
from benchmarks.quality.tables import report

SHARED = Path("../shared/data")


def main() -> None:
    """Run the benchmark as the command line says."""
    options = _options()
    names = list(PLANS) if options.corpus == "all" else [Path(options.corpus).name]
    found = []
    with ProcessPoolExecutor(options.workers, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        for name in names:
            plan = quick(PLANS[name]) if options.quick else PLANS[name]
            corpus = Path(options.corpus)
            if not corpus.is_dir():
                corpus = default_folder(name, SHARED, options.folder)
            found.append(run(plan, corpus, options.folder, pool))
    text = report(found, is_quick=options.quick)
    print(text)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default="all", help=f"one of {', '.join(PLANS)}, the folder of one, or all")
    parser.add_argument("--quick", action="store_true", help="a few words and steps, to see that everything runs")
    parser.add_argument("--folder", type=Path, default=Path("var/benchmarks/quality"), help="where steps are kept")
    parser.add_argument("--output", type=Path, help="the Markdown file (quick: in the folder)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes, of one thread each")
    options = parser.parse_args()
    if options.corpus != "all" and Path(options.corpus).name not in PLANS:
        parser.error(f"--corpus must end in one of {', '.join(PLANS)}, or be all")
    if options.output is None:
        options.output = options.folder / "quick.md" if options.quick else Path("docs/benchmarks/quality.md")
    return options


if __name__ == "__main__":
    main()
