"""translations/: what notices say in each language.

A msgid is a key, such as `subject.penalties.new`, and not an English sentence: a change of the English words isn't one
of all languages. en.po is the reference for which keys there are and which placeholders (`{measure}`) each has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from gettext import c2py
from io import BytesIO, TextIOWrapper
from pathlib import Path
from string import Formatter

from babel import Locale
from babel.core import UnknownLocaleError
from babel.messages.catalog import Catalog as PoFile
from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po

REFERENCE = "en"
# Counts that show every plural form of a language; some have one more for millions, which no notice counts.
_COUNTS = range(1000)


class CatalogError(Exception):
    """A text that a notice needs can't be used. The message says which file and key, and what to write."""


@dataclass(frozen=True)
class Catalog:
    """One language.

    Attributes:
        path: its file.
        locale: how the language writes dates, numbers and lists.
        messages: by key.
        form: which plural form a count takes, from 0.
        forms: how many plural forms there are.
        plural: the rule of that, as the file has it.
        changed_by: who changed it last, as its header says.
    """

    path: Path
    locale: Locale
    messages: Mapping[str, Message]
    form: Callable[[int], int]
    forms: int
    plural: str
    changed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Catalogs:
    """All languages.

    Attributes:
        folder: where their files are.
        languages: by name, such as `pt_BR`.
        unreadable: of languages whose file can't be read, the file, what is wrong and the remedy.
    """

    folder: Path
    languages: Mapping[str, Catalog]
    unreadable: Mapping[str, str]


def load_catalogs(folder: Path) -> Catalogs:
    """All languages of a folder.

    A file that can't be read is no error here: `problems` tells it, and a notice in that language is one.
    """
    languages: dict[str, Catalog] = {}
    unreadable: dict[str, str] = {}
    for path in sorted(folder.glob("*.po")):
        try:
            languages[path.stem] = _read(path, path.read_bytes())
        except CatalogError as error:
            unreadable[path.stem] = str(error)
    return Catalogs(folder, languages, unreadable)


def catalog_of(catalogs: Catalogs, language: str) -> Catalog:
    """One language.

    Raises:
        CatalogError: it isn't there or can't be read.
    """
    if language not in catalogs.languages:
        raise CatalogError(_absent(catalogs, language))
    return catalogs.languages[language]


def translated_as(catalogs: Catalogs, language: str) -> str | None:
    """The language of translations/ that an account of a language is written to in; None where there is none.

    A feed may say `pt-br` for pt_BR, and `pt` where that is the only Portuguese. A file that can't be read is an error
    of its own, and no reason to write English.
    """
    names = [*catalogs.languages, *catalogs.unreadable]
    if language in names:
        return language
    asked = language.replace("-", "_").casefold()
    alike = [name for name in names if asked == name.casefold()] or [
        name for name in names if asked == name.partition("_")[0].casefold()
    ]
    return alike[0] if len(alike) == 1 else None


def text(catalog: Catalog, key: str, values: Mapping[str, str], count: int = 1) -> str:
    """What a key says, in the plural form of a count if it has plural forms.

    Raises:
        CatalogError: it isn't translated, or has a placeholder that isn't among the values.
    """
    flaw = _flaw(catalog, key)
    if flaw:
        raise CatalogError(flaw)
    message = catalog.messages[key]
    forms = _forms(message)
    form = forms[catalog.form(count)] if message.pluralizable else forms[0]
    try:
        return form.format_map(values)
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        known = ", ".join(f"{{{name}}}" for name in values)
        raise CatalogError(f"{_place(catalog, key)}: {form!r} can't be filled; use only {known}") from error


def problems(
    catalogs: Catalogs,
    measures: Iterable[str],
    scopes: Iterable[str],
    programmes: Iterable[str],
    languages: Iterable[str],
) -> list[str]:
    """What keeps a notice from being rendered or understood, with file, line if known, key and remedy.

    Args:
        catalogs: what there is.
        measures: measures and rewards that need a name.
        scopes: scopes that need a name.
        programmes: programmes that need a name.
        languages: languages that are needed. The reference is, too.
    """
    reference = catalogs.languages.get(REFERENCE)
    names = {"measure": measures, "scope": scopes, "programme": programmes}
    keys = dict.fromkeys(reference.messages if reference else ())
    keys |= dict.fromkeys(f"{kind}.{name}" for kind, of_kind in names.items() for name in of_kind)
    found: list[str] = []
    for language in dict.fromkeys([REFERENCE, *languages]):
        if language not in catalogs.languages:
            found.append(_absent(catalogs, language))
            continue
        for key in keys:
            found += _problems_of(catalogs.languages[language], key, reference.messages.get(key) if reference else None)
    return found


@lru_cache(maxsize=64)
def _read(path: Path, content: bytes) -> Catalog:
    """A language; each step of a night asks for it, and it is read again where the file says something else."""
    try:
        locale = Locale.parse(path.stem)
    except (UnknownLocaleError, ValueError) as error:
        raise CatalogError(f"{path}: {path.stem} is no language that Babel knows; name it like pt_BR.po") from error
    try:
        with TextIOWrapper(BytesIO(content), encoding="utf-8") as lines:
            po = read_po(lines, ignore_obsolete=True, abort_invalid=True)
    except PoFileError as error:
        # Babel counts lines from 0.
        line = TextIOWrapper(BytesIO(content), encoding="utf-8").read().split("\n")[error.lineno]
        said = str(error).removesuffix(f" on {error.lineno}")
        raise CatalogError(
            f"{path}:{error.lineno + 1}: {line}: {said}; each msgid has one msgstr, or one per form of Plural-Forms"
        ) from error
    except ValueError as error:
        raise CatalogError(f"{path}: {error}; it must be a gettext catalog in UTF-8") from error
    forms = len({locale.plural_form(count) for count in _COUNTS})
    messages = {message.id if isinstance(message.id, str) else message.id[0]: message for message in po if message.id}
    changed_by = () if po.last_translator == PoFile().last_translator else _names(po.last_translator)
    return Catalog(path, locale, messages, _plural_rule(path, po, forms), forms, po.plural_expr, changed_by)


