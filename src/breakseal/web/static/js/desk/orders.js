// The officer's desk: the agency's orders and how they stand, a look under one of them, and the way to hand one in.
import { signAtDoor } from "/browser/door-link.js";
import { onEnd } from "/browser/session.js";
import { at, button, data, local, make, t } from "../page.js";
import * as inside from "./inside.js";
import { choose, mount, returned } from "./looking.js";
import { read } from "./orders-ground.js";
import { done, trouble, why } from "./telling.js";

const back = location.origin + local("/orders");

function item(row) {
  const tag = make("span", { class: `bs-tag ${row.open ? "bs-tag--on" : "bs-tag--draft"}` }, t("orders.tag." + row.state));
  const text = make("div", {}, make("h3", {}, row.title, " ", tag), make("p", {}, row.words), ...row.lines.map((line) => make("p", { class: "bs-quiet" }, line)));
  const look = row.open ? button(t("orders.look"), () => choose(row), "") : null;
  look?.setAttribute("aria-label", `${t("orders.look")}: ${row.title}`);
  return make("li", { "data-state": row.state }, text, look);
}

async function list() {
  const rows = await read();
  at("opening").hidden = rows.length > 0;
  at("opening").textContent = t("orders.none");
  at("grounds").replaceChildren(...rows.map(item));
}

async function start() {
  try {
    const told = await returned();
    if (told) done(told.ok ? t("orders.handed-in") : t("orders.not-signed"));
  } catch (error) {
    trouble(why(error));
  }
  await list();
}

mount({ back, home: "h-grounds" });
const handIn = () => signAtDoor({ flow: "lodge", org: data.org, back });
at("hand-in").addEventListener("click", handIn);
inside.mount(handIn);
addEventListener("pagehide", inside.forget);
onEnd(inside.forget);
start().catch((error) => {
  at("opening").hidden = true;
  trouble(why(error));
});
