"""The demo court's page as people read it: one sheet with a heading, what is ordered, and notes."""

from __future__ import annotations

from io import BytesIO

from pyhanko.pdf_utils import generic, writer

_PAGE = (0, 0, 612, 792)
_FONTS = {"/F1": "/Helvetica", "/F2": "/Helvetica-Bold"}
_LEFT, _COLUMN, _RIGHT = 72, 220, 540


def page(court: str, heading: str, rows: tuple[tuple[str, str], ...], notes: tuple[str, ...]) -> bytes:
    """Return a PDF of one page: the court's name, a heading, rows of two columns, and notes below a line."""
    out = writer.PdfFileWriter()
    name = generic.pdf_name
    fonts = generic.DictionaryObject({
        name(short): out.add_object(
            generic.DictionaryObject({
                name("/Type"): name("/Font"), name("/Subtype"): name("/Type1"), name("/BaseFont"): name(font),
                name("/Encoding"): name("/WinAnsiEncoding"),
            })
        )
        for short, font in _FONTS.items()
    })  # fmt: skip
    content = out.add_object(generic.StreamObject(stream_data=_drawn(court, heading, rows, notes)))
    resources = generic.DictionaryObject({name("/Font"): fonts})
    out.insert_page(writer.PageObject(contents=content, media_box=_PAGE, resources=resources))
    out.root["/Lang"] = generic.pdf_string("en")
    made = BytesIO()
    out.write(made)
    return made.getvalue()


def _drawn(court: str, heading: str, rows: tuple[tuple[str, str], ...], notes: tuple[str, ...]) -> bytes:
    drawn = [_rule(724, 2.5), _text(_LEFT, 736, "/F2", 15, court), _text(_LEFT, 676, "/F2", 20, heading)]
    at = 632
    for title, text in rows:
        drawn += [_text(_LEFT, at, "/F1", 11, title), _text(_COLUMN, at, "/F2", 11, text), _rule(at - 9, 0.4)]
        at -= 27
    at -= 20
    for note in notes:
        drawn.append(_text(_LEFT, at, "/F1", 10, note))
        at -= 16
    return "\n".join(drawn).encode("cp1252", "replace")


def _text(left: int, at: int, font: str, size: int, text: str) -> str:
    shown = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT {font} {size} Tf {left} {at} Td ({shown}) Tj ET"


def _rule(at: float, width: float) -> str:
    return f"{width} w {_LEFT} {at} m {_RIGHT} {at} l S"
