// The officer's desk: the agency's grounds and how they stand, a look under one of them, and the way to hand one in.
import { unb64 } from "/browser/canonical.js";
import { readReturn, signAtDoor } from "/browser/door-link.js";
import { onEnd } from "/browser/session.js";
import { readEnvelope } from "/browser/statements.js";
import { e164 } from "../own.js";
import { at, button, data, local, make, t } from "../page.js";
import { GROUNDS, groundOf } from "./grounds.js";
import { forget as forgetFile, mount } from "./inside.js";
import { ask, close, show } from "./look.js";
import { done, quiet, trouble, why } from "./telling.js";

const back = () => location.origin + local("/orders");
let chosen = null;

function item(row) {
  const tag = make("span", { class: `bs-tag ${row.open ? "bs-tag--on" : "bs-tag--draft"}` }, t("orders.tag." + row.state));
  const text = make("div", {}, make("h3", {}, row.title, " ", tag), make("p", {}, row.words), ...row.lines.map((line) => make("p", { class: "bs-quiet" }, line)));
  const look = row.open ? button(t("orders.look"), () => choose(row), "") : null;
  look?.setAttribute("aria-label", `${t("orders.look")}: ${row.title}`);
  return make("li", { "data-state": row.state }, text, look);
}

async function list() {
  const rows = (await Promise.all(GROUNDS.map((ground) => ground.read()))).flat();
  at("opening").hidden = rows.length > 0;
  at("opening").textContent = t("orders.none");
  at("grounds").replaceChildren(...rows.map(item));
}

function choose(row) {
  quiet();
  chosen = row;
  at("ask-what").textContent = row.title;
  at("ask").hidden = false;
  at("h-ask").focus();
}

function forget() {
  chosen = null;
  at("look").reset();
  at("ask").hidden = true;
}

async function toDoor(event) {
  event.preventDefault();
  quiet();
  const number = e164(at("number").value);
  if (!number) return trouble(t("orders.number.bad"));
  const more = { maxAge: Number(at("max-age").value), reason: at("reason").value.trim() };
  try {
    const statement = await groundOf(chosen.kind).statement(chosen, number, more);
    forget(); // no number stays in the page that the browser may keep
    await signAtDoor({ statement, back: back() });
  } catch (error) {
    trouble(why(error));
  }
}

// A question that was signed at the door is handed in here, because its answer is sealed to this browser.
async function answered(signed) {
  at("opening").textContent = t("orders.asking");
  const { statement } = readEnvelope(unb64(signed));
  if (!GROUNDS.some((ground) => ground.covers(statement))) throw new Error(t("orders.false"));
  await show(await ask(signed));
}

async function start() {
  const told = readReturn();
  try {
    if (told?.signed) await answered(told.signed);
    else if (told?.ok) done(t("orders.handed-in"));
    else if (told) done(t("orders.not-signed"));
  } catch (error) {
    trouble(why(error));
  }
  await list();
}

at("look").addEventListener("submit", toDoor);
at("not-now").addEventListener("click", () => {
  forget();
  at("h-grounds").focus();
});
at("close").addEventListener("click", () => {
  close();
  at("h-grounds").focus();
});
const handIn = () => signAtDoor({ flow: "lodge", org: data.org, back: back() });
at("hand-in").addEventListener("click", handIn);
mount(handIn);
addEventListener("pagehide", () => {
  close();
  forgetFile();
});
addEventListener("pageshow", (event) => event.persisted && location.reload());
onEnd(() => {
  close();
  forgetFile();
});
start().catch((error) => {
  at("opening").hidden = true;
  trouble(why(error));
});
