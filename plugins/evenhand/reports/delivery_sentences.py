"""What a delivery did and whether a receiver agrees (delivery/deliver.py, reconcile.py), for other languages."""

from __future__ import annotations

from evenhand.delivery.changes import list_of
from evenhand.reports.sentences import Place, Sentences, day, key, number, text

_DONE = (
    "{receiver}, night {day}: sent {sent}; {applied} applied, {duplicates} had been before, {rejected} rejected,"
    " {unanswered} unanswered, {already} already there"
)
_HELD = "{receiver}, night {day}: {wanted} [row|rows] wanted, {held} held: {differences}"
_AGREES = "{receiver}, night {day}: {wanted} [row|rows] wanted, {held} held: they agree"
_CORRECTED = "; changed there by itself and corrected: {differences_before}"
DELIVERED = Sentences(
    {
        "delivered": (
            "{receiver}, night {day}: nothing sent, it holds night {later}, which is newer",
            f"{_DONE}, {{beside}}",
            _DONE,
        ),
        "reconciled": (
            "{receiver}, night {day}: not compared, it holds night {later}, which is newer",
            f"{_AGREES}{_CORRECTED}",
            _AGREES,
            f"{_HELD}{_CORRECTED}",
            _HELD,
        ),
        "sent": ("nothing", "{rows} {list} put", "{rows} {list} remove"),
        "beside": (
            "{waiting} [waits for its|wait for their] measure",
            "{dropped} dropped",
            "{waiting} [waits|wait] for how far [it was|they were] automated, the oldest for {nights} [night|nights]"
            " (since {later})",
        ),
        "differences": (
            "{rows} missing, the first {row}",
            "{rows} stale, the first {row}",
            "{rows} differing, the first {row}",
        ),
    },
    {
        **dict.fromkeys(("applied", "duplicates", "rejected", "unanswered", "already", "wanted", "held"), number()),
        **dict.fromkeys(("rows", "waiting", "dropped", "nights"), number()),
        "receiver": text(r"[^,]+"),
        "row": text(),
        "day": day(),
        "later": day(),
        "list": Place(r"\w+", lambda reader, said: key("list").told(reader, list_of(said))),
    },
    between={"sent": ", ", "beside": ", ", "differences": "; "},
    are={"differences_before": "differences"},
)
