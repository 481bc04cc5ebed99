"""Draw histories and hold the models to the oracle: `python -m transform.continuity --histories 2000 --seed 1`."""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence

from made_once import shared_project
from transform.continuity.compare import differences
from transform.continuity.draw import FEATURES, draw, nights_of
from transform.continuity.shrink import smallest, written

# As many as make one run of the models worth its time.
BATCH = 200


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m transform.continuity", description=__doc__)
    parser.add_argument("--histories", type=int, default=2000, help="how many are drawn")
    parser.add_argument("--nights", type=int, default=4, help="on how many nights a history is compared")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--features", default=",".join(sorted(FEATURES)), help="what is drawn, of all: %(default)s")
    parser.add_argument("--shrink", action="store_true", help="show the smallest history that differs")
    args = parser.parse_args(arguments)
    features = [each for each in args.features.split(",") if each]
    print(f"seed {args.seed}, {args.histories} histories", flush=True)
    models = shared_project().models()
    wrong: Counter[str] = Counter()
    for batch, first in enumerate(range(0, args.histories, BATCH)):
        numbers = range(first, min(first + BATCH, args.histories))
        histories = [draw(args.seed, number, features) for number in numbers]
        print(f"{first} … {numbers[-1]}", flush=True)
        shown: set[str] = set()
        for each in differences(models, histories, nights_of(args.seed, batch, args.nights)):
            wrong[each.history.name] += 1
            if len(wrong) <= 8 and each.history.name not in shown:
                print(each, flush=True)
                if args.shrink and not shown:
                    print(written(smallest(models, each)), flush=True)
                shown.add(each.history.name)
    print(f"{args.histories} histories, {len(wrong)} with differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
