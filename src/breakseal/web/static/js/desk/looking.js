// A look under a ground that was chosen (an order, or a request in a danger to life): asked for here, signed at the door, and
// handed in here, because its answer is sealed to this browser. A row of a ground is {name, title}.
import { b64, unb64, utf8 } from "/browser/canonical.js";
import { readReturn, signAtDoor } from "/browser/door-link.js";
import { lookInfo, sealTo } from "/browser/seal.js";
import { onEnd, recipient } from "/browser/session.js";
import { build, readEnvelope } from "/browser/statements.js";
import { e164 } from "../own.js";
import { at, t } from "../page.js";
import { trusted } from "../trust.js";
import { ask, close, show } from "./look.js";
import { quiet, trouble, why } from "./telling.js";

let chosen = null;

export function choose(row) {
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

// The number is sealed to the keyholder, which compares it; the answer is for this browser's session alone.
async function question({ name }, number, { maxAge, reason }) {
  const { ingestKey } = await trusted();
  const sealed = await sealTo(ingestKey, utf8(number), lookInfo(name));
  return build("look-under", {
    order: name, number: b64(sealed), categories: ["location.fix"], recipient: await recipient(), max_age: maxAge, reason,
  });
}

async function toDoor(event, back) {
  event.preventDefault();
  quiet();
  const number = e164(at("number").value);
  if (!number) return trouble(t("orders.number.bad"));
  const more = { maxAge: Number(at("max-age").value), reason: at("reason").value.trim() };
  try {
    const statement = await question(chosen, number, more);
    forget(); // no number stays in the page that the browser may keep
    await signAtDoor({ statement, back });
  } catch (error) {
    trouble(why(error));
  }
}

async function answered(signed) {
  at("opening").textContent = t("orders.asking");
  const { statement } = readEnvelope(unb64(signed));
  if (statement.type !== "look-under") throw new Error(t("orders.false"));
  await show(await ask(signed));
}

// Hands in what came back from the door, if it is a look, and shows its answer. -> what the door said of anything else, or null
export async function returned() {
  const told = readReturn();
  if (!told?.signed) return told;
  await answered(told.signed);
  return null;
}

// Makes the page's form and answer work; `back` is the page's own address, `home` the heading to which the focus returns.
export function mount({ back, home }) {
  at("look").addEventListener("submit", (event) => toDoor(event, back));
  at("not-now").addEventListener("click", () => {
    forget();
    at(home).focus();
  });
  at("close").addEventListener("click", () => {
    close();
    at(home).focus();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  onEnd(close);
}
