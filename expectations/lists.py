"""Gate 2: what the lists and their reasons must satisfy before anybody may act on them.

The rules are read off the ledger, the standings and the packs, not off the models between those and the lists. A row
that fails any of them is held back, and its account keeps what the last release gave it; more than a few of them, or a
failure that is about no row, hold the whole night.

Longer than other files, for it is the list of all rules of the lists.
"""

from __future__ import annotations

from datetime import date

import great_expectations.expectations as gxe
from great_expectations.expectations import Expectation

from evenhand.policy.language.part import EMERGENCY
from expectations.rule import described, expect_no_rows

# What points at a row of each table.
LOCATORS = {
    "penalties": ("row_key",),
    "rewards": ("row_key",),
    "reasons": ("reason_id",),
    "account_standings": ("account_id", "programme"),
}
COLUMNS = {
    "penalties": (
        *("row_key", "account_id", "market", "programme", "scope", "measure", "starts_on", "ends_on", "reason_id"),
    ),
    "rewards": (
        *("row_key", "account_id", "market", "programme", "scope", "reward", "amount", "starts_on", "ends_on"),
        "reason_id",
    ),
    "reasons": (
        *("reason_id", "list", "row_key", "account_id", "market", "programme", "scope", "measure"),
        *("pack", "pack_version", "pack_sha256", "zone", "condition", "balance_before", "balance_after"),
        *("unit", "entry_count", "entries", "starts_on", "ends_on", "appeal_route", "explanation"),
    ),
}
# What may be null: a permanent measure has no end, one that hangs on recent activities no start, a reward for an empty
# ledger neither start nor unit, what a gate brings no balance; only a bonus has an amount.
MAY_BE_NULL = {
    "penalties": {"starts_on", "ends_on"},
    "rewards": {"amount", "starts_on", "ends_on"},
    "reasons": {"starts_on", "ends_on", "unit", "balance_before", "balance_after"},
}

# In the queries, `(from {batch}) as listed`: GX puts a subquery with a name of its own in the place of {batch}.
_REMEDY = "A model or a pack is wrong: read the rows, fix it and run the night again."


# What was brought in a market runs on when the account moves, and says so.
_WHERE_IT_WAS = "(select distinct account_id, market from main.int_account_markets)"
# What was paid in a market stays there when the account moves.
_OR_WAS_PAID_THERE = """
            and (listed.amount is null or not exists (
                from main.int_account_markets as stay
                where stay.account_id = listed.account_id and stay.market = listed.market
            ))"""
# A bonus is paid period by period, of which its reason names the first day.
_IN_PERIODS = """
    select listed.*, case when listed.amount is not null then try_cast(reason.zone as date) end as period_from
    from (from {batch}) as listed
    left join (select distinct reason_id, row_key, zone from main.reasons) as reason using (reason_id, row_key)
"""
# Each day's claims have the caps of that day, so that a period has none that is above the highest of its versions.
_CAPS_OF_PERIODS = """
    select bonus.market, bonus.bonus as programme, period.period_from,
        case when count(*) = count(at_most_per_account) then max(at_most_per_account) end as at_most_per_account,
        case when count(*) = count(budget) then max(budget) end as budget
    from policy.bonuses as bonus
    join policy.calendar_periods as period
        on period.edition_id = bonus.edition_id and period.calendar = bonus.calendar
        and period.period_until > bonus.effective_from
        and (bonus.effective_before is null or period.period_from < bonus.effective_before)
    group by all
"""


