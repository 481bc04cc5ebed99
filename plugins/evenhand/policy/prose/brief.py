"""`evenhand policy brief`: what a change of a pack means for those who work with it, with examples at its bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.policy.diff import Change, diff
from evenhand.policy.language.pack import Pack
from evenhand.policy.prose import words
from evenhand.policy.prose.bounds import examples
from evenhand.policy.prose.speech import Speech, local, say, speaking
from evenhand.policy.prose.words import capital


def brief(old: Pack, new: Pack, language: Speech | None = None) -> str:
    """What is otherwise in `new`, as Markdown: for reviewers, for operations, for creators, and at the bounds.

    Args:
        language: that it is in; by default English.
    """
    with speaking(language):
        return "\n".join(local(each) for each in _lines(old, new))


def _lines(old: Pack, new: Pack) -> Iterator[str]:
    changes = diff(old, new)
    yield say("# From {old} to {new}", old=words.edition(old), new=words.edition(new))
    yield ""
    if not changes:
        yield say("Both decide the same.")
        yield ""
        return
    for title, said in for_readers(changes):
        yield title
        yield ""
        yield from said
        yield ""
    shown, left_out = examples(old, new)
    if shown:
        yield say("## On both sides of what changed")
        yield ""
        for example in (*shown, *([left_out] if left_out else [])):
            yield say("- {said}", said=example)
        yield ""


def for_readers(changes: Sequence[Change]) -> Iterator[tuple[str, list[str]]]:
    """The heading for each of those who work with a pack, and what concerns them of its changes, as Markdown."""
    for title, concerned in (
        ("## For reviewers", _reviewers),
        ("## For operations", _operations),
        ("## For creators", _creators),
    ):
        said = [
            say("- {about}: {said}.", about=capital(each.about), said=each.said) for each in changes if concerned(each)
        ]
        yield say(title), said or [say("- Nothing changes for them.")]


def _reviewers(change: Change) -> bool:
    return change.about == "appeals" or "rule " in change.said


def _operations(change: Change) -> bool:
    of_the_whole = change.about in ("who is affected", "from when", "measures", "stages")
    return of_the_whole or change.about.startswith("bonus") or "zone " in change.said


def _creators(change: Change) -> bool:
    return change.about not in ("who is affected", "from when", "measures")
