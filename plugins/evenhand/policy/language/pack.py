"""A policy pack: what has to hold between its parts, which are in the modules beside this one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import model_validator

from evenhand.landing.contracts import CREATORS, KINDS
from evenhand.policy.language.appealable import refuse_what_appeals_cannot_meet
from evenhand.policy.language.content import LANGUAGE, PackContent
from evenhand.policy.language.names import refuse_names_taken
from evenhand.policy.language.part import (
    EMERGENCY,
    Place,
    known,
    mistake,
    refuse_doubles,
)
from evenhand.policy.language.recent import refuse_what_needs_more

# How deep programmes can be made of programmes: a ratio of ledgers, a score of ratios.
DEEPEST = 2
_KINDS_OF_VALUES = {"text": "texts", "date": "days", "moment": "moments"}


class Pack(PackContent):
    """One policy pack: one YAML file, alone or with the base that it extends."""

    @model_validator(mode="after")
    def _language_is_todays(self) -> Pack:
        if self.language < LANGUAGE:
            expected = f"{LANGUAGE}: `evenhand policy migrate` rewrites what is called otherwise now"
            raise mistake(("language",), str(self.language), expected)
        if self.language > LANGUAGE:
            expected = f"at most {LANGUAGE}: this Evenhand is older than the pack, install a newer one"
            raise mistake(("language",), str(self.language), expected)
        return self

    def is_in_effect(self, night: date) -> bool:
        """Whether it judges what is decided on a night."""
        return self.effective_from <= night <= (self.effective_until or date.max)

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Pack:
        if self.effective_until and self.effective_until < self.effective_from:
            raise mistake(
                ("effective_until",),
                str(self.effective_until),
                f"a day not before effective_from, {self.effective_from}",
            )
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> Pack:
        refuse_doubles({("measures", i): name for i, name in enumerate(self.measures)})
        refuse_doubles({("ends_running", i): name for i, name in enumerate(self.ends_running)})
        refuse_doubles({("continues", i): name for i, name in enumerate(self.continues)})
        refuse_doubles({("markets", i): name for i, name in enumerate(self.markets)})
        refuse_doubles({("applies_to", i): name for i, name in enumerate(self.applies_to)})
        refuse_doubles({("examples", i, "example"): example.example for i, example in enumerate(self.examples)})
        return self

    @model_validator(mode="after")
    def _none_is_called_as_what_people_decide_themselves(self) -> Pack:
        for part in ("programmes", "eligibility", "bonuses"):
            if EMERGENCY in getattr(self, part):
                raise mistake(
                    (part, EMERGENCY), EMERGENCY, "another name: this is what people impose and lift themselves"
                )
        return self

    @model_validator(mode="after")
    def _takes_the_place_of_others(self) -> Pack:
        for i, name in enumerate(self.continues):
            if name == self.pack:
                raise mistake(("continues", i), name, "another pack: versions of one go on by themselves")
        refuse_names_taken(list(self.parts_named()))
        return self

    @model_validator(mode="after")
    def _kinds_are_known(self) -> Pack:
        known(self._kinds(), "a kind of account (feed creators)", KINDS)
        return self

    @model_validator(mode="after")
    def _metrics_are_figures(self) -> Pack:
        figures = {column.name for column in CREATORS.figures}
        others = {column.name: column for column in CREATORS.columns if column.name not in figures}
        for place, metric in self.metrics_named():
            if column := others.get(metric):
                raise mistake(
                    place,
                    f"{metric}, a column of creators whose values are {_KINDS_OF_VALUES[column.type]}",
                    "a column of numbers or of yes and no, or a metric of the feed metrics",
                    sorted(figures),
                )
        return self

    def _kinds(self) -> Iterator[tuple[Place, str]]:
        yield from ((("applies_to", i), kind) for i, kind in enumerate(self.applies_to))
        for name, programme in self.programmes.items():
            yield from ((("programmes", name, "applies_to", i), kind) for i, kind in enumerate(programme.applies_to))
        for name, eligibility in self.eligibility.items():
            yield from ((("eligibility", name, "applies_to", i), kind) for i, kind in enumerate(eligibility.applies_to))
            for number, condition in enumerate(eligibility.conditions):
                yield from (
                    (("eligibility", name, "conditions", number, "applies_to", i), kind)
                    for i, kind in enumerate(condition.applies_to)
                )
        yield from ((("examples", i, "kind"), e.kind) for i, e in enumerate(self.examples) if e.kind)

    @model_validator(mode="after")
    def _measures_are_known(self) -> Pack:
        known(self._measures_named(), "a measure of the pack", self.measures)
        return self

    def _measures_named(self) -> Iterator[tuple[Place, str]]:
        yield from ((("stops_sales", i), measure) for i, measure in enumerate(self.stops_sales))
        yield from ((("holds_commission", i), measure) for i, measure in enumerate(self.holds_commission))
        yield from ((("stages", "probation", i), measure) for i, measure in enumerate(self.stages.probation))
        for place, effect in self.effects:
            if effect.measure:
                yield (*place, "measure"), effect.measure
            yield from (((*place, "then", i, "measure"), follower.measure) for i, follower in enumerate(effect.then))
        for name, eligibility in self.eligibility.items():
            for i, shut in enumerate(eligibility.while_not_eligible):
                if shut.measure:
                    yield ("eligibility", name, "while_not_eligible", i, "measure"), shut.measure
            for i, condition in enumerate(eligibility.conditions):
                for test in condition.tests():
                    if test.without_measure:
                        yield ("eligibility", name, "conditions", i), test.without_measure
        for i, example in enumerate(self.examples):
            for j, expectation in enumerate(example.expect):
                for k, measure in enumerate(expectation.measures or ()):
                    yield ("examples", i, "expect", j, "measures", k), measure

    @model_validator(mode="after")
    def _calendars_are_known(self) -> Pack:
        known(self.calendars_named(), "a calendar of the pack", list(self.calendars))
        return self

    @model_validator(mode="after")
    def _programmes_are_known(self) -> Pack:
        known(self._programmes_named(), "a programme of the pack", list(self.programmes))
        return self

    def _programmes_named(self) -> Iterator[tuple[Place, str]]:
        for name, programme in self.programmes.items():
            if programme.carries_over:
                yield ("programmes", name, "carries_over", "programme"), programme.carries_over.programme
            yield from (
                (("programmes", name, programme.source), other)
                for other in programme.inputs()
            )  # fmt: skip
        for name, eligibility in self.eligibility.items():
            for i, condition in enumerate(eligibility.conditions):
                for test in condition.tests():
                    if test.programme and not test.of_pack:
                        yield ("eligibility", name, "conditions", i), test.programme
        for i, example in enumerate(self.examples):
            for j, expectation in enumerate(example.expect):
                for key in ("balances", "zones"):
                    yield from ((("examples", i, "expect", j, key, n), n) for n in getattr(expectation, key))

    @model_validator(mode="after")
    def _programmes_are_made_of_simpler_ones(self) -> Pack:
        for name in self.programmes:
            # Walk down; whoever meets itself is made of itself.
            open_ends, seen = [(name, 0)], set()
            while open_ends:
                at, depth = open_ends.pop()
                for other in self.programmes[at].inputs():
                    if other == name:
                        raise mistake(("programmes", name), name, "a programme that isn't made of itself")
                    if depth + 1 > DEEPEST:
                        raise mistake(
                            ("programmes", name), f"{name}, {depth + 1} programmes deep", f"at most {DEEPEST}"
                        )
                    if self.programmes[other].kept_per:
                        raise mistake(
                            ("programmes", name),
                            f"{other}, which has a balance per {self.programmes[other].kept_per}",
                            "a programme with one value",
                        )
                    if (other, depth + 1) not in seen:
                        seen.add((other, depth + 1))
                        open_ends.append((other, depth + 1))
        return self

    @model_validator(mode="after")
    def _measures_last_while_one_can_appeal(self) -> Pack:
        refuse_what_appeals_cannot_meet(self)
        return self

    @model_validator(mode="after")
    def _looks_no_further_back_than_feeds_are_looked_at(self) -> Pack:
        refuse_what_needs_more(self)
        return self

    @model_validator(mode="after")
    def _entries_that_are_carried_over_stand_alone(self) -> Pack:
        for name, programme in self.programmes.items():
            if not programme.carries_over:
                continue
            place, other = ("programmes", name, "carries_over", "programme"), programme.carries_over.programme
            if self.programmes[other].source != "entries":
                raise mistake(place, other, "a programme with entries")
            # What was picked or relieved there can't be told from here.
            for rule in self.programmes[other].entries:
                picks = rule.not_again_within_days or rule.every or rule.grace or rule.counts_once_per != "violation"
                if rule.relief or rule.amount_per_step or picks:
                    raise mistake(
                        place,
                        f"{other}, whose rule {rule.rule} looks from one entry at another",
                        "a programme whose entries stand alone",
                    )
        return self

    @model_validator(mode="after")
    def _missing_values_are_spoken_for(self) -> Pack:
        for name, eligibility in self.eligibility.items():
            for i, condition in enumerate(eligibility.conditions):
                for j, test in enumerate(condition.tests()):
                    # What another pack has is looked at where the packs are together.
                    if not test.programme or test.of_pack:
                        continue
                    place: Place = ("eligibility", name, "conditions", i, *(("any_of", j) if condition.any_of else ()))
                    if self.programmes[test.programme].kept_per:
                        raise mistake(
                            place,
                            f"{test.programme}, which has a balance per {self.programmes[test.programme].kept_per}",
                            "a programme with one value",
                        )
                    if self.can_be_missing(test.programme) and not test.if_missing:
                        raise mistake(
                            place,
                            f"a test of {test.programme}, whose value can be missing",
                            "if_missing: fails or holds",
                        )
        return self

    @model_validator(mode="after")
    def _eligibilities_are_known(self) -> Pack:
        known_names = list(self.eligibility)
        known(
            ((("bonuses", n, "eligibility"), b.eligibility) for n, b in self.bonuses.items() if b.eligibility),
            "an eligibility of the pack",
            known_names,
        )
        known(
            (
                (("examples", i, "expect", j, "failed", name), name)
                for i, example in enumerate(self.examples)
                for j, expectation in enumerate(example.expect)
                for name in expectation.failed
            ),
            "an eligibility of the pack",
            known_names,
        )
        return self

    @model_validator(mode="after")
    def _bonuses_hang_on_the_accounts_own_facts(self) -> Pack:
        for name, bonus in self.bonuses.items():
            if not bonus.eligibility:
                continue
            for programme in sorted(self.programmes_behind(self.eligibility[bonus.eligibility])):
                if self.compares_accounts(programme):
                    raise mistake(
                        ("bonuses", name, "eligibility"),
                        f"{bonus.eligibility}, which reads {programme}, a comparison with peers",
                        "one that reads no peers: what one account is paid hangs on no other account's facts",
                    )
        return self

    @model_validator(mode="after")
    def _examples_are_of_its_markets(self) -> Pack:
        known(
            ((("examples", i, "market"), e.market) for i, e in enumerate(self.examples) if e.market),
            "a market of the pack",
            self.markets,
        )
        for i, example in enumerate(self.examples):
            ids = [event.id for event in example.events if event.id]
            known(
                (
                    (("examples", i, "events", j, "appeal" if event.appeal else "answers"), named)
                    for j, event in enumerate(example.events)
                    if (named := event.appeal or event.answers)
                ),
                "the id of an event of the example",
                ids,
            )
            refuse_doubles({("examples", i, "events", j, "id"): e.id for j, e in enumerate(example.events) if e.id})
        return self
