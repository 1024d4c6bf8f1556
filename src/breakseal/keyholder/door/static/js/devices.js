// /devices: a second device is let in by typing its code here; the keys that a person has; ending one.
import { encode } from "/browser/canonical.js";
import { shortCode } from "/browser/keys.js";
import { build, envelope, readEnvelope } from "/browser/statements.js";
import { ProblemError, fetchOffer, submit } from "./api.js";
import { card } from "./card.js";
import { describe } from "./phrases.js";
import { readDesk } from "./reading.js";
import { at, busy, button, el, reveal, step } from "./show.js";
import { mountSigning } from "./signers.js";
import { start } from "./start.js";

const READ_AS = { O: "0", I: "1", L: "1", U: "V" };

function typedCode() {
  const plain = at("code").value.toUpperCase().replace(/[^0-9A-Z]/gu, "").replace(/[OILU]/gu, (letter) => READ_AS[letter]);
  if (plain.length !== 10) throw new ProblemError("code-incomplete");
  return `${plain.slice(0, 5)}-${plain.slice(5)}`;
}

// The offer whose key has exactly the code that the person typed: typing it is the comparison.
async function offerOf(code) {
  const offer = readEnvelope(await fetchOffer(code));
  if (offer.statement.type !== "add-key" || (await shortCode(offer.statement.key)) !== code) {
    throw new ProblemError("code-mistyped");
  }
  return offer;
}

async function letIn(context) {
  const { facts, words } = context;
  const offer = await offerOf(typedCode());
  at("card").replaceChildren(card(await describe(offer.statement, context), offer.statement, context));
  await mountSigning(at("signing"), facts, words, {
    label: words.say("devices.sign"),
    onSign: async (sign) => {
      await submit(envelope(offer.payload, [await sign(offer.payload), ...offer.signatures]));
      step("done");
    },
  });
  step("confirm");
}

function keyRow(words, held, end) {
  const name = held.label || words.say(`use.${held.use}`);
  const until = held.use === "session" ? words.say("devices.until", { time: words.time(held.until) }) : "";
  return el(
    "li", { class: "door-entry" },
    el("h2", { class: "door-entry__what" }, name),
    el("p", { class: "usa-hint" }, [words.say(`use.${held.use}`), until, words.say("devices.key", { id: held.id.slice(0, 8) })].filter(Boolean).join(" · ")),
    el("div", { class: "door-actions" }, button(words.say("devices.end"), () => end(held), "usa-button--outline door-small")),
  );
}

async function askToEnd(context, held) {
  const { facts, words } = context;
  const statement = build("revoke-key", { key: held.id });
  const payload = encode(statement);
  at("end-card").replaceChildren(card(await describe(statement, context), statement, context));
  await mountSigning(at("end-signing"), facts, words, {
    label: words.say("devices.end-sign"),
    onSign: async (sign) => {
      await submit(envelope(payload, [await sign(payload)]));
      step("ended");
    },
  });
  step("end");
}

start(async (context) => {
  const { facts, words } = context;
  at("second-address").textContent = `${facts.origin}/devices/new`;
  reveal("ask");
  at("form").addEventListener("submit", (event) => {
    event.preventDefault();
    busy(words, () => letIn(context));
  });
  await mountSigning(at("list-signing"), facts, words, {
    label: words.say("devices.list"),
    onSign: async (sign) => {
      const desk = await readDesk(facts, "self", sign);
      const end = (held) => busy(words, () => askToEnd(context, held));
      at("keys").replaceChildren(...desk.keys.map((held) => keyRow(words, held, end)));
      step("list");
    },
  });
});
