"""people.yml: whom an installation knows, for which markets, and what each may do there."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from evenhand.policy.diagnose import pack_error
from evenhand.policy.language.part import Market, Part, exactly_one, mistake, refuse_doubles
from evenhand.policy.load import frozen
from evenhand.policy.nodes import parse
from evenhand.policy.texts import Mistake, PackError, Text, read_text
from evenhand.records.persons import PersonRefused, normalised

# Written instead of markets: every market that there is and will be.
ALL = "all"
Right = Literal["see", "support", "work_cases", "approve", "emergency", "stop", "admin"]
RIGHTS: tuple[Right, ...] = get_args(Right)
# What a role or a team can be given. Where an answer is applied, Airflow tells the name of its person and no more.
OF_GROUPS: tuple[Right, ...] = ("see", "support")
# A change of the file is proposed by one of them and approved by another.
_ADMINS = 2


class Listed(Part):
    """A user, or all of a role or a team of Airflow: what they may do for which markets, and how they are told."""

    user: str | None = Field(default=None, min_length=1)
    """Who logs in under this name."""

    role: str | None = Field(default=None, min_length=1)
    """Everybody of this role of Airflow's log-in."""

    team: str | None = Field(default=None, min_length=1)
    """Everybody of this team of Airflow's log-in."""

    markets: tuple[Market, ...] = Field(min_length=1)
    """The markets, as the feeds spell them, or all."""

    rights: tuple[Right, ...] = Field(min_length=1)
    """What they may do: see, support, work_cases, approve, emergency, stop, admin."""

    language: str = "en"
    """The language that they read."""

    level: int = Field(default=0, ge=0, le=9)
    """Up to which level of escalation cases of these markets come to them; 0 for none."""

    reports: tuple[Literal["night", "week"], ...] = ()
    """Which reports they are sent."""

    address: str = ""
    """Where they are told something, such as an address for mail."""

    @field_validator("markets", "rights", "reports", mode="before")
    @classmethod
    def _one_or_more(cls, said: object) -> object:
        return (said,) if isinstance(said, str) else said

    @model_validator(mode="after")
    def _makes_sense(self) -> Listed:
        who = exactly_one(self, ("user", "role", "team"))
        if self.user is not None:
            try:
                normalised(self.user)
            except PersonRefused as error:
                raise mistake(("user",), repr(self.user), f"a name as it logs in ({error})") from error
        if ALL in self.markets and len(self.markets) > 1:
            raise mistake(("markets",), "all beside other markets", "all alone, or the markets")
        for name in ("markets", "rights", "reports"):
            refuse_doubles({(name, i): each for i, each in enumerate(getattr(self, name))})
        for i, right in enumerate(self.rights):
            if who != "user" and right not in OF_GROUPS:
                raise mistake(
                    ("rights", i),
                    f"{right} for a {who}",
                    "a right to see, or a user: where an answer is applied, only its person's name is known",
                    OF_GROUPS,
                )
        return self

    @property
    def name(self) -> str:
        """Who is meant, for people."""
        return self.user or (f"the role {self.role}" if self.role else f"the team {self.team}")

    def is_for(self, market: str) -> bool:
        """Whether it is about a market; about all of them (`ALL`) only if it says so."""
        return ALL in self.markets or market in self.markets


class People(Part):
    """Whom an installation knows. Who isn't listed sees nothing."""

    people: tuple[Listed, ...] = Field(min_length=1)
    """Everybody, each with markets and rights."""

    changed_by: tuple[str, ...] = ()
    """Who changed this file last; none of them approves that."""

    @field_validator("changed_by", mode="before")
    @classmethod
    def _one_or_more(cls, said: object) -> object:
        return (said,) if isinstance(said, str) else said

    @model_validator(mode="after")
    def _can_be_changed_again(self) -> People:
        names = {("people", i, "user"): normalised(each.user) for i, each in enumerate(self.people) if each.user}
        admins = {
            normalised(each.user) for each in self.people if each.user and "admin" in each.rights and each.is_for(ALL)
        }
        if len(admins) < _ADMINS:
            raise _too_few_admins(len(admins))
        # A user can be listed for some markets with these rights and for others with those.
        seen: set[tuple[str, str]] = set()
        for (_, i, _), name in names.items():
            for market in self.people[i].markets:
                if (name, market) in seen:
                    raise mistake(("people", i, "markets"), f"{name} for {market} again", "each only once")
                seen.add((name, market))
        return self

    def rights_of(self, user: str, market: str) -> set[Right]:
        """What a user may do for a market, by name; an admin may do all.

        Args:
            market: one, or `ALL` for what concerns every market.
        """
        found = {
            right
            for each in self.people
            if each.user and normalised(each.user) == normalised(user) and each.is_for(market)
            for right in each.rights
        }
        return found | set(RIGHTS) if "admin" in found else found

    def who_may(self, right: Right, market: str) -> list[str]:
        """The users that have a right for a market."""
        users = dict.fromkeys(each.user for each in self.people if each.user)
        return [user for user in users if right in self.rights_of(user, market)]


def read_people(path: Path) -> People:
    """What people.yml says.

    Raises:
        PackError: it isn't there or is wrong; with file, line and column.
    """
    return _people_of(read_text(path))


def people_of(text: str, path: Path) -> People:
    """What a text of people.yml says that was kept.

    Args:
        path: of the file, for messages.

    Raises:
        PackError: it is wrong.
    """
    return _people_of(Text(path, text.encode(), *parse(text)))


def _people_of(text: Text) -> People:
    content: Any = text.content
    if content is None:
        said = "found nothing; expected the key people, with those who may do something (docs/operations.md)"
        raise PackError(Mistake(str(text.path), 1, 1, said))
    try:
        return People.model_validate(frozen(content))
    except ValidationError as error:
        raise pack_error(error, [text], content, People) from error


def _too_few_admins(found: int) -> PydanticCustomError:
    return mistake(
        ("people",),
        f"{found or 'no'} user{'' if found == 1 else 's'} with the right admin for all markets",
        "two at least: what one of them changes here, another approves",
    )