def _names(translators: str) -> tuple[str, ...]:
    """Who a header names: `mai, lan <lan@example.org>` are two."""
    names = (each.partition("<")[0].strip() for each in translators.split(","))
    return tuple(name for name in names if name)


def said_by(catalog: Catalog) -> str:
    """All that a language says, as JSON: equal for files that differ in comments or order alone."""
    texts = {key: list(_forms(message)) for key, message in sorted(catalog.messages.items()) if not message.fuzzy}
    return json.dumps({"plural": catalog.plural, "texts": texts}, ensure_ascii=False, sort_keys=True)


def in_words_of(catalogs: Catalogs, language: str, said: str | None) -> Catalogs:
    """The same languages, but one in the words that it had before; without it, where it had none.

    What it had no words for is said as it is now.
    """
    others = {name: catalog for name, catalog in catalogs.languages.items() if name != language}
    if said is None:
        return replace(catalogs, languages=others)
    before = json.loads(said)
    now = catalogs.languages.get(language)
    messages = dict(now.messages) if now else {}
    for key, forms in before["texts"].items():
        messages[key] = Message(key, forms[0]) if len(forms) == 1 else Message((key, key), tuple(forms))
    locale = Locale.parse(language)
    count = len({locale.plural_form(number) for number in _COUNTS})
    path = now.path if now else catalogs.folder / f"{language}.po"
    then = Catalog(path, locale, messages, c2py(before["plural"]), count, before["plural"])
    unreadable = {name: why for name, why in catalogs.unreadable.items() if name != language}
    return replace(catalogs, languages={**others, language: then}, unreadable=unreadable)


def _plural_rule(path: Path, po: PoFile, forms: int) -> Callable[[int], int]:
    try:
        rule = c2py(po.plural_expr)
    except ValueError as error:
        raise CatalogError(f"{path}: Plural-Forms: {error}; write one with nplurals={forms}") from error
    if po.num_plurals != forms or {rule(count) for count in _COUNTS} != set(range(forms)):
        raise CatalogError(
            f"{path}: Plural-Forms: found {po.plural_forms!r}, but the language has {forms} plural forms; write "
            f"nplurals={forms}, and a plural that is 0 to {forms - 1}, in the header"
        )
    return rule


def _problems_of(catalog: Catalog, key: str, reference: Message | None) -> Iterator[str]:
    flaw = _flaw(catalog, key)
    if flaw:
        yield flaw
        return
    message, place = catalog.messages[key], _place(catalog, key)
    if reference and message.pluralizable != reference.pluralizable:
        each = ", ".join(f"msgstr[{form}]" for form in range(catalog.forms))
        yield (
            f'{place}: it has no plural forms; write msgid_plural "{key}" and {each}'
            if reference.pluralizable
            else f"{place}: it has plural forms, but {REFERENCE}.po has none; write msgstr and no msgid_plural"
        )
    # Of all forms together: one that is empty has none, and is a problem of its own.
    wanted = _placeholders("".join(_forms(reference))) if reference else None
    for form in _forms(message):
        placeholders = _placeholders(form)
        if placeholders is None:
            yield f"{place}: {form!r} has a brace by itself; write placeholders like {{measure}}"
        elif wanted is not None:
            for name in sorted(wanted - placeholders):
                yield f"{place}: {form!r} lacks {{{name}}}; write it as {REFERENCE}.po does"
            for name in sorted(placeholders - wanted):
                yield f"{place}: {form!r} has {{{name}}}, which {REFERENCE}.po hasn't; remove or rename it"


def _flaw(catalog: Catalog, key: str) -> str | None:
    """Why a key can't be told at all."""
    message, place = catalog.messages.get(key), _place(catalog, key)
    if message is None:
        return f"{place}: missing; add it and translate it"
    if not all(form.strip() for form in _forms(message)):
        which = "one of its plural forms is" if message.pluralizable else "it is"
        return f"{place}: {which} empty or missing; translate it"
    if message.fuzzy:
        return f"{place}: fuzzy; check the translation, then remove the mark"
    return None


def _place(catalog: Catalog, key: str) -> str:
    message = catalog.messages.get(key)
    line = f":{message.lineno}" if message and message.lineno else ""
    return f"{catalog.path}{line}: {key}"


def _absent(catalogs: Catalogs, language: str) -> str:
    path = catalogs.folder / f"{language}.po"
    return catalogs.unreadable.get(language) or f"{path}: missing; copy {REFERENCE}.po there and translate every msgstr"


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def _placeholders(form: str) -> set[str] | None:
    """The placeholders of a text; None if its braces don't pair."""
    try:
        return {name for _, name, _, _ in Formatter().parse(form) if name is not None}
    except ValueError:
        return None
