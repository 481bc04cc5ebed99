"""What every report begins with: the releases that it looks at, and the language that it speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from evenhand.notices.catalogs import load_catalogs
from evenhand.release.figures import Definition, definitions
from evenhand.release.manifest import Manifest, read_manifest
from evenhand.reports.facts import Facts, facts_of
from evenhand.reports.language import Language
from evenhand.settings import Settings


@dataclass(frozen=True)
class Opened:
    """The facts of a night and of those before it that a report looks at, and how they are told.

    Attributes:
        defined: the operational metrics, by name.
        manifests: of the releases, the night's own last.
    """

    facts: Facts
    language: Language
    defined: Mapping[str, Definition]
    manifests: Sequence[Manifest]

    def made_of(self, is_read: Callable[[date], bool]) -> tuple[tuple[date, str], ...]:
        """The releases of the nights that a report reads, as it says of itself what it is made of."""
        return tuple((each.night, each.release_id) for each in self.manifests if is_read(each.night))


@contextmanager
def opened(here: Settings, night: date, language: str) -> Iterator[Opened]:
    """A report's releases, for as long as it is made.

    Args:
        night: a released night.
        language: such as `en`.

    Raises:
        NoSuchWords: there are no reports in the language.
        ReleaseChanged: a release isn't what was released.
        OtherFormat, pydantic.ValidationError: another version released a night.
    """
    speaks = Language(language, load_catalogs(here.translations), here.policies)
    with facts_of(here.home, here.releases, night) as facts:
        manifests = [read_manifest(folder) for folder in facts.folders]
        yield Opened(facts, speaks, definitions(here.dbt_project), manifests)