def penalties_suite(night: date) -> list[Expectation]:
    """What the penalties of a night must satisfy."""
    return [
        *_shape("penalties"),
        _one_row_per("account_id", "programme", "scope"),
        *_holds_together("penalties", "measure", night),
        *_as_people_decided("penalties", "measure", night),
        expect_no_rows(
            f"""select row_key, measure from (from {{batch}}) as penalty
            where starts_on is null and not exists (
                from (
                    select market, programme, is_recent from policy.programmes
                    union all select market, eligibility, is_recent from policy.eligibility_effects
                ) as recent
                where {_same("recent", "penalty", "market", "programme")} and recent.is_recent
            ) and not exists (
                from policy.programmes as recent join {_WHERE_IT_WAS} as stay using (market)
                where {_same("stay", "penalty", "account_id")} and {_same("recent", "penalty", "programme")}
                    and recent.is_recent
            )""",
            described("it has a first day, unless it hangs on recent activities", "starts_on", _REMEDY),
        ),
        expect_no_rows(
            f"""with brought as (
                select market, programme, measure, scope from policy.effects where list = 'penalties'
                union all select market, programme, measure, scope from policy.followers
                union all select market, eligibility, measure, scope
                from policy.eligibility_effects where list = 'penalties'
            )
            select row_key, measure, scope from (from {{batch}}) as penalty
            where not exists (
                from brought where {_same("brought", "penalty", "market", "measure", "scope")}
                    and penalty.programme in (brought.programme, '{EMERGENCY}')
            ) and not exists (
                from brought join {_WHERE_IT_WAS} as stay using (market)
                where {_same("stay", "penalty", "account_id")}
                    and {_same("brought", "penalty", "programme", "measure", "scope")}
            )""",
            described("a pack of the market has the measure on this scope", "measure", _REMEDY),
        ),
        expect_no_rows(
            """select row_key, programme, condition from (from {batch}) as penalty
            join main.reasons using (reason_id, row_key, programme)
            join (select distinct market, eligibility from policy.eligibility) as asked
                on asked.market = penalty.market and asked.eligibility = programme
            where regexp_full_match(condition, 'failed: .+') is not true""",
            described("a penalty of a gate names the conditions that fail", "condition", _REMEDY),
        ),
    ]


def rewards_suite(night: date) -> list[Expectation]:
    """What the rewards of a night must satisfy."""
    return [
        *_shape("rewards"),
        # Several rewards can share a scope; penalties can't, for of those the strictest is in force alone.
        expect_no_rows(
            f"""select row_key, account_id, market, programme, scope, reward, period_from from ({_IN_PERIODS})
            qualify count(*) over (partition by account_id, market, programme, scope, reward, period_from) > 1""",
            described("one row per account_id, market, programme, scope, reward and period", "row_key", _REMEDY),
        ),
        *_holds_together("rewards", "reward", night),
        *_as_people_decided("rewards", "reward", night),
        expect_no_rows(
            f"""with promised as (
                select market, programme, reward, scope from policy.rewards
                union all select market, programme, measure, scope from policy.effects where list = 'rewards'
                union all select market, eligibility, measure, scope
                from policy.eligibility_effects where list = 'rewards'
                union all select market, bonus, bonus, scope from policy.bonuses
            )
            select row_key, reward, scope from (from {{batch}}) as granted
            where not exists (
                from promised where {_same("promised", "granted", "market", "reward", "scope")}
                    and granted.programme in (promised.programme, '{EMERGENCY}')
            ) and not exists (
                from promised join {_WHERE_IT_WAS} as stay using (market)
                where {_same("stay", "granted", "account_id")}
                    and {_same("promised", "granted", "programme", "reward", "scope")}
            )""",
            described("a pack of the market has the reward on this scope", "reward", _REMEDY),
        ),
        expect_no_rows(
            """select row_key, reward, amount from (from {batch}) as granted
            where (amount is not null) != exists (
                from policy.bonuses as bonus where bonus.market = granted.market and bonus.bonus = granted.programme
            ) or amount <= 0""",
            described("a bonus has an amount, and nothing else has", "amount", _REMEDY),
        ),
        expect_no_rows(
            f"""select row_key, reward, period_from, amount, at_most_per_account, budget from (
                select granted.*, caps.at_most_per_account, caps.budget,
                    sum(amount) over (partition by account_id, market, programme, period_from) as paid_to_account,
                    sum(amount) over (partition by market, programme, period_from) as paid
                from ({_IN_PERIODS}) as granted
                join ({_CAPS_OF_PERIODS}) as caps using (market, programme, period_from)
            )
            where paid_to_account > at_most_per_account or paid > budget""",
            described("a bonus stays within its cap and its budget", "amount", _REMEDY),
        ),
    ]


