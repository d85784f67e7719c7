"""From the document to the layout: every name is looked up, every position checked, and what is wrong is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hub.errors import ConfigurationError
from hub.formats.declared.compiled import RECORDS, CompiledFile, Condition, Record, Says, Section, Slot
from hub.formats.declared.conversions import DatePattern, ValueForm, plain
from hub.formats.declared.document import FieldForm, FileForm, RecordForm, Values
from hub.formats.declared.placing import placed
from hub.formats.declared.vocabulary import Group, Kind, Vocabulary
from hub.model.refusals import closest

FILE = "file"  # what a layout calls the outermost group, where it must be told from others
_COUNTED = frozenset((Kind.AMOUNT, Kind.NUMBER))


def compiled(name: str, form: FileForm, vocabularies: Mapping[str, Vocabulary], where: str) -> CompiledFile:
    """Return a file of a layout, ready for use. Raises ConfigurationError."""
    if form.content not in vocabularies:
        raise _unknown("content", form.content, vocabularies, where)
    vocabulary = vocabularies[form.content]
    return _Compiler(form, vocabulary, where).file(name)


class _Compiler:
    """Compiles one file."""

    def __init__(self, form: FileForm, vocabulary: Vocabulary, where: str) -> None:
        self._form = form
        self._vocabulary = vocabulary
        self._where = where
        self._paths = {".".join(path): path for path in vocabulary.root.paths()} | {"": ()}
        self._sections: dict[tuple[str, ...], Section] = {(): Section(())}
        self._last: tuple[str, ...] = ()
        self._left: set[tuple[str, ...]] = set()
        self._fields: dict[str, dict[str, Kind]] = {}

    def file(self, name: str) -> CompiledFile:
        for number, form in enumerate(self._form.records, 1):
            where = f"{self._where}.records[{number}]"
            if form.name in self._fields or form.name == RECORDS:
                raise ConfigurationError(f"a record has the name {form.name} already", where=where)
            self._add(form, where)
        root = self._sections[()]
        made = CompiledFile(name, self._form, self._vocabulary, root, self._sections, tuple(root.records()))
        self._require_targets(made)
        self._require_codes(made)
        return made

    def _add(self, form: RecordForm, where: str) -> None:
        if form.each not in self._paths:
            raise _unknown("each", form.each, self._paths, where)
        path = self._paths[form.each]
        section = self._section(path, where)
        self._fields[form.name] = {}
        slots = placed(tuple(self._slots(form, path, where)), form, self._form, where)
        record = Record(
            form.name,
            form.code,
            path,
            len(section.parts),
            slots,
            tuple(self._conditions(form, path, where)),
            form.optional,
            _steps(form.at),
            form.separator,
            form.ending,
            form.width or 0,
        )
        section.parts.append(record)

    def _section(self, path: tuple[str, ...], where: str) -> Section:
        """Return the section of a group; records of one group stand together, so that one item follows another."""
        for end in range(len(self._last), 0, -1):
            if self._last[:end] != path[:end]:
                self._left.add(self._last[:end])
        for end in range(1, len(path) + 1):
            if path[:end] in self._left:
                hint = f"put all records of {'.'.join(path[:end])} behind each other"
                raise ConfigurationError("other records stand between those of one group", where=where, hint=hint)
            if path[:end] not in self._sections:
                outer = self._sections[path[: end - 1]]
                self._sections[path[:end]] = Section(path[:end], len(outer.parts))
                outer.parts.append(self._sections[path[:end]])
        self._last = path
        return self._sections[path]

    def _slots(self, form: RecordForm, path: tuple[str, ...], where: str) -> Iterator[Slot]:
        for number, field in enumerate(form.fields, 1):
            slot = self._slot(field, path, f"{where}.fields[{number}]")
            if slot.says is Says.VALUE:
                self._fields[form.name][slot.name] = slot.form.kind
            yield slot

    def _slot(self, form: FieldForm, path: tuple[str, ...], where: str) -> Slot:
        said = [bool(form.field), form.constant is not None, form.blank, bool(form.count), bool(form.total)]
        if sum(said) != 1:
            raise ConfigurationError("it says one of field, constant, blank, count and total", where=where)
        if form.field:
            depth, kind = self._found(form.field, path, where)
            name = form.field.rpartition(".")[2]
            return self._shaped(Slot(name, Says.VALUE, self._value_form(form, kind, where), depth), form)
        if form.count or form.total:
            says, targets = (Says.COUNT, _names(form.count)) if form.count else (Says.TOTAL, _names(form.total))
            kinds = {Kind.NUMBER if form.count else self._kind_of_total(target, where) for target in targets}
            if len(kinds) != 1:
                raise ConfigurationError("amounts and numbers are not added up together", where=f"{where}.total")
            name, value_form = (
                f"{says.name.lower()} of {', '.join(targets)}",
                self._value_form(form, kinds.pop(), where),
            )
            return self._shaped(Slot(name, says, value_form, targets=targets), form)
        says = Says.BLANK if form.blank else Says.CONSTANT
        name = form.comment or ("blank" if form.blank else "constant")
        made = Slot(name, says, self._value_form(form, Kind.TEXT, where), constant=form.constant or "")
        return self._shaped(made, form)

    def _shaped(self, slot: Slot, form: FieldForm) -> Slot:
        is_number = slot.form.kind in (*_COUNTED,) and slot.says not in (Says.CONSTANT, Says.BLANK)
        is_filled = self._form.format == "fixed_width"
        return Slot(
            slot.name,
            slot.says,
            slot.form,
            slot.depth,
            slot.constant,
            slot.targets,
            width=form.width or 0,
            up_to=form.up_to or 0,
            is_right=(form.align == "right") if form.align else is_number,
            pad=form.pad or ("0" if is_number and is_filled and not slot.form.codes else " "),
            is_required=form.required,
            too_long=form.too_long or self._form.too_long,
            column=form.column or slot.name,
            path=_steps(form.at or slot.name.replace(" ", "_")),
            json_type=form.json_type,
        )

    def _value_form(self, form: FieldForm, kind: Kind, where: str) -> ValueForm:
        is_fixed = self._form.format == "fixed_width"
        try:
            pattern = DatePattern(form.date or self._form.date)
        except ValueError as error:
            raise ConfigurationError(str(error), where=f"{where}.date") from None
        amount = form.amount or self._form.amount or ("ore" if is_fixed else "point")
        sign = form.sign or self._form.sign or ("none" if is_fixed else "leading")
        theirs = list(form.codes.values())
        if not self._vocabulary.is_outgoing and len(set(theirs)) != len(theirs):
            raise ConfigurationError("one code of the other side stands for several values", where=f"{where}.codes")
        return ValueForm(kind, pattern, amount, sign, form.codes, form.unlisted, form.digits)

    def _found(self, name: str, path: tuple[str, ...], where: str) -> tuple[int, Kind]:
        """Return in which open group a field is, and its kind: the innermost that has it, or the one that is named."""
        groups = self._vocabulary.root.within(path)
        outer, _, bare = name.rpartition(".")
        for depth in range(len(groups) - 1, -1, -1):
            is_meant = not outer or outer == (".".join(path[:depth]) or FILE)
            word = groups[depth].fields.get(bare) if is_meant else None
            if word is not None:
                return depth, word.kind
        raise _unknown("field", name, _names_of(groups), where)

    def _conditions(self, form: RecordForm, path: tuple[str, ...], where: str) -> Iterator[Condition]:
        for name, values in form.when.items():
            depth, _ = self._found(name, path, f"{where}.when")
            yield Condition(depth, name.rpartition(".")[2], _listed(values))
        for name in form.given:
            depth, _ = self._found(name, path, f"{where}.given")
            yield Condition(depth, name.rpartition(".")[2])

    def _kind_of_total(self, target: str, where: str) -> Kind:
        """A total may stand before the records that it is of: they are looked up in the document."""
        name, _, field = target.partition(".")
        record = next((one for one in self._form.records if one.name == name), None)
        if record is None or all(one.field.rpartition(".")[2] != field for one in record.fields):
            raise ConfigurationError("there is no such field of a record", where=f"{where}.total", hint=target)
        (found, *_) = (one.field for one in record.fields if one.field.rpartition(".")[2] == field)
        kind = self._found(found, self._paths.get(record.each, ()), f"{where}.total")[1]
        if kind not in _COUNTED:
            raise ConfigurationError(f"a {kind} cannot be added up", where=f"{where}.total")
        return kind

    def _require_targets(self, made: CompiledFile) -> None:
        """A count or total is of records within its own item, or the whole file."""
        paths = {record.name: record.path for record in made.records} | {RECORDS: ()}
        for record in made.records:
            for slot in record.slots:
                for name in (target.partition(".")[0] for target in slot.targets):
                    if name not in paths:
                        raise _unknown("count", name, paths, self._where)
                    if name != RECORDS and paths[name][: len(record.path)] != record.path:
                        raise ConfigurationError(
                            f"{slot.name}, in {record.name}: such records are not within its group", where=self._where
                        )

    def _require_codes(self, made: CompiledFile) -> None:
        """In a file of lines each record is known by what it begins with."""
        if self._form.format in ("xml", "json"):
            return
        codes = [record.code for record in made.records]
        if len(codes) > 1 and "" in codes:
            raise ConfigurationError("of several records each needs a code", where=self._where)
        twice = next((code for code in codes if codes.count(code) > 1), None)
        if twice is not None and not self._vocabulary.is_outgoing:
            raise ConfigurationError(f"two records have the code {twice!r}", where=self._where)


def _names_of(groups: tuple[Group, ...]) -> list[str]:
    return [name for group in groups for name in group.fields]


def _names(target: str | list[str]) -> tuple[str, ...]:
    return (target,) if isinstance(target, str) else tuple(target)


def _listed(values: Values) -> tuple[str, ...]:
    return tuple(plain(value) for value in values) if isinstance(values, list) else (plain(values),)


def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("/")) if path else ()


def _unknown(what: str, name: str, known: Mapping[str, object] | list[str], where: str) -> ConfigurationError:
    nearest = closest(name, known)
    names = ", ".join(sorted(one for one in known if one))
    hint = f"did you mean {nearest}?" if nearest else f"there are {names}"
    return ConfigurationError(f"there is no {name!r}", where=f"{where}.{what}", hint=hint)
