"""Proposing an emergency: whom it meets, and whether the market's pack has such a measure at all.

Read from the newest release and the packs alone. What a pack hasn't got would have no words for the account and no
receiver that could carry it out.

Longer than other files, for what is refused and what the second person is told stand beside each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import ValidationError

from evenhand.emergency.emergency import MANY, MANY_OF_MARKET, VERBS, EmergencyRefused, Proposal
from evenhand.emergency.record import refuse_what_lasts_too_long
from evenhand.emergency.wish import Wish
from evenhand.landing.names import composed
from evenhand.people.acts import EMERGENCY
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import EMERGENCY as PROGRAMME
from evenhand.policy.load import LoadedPack
from evenhand.records.markdown import code, plain
from evenhand.records.persons import Person
from evenhand.records.sql_files import SqlFile
from evenhand.records.written import TextRefused, reason, seen_of

_SQL = SqlFile(__file__)

_SHOWN = 20


@dataclass(frozen=True)
class Proposed:
    """A proposal, and what the second person has to know of it.

    Attributes:
        night: the night whose release was looked at.
        have_it: how many of the accounts have the measure on that night.
        all_have_it: the same, of all accounts of the market.
        in_market: how many accounts the market has.
        who: kinds and stages of the accounts, with how many are of each.
        usual: of what isn't imposed, the programmes by which they have the measure as usual, each with the last day, if
            there is one, and how many accounts.
    """

    proposal: Proposal
    night: date
    have_it: int
    all_have_it: int = 0
    in_market: int = 0
    who: tuple[tuple[str, int], ...] = ()
    usual: tuple[tuple[str, date | None, int], ...] = ()

    def told(self, called: Callable[[str, str], str]) -> str:
        """For the second person, as Markdown.

        Args:
            called: what a key of a kind is called, such as a measure.
        """
        p = self.proposal
        what = f"{called('measure', p.measure)} ({called('scope', p.scope)}) to be {VERBS[p.action]} in {p.market}"
        shown = ", ".join(map(code, p.accounts[:_SHOWN]))
        more = f" and {len(p.accounts) - _SHOWN:,} more" if len(p.accounts) > _SHOWN else ""
        whom = f"**{_accounts_said(len(p.accounts))}**, of which {_have(self.have_it)} it now"
        return "\n\n".join(
            [
                f"**{plain(p.author)}** asks for {plain(what)}, on {whom}.",
                self._from_when(),
                f"The accounts are told: “{plain(p.reason)}”",
                f"That is {100 * len(p.accounts) / max(self.in_market, 1):.1f} % of the {self.in_market:,} accounts of"
                f" {plain(p.market)}, of which {_have(self.all_have_it)} it as usual: who is met is"
                f" {'; '.join(f'{count:,} × {plain(in_words(of, called))}' for of, count in self.who)}.",
                *([self._usual_too(called)] if self.usual else []),
                *(
                    [
                        f"**A third person has to approve it too**: it meets more than {MANY} accounts and more than"
                        f" {100 * MANY_OF_MARKET:.0f} % of the market's."
                    ]
                    if p.needs > 1
                    else []
                ),
                f"They are {shown}{more}.",
            ]
        )

    def _from_when(self) -> str:
        p = self.proposal
        if p.ends:
            return (
                f"It ends {code(p.ends)} alone, which was until {p.until}: from the night {self.night} on, or the"
                " newest that is released by then."
            )
        return f"From the night {self.night}, or the newest that is released by then, until **{p.until}**."

    def _usual_too(self, called: Callable[[str, str], str]) -> str:
        """That a lift takes back what policies brought, too: who takes back one mistake may not have meant that. Ending
        one emergency by its name doesn't."""
        found = [
            f"{_accounts_said(count)}, {plain(called('programme', programme))}"
            f" {f'until {last}' if last else 'without an end'}"
            for programme, last, count in self.usual[:_SHOWN]
        ]
        more = [f"and {len(self.usual) - _SHOWN:,} more"] if len(self.usual) > _SHOWN else []
        if self.proposal.ends:
            return f"What policies brought stays: {'; '.join([*found, *more])}."
        return (
            f"**It lifts what policies brought, too**, until {self.proposal.until}: {'; '.join([*found, *more])}. What"
            " hasn't ended by then is in force again."
        )


def _accounts_said(count: int) -> str:
    return "1 account" if count == 1 else f"{count:,} accounts"


def _have(count: int) -> str:
    return "1 has" if count == 1 else f"{count:,} have"


def in_words(who: str, called: Callable[[str, str], str]) -> str:
    """A kind and a stage of accounts, as they are called."""
    kind, *stages = who.split(", ")
    return ", ".join([called("kind", kind), *(called("stage", stage) for stage in stages)])


