"""`breakseal order`: the court's side. An order is drafted, signed with the court's key file, and shown."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click
import msgspec

from breakseal.bootstrap import ambient
from breakseal.cli import orderwords
from breakseal.cli.output import json_option, read_input, say, show, write_output
from breakseal.cli.paper import check
from breakseal.cli.sealing import Sealing, sealing_options
from breakseal.kernel.model import canonical, jws
from breakseal.kernel.model.orders import MAX_ORDER, EndOrder, Order, OrderPrecision, read_order
from breakseal.kernel.model.signed import write
from breakseal.oversight import keyfile, orders
from breakseal.oversight.founding import Stamp

DAY = 86_400
END_LIFE = 900
_FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
_OUT = click.option("--out", required=True, type=_FILE, help="Where to write it.")
_KEY = click.option(
    "--key", "key_file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The court's key file."
)  # fmt: skip


@click.group()
def order() -> None:
    """Make and read orders of a court. Only the court's enrolled key makes one count."""


order.add_command(check)


@order.command()
@click.option("--court", required=True, help="The court's id, as it is enrolled.")
@click.option("--agency", required=True, help="The id of the one agency that may use the order.")
@click.option("--docket", required=True, help="The order's own number at this court.")
@click.option("--judge", required=True, help="The judge's name, as the person will read it.")
@click.option("--number", required=True, help="The one phone, such as +15555550117.")
@click.option(
    "--precision", type=click.Choice(get_args(OrderPrecision)), default="exact", show_default=True,
    help="How exactly the agency may learn it.",
)  # fmt: skip
@click.option(
    "--looks", type=int, default=1, show_default=True, help="How often the agency may look, in all."
)
@click.option("--days", type=int, default=10, show_default=True, help="For how many days, from today.")
@click.option(
    "--defer-days", type=int, default=0, help="Tell the person only after so many days, 90 at most."
)
@click.option(
    "--extends", default="", help="The docket of an earlier order whose deferral this one puts off."
)
@click.option(
    "--key", "key_file", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="The public half of the court's key.",
)  # fmt: skip
@_OUT
@json_option
def draft(
    *, court: str, agency: str, docket: str, judge: str, number: str, precision: OrderPrecision, looks: int, days: int,
    defer_days: int, extends: str, key_file: Path, out: Path, as_json: bool,
) -> None:  # fmt: skip
    """Write the text of an order, to be read by the judge and then signed."""
    now = ambient.clock().now()
    drafted = Order(
        court=court, key=keyfile.read_described(key_file).id, docket=docket, judge=judge, agency=agency, number=number,
        categories=("location.fix",), precision=precision, looks=looks, issued=now, begins=now, until=now + days * DAY,
        defer_until=now + defer_days * DAY if defer_days else 0, extends=extends,
        salt=canonical.b64(ambient.entropy().token(16)),
    )  # fmt: skip
    text = orders.draft_text(drafted)
    orders.read_draft(text)
    write_output(out, text)
    if as_json:
        show({"file": str(out), "order": msgspec.to_builtins(drafted)})
    elif str(out) != "-":
        say(f"{out}: drafted; it opens nothing before the court signed it")
        say(f"next: have the judge read it, then breakseal order sign {out} --key KEYFILE --out ORDER")


@order.command()
@click.argument("draft_file", type=_FILE)
@_KEY
@sealing_options
@_OUT
@json_option
def sign(*, draft_file: Path, key_file: Path, out: Path, as_json: bool, **sealing: Path | None) -> None:
    """Sign the order in DRAFT_FILE with the court's key; the file that it makes goes to the agency.

    With --paper that is a PDF: the court's page for people, with the signed order inside, signed with the court's
    certificate. Nothing may be added to it afterwards.
    """
    data = orders.sign_order(orders.read_draft(read_input(draft_file)), keyfile.read_service(key_file))
    write_output(out, Sealing(**sealing).around(data, key_file))
    name = canonical.b64(jws.parse(data).digest)
    if as_json:
        show({"file": str(out), "name": name})
    elif str(out) != "-":
        say(f"{out}: signed; give it to the agency, unchanged")
        say(f"name  {name}")


@order.command("show")
@click.argument("order_file", type=_FILE)
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path, dir_okay=False), help="The court's public key."
)
@json_option
def show_order(*, order_file: Path, key_file: Path | None, as_json: bool) -> None:
    """Show what the order in ORDER_FILE says; with --key, whether that key signed it."""
    data = read_input(order_file).strip()
    read, found = read_order(data)
    if key_file is not None:
        jws.verify(read, keyfile.read_described(key_file))
    checked = "by this key" if key_file is not None else "not checked: name the court's public key with --key"
    name = canonical.b64(read.digest)
    if as_json:
        show({"name": name, "checked": key_file is not None, "order": msgspec.to_builtins(found)})
        return
    for title, text in (*orderwords.lines(found), ("name", name), ("signature", checked)):
        say(f"{title:<11} {text}")


@order.command()
@click.argument("order_file", type=_FILE)
@_KEY
@_OUT
def end(*, order_file: Path, key_file: Path, out: Path) -> None:
    """Write the court's statement that ends the order in ORDER_FILE; hand it in within 15 minutes."""
    read, _ = read_order(read_input(order_file, MAX_ORDER + 1).strip())
    stamp = Stamp(ambient.clock(), ambient.entropy())(END_LIFE)
    statement = EndOrder(**stamp, order=canonical.b64(read.digest))  # type: ignore[arg-type] # the stamp's members by name
    write_output(out, write(statement, keyfile.read_service(key_file)))
    if str(out) != "-":
        say(f"{out}: signed; next: breakseal submit {out}")
