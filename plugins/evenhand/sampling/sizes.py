"""How likely each unit of a frame is to be drawn: by what is seen of it, and by how likely it is in breach."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from evenhand.sampling.sums import Floats

# The share of a sample that is drawn by exposure alone, as views are at random: it is right even where risk is wrong,
# and no item of it stands for very much.
SIMPLE = 0.2
# No unit's risk counts as less than this part of the mean one.
_LEAST = 0.1


def sizes(exposure: ArrayLike, risk: ArrayLike) -> Floats:
    """A number for each unit that its chance is proportional to: exposure × √risk, as Neyman's allocation has it.

    A risk is never below a tenth of the frame's mean, over what was seen: what seems safe is looked at too.
    """
    seen, share = np.asarray(exposure, float), np.asarray(risk, float)
    mean = float((seen * share).sum() / seen.sum()) if seen.size and seen.sum() else 0.0
    return np.asarray(seen * np.sqrt(np.maximum(share, _LEAST * mean)) if mean else seen, float)