def reasons_suite(night: date) -> list[Expectation]:
    """What the reasons of a night must satisfy."""
    entries = _entries_of_reasons(night)
    return [
        *_shape("reasons"),
        _one_row_per("reason_id"),
        expect_no_rows(
            """select reason_id, list, row_key from (from {batch}) as reason
            where not exists (from main.penalties where penalties.reason_id = reason.reason_id)
                and not exists (from main.rewards where rewards.reason_id = reason.reason_id)""",
            described("a row of a list has the reason", "reason_id", _REMEDY),
        ),
        expect_no_rows(
            f"""select reason_id, pack, pack_version from (from {{batch}}) as reason
            where not exists (
                from policy.packs as pack
                where {_same("pack", "reason", "market", "pack")}
                    and pack.version = reason.pack_version and pack.sha256 = reason.pack_sha256
            ) and not exists (
                from policy.packs as pack join {_WHERE_IT_WAS} as stay using (market)
                where {_same("stay", "reason", "account_id")} and {_same("pack", "reason", "pack")}
                    and pack.version = reason.pack_version and pack.sha256 = reason.pack_sha256
            )""",
            described("the pack is one of this night's, by name, version and hash", "pack_sha256", _REMEDY),
        ),
        expect_no_rows(
            f"select reason_id, entry_id, wrong from ({entries}) where wrong is not null",
            described(
                "its entries exist, are the account's, counted when it began and aren't void", "entries", _REMEDY
            ),
        ),
        expect_no_rows(
            f"""select reason_id, balance_after, sum(amount) as entries_add_up_to, count(entry_id) as entries
            from ({entries}) as reason
            left join (
                {_LEDGERS_THAT_ADD_UP.format(night=night)}
            ) as ledger
                on {_same("ledger", "reason", "market", "pack", "programme")} and ledger.version = reason.pack_version
            where list = 'penalties'
            group by reason_id, reason.programme, balance_after, entry_count, starts_at, never_below, never_above
            having count(entry_id) != entry_count or (reason.programme = '{EMERGENCY}' and count(entry_id) != 1) or (
                starts_at is not null and balance_after != {_clamped("starts_at + coalesce(sum(amount), 0)")}
            )""",
            described("its entries add up to the balance that it gives", "balance_after", _REMEDY),
        ),
    ]


def standings_suite(night: date) -> list[Expectation]:
    """What the standings must satisfy, and the penalties as counted against them."""
    return [
        _one_row_per("account_id", "programme"),
        expect_no_rows(
            f"""with entries_tonight as (
                select account_id, programme, rule, entry_id, counts_from, counts_until, counts_once_as, shares,
                    coalesce(
                        list_filter(adjusted_amounts, lambda each: each.adjusted_on <= date '{night}')[-1].amount,
                        amount
                    ) as amount
                from main.int_ledger_entries where voided_on is null or voided_on > date '{night}'
            ),
            entries_with_what_they_share as (
                select * exclude (shares), unnest(
                    case when counts_once_as is null then shares
                        else list_distinct(list_append(coalesce(shares, []), counts_once_as)) end
                ) as shared
                from entries_tonight
            ),
            first_of_what_is_shared as (
                from entries_with_what_they_share
                qualify row_number() over (
                    partition by account_id, programme, rule, shared
                    order by counts_from, abs(amount) desc, entry_id
                ) = 1
            ),
            entries_that_count as (
                select * exclude (shares) from entries_tonight where counts_once_as is null
                union all
                select * exclude (shared) from first_of_what_is_shared where counts_once_as = shared
            ),
            sums as (
                select account_id, programme, sum(amount) as balance
                from entries_that_count
                where counts_from <= date '{night}' and (counts_until is null or counts_until > date '{night}')
                group by account_id, programme
            ),
            ledgers as (
                {_LEDGERS_THAT_ADD_UP.format(night=night)}
                -- Where rules pick, weigh or relieve, in any version or market, the ledger as first written isn't what
                -- counts: entries are for life as the version of their day says.
                    and not exists (
                        from policy.entry_rules as rule
                        left join policy.multipliers as factor using (rule_no)
                        where rule.programme = ledger.ledger and (
                            rule.picked_by is not null or rule.takes_from is not null or factor.rule_no is not null
                        )
                    )
                    and programme.source = 'entries' and programme.evaluated is null
            )
            select
                coalesce(standing.account_id, sums.account_id) as account_id,
                coalesce(standing.programme, sums.programme) as programme,
                standing.balance, sums.balance as entries_add_up_to
            from (from {{batch}}) as standing
            full join sums using (account_id, programme)
            left join accepted.creators as creator
                on creator.account_id = coalesce(standing.account_id, sums.account_id)
            join ledgers as ledger
                on ledger.market = creator.market and ledger.programme = coalesce(standing.programme, sums.programme)
                and {_judges("ledger", f"date '{night}'")}
                -- Of who has become a kind that no pack judges, entries may count on; it stands nowhere.
                and exists (
                    from policy.kinds as judged
                    where judged.market = ledger.market and judged.programme = ledger.programme
                        and judged.kind = creator.kind and {_judges("judged", f"date '{night}'")}
                )
            where standing.balance is distinct from {_clamped("starts_at + coalesce(sums.balance, 0)")}""",
            described("the balance is the sum of the entries that count this night", "balance", _REMEDY),
        ),
        expect_no_rows(
            f"""select standing.account_id, standing.programme, now.zone, effect.measure, effect.scope
            from (from {{batch}}) as standing
            join main.int_standings as now
                on {_same("now", "standing", "account_id", "programme", "zone")}
                and {_holds_on("now", night)} and now.from_day = date '{night}'
            left join main.int_standings as before
                on {_same("before", "now", "account_id", "programme", "balance_of")}
                and before.valid_from < date '{night}'
                and (before.valid_until is null or before.valid_until >= date '{night}')
            join policy.effects as effect
                on effect.edition_id = now.pack_edition_id and {_same("effect", "now", "programme", "zone")}
                and effect.list = 'penalties' and effect.starts_after_days = 0
            where (before.edition_id is null or {_same("before", "now", "edition_id")})
                and now.zone_rank > coalesce(before.zone_rank, 0)
                -- What comes back after days without the programme is in its zone without entering it.
                and (before.edition_id is not null or not exists (
                    from main.int_standings as earlier
                    where {_same("earlier", "now", "account_id", "programme")} and earlier.valid_from < date '{night}'
                ))
                and not exists (
                    from main.penalties as penalty where {_same("penalty", "standing", "account_id", "programme")}
                        and penalty.scope = effect.scope
                )
                and not exists ({_lifts("now", "effect", "effect.measure", night)} and lift.list = 'penalties')""",
            described("an account that entered a stricter zone this night is penalised for it", "zone", _REMEDY),
        ),
    ]


