"""The history of an account as charts: a balance over days, its zones, and the penalties and violations beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from markupsafe import Markup

from evenhand.console.charts import framed, scale_of
from evenhand.console.reader import marked, say
from evenhand.console.shown import Shown
from evenhand.console.values import day, key_of, label, number, of_unit
from evenhand.explain.explanation import Explanation, Period, ProgrammeStanding
from evenhand.policy.prose.words import PERCENT_OF, converted, spoken
from evenhand.records.databases import reading

_WIDE, _HIGH = 1000, 100
# So much is shown of the time before there was anything, and of that after tonight.
_BEFORE, _AFTER = timedelta(days=14), timedelta(days=14)
_ENDS = ("penalty_ends", "penalty_reversed")
# A day, the place of what happened on it, the event, the programme and scope that it is about, and what is told.
Told = tuple[date, int, str, str, str]
_EVENTS = ("penalty_begins", *_ENDS)


@dataclass(frozen=True)
class InForce:
    """A penalty of a programme, over its days; without a last one while it goes on.

    Attributes:
        measure: its key, or what it is called in English.
        is_released: whether its list is; one that waits for an answer, or was rejected, is in force nowhere.
    """

    programme: str
    scope: str
    measure: str
    first_day: date
    last_day: date | None
    is_released: bool = True


@dataclass(frozen=True)
class _Days:
    """The days that a chart shows, from the first until the last."""

    first: date
    last: date

    def at(self, on: date) -> float:
        """Where a day begins, from the left in hundredths."""
        return (on - self.first).days / ((self.last - self.first).days + 1) * 100

    def part(self, first: date, last: date | None) -> tuple[float, float] | None:
        """Where some days begin and how much room they take; None where none of them is shown."""
        first, last = max(first, self.first), min(last or self.last, self.last)
        if first > last:
            return None
        left = self.at(first)
        return round(left, 2), round(self.at(last + timedelta(days=1)) - left, 2)


def penalties_over_days(shown: Shown, of: Explanation) -> list[InForce]:
    """The penalties that were or are in force on an account, as its timeline tells them."""
    if not shown.has("account_timeline.parquet"):
        return []
    with reading() as connection:
        rows = f"select on_day, step, event, about, told from {shown.rows('account_timeline')} where account_id = ?"
        found = connection.execute(f"{rows} order by step", [of.account]).fetchall()
    # Of what waits only managers are told, and to them all that happened.
    waits = {step for (_, step, *_), each in zip(found, of.timeline, strict=False) if each.not_decided}
    return over_days((each for each in found if each[2] in _EVENTS), waits)


def over_days(told: Iterable[Told], waits: Set[int] = frozenset()) -> list[InForce]:
    """The penalties that beginnings and ends tell of.

    Args:
        waits: the steps that come of a list which isn't released: what begins by one is in force nowhere, and what ends
            by one goes on.
    """
    in_force: dict[str, tuple[date, str]] = {}
    waiting: dict[str, tuple[date, str]] = {}
    found: list[InForce] = []

    def penalty(about: str, said: str, first: date, until: date | None, is_released: bool = True) -> InForce:
        programme, _, scope = about.partition("/")
        # Sentences say the scope in words.
        return InForce(programme, scope, said.removesuffix(f" on {spoken(scope)}"), first, until, is_released)

    def over(about: str, until: date | None) -> None:
        first, said = in_force.pop(about)
        found.append(penalty(about, said, first, until))

    for on, step, event, about, said in sorted(told):
        if step in waits:
            first, wanted = waiting.pop(about, (on, ""))
            if first < on:
                found.append(penalty(about, wanted, first, on - timedelta(days=1), is_released=False))
            if event not in _ENDS:
                waiting[about] = (on, said)
            continue
        begun = in_force[about][0] if about in in_force else None
        if begun and begun < on:
            over(about, on - timedelta(days=1))
        elif begun and event in _ENDS and said.endswith(f"since {on}"):
            # Taken back on the day when it began. Of one that another follows, the end can be told after that began.
            del in_force[about]
        if event not in _ENDS:
            in_force[about] = (on, said)
    for about in list(in_force):
        over(about, None)
    return [*found, *(penalty(about, said, first, None, is_released=False) for about, (first, said) in waiting.items())]


def charts(of: Explanation, penalties: Sequence[InForce]) -> dict[str, Markup]:
    """The balances of each programme of which there are any, by its name."""
    drawn = {}
    for programme in of.programmes:
        if any(each.balance for each in programme.periods):
            drawn[programme.programme] = _chart(of, programme, penalties)
    return drawn


def _chart(of: Explanation, programme: ProgrammeStanding, penalties: Sequence[InForce]) -> Markup:
    known = [
        (each, _in_tonights_unit(each.balance, each.unit, programme.unit))
        for each in programme.periods
        if each.balance is not None
    ]
    # Numbers of two things have no unit together; what each is of is said with it.
    units = {each.unit or programme.unit for each, _ in known}
    is_one = units <= {programme.unit} or {*units, programme.unit} <= PERCENT_OF.keys()
    unit = programme.unit if is_one else ""
    begun = min(each.first_day for each, balance in known if balance)
    ends = [each.last_day or each.first_day for each in programme.periods]
    first = min(each.first_day for each in programme.periods)
    days = _Days(max(first, begun - _BEFORE), max([of.night + _AFTER, *ends]))
    lowest, highest = min(balance for _, balance in known), max(balance for _, balance in known)
    scale = scale_of([0, float(lowest), float(highest)])
    nothing = scale.up(0)
    drawn = Markup("")
    # Of several balances on the same days, lower ones lie before higher ones.
    for each, balance in sorted(known, key=lambda one: (-one[1], one[0].first_day, one[0].balance_of)):
        if (part := days.part(each.first_day, each.last_day)) is None:
            continue
        left, width = part
        at = scale.up(float(balance))
        drawn += Markup(
            '<rect class="area{later}" x="{x}" y="{y}" width="{w}" height="{h}"><title>{said}</title></rect>'
        ).format(
            later=" later" if each.first_day > of.night else "", x=left * 10, y=min(at, nothing), w=width * 10,
            h=round(abs(at - nothing), 2),
            said=_said(of, programme, each),
        )  # fmt: skip
    tonight = days.at(of.night + timedelta(days=1))
    drawn += Markup('<line class="tonight" x1="{x}" x2="{x}" y1="0" y2="{h}"/>').format(x=tonight * 10, h=_HIGH)
    said = (
        marked("Balance from %(first)s to %(last)s, at most %(highest)s")
        if lowest >= 0
        else marked("Balance from %(first)s to %(last)s, between %(lowest)s and %(highest)s")
    )
    about = say(
        said,
        first=days.first,
        last=days.last,
        lowest=of_unit(lowest, unit, of.market),
        highest=of_unit(highest, unit, of.market),
    )
    along = [(0.0, day(days.first)), (_WIDE, day(days.last))]
    if 15 < tonight < 85:
        along.insert(1, (tonight * 10, day(of.night)))
    up = [(scale.up(each), _written(each, unit)) for each in scale.ticks]
    return framed(drawn, about, up, along, low=True, lanes=list(_lanes(of, programme, penalties, days)))


def _lanes(
    of: Explanation, programme: ProgrammeStanding, penalties: Sequence[InForce], days: _Days
) -> Iterator[tuple[str, Markup]]:
    """What was beside a balance on the same days: zones, the penalties on each scope, violations."""
    balances: dict[str, list[Period]] = {}
    for each in programme.periods:
        balances.setdefault(each.balance_of, []).append(each)
    for periods in balances.values():
        zones = list(zones_over_days(periods))
        if len({each.zone for each in zones}) > 1:
            spans = (
                _span(days, "zone", each.zone_label, _said(of, programme, each), each.first_day, each.last_day)
                for each in zones
            )
            yield zones[0].balance_of_label or say("Zone"), Markup("").join(spans)
    theirs = [each for each in penalties if each.programme == programme.programme]
    for scope in dict.fromkeys(each.scope for each in theirs):
        there = [each for each in theirs if each.scope == scope]
        for is_released in (True, False):
            # What isn't released stands beside what is meanwhile in force.
            if some := [each for each in there if each.is_released == is_released]:
                spans = (
                    _span(
                        days,
                        "penalties" if is_released else "waits",
                        _called(each),
                        _from_to(_called(each), each),
                        each.first_day,
                        each.last_day or of.night,
                    )
                    for each in some
                )
                yield label("scope", scope), Markup("").join(spans)
    if behind := {each.violation for each in programme.entries if each.violation}:
        found = [
            each
            for each in of.violations
            if each.violation in behind and each.decided_on and days.first <= each.decided_on <= days.last
        ]
        dots = Markup("").join(
            Markup('<span class="dot" style="left:{x}%" title="{said}"></span>').format(
                x=round(days.at(each.decided_on), 2), said=f"{day(each.decided_on)}: {each.label}, {each.violation}"
            )
            for each in found
            if each.decided_on
        )
        if dots:
            yield say("Violations"), dots


def zones_over_days(periods: Sequence[Period]) -> Iterator[Period]:
    """Periods of one balance, in the order of days, with those of one zone that touch as one."""
    kept: Period | None = None
    for each in periods:
        touches = kept is not None and kept.last_day == each.first_day - timedelta(days=1)
        if kept and touches and kept.zone == each.zone:
            kept = replace(kept, last_day=each.last_day, balance=None)
            continue
        if kept:
            yield kept
        kept = each
    if kept:
        yield kept


def _span(days: _Days, of: str, words: str, said: str, first: date, last: date | None) -> Markup:
    if (part := days.part(first, last)) is None:
        return Markup("")
    return Markup('<span class="{of}" style="left:{left}%;width:{width}%" title="{said}">{words}</span>').format(
        of=of, left=part[0], width=part[1], said=said, words=words
    )


def _said(of: Explanation, programme: ProgrammeStanding, period: Period) -> str:
    balance = "" if period.balance is None else of_unit(period.balance, period.unit or programme.unit, of.market)
    told = ", ".join(each for each in (period.balance_of_label, balance, period.zone_label) if each)
    return _from_to(told, period)


def _called(of: InForce) -> str:
    measure = label("measure", key_of("measure", of.measure))
    return measure if of.is_released else say("%(measure)s: not released", measure=measure)


def _from_to(called: str, of: InForce | Period) -> str:
    if of.last_day is None:
        return say("%(first)s on, without an end: %(balance)s", first=of.first_day, balance=called)
    return say("%(first)s to %(last)s: %(balance)s", first=of.first_day, last=of.last_day, balance=called)


def _in_tonights_unit(balance: Decimal, unit: str, tonights: str) -> Decimal:
    """A balance of another edition, as high as tonight's where both count parts of a whole; else as it is."""
    told = converted(balance, unit, tonights)
    return balance if told is None else told


def _written(value: float, unit: str) -> str:
    exact = Decimal(repr(value))
    return of_unit(exact, unit) if unit in PERCENT_OF else number(exact)
