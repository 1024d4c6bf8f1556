// Where my phone is: who may look, each with an end; and one button that pauses all at once. To go on takes the
// person's own key at the door: a page, or whoever has it open, may close and not open.
import { readReturn, signAtDoor } from "/browser/door-link.js";
import { build } from "/browser/statements.js";
import { desk, submit } from "./own.js";
import { at, button, day, has, local, make, t, when } from "./page.js";
import { agreed, fillMissing } from "./where-missing.js";

function trouble(error) {
  at("trouble").replaceChildren(make("div", { class: "bs-note bs-note--bad" }, make("p", {}, t("js.wrong", { why: error.message }))));
}

const guarded = (step) => async () => {
  at("trouble").replaceChildren();
  try {
    await step();
  } catch (error) {
    trouble(error);
  }
};

const worded = (prefix, word) => (has(prefix + word) ? t(prefix + word) : word);

function phoneOf(held, consent) {
  return held.numbers.find(({ id }) => id === consent.number)?.number ?? t("where.phone-gone");
}

// Of an agreement by key: when the phone itself was told, and when it is told again.
function telling({ by, told, next, until }) {
  if (by !== "key") return [];
  const again = next > 0 && next < until ? t("where.told.next", { day: day(next) }) : "";
  if (told > 0) return [["told", `${t("where.told.on", { day: day(told) })} ${again}`.trim()]];
  return [["told", next > 0 ? t("where.told.not-yet") : t("where.told.never")]];
}

// An agreement for the day on which the person is missing has no rate: two officers get one answer.
const often = ({ purpose, once, rate }) => {
  if (purpose === "search-and-rescue") return t("where.if-missing");
  return once ? t("where.once") : t("where.rate", { rate });
};

function terms(held, consent) {
  const { recipient, purpose, precision, until, given, by } = consent;
  const pairs = [
    ["for", recipient], ["why", worded("js.place.purpose.", purpose)], ["precision", worded("js.place.precision.", precision)],
    ["often", often(consent)], ["until", when(until)], ["phone", phoneOf(held, consent)],
    ["given", t("where.by." + by, { when: when(given) })], ...telling(consent),
  ];
  return make("dl", {}, ...pairs.flatMap(([name, text]) => [make("dt", {}, t("where.col." + name)), make("dd", {}, text)]));
}

function row(held, consent) {
  const end = button(t("where.end"), guarded(async () => {
    await submit("withdraw-consent", { consent: consent.id });
    at("done").textContent = t("where.ended", consent);
    await draw();
    at("h-may").focus();
  }), "secondary");
  end.setAttribute("aria-label", `${t("where.end")}: ${consent.requester}, ${consent.recipient}`);
  return make("li", { class: "bs-entry" }, make("h3", {}, consent.requester), terms(held, consent), make("div", { class: "bs-actions" }, end, seen(consent)));
}

// Shows on the map of this page what this consent tells (would-see.js).
function seen({ requester, recipient, precision }) {
  const show = button(t("js.see.this"), () => document.dispatchEvent(new CustomEvent("would-see", { detail: precision })));
  show.setAttribute("aria-label", `${t("js.see.this")}: ${requester}, ${recipient}`);
  return show;
}

function drawState({ paused, consents: held }) {
  const consents = held.filter(({ by, told }) => by !== "key" || told > 0); // the others have not begun
  const state = paused ? "paused" : consents.length > 0 ? "some" : "none";
  at("status").dataset.state = { paused: "frozen", some: "on", none: "draft" }[state];
  at("state").textContent = t("where.state." + state, { count: consents.length });
  at("state-more").textContent = t("where.more." + state);
  at("pause").hidden = paused;
  at("resume").hidden = !paused;
}

async function draw() {
  const held = await desk();
  drawState(held);
  const rows = held.consents.map((consent) => row(held, consent));
  at("may").replaceChildren(...(rows.length > 0 ? rows : [make("li", {}, t("where.nobody"))]));
  fillMissing(held, guarded);
  at("filled").hidden = false;
  at("opening").hidden = true;
}

at("pause").addEventListener("click", guarded(async () => {
  await submit("pause-location", { paused: true });
  at("done").textContent = t("where.paused");
  await draw();
  at("resume").focus();
}));
at("resume").addEventListener("click", guarded(() => (
  signAtDoor({ statement: build("pause-location", { paused: false }), back: location.origin + local("/where") })
)));
if (readReturn()?.ok) at("done").textContent = agreed() ? t("where.missing.done") : t("where.resumed");
try {
  await draw();
} catch (error) {
  at("opening").hidden = true;
  trouble(error);
}