def _shape(table: str) -> list[Expectation]:
    return [
        gxe.ExpectTableColumnsToMatchSet(
            column_set=list(COLUMNS[table]),
            exact_match=True,
            meta=described("columns are those that receivers know", "", f"Bring the model {table} back to them."),
        ),
        *(
            expect_no_rows(
                f"select {', '.join(dict.fromkeys((*LOCATORS[table], name)))} from {{batch}} where {name} is null",
                described(f"{name} is there", name, _REMEDY),
            )
            for name in COLUMNS[table]
            if name not in MAY_BE_NULL[table]
        ),
    ]


def _holds_together(table: str, what: str, night: date) -> list[Expectation]:
    return [
        _one_row_per("row_key"),
        expect_no_rows(
            f"""select row_key, starts_on, ends_on from {{batch}}
            where starts_on > date '{night}' or ends_on < date '{night}'""",
            described("it has begun and hasn't ended", "starts_on, ends_on", _REMEDY),
        ),
        expect_no_rows(
            f"""select row_key, account_id, market from (from {{batch}}) as listed
            where not exists (
                from main.stg_creators as creator where {_same("creator", "listed", "account_id", "market")}
            ){_OR_WAS_PAID_THERE if table == "rewards" else ""}""",
            described("the account is known in the market", "account_id", _REMEDY),
        ),
        expect_no_rows(
            f"""select row_key, account_id, programme from (from {{batch}}) as listed
            anti join main.account_standings using (account_id, programme)
            -- A gate and a bonus are no programmes; what a programme brought runs on where it has ended for the
            -- account, or the version, market or kind of the night lacks it.
            where exists (
                from policy.kinds as judged join main.stg_creators as creator using (market, kind)
                where {_same("creator", "listed", "account_id")} and {_same("judged", "listed", "programme")}
                    and {_judges("judged", f"date '{night}'")}
            ) and not exists (
                from main.int_memberships as member
                where {_same("member", "listed", "account_id", "programme")} and member.member_until <= date '{night}'
            ) and not exists (
                -- Nor has it begun there for who moved to a market in which it begins with an activity.
                from policy.programmes as beginning join main.stg_creators as creator using (market)
                where {_same("creator", "listed", "account_id")} and {_same("beginning", "listed", "programme")}
                    and beginning.begins_with is not null and {_judges("beginning", f"date '{night}'")}
                    and not exists (
                        from main.int_memberships as member
                        where {_same("member", "listed", "account_id", "programme")}
                            and member.member_from <= date '{night}'
                    )
            )""",
            described("the account has a standing in the programme", "programme", _REMEDY),
        ),
        expect_no_rows(
            f"""select row_key, reason_id from (from {{batch}}) as listed
            where not exists (
                from main.reasons as reason where reason.list = '{table}' and
                    {_same("reason", "listed", "reason_id", "row_key", "account_id", "market", "programme", "scope")}
                    and reason.measure = listed.{what}
                    and reason.starts_on is not distinct from listed.starts_on
                    and reason.ends_on is not distinct from listed.ends_on
            )""",
            described("its reason is there and is about it", "reason_id", _REMEDY),
        ),
    ]


