// What a company asks, and the way to the door and back. Whether somebody agreed, and whether the phone was told of it, is
// read from the keyholder by this browser; only then is the code asked for with which the person goes back to the company.
import { readReturn, signAtDoor } from "/browser/door-link.js";
import { current } from "/browser/session.js";
import { build, now } from "/browser/statements.js";
import { post } from "./api.js";
import { hello } from "./hello.js";
import { desk } from "./own.js";
import { at, data, language, local, make, t, when } from "./page.js";

const KEPT = "breakseal.agreeing";
const PACE = 1500;
const SLOW = 20; // rounds until the page says that it takes long

function trouble(text) {
  at("opening").hidden = true;
  at("trouble").replaceChildren(make("div", { class: "bs-note bs-note--bad" }, make("p", {}, text)));
}

function show(id) {
  for (const part of ["signed-out", "no-phone", "ask", "telling"]) at(part).hidden = part !== id;
  at("refuse").hidden = id === "telling";
  at("opening").hidden = true;
}

// A person who comes from another site brings no cookie; the session key in this browser gets them a new one.
async function mine() {
  try {
    return await desk();
  } catch (error) {
    if (error.reason !== "not-signed-in") throw error;
    await hello();
    return desk();
  }
}

const ends = () => now() + data.days * 86_400;

function phone({ id, number }, first) {
  const input = make("input", { class: "usa-radio__input", type: "radio", name: "number", id: `p-${id}`, value: id, checked: first });
  const mark = make("span", { class: "bs-quiet" }, ` ${t("js.agree.mark", { mark: id.slice(0, 8) })}`);
  return make("div", { class: "usa-radio" }, input, make("label", { class: "usa-radio__label", for: `p-${id}` }, number, mark));
}

function ask(held) {
  if (held.numbers.length === 0) return show("no-phone");
  at("phones").replaceChildren(...held.numbers.map((one, n) => phone(one, n === 0)));
  at("until").textContent = t("js.agree.until", { when: when(ends()) });
  return show("ask");
}

async function agree(held) {
  const number = new FormData(at("ask")).get("number");
  const { client, purpose, precision, rate, challenge } = data;
  const statement = build("consent", { client, number, purpose, precision, rate, until: ends(), challenge, language });
  sessionStorage.setItem(KEPT, JSON.stringify({ request: data.request, number, before: held.consents.map(({ id }) => id) }));
  await signAtDoor({ statement, back: location.origin + local(data.here) });
}

const given = (held, { number, before }) => held.consents.find((one) => (
  one.by === "key" && one.client === data.client && one.purpose === data.purpose && one.number === number && !before.includes(one.id)
));

function progress(round, never, number) {
  if (never) return t("js.agree.never", { number });
  return round < SLOW ? t("js.agree.sending", { number }) : t("js.agree.slow", { number });
}

// Waits until the phone was told: before that the consent opens nothing. -> the consent, or null if it ended meanwhile
async function told(kept) {
  for (let round = 0; ; round += 1) {
    const held = await mine();
    const consent = given(held, kept);
    if (!consent || consent.told > 0) return consent ?? null;
    const number = held.numbers.find(({ id }) => id === kept.number)?.number ?? "";
    at("told").textContent = progress(round, consent.next === 0, number);
    at("later").hidden = round < SLOW && consent.next > 0;
    await new Promise((resolve) => { setTimeout(resolve, PACE); });
  }
}

async function returned(back, session, held) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (!back.ok || kept?.request !== data.request) {
    trouble(t("js.agree.unsigned"));
    return ask(held);
  }
  if (back.handle !== session.handle) return trouble(t("js.agree.another"));
  show("telling");
  at("h-telling").focus();
  const consent = await told(kept);
  if (!consent) {
    trouble(t("js.agree.unsigned"));
    return show("");
  }
  const { to } = await post("/api/agreed", { request: data.request, consent: consent.id });
  sessionStorage.removeItem(KEPT);
  return location.replace(to);
}

async function start() {
  const back = readReturn();
  const session = await current();
  if (!session) return show("signed-out");
  const held = await mine();
  at("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    agree(held).catch((error) => trouble(t("js.wrong", { why: error.message })));
  });
  return back ? returned(back, session, held) : ask(held);
}

try {
  await start();
} catch (error) {
  if (["unknown-key", "not-signed-in"].includes(error.reason)) show("signed-out");
  else trouble(t("js.wrong", { why: error.message }));
}