def propose(wish: Wish, author: Person, packs: Sequence[LoadedPack], release: Path) -> Proposed:
    """Make a proposal of a wish.

    Args:
        release: the folder of the newest release.

    Raises:
        EmergencyRefused: the pack has no such measure, nobody is met, or something is missing.
    """
    night = date.fromisoformat(release.name.removeprefix("night="))
    if wish.until < night:
        raise EmergencyRefused(
            f"until is {wish.until}; write a day that isn't before the newest night, {night}",
            "over_already",
            until=wish.until,
            night=night,
        )
    refuse_what_lasts_too_long(wish.until, night)
    why = as_taken(wish.reason)
    of_list = _list_of(wish, packs, night)
    with duckdb.connect() as connection:
        accounts = _accounts(connection, wish, release)
        in_market, who = market_of(connection, wish.market, accounts, release)
        refuse_a_reason_that_names_somebody(why, accounts)
        try:
            proposal = Proposal(
                action=wish.action, list=of_list, market=wish.market, accounts=accounts, measure=wish.measure,
                scope=wish.scope, until=wish.until, reason=why, author=author,
                needs=needed(len(accounts), in_market),
            )  # fmt: skip
        except ValidationError as error:
            wrong = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
            raise EmergencyRefused(f"something is missing or too long: {wrong}", "no_short_reason") from error
        have_it, all_have_it = have_it_now(connection, proposal, release)
        usual = usual_measures(connection, proposal, release) if wish.action == "lift" else ()
        return Proposed(proposal, night, have_it, all_have_it, in_market, who, usual)


def needed(accounts: int, in_market: int) -> int:
    return EMERGENCY.approved_by_so_many(accounts > max(MANY, MANY_OF_MARKET * in_market))


def market_of(
    connection: duckdb.DuckDBPyConnection, market: str, accounts: Sequence[str], release: Path
) -> tuple[int, tuple[tuple[str, int], ...]]:
    """How many accounts a market has, and of which kinds and stages those are that would be met."""
    found = connection.execute(
        _SQL("kinds_and_stages"),
        {"profiles": str(release / "account_profiles.parquet"), "market": market, "accounts": list(accounts)},
    ).fetchall()
    return sum(rows for _, rows, _ in found), tuple((who, met) for who, _, met in found if met)


def packs_in_force(market: str, packs: Sequence[LoadedPack], night: date) -> list[Pack]:
    """The packs that judge a market on a night."""
    return [each for each in _in_force(packs, night) if market in each.markets]


def measures_had(packs: Sequence[Pack]) -> list[tuple[Literal["penalties", "rewards"], str, str]]:
    """What packs can put in force: list, measure and scope, in their order."""
    return sorted({brought for pack in packs for brought in _measures_of(pack)})


def _in_force(packs: Sequence[LoadedPack], night: date) -> list[Pack]:
    return [each.pack for each in packs if each.pack.is_in_effect(night)]


def _list_of(wish: Wish, packs: Sequence[LoadedPack], night: date) -> Literal["penalties", "rewards"]:
    packs_of_it = packs_in_force(wish.market, packs, night)
    if not packs_of_it:
        markets = sorted({market for each in _in_force(packs, night) for market in each.markets})
        raise EmergencyRefused(
            f"no pack judges market {wish.market!r}; write one of {', '.join(markets)}",
            "market_without_pack",
            market=wish.market,
        )
    had = measures_had(packs_of_it)
    found = next((of_list for of_list, *what in had if what == [wish.measure, wish.scope]), None)
    if found is None:
        spelt = [f"{measure} on {scope}" for _, measure, scope in had]
        near = get_close_matches(f"{wish.measure} on {wish.scope}", spelt, n=1)
        is_bonus = any(wish.measure in each.bonuses for each in packs_of_it)
        names = ", ".join(each.pack for each in packs_of_it)
        one = len(packs_of_it) == 1
        raise EmergencyRefused(
            (f"the pack {names} of {wish.market} has no" if one else f"none of the packs {names} of {wish.market} has")
            + f" {wish.measure!r} on {wish.scope!r}; {'it has' if one else 'they have'} {', '.join(spelt)}"
            + (f". Is {near[0]} meant?" if near else ".")
            + (" A bonus that was paid stays paid." if is_bonus else ""),
            "paid_stays_paid" if is_bonus else "no_such_measure",
            measure=wish.measure,
            scope=wish.scope,
            market=wish.market,
        )
    return found


def _measures_of(pack: Pack) -> Iterator[tuple[Literal["penalties", "rewards"], str, str]]:
    for _, effect in pack.effects:
        yield "penalties" if effect.measure else "rewards", effect.name, effect.scope
        yield from (("penalties", follower.measure, follower.scope) for follower in effect.then)
    for programme in pack.programmes.values():
        yield from (("rewards", reward.reward, reward.scope) for reward in programme.rewards)
    for eligibility in pack.eligibility.values():
        yield from (("rewards", brought.reward or "", brought.scope) for brought in eligibility.while_eligible)
        yield from (("penalties", brought.measure or "", brought.scope) for brought in eligibility.while_not_eligible)