def _as_people_decided(table: str, what: str, night: date) -> list[Expectation]:
    """What emergencies ask for, read off their own table."""
    imposed = f"""
        from emergencies.known as imposed join main.stg_creators as creator using (account_id, market)
        join policy.packs as pack on pack.market = imposed.market and {_judges("pack", "imposed.first_night")}
        where imposed.action = 'impose' and imposed.list = '{table}' and {_holds_tonight("imposed", night)}
            and not exists (
                {_lifts("imposed", "imposed", "imposed.measure", night)}
                    and lift.list = imposed.list and lift.emergency_id > imposed.emergency_id
            )
            and not exists (
                from emergencies.known as ending
                where ending.action = 'end' and ending.ends = imposed.emergency_id
                    and {_same("ending", "imposed", "account_id")} and ending.first_night <= date '{night}'
            )
    """
    return [
        expect_no_rows(
            f"""select row_key, {what}, starts_on, ends_on from (from {{batch}}) as listed
            where programme = '{EMERGENCY}' and not exists (
                {imposed}
                    and {_same("imposed", "listed", "account_id", "market", "scope")}
                    and imposed.measure = listed.{what}
                    and imposed.first_night = listed.starts_on and imposed.last_day = listed.ends_on
            )""",
            described("an emergency imposed it, for these days, and none has lifted it since", "programme", _REMEDY),
        ),
        expect_no_rows(
            f"""select row_key, programme, {what} from (from {{batch}}) as listed
            where programme != '{EMERGENCY}'
                and not exists (from policy.bonuses as bonus where {_same("bonus", "listed", "market")}
                    and bonus.bonus = listed.programme)
                and exists ({_lifts("listed", "listed", f"listed.{what}", night)} and lift.list = '{table}')""",
            described("no emergency has lifted it", what, _REMEDY),
        ),
        expect_no_rows(
            f"""select account_id, '{EMERGENCY}' as programme, scope, measure, emergency_id from (
                select imposed.* {imposed}
            ) as wanted
            where not exists (
                from (from {{batch}}) as listed
                where {_same("listed", "wanted", "account_id", "scope")} and listed.programme = '{EMERGENCY}'
                    and (listed.{what} = wanted.measure or exists (
                        select 1 from policy.measures as milder
                        join policy.measures as stricter using (edition_id)
                        where milder.market = wanted.market and milder.measure = wanted.measure
                            and stricter.measure = listed.{what} and '{table}' = 'penalties'
                            and stricter.measure_rank > milder.measure_rank
                    ) or ('{table}' = 'penalties' and {_place_in_order("wanted.market", "wanted.measure", "null")}
                        < {_place_in_order("wanted.market", f"listed.{what}", "2147483647")}))
            )""",
            described("what an emergency imposed is in it, or something stricter in its place", what, _REMEDY),
        ),
    ]


def _place_in_order(market: str, measure: str, unnamed: str) -> str:
    """The place of a measure in its market's order; what isn't named is beyond all that is."""
    return f"""coalesce((
        select min(order_rank) from policy.measures_order as placed
        where placed.market = {market} and placed.measure = {measure}
    ), {unnamed})"""


def _lifts(account: str, scope: str, measure: str, night: date) -> str:
    """The lifts in force on a measure of an account; a query to go on from with `and`."""
    return f"""from emergencies.known as lift
        where lift.action = 'lift' and {_holds_tonight("lift", night)}
            and {_same("lift", account, "account_id")} and lift.scope = {scope}.scope
            -- What an account went through is told after the market that it is in.
            and lift.market = split_part({account}.market, '/', 1)
            and lift.measure = {measure}"""


def _holds_tonight(emergency: str, night: date) -> str:
    return f"{emergency}.first_night <= date '{night}' and {emergency}.last_day >= date '{night}'"


