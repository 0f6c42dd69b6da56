"""How PostgreSQL looks into JSON, which it keeps as JSONB."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    Float,
    Integer,
    Numeric,
    Text,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy import literal_column as words

from bot.adapters.database.views import LARGEST, SMALLEST, ZERO, Sql, Views, sure

_SAID: Sql = words("""'strict $.** ? (@.type() == "string" || @.type() == "number")'""")
"""A path to all texts and numbers of a document."""


class PostgresqlJson:
    def at(self, document: Sql, path: Sequence[str]) -> Views:
        """What stands at this path of a JSON object."""
        for part in path:
            document = document.op("->")(literal(part, Text))
        return _views(document)

    def holds(self, box: Sql, is_wanted: Callable[[Views], Sql], only: Sql | None) -> Sql:
        """Whether an item of the list is wanted. `only` is the text that is looked for, where it is known."""
        if only is not None:
            return sure(box.op("@>", is_comparison=True)(func.jsonb_build_array(only)))
        item = func.jsonb_array_elements(box).table_valued("value", name="item")
        return exists(select(words("1")).select_from(item).where(is_wanted(_views(item.c.value))))

    def says(self, document: Sql, is_wanted: Callable[[Sql], Sql]) -> Sql:
        """Whether a text or a number is wanted, however deep in the document it stands: as text, and never a key."""
        part = func.jsonb_path_query(document, _SAID).table_valued("value", name="part").render_derived()
        return exists(select(words("1")).select_from(part).where(is_wanted(_as_text(part.c.value))))

    def without(self, group: Sql, names: Sql) -> Sql:
        """A JSON object without its members of these names, a list."""
        return group.op("-")(cast(names, ARRAY(Text)))

    def count_items(self, box: Sql) -> Sql:
        return func.jsonb_array_length(box)

    def count_names(self, group: Sql) -> Sql:
        names = func.jsonb_object_keys(group).table_valued("key", name="name")
        return select(func.count()).select_from(names).scalar_subquery()

    def find(self, text: Sql, part: Sql) -> Sql:
        return func.strpos(text, part) > 0

    def ordered(self, text: Sql) -> Sql:
        """The text as it is compared: by its characters' code points, whatever the database's language is."""
        return text.collate("C")

    def starts(self, text: Sql, beginning: Sql) -> Sql:
        return func.starts_with(text, beginning)

    def days_between(self, text: Sql, today: Sql) -> Sql:
        """From the day that the text begins with to today; NULL where it begins with none."""
        year, month, day = (cast(func.substr(text, *where), Integer) for where in ((1, 4), (6, 2), (9, 2)))
        written = func.make_date(year, month, 1) + (day - 1)
        is_date = text.op("~", is_comparison=True)("^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-[0-9]{2}([T ]|$)")
        same_month = func.extract("month", written) == month
        return case((is_date, case((same_month, cast(today, Date) - written))))

    def day_of(self, microseconds: Sql) -> Sql:
        """The day of a moment, as text."""
        moment: Sql = words("timestamp '1970-01-01'") + microseconds * words("interval '1 microsecond'")
        return func.to_char(moment, "YYYY-MM-DD")

    def days_after(self, microseconds: Sql, today: Sql) -> Sql:
        """From the day of a moment to today."""
        a_day: Sql = words("86400000000", BigInteger)
        into_the_day = (microseconds % a_day + a_day) % a_day
        return cast(today, Date) - words("date '1970-01-01'") - (microseconds - into_the_day) // a_day

    def start_of_day(self, today: Sql, days_before: int) -> Sql:
        """The moment at which the day begins that is so many days before today."""
        days = cast(today, Date) - words("date '1970-01-01'")
        return (type_coerce(days, BigInteger) - days_before) * words("86400000000", BigInteger)


def _as_text(value: Sql) -> Sql:
    return value.op("#>>")(words("'{}'::text[]"))


def _views(value: Sql) -> Views:
    type_ = func.jsonb_typeof(value)
    # Bounded while it is still exact: a cast of what is too large or too small for a double would be an error.
    exact = func.abs(cast(value, Numeric))
    number = case((exact < SMALLEST, ZERO), (exact < LARGEST, cast(value, Float)))
    return Views(
        boolean=case((type_ == "boolean", cast(value, Boolean))),
        number=case((type_ == "number", number)),
        text=case((type_ == "string", _as_text(value))),
        items=case((type_ == "array", value)),
        group=case((type_ == "object", value)),
    )
