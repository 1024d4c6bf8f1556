// The person's own page: what is held, who looked, and every way to end it.
import { readReturn, signAtDoor } from "/browser/door-link.js";
import { build } from "/browser/statements.js";
import { facts, post } from "./api.js";
import { channels } from "./channels.js";
import { exportAll } from "./export.js";
import { drawTrail } from "./looked.js";
import { hideNudge, nudge } from "./nudge.js";
import { keepButton, keptUntil, opensStill } from "./keep.js";
import { desk, submit } from "./own.js";
import { at, button, confirmed, data, day, has, local, make, t, when } from "./page.js";

const here = () => location.origin + local("/home");

function trouble(error) {
  at("trouble").replaceChildren(make("div", { class: "bs-note bs-note--bad" }, make("p", {}, t("js.wrong", { why: error.message }))));
}

const guarded = (step) => async () => {
  try {
    await step();
  } catch (error) {
    trouble(error);
  }
};

async function toDoor(statement) {
  await signAtDoor({ door: (await facts()).door, statement, back: here() });
}

function stateOf(held) {
  if (held.frozen) return "frozen";
  return held.grants.length > 0 ? "on" : "draft";
}

async function placeName(code) {
  return post("/api/places", { place: `#${code}` }).then(({ name }) => name, () => code);
}

async function reach(held) {
  const [grant] = held.grants;
  if (!grant) return null;
  if (grant.anywhere) return make("p", { class: "bs-quiet" }, t("js.home.anywhere"));
  const places = await Promise.all(grant.places.map(placeName));
  return make("p", { class: "bs-quiet" }, t("js.home.places", { places: places.join("; ") }));
}

async function drawStatus(held) {
  const state = stateOf(held);
  const box = at("status");
  box.dataset.state = state;
  const warns = state === "on" && held.numbers.length === 0 ? make("p", { class: "bs-state", "data-state": "failed" }, t("js.home.no-phone")) : null;
  box.querySelector('[data-part="words"]').replaceChildren(
    ...[make("p", { class: "bs-status__word" }, t("js.home." + state)), await reach(held), warns].filter(Boolean),
  );
  const change = make("a", { class: `usa-button${state === "on" ? " usa-button--outline" : ""}`, href: local("/turn-on") },
    t(state === "on" ? "js.home.change" : "js.home.turn-on"));
  const thaw = button(t("js.home.unfreeze"), guarded(() => toDoor(build("unfreeze", {}))), "");
  box.querySelector('[data-part="actions"]').replaceChildren(state === "frozen" ? thaw : change);
  at("off-row").hidden = held.grants.length === 0;
}

function drawHeld(held) {
  const open = new Set(held.frozen ? [] : held.grants.flatMap((grant) => grant.categories));
  const rows = held.records.map((record) => {
    const name = has(`category.${record.category}`) ? t("category." + record.category) : record.category;
    const tag = open.has(record.category) && opensStill(record)
      ? make("span", { class: "bs-tag bs-tag--on" }, t("js.home.opens"))
      : make("span", { class: "bs-tag bs-tag--draft" }, t("js.home.closed"));
    const line = t("js.home.record", { version: record.version, when: when(record.written) });
    return make("li", {}, make("div", {}, make("strong", {}, name), make("br"), make("span", { class: "bs-quiet" }, line), make("br"), make("span", {}, keptUntil(record))), tag);
  });
  at("held").replaceChildren(...(rows.length > 0 ? rows : [make("li", {}, t("js.home.nothing"))]));
  drawKeep(held.records);
}

function drawKeep(records) {
  const keep = keepButton(records, (sign) => guarded(async () => {
    at("keep-state").textContent = t("js.saving");
    try {
      await sign();
    } catch (error) {
      at("keep-state").textContent = t("js.failed", { why: error.message });
      throw error;
    }
    const { records: now } = await draw();
    at("keep-state").textContent = t("js.keep.done", { day: day(Math.min(...now.filter(opensStill).map(({ until }) => until).filter(Boolean))) });
    at("keep").querySelector("button")?.focus();
  }));
  at("keep").replaceChildren(...[keep].filter(Boolean));
}

function phoneRow(phone, draw) {
  const take = button(t("js.remove"), guarded(async () => {
    if (!(await confirmed(t("js.remove"), t("js.home.confirm-phone", { number: phone.number }), t("js.home.yes")))) return;
    await submit("withdraw-number", { number: phone.id });
    await draw();
  }));
  take.setAttribute("aria-label", `${t("js.remove")}: ${phone.number}`);
  const text = make("div", {}, make("strong", {}, phone.number), make("br"), make("span", { class: "bs-quiet" }, t("js.home.since", { when: when(phone.bound) })));
  return make("li", {}, text, take);
}

function drawPhones(held, draw) {
  const rows = held.numbers.map((phone) => phoneRow(phone, draw));
  at("phones").replaceChildren(...(rows.length > 0 ? rows : [make("li", {}, t("js.home.no-phones"))]));
}

function drawWhere({ paused, consents }) {
  const state = paused ? "paused" : consents.length > 0 ? "some" : "none";
  at("where").textContent = t("where.state." + state, { count: consents.length });
}

async function draw() {
  const held = await desk();
  await drawStatus(held);
  drawHeld(held);
  drawWhere(held);
  drawPhones(held, draw);
  channels.show(held);
  nudge(held);
  at("filled").hidden = false;
  at("opening").hidden = true;
  return held;
}

at("off").addEventListener("click", guarded(async () => {
  if (!(await confirmed(t("home.off"), t("js.home.confirm-off"), t("js.home.yes")))) return;
  await submit("withdraw-grant", { purpose: "emergency-response" });
  await draw();
  await drawTrail(draw);
}));
at("erase").addEventListener("click", guarded(async () => {
  const statement = build("erase", { categories: [] }, { minutes: 15 });
  await signAtDoor({ door: (await facts()).door, statement, back: location.origin + local("/erased") });
}));
at("export").addEventListener("click", guarded(() => exportAll(data.steps)));
for (const one of document.querySelectorAll("[data-door]")) {
  one.addEventListener("click", guarded(async () => signAtDoor({ door: (await facts()).door, flow: one.dataset.door, back: here() })));
}

// After an erasure only the list and the keys are left; the list itself says that there was one.
function drawErased(entries) {
  if (!entries.some(({ body }) => body.result === "erased")) return;
  at("status").dataset.state = "erased";
  at("status").querySelector('[data-part="words"]').replaceChildren(make("p", { class: "bs-status__word" }, t("js.home.erased")));
  at("status").querySelector('[data-part="actions"]').replaceChildren();
  hideNudge();
  for (const part of document.querySelectorAll("[data-until-erased]")) part.hidden = true;
}

addEventListener("hashchange", channels.reveal);
readReturn();
try {
  await draw();
  channels.reveal();
  drawErased(await drawTrail(draw));
} catch (error) {
  at("opening").hidden = true;
  trouble(error);
}