def _accounts(connection: duckdb.DuckDBPyConnection, wish: Wish, release: Path) -> tuple[str, ...]:
    segment = {"kind": wish.kind, "stage": wish.stage, "programme": wish.programme, "zone": wish.zone}
    said = {name: value for name, value in segment.items() if value}
    if bool(wish.programme) != bool(wish.zone):
        said_half = "a segment by zone needs both the programme and the zone; write both, or neither"
        raise EmergencyRefused(said_half, "half_a_zone")
    if wish.accounts and said:
        raise EmergencyRefused(
            f"write accounts, or a segment ({', '.join(said)}), and not both", "accounts_and_segment"
        )
    in_market = "from read_parquet($profiles) as profile where market = $market"
    files = {"profiles": str(release / "account_profiles.parquet"), "market": wish.market}
    if wish.accounts:
        wanted = sorted({composed(account.strip()) for account in wish.accounts if account.strip()})
        found = connection.execute(
            f"select account_id {in_market} and account_id in (select unnest($wanted::varchar[]))",
            {**files, "wanted": wanted},
        ).fetchall()
        if unknown := sorted(set(wanted) - {account for (account,) in found}):
            are = f"{_accounts_said(len(unknown))} {'is' if len(unknown) == 1 else 'are'}"
            raise EmergencyRefused(
                f"{', '.join(unknown[:_SHOWN])}: {are} not known in {wish.market} on the newest night; write them as"
                " the feeds spell them",
                "unknown_accounts",
                num=len(unknown),
                accounts=", ".join(unknown[:_SHOWN]),
                market=wish.market,
            )
        return tuple(wanted)
    if not said:
        raise EmergencyRefused(
            f"whom it shall meet is missing: write accounts, or a segment (kind, stage, or programme and zone), for"
            f" all of {wish.market} is no emergency but a policy",
            "whom_missing",
            market=wish.market,
        )
    conditions = [f"{name} = ${name}" for name in ("kind", "stage") if name in said]
    if wish.zone:
        files["standings"] = str(release / "standings.parquet")
        conditions.append(f"account_id in ({_SQL('in_zone')})")
    found = connection.execute(
        f"select account_id {in_market} and {' and '.join(conditions)} order by account_id", {**files, **said}
    ).fetchall()
    if not found:
        described = ", ".join(f"{name} {value}" for name, value in said.items())
        raise EmergencyRefused(
            f"no account in {wish.market} is in the segment ({described}) on the newest night",
            "nobody_in_segment",
            market=wish.market,
        )
    return tuple(account for (account,) in found)


def as_taken(why: str) -> str:
    try:
        # Without one, what is missing is said below.
        return reason(why) if why.strip() else ""
    except TextRefused as error:
        raise EmergencyRefused(str(error)) from error


def refuse_a_reason_that_names_somebody(reason: str, accounts: Sequence[str]) -> None:
    # With a sign without width in it, a name is read as it is without.
    told = {reason.lower(), seen_of(reason).lower()}
    if named := next((each for each in accounts if any(each.lower() in said for said in told)), None):
        raise EmergencyRefused(
            f"the reason names account {named}, and is told and published; write it without names",
            "reason_names",
            account=named,
        )


def usual_measures(
    connection: duckdb.DuckDBPyConnection, proposal: Proposal, release: Path
) -> tuple[tuple[str, date | None, int], ...]:
    """By which programmes of policies the accounts have the measure, and until when."""
    column = "measure" if proposal.list == "penalties" else "reward"
    asked = {
        "list": str(release / f"{proposal.list}.parquet"),
        "measure": proposal.measure,
        "scope": proposal.scope,
        "accounts": list(proposal.accounts),
        "emergency": PROGRAMME,
    }
    found = connection.execute(_SQL("usual", measure_of_row=column), asked).fetchall()
    return tuple((str(programme), last, int(accounts)) for programme, last, accounts in found)


def have_it_now(connection: duckdb.DuckDBPyConnection, proposal: Proposal, release: Path) -> tuple[int, int]:
    """How many of the accounts have the measure, and how many of the market's."""
    column = "measure" if proposal.list == "penalties" else "reward"
    ((met, of_market),) = connection.execute(
        _SQL("have_it", measure_of_row=column),
        {
            "list": str(release / f"{proposal.list}.parquet"),
            "profiles": str(release / "account_profiles.parquet"),
            "measure": proposal.measure,
            "scope": proposal.scope,
            "market": proposal.market,
            "accounts": list(proposal.accounts),
        },
    ).fetchall()
    return int(met), int(of_market)