def _entries_of_reasons(night: date) -> str:
    """A row per reason and entry that it cites, with what is wrong with the entry."""
    began = f"coalesce(entered.on_day, reason.starts_on, date '{night}')"
    return f"""
        select reason.reason_id, reason.list, reason.market, reason.pack, reason.pack_version, reason.programme,
            reason.balance_after, reason.entry_count, cited.entry_id, cited.amount,
            case
                when cited.entry_id is null then null
                when ledger.entry_id is null then 'not in the ledger'
                when ledger.account_id != reason.account_id then 'of another account'
                when not exists (
                    from policy.ledgers as read
                    where {_same("read", "reason", "market", "pack", "programme")}
                        and read.version = reason.pack_version and read.ledger = ledger.programme
                ) and not exists (
                    from policy.ledgers as read join {_WHERE_IT_WAS} as stay using (market)
                    where {_same("stay", "reason", "account_id")} and {_same("read", "reason", "pack", "programme")}
                        and read.version = reason.pack_version and read.ledger = ledger.programme
                ) then 'of another programme'
                when not ledger.has_company and cited.amount not in (ledger.amount, 0) and not coalesce(
                    list_contains(list_transform(ledger.adjusted_amounts, lambda each: each.amount), cited.amount),
                    false
                ) then 'of another amount'
                when reason.programme = '{EMERGENCY}' and not exists (
                    from emergencies.known as imposed
                    where {_same("imposed", "reason", "account_id", "list", "measure", "scope")}
                        and imposed.emergency_id = ledger.event_id and imposed.action = 'impose'
                        and imposed.first_night = reason.starts_on and imposed.last_day = reason.ends_on
                ) then 'of another emergency'
                when ledger.counts_from > {began} then 'did not count yet'
                when ledger.counts_until <= {began} then 'did not count any more'
                when ledger.voided_on <= date '{night}' then 'void'
            end as wrong
        from (from {{batch}}) as reason
        left join (
            select reason_id, entry ->> 'entry' as entry_id, (entry ->> 'amount')::decimal(18, 2) as amount
            from (select reason_id, unnest(entries::json[]) as entry from {{batch}})
        ) as cited using (reason_id)
        left join main.int_ledger_entries as ledger on ledger.entry_id = cited.entry_id
        -- A measure can begin days after the zone was entered.
        left join main.int_measures_in_force as entered
            on entered.as_of = date '{night}' and entered.list = reason.list and entered.row_key = reason.row_key
    """


# Ledgers whose balance is their start and the sum of what counts, with the programmes that read them as they are.
_LEDGERS_THAT_ADD_UP = """
    select programme.market, programme.effective_from, programme.effective_before, programme.pack, programme.version,
        programme.programme, kept.starts_at, kept.never_below, kept.never_above
    from policy.programmes as programme
    join policy.ledgers as ledger using (edition_id, programme)
    join policy.programmes as kept
        on kept.edition_id = programme.edition_id
        and kept.programme = ledger.ledger and kept.kept_per is null and kept.begins_with is null
        and kept.ends_with is null
    where programme.source in ('entries', 'same_as')
        and not exists (
            from policy.inputs as input
            where input.edition_id = programme.edition_id and input.programme = programme.programme
                and input.role = 'proof'
        )
        and not exists (
            -- Of any version or market: what one counted in steps still counts so.
            from policy.entry_rules as rule
            where rule.programme = kept.programme and rule.step_of is not null
        )
"""


def _clamped(balance: str) -> str:
    return f"least(greatest({balance}, never_below), never_above)"


def _judges(rules: str, day: str) -> str:
    return f"{day} >= {rules}.effective_from and ({rules}.effective_before is null or {day} < {rules}.effective_before)"


def _holds_on(standing: str, night: date) -> str:
    return (
        f"{standing}.valid_from <= date '{night}'"
        f" and ({standing}.valid_until is null or {standing}.valid_until > date '{night}')"
    )


def _one_row_per(*columns: str) -> Expectation:
    names = ", ".join(columns)
    return expect_no_rows(
        f"select {names}, count(*) as rows from {{batch}} group by {names} having count(*) > 1",
        described(f"one row per {names}", columns[-1], _REMEDY),
    )


def _same(one: str, other: str, *columns: str) -> str:
    return " and ".join(f"{one}.{column} = {other}.{column}" for column in columns)
