"""Records stored in C and in Python: each behaviour holds for both."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref
from array import array
from typing import Any, TypeAlias

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.records.storage.implementations import (
    FIELDS,
    IN_C,
    MODULES,
    Record,
    Storage,
    each_module,
    needs_c,
    record_class,
    slots,
    subclass,
)

NUMBERS = (0, 1, 2, 2**32 - 1, 2**63, 2**64 - 3, 2**64 - 2, 2**64 - 1)
"""Numbers around what a cell in C can contain."""

VALUES = st.one_of(
    st.integers(-(2**70), 2**70), st.sampled_from(NUMBERS), st.none(), st.booleans(), st.binary(),
    st.floats(allow_nan=False), st.tuples(st.integers()),
)  # fmt: skip


Table: TypeAlias = Any
"""A `RecordTable` of one of the modules."""


class Made:
    """A value that is made by a pool, and can be referred to weakly."""

    def __init__(self, index: int) -> None:
        self.index = index


def table(storage: Storage, columns: tuple[Any, ...], rows: int, *, sparse: bool = False) -> Table:
    record = record_class(storage)
    return storage.RecordTable(record, slots(record), columns, rows, sparse)


def plain(storage: Storage, numbers: array[int], *, sparse: bool = False) -> list[Any]:
    """Return what records contain whose field is filled from *numbers*."""
    made = table(storage, (numbers, (None,), (None,)), len(numbers), sparse=sparse)
    return [record.number for record in made]


# --- fields ---------------------------------------------------------------------------------------


def contents(storage: Storage, values: tuple[Any, ...]) -> tuple[object, ...]:
    """Return all that can be seen of a record with *values*."""
    record = record_class(storage)
    one, other = record(*values), record(*values)
    state = one.__getstate__()
    copied = record.__new__(record)
    copied.__setstate__(state)
    return (
        repr(one), hash(one), one == other, one == copied, one != other, state,
        attrs.asdict(one), attrs.astuple(one), repr(attrs.evolve(one, number=1)),
        [type(getattr(one, field)).__name__ for field in FIELDS],
        hasattr(one, "__dict__"), record.__slots__, record.__match_args__,
        sorted(set(dir(one)) & {*FIELDS, "__weakref__", "__getstate__"}),
    )  # fmt: skip


@needs_c
@given(st.tuples(VALUES, VALUES, VALUES))
def test_a_record_shows_the_same_in_c_and_in_python(values: tuple[Any, ...]) -> None:
    in_python, in_c = (contents(storage, values) for storage in MODULES)
    assert in_c == in_python


@each_module
@given(st.lists(st.tuples(st.sampled_from(FIELDS), VALUES | st.just(...))))
def test_a_field_contains_what_was_set_last(storage: Storage, steps: list[tuple[str, Any]]) -> None:
    """An ellipsis deletes. ``object.__setattr__`` is what attrs itself calls."""
    known: dict[str, Any] = {}
    one = record_class(storage)
    one = one.__new__(one)
    for field, value in steps:
        if value is not ...:
            object.__setattr__(one, field, value)
            known[field] = value
        elif field in known:
            object.__delattr__(one, field)
            del known[field]
        else:
            with pytest.raises(AttributeError, match=field):
                object.__delattr__(one, field)
        for name in FIELDS:
            if name in known:
                assert getattr(one, name) == known[name]
                assert type(getattr(one, name)) is type(known[name])
            else:
                with pytest.raises(AttributeError, match=name):
                    getattr(one, name)


@each_module
def test_a_field_is_of_its_own_records(storage: Storage) -> None:
    field = slots(record_class(storage))[0]
    stranger = record_class(storage)(1, 2)
    for wrong in (stranger, object(), 5):
        with pytest.raises(TypeError):
            field.__get__(wrong)
        with pytest.raises(TypeError):
            field.__set__(wrong, 1)


@each_module
def test_a_subclass_may_have_fields_of_its_own(storage: Storage) -> None:
    more = subclass(record_class(storage), {"more": attrs.field(default=5)}, weakref_slot=True)
    one: Record = more(1, None, b"x", 2**64)
    assert attrs.astuple(one) == (1, None, b"x", 2**64)
    assert weakref.ref(one)() is one
    evolved: Record = attrs.evolve(one, other=3)  # type: ignore[misc]
    assert evolved == more(1, 3, b"x", 2**64)


@each_module
def test_a_cycle_through_a_field_is_collected(storage: Storage) -> None:
    record = record_class(storage)
    for field in FIELDS:
        made: Any = Made(0)
        one = record(0, 0)
        object.__setattr__(one, field, made)
        made.record = one
        gone = weakref.ref(made)
        del made, one
        gc.collect()
        assert gone() is None


@needs_c
def test_make_base_rejects_too_many_fields() -> None:
    assert IN_C
    names = tuple(f"f{number}" for number in range(64))
    assert IN_C.make_base("x.X", names[:63], names[:4])
    wrong = r"^at most 63 fields, and 4 that are deferred$"
    for given_names, deferred in ((names, ()), (names[:5], names[:5])):
        with pytest.raises(ValueError, match=wrong):
            IN_C.make_base("x.X", given_names, deferred)


# --- pools ----------------------------------------------------------------------------------------


@each_module
def test_a_pool_makes_each_value_once(storage: Storage) -> None:
    calls: list[int] = []

    def make(index: int) -> Made:
        calls.append(index)
        return Made(index)

    pool = storage.ValuePool(make, 3)
    assert not calls
    assert pool.value(2) is pool.value(2)
    assert pool.value(0).index == 0
    assert calls == [2, 0]
    for index in (3, 2**32):
        with pytest.raises(IndexError):
            pool.value(index)


@each_module
def test_a_pool_that_fails_tries_again(storage: Storage) -> None:
    answers = iter((ZeroDivisionError(), "made"))

    def make(_: int) -> object:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    pool = storage.ValuePool(make, 1)
    with pytest.raises(ZeroDivisionError):
        pool.value(0)
    assert pool.value(0) == "made"


@each_module
def test_a_value_that_asks_for_itself_is_made_once(storage: Storage) -> None:
    """As if another thread had made it meanwhile."""
    inner: list[Made] = []

    def make(index: int) -> Made:
        if not inner:
            inner.append(Made(index))
            inner[0] = pool.value(index)
        return Made(index)

    pool = storage.ValuePool(make, 1)
    assert pool.value(0) is inner[0]


# --- tables ---------------------------------------------------------------------------------------


@each_module
@pytest.mark.parametrize("typecode", ["B", "I", "Q"])
def test_numbers_of_each_size(storage: Storage, typecode: str) -> None:
    size = array(typecode).itemsize
    numbers = [number for number in NUMBERS if number < 1 << 8 * size] + [(1 << 8 * size) - 1]
    assert plain(storage, array(typecode, numbers)) == numbers


@each_module
@pytest.mark.parametrize("typecode", ["B", "I", "Q"])
def test_a_sparse_number_with_all_bits_set_is_none(storage: Storage, typecode: str) -> None:
    greatest = (1 << 8 * array(typecode).itemsize) - 1
    numbers = array(typecode, (greatest, 0, greatest - 1))
    assert plain(storage, numbers, sparse=True) == [None, 0, greatest - 1]
    made = table(storage, (numbers, (None,), (None,)), 5, sparse=True)
    assert [record.number for record in made] == [None, 0, greatest - 1, None, None]


@each_module
def test_each_form_of_a_column(storage: Storage) -> None:
    pool = storage.ValuePool(Made, 9)
    four, ten = array("I", (4, 4, 5)), array("Q", (10, 11, 10))
    columns = ((pool, four), (divmod, ten, four), (str, array("I", (0, 2)), "no"))
    made = table(storage, columns, 3)
    assert [one.number.index for one in made] == [4, 4, 5]
    assert made.record(0).number is made.record(1).number is pool.value(4)
    assert [one.other for one in made] == [(2, 2), (2, 3), (2, 0)]
    assert [one.late for one in made] == ["0", "no", "2"]
    assert len([*made]) == 3
    for row in (-1, 3, 2**70):
        with pytest.raises(IndexError):
            made.record(row)


@each_module
def test_an_error_of_a_function_leaves_no_record(storage: Storage) -> None:
    made = table(storage, ((Made, array("I", (1, 0))), (divmod, *[array("I", (1, 0))] * 2),
                           (None,)), 2)  # fmt: skip
    assert made.record(0).other == (1, 0)
    with pytest.raises(ZeroDivisionError):
        made.record(1)
    with pytest.raises(IndexError):
        table(storage, ((storage.ValuePool(Made, 1), array("I", (1,))), (1,), (1,)), 1).record(0)


@each_module
def test_a_deferred_value_is_made_when_it_is_read(storage: Storage) -> None:
    calls: list[int] = []

    def make(index: int) -> Made:
        calls.append(index)
        return Made(index)

    pool = storage.ValuePool(make, 3)
    made = table(storage, ((0,), (0,), (pool, array("I", (2, 0, 2)))), 3)
    records = [*made]
    assert not calls
    assert records[0].late.index == 2
    assert records[0].late is records[2].late is pool.value(2)
    assert records[1] == made.record(1)
    assert calls == [2, 0]


@each_module
def test_a_deferred_field_may_be_replaced_before_it_is_read(storage: Storage) -> None:
    pool = storage.ValuePool(Made, 8)
    made = table(storage, ((0,), (0,), (pool, array("I", (5, 5, 5)))), 3)
    for value in (7, None, b"x"):
        one = made.record(0)
        object.__setattr__(one, "late", value)
        assert one.late == value
    one = made.record(0)
    object.__delattr__(one, "late")
    with pytest.raises(AttributeError):
        assert one.late


@each_module
def test_a_record_keeps_the_pool_only_until_its_value_is_made(storage: Storage) -> None:
    made = Made(1)
    gone = weakref.ref(made)

    def make(index: int, owner: Made = made) -> int:
        return index + owner.index + 100

    record = table(storage, ((0,), (0,), (storage.ValuePool(make, 3), array("I", (2,)))), 1).record(
        0
    )
    del make, made
    gc.collect()
    assert gone() is not None
    assert record.late == 103
    gc.collect()
    assert gone() is None
    assert record.late == 103


@each_module
def test_a_failing_deferred_value_can_be_read_again(storage: Storage) -> None:
    answers = [3, 0]

    def make(_: int) -> int:
        return 6 // answers.pop()

    pool = storage.ValuePool(make, 1)
    one = table(storage, ((0,), (0,), (pool, array("I", (0,)))), 1).record(0)
    with pytest.raises(ZeroDivisionError):
        assert one.late
    assert one.late == 2


@needs_c
def test_a_table_in_c_rejects_what_it_cannot_read() -> None:
    assert IN_C
    record = record_class(IN_C)
    fields = slots(record)
    stranger = slots(record_class(IN_C))[0]
    numbers, pool = array("Q", (1, 2)), IN_C.ValuePool(Made, 3)
    form = r"^a column of a form that RecordTable does not have$"
    columns: tuple[Any, ...] = ((), (pool, numbers, numbers), (max, numbers, numbers, numbers))
    for column in columns:
        with pytest.raises(ValueError, match=form):
            IN_C.RecordTable(record, fields[:1], (column,), 2, sparse=False)
    columns = (numbers, (pool, numbers), (max, numbers, array("Q", (1, 2, 3))))
    for column in columns:
        with pytest.raises(ValueError, match=r"^a column has fewer than 3 numbers$"):
            IN_C.RecordTable(record, fields[:1], (column,), 3, sparse=False)
    with pytest.raises(ValueError, match=r"^the numbers of a column must have 1, 4 or 8 bytes$"):
        IN_C.RecordTable(record, fields[:1], (array("H", (1, 2)),), 2, sparse=False)
    for wrong in (stranger, 5, Made):
        with pytest.raises(TypeError, match=r" is no field of "):
            IN_C.RecordTable(record, (wrong,), (numbers,), 2, sparse=False)
    for count, rows in ((0, 1), (2, 1), (1, -1)):
        with pytest.raises(ValueError, match=r"^expected 1 to 64 fields, a column for each"):
            IN_C.RecordTable(record, fields[:count], (numbers,), rows, sparse=False)
    with pytest.raises(TypeError):
        IN_C.RecordTable(record, fields[:1], ((pool, 5),), 1, sparse=False)
    with pytest.raises(ValueError, match=r"^size must not be negative$"):
        IN_C.ValuePool(Made, -1)


@each_module
def test_a_table_in_a_cycle_is_collected(storage: Storage) -> None:
    made = Made(0)

    def make(_: int, owner: Made = made) -> Made:
        return owner

    pool = storage.ValuePool(make, 1)
    owner: Any = made
    owner.table = table(storage, ((0,), (0,), (pool, array("I", (0,)))), 1)
    owner.records = iter(owner.table)
    gone = weakref.ref(made)
    del made, owner, pool, make
    gc.collect()
    assert gone() is None


@each_module
def test_a_record_of_a_table_is_collected_once_it_is_in_a_cycle(storage: Storage) -> None:
    one = table(storage, ((0,), (0,), (None,)), 1).record(0)
    made: Any = Made(0)
    made.record = one
    object.__setattr__(one, "other", made)
    gone = weakref.ref(made)
    del one, made
    gc.collect()
    assert gone() is None


def numbers_of(typecode: str, numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    return st.lists(numbers, min_size=9, max_size=9).map(lambda items: array(typecode, items))


COLUMNS: st.SearchStrategy[Any] = st.one_of(
    numbers_of("Q", st.sampled_from(NUMBERS)),
    numbers_of("I", st.integers(0, 2**32 - 1)),
    st.tuples(
        st.just(pow), numbers_of("I", st.integers(0, 40)), numbers_of("B", st.integers(0, 9))
    ),
    st.tuples(
        st.just(str),
        st.sets(st.integers(0, 8)).map(lambda rows: array("I", sorted(rows))),
        st.just("other"),
    ),
)


@needs_c
@given(st.tuples(COLUMNS, COLUMNS, COLUMNS))
def test_tables_make_the_same_records(columns: tuple[Any, ...]) -> None:
    in_python, in_c = (
        [attrs.astuple(one) for one in table(storage, columns, 9)] for storage in MODULES
    )
    assert in_c == in_python


# --- which module is used -------------------------------------------------------------------------

WITHOUT_EXTENSION = """
import sys
sys.modules["procmaps.records._storage"] = None  # an import of it fails
from procmaps.records import storage
print(storage.RecordTable.__module__, storage.KernelQuery, *storage.DEFERRED)
"""


@pytest.mark.parametrize("engine", ["", "python", "reference"])
def test_records_are_kept_in_python_where_the_extension_was_not_built(engine: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTENSION],
        env={**os.environ, "PROCMAPS_ENGINE": engine},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "procmaps.records.python_storage None usage\n"


@needs_c
@pytest.mark.parametrize("engine", ["python", "reference"])
def test_a_forced_engine_in_python_keeps_records_in_python(engine: str) -> None:
    program = WITHOUT_EXTENSION.replace("sys.modules[", "# sys.modules[")
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PROCMAPS_ENGINE": engine},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "procmaps.records.python_storage None usage\n"
