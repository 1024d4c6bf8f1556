"""What a household may tell a call-taker, as data: the pages, the browser's module and the board all read it here.

Only what helps a call is here. There is no field for a social-security number, a diagnosis code, an
infection, an immigration status, a religion or a suspicion, and a test keeps their names out. Every
field is optional. The words are in the catalogue under `field.<section>.<key>`.

A sealed record is canonical JSON `{"fields": {...}, "pad": ...}`. A section with `items` keeps
`{<items>: [{<key>: value}, ...]}`, one without keeps `{<key>: value}`. A value is a string, or for
`choices` an array of strings.
"""

from __future__ import annotations

from typing import Literal

import msgspec

FieldKind = Literal["text", "long", "year", "phone", "choice", "choices", "person", "image"]


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One question. `alert`: belongs to what a call-taker must see in the first ten seconds.

    `person` is a text for which the page offers the household's names; `image` a JPEG, base64url.
    `least` is the first year that a `year` may be; the last is the present one.
    `helps` says whether the catalogue has a `<label>.help`.
    """

    key: str
    kind: FieldKind = "text"
    max_length: int = 120
    least: int = 1900
    choices: tuple[str, ...] = ()
    alert: bool = False
    helps: bool = False


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step of the profile, stored sealed as one category. `items` names the list, if entries repeat."""

    step: str
    category: str
    items: str = ""
    max_items: int = 1
    fields: tuple[Field, ...]

    def label(self, field: Field) -> str:
        """Return the message id of a field's label."""
        return f"field.{self.step}.{field.key}"


WHO = Section(
    step="who",
    category="emergency.identity",
    items="people",
    max_items=12,
    fields=(
        Field(key="name", alert=True),
        Field(key="birth_year", kind="year", max_length=4, alert=True),
        Field(key="description", kind="long", max_length=300, helps=True),
        Field(key="calming", kind="long", max_length=300, helps=True),
    ),
)

PHONES = Section(
    step="phones",
    category="emergency.contact",
    items="phones",
    max_items=8,
    fields=(
        Field(key="number", kind="phone", max_length=24),
        Field(key="person", kind="person"),
        Field(key="reach", kind="choice", choices=("call", "text", "relay"), alert=True),
    ),
)

HOME = Section(
    step="home",
    category="emergency.home",
    fields=(
        Field(key="address", kind="long", max_length=200, alert=True),
        Field(key="finding", kind="long", max_length=300, helps=True),
        Field(key="entry", kind="long", max_length=300, alert=True, helps=True),
        Field(key="gate_code", max_length=60, alert=True),
        Field(key="sleeping", kind="long", max_length=300, helps=True),
        Field(key="pets", max_length=200),
        Field(key="hazards", kind="long", max_length=300, alert=True, helps=True),
        Field(key="utilities", kind="long", max_length=300, helps=True),
    ),
)

MEDICAL = Section(
    step="medical",
    category="emergency.medical",
    items="people",
    max_items=12,
    fields=(
        Field(key="person", kind="person", alert=True),
        Field(key="conditions", kind="long", max_length=400, alert=True, helps=True),
        Field(key="allergies", kind="long", max_length=300, alert=True),
        Field(key="medications", kind="long", max_length=500, helps=True),
        Field(
            key="devices",
            kind="choices",
            choices=(
                "oxygen",
                "ventilator",
                "pacemaker",
                "insulin-pump",
                "dialysis",
                "feeding-tube",
                "power",
            ),
            alert=True,
        ),
        Field(
            key="mobility",
            kind="choices",
            choices=("cane", "walker", "wheelchair", "bed", "stairs"),
            alert=True,
        ),
        Field(
            key="communication",
            kind="choices",
            choices=("deaf", "hard-of-hearing", "blind", "no-speech", "memory", "touch"),
            alert=True,
        ),
        Field(key="notes", kind="long", max_length=400, helps=True),
    ),
)

CONTACTS = Section(
    step="contacts",
    category="emergency.contacts",
    items="people",
    max_items=6,
    fields=(
        Field(key="name"),
        Field(key="relation", max_length=60),
        Field(key="phone", kind="phone", max_length=24),
        Field(key="note", max_length=200, helps=True),
    ),
)

LANGUAGES = Section(
    step="languages",
    category="emergency.languages",
    fields=(
        Field(
            key="first",
            kind="choice",
            choices=("en", "es", "zh", "vi", "tl", "ko", "ar", "ht", "ru", "pt", "fr", "ase", "other"),
            alert=True,
        ),
        Field(key="other", helps=True),
        Field(key="interpreter", kind="choice", choices=("yes", "no"), alert=True),
    ),
)

PHOTO = Section(
    step="photo",
    category="emergency.photo",
    items="photos",
    max_items=2,
    fields=(Field(key="person", kind="person"), Field(key="image", kind="image", max_length=300_000)),
)

SECTIONS: tuple[Section, ...] = (WHO, PHONES, HOME, MEDICAL, CONTACTS, LANGUAGES, PHOTO)
"""In the order in which the pages ask."""


def section_of(step: str) -> Section | None:
    """Return the section of a step's name."""
    return next((section for section in SECTIONS if section.step == step), None)
