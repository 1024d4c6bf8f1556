// /sponsor: compares the codes of offered keys with the people, lets officers in, ends them, signs the roster again.
import { b64, encode, random } from "/browser/canonical.js";
import { shortCode } from "/browser/keys.js";
import { ROLES } from "/browser/statement-fields.js";
import { build, envelope } from "/browser/statements.js";
import { ProblemError, submit } from "./api.js";
import { card } from "./card.js";
import { describe } from "./phrases.js";
import { readDesk } from "./reading.js";
import { alertBox, at, busy, button, el, reveal, step } from "./show.js";
import { mountSigning } from "./signers.js";
import { start } from "./start.js";

const WEEK = 7 * 86_400;
const SHOWN = 10;
const TOGETHER = 16;
let desk;

async function propose(context, statement, more = []) {
  const { facts, words } = context;
  const payload = encode(statement);
  at("card").replaceChildren(card(await describe(statement, context), statement, context), ...more);
  await mountSigning(at("signing"), facts, words, {
    onSign: async (sign) => {
      await submit(envelope(payload, [await sign(payload)]));
      step("done");
    },
  });
  step("confirm");
}

function roleChoice(words, id) {
  const options = ROLES.map((role) => el("option", { value: role }, words.say(`role.${role}`)));
  const label = el("label", { class: "usa-label", for: id }, words.say("sponsor.role"));
  return { label, select: el("select", { class: "usa-select", id }, ...options) };
}

function codeAnswer(words, id) {
  const label = el("label", { class: "usa-label", for: id }, words.say("sponsor.type-code"));
  const hint = el("span", { class: "usa-hint", id: `${id}-hint` }, words.say("sponsor.type-code-hint"));
  const input = el("input", { class: "usa-input door-code-input", id, autocomplete: "off", spellcheck: "false", "aria-describedby": `${id}-hint` });
  return { label, hint, input };
}

// The newest of the offered keys that the code stands for. Anybody can offer keys, so there may be many that nobody asked for;
// whichever one has the code was made by whoever reads it out.
async function byCode(code) {
  for (let from = 0; from < desk.offered.length; from += TOGETHER) {
    const some = desk.offered.slice(from, from + TOGETHER);
    const codes = await Promise.all(some.map(({ key }) => shortCode(key)));
    const found = codes.findIndex((one) => one.replace("-", "") === code);
    if (found >= 0) return some[found];
  }
  throw new ProblemError("code-differs");
}

// The code is typed as the person says it, never shown first: nodding at a screen compares nothing.
async function letIn(context, typed, role) {
  const { key, name } = await byCode(typed.toUpperCase().replace(/[^0-9A-Z]/gu, ""));
  await propose(context, build("enrol-officer", { org: desk.org, officer: b64(random(16)), name, role, key }));
}

function lettingIn(context) {
  const { words } = context;
  const { label, hint, input } = codeAnswer(words, "code");
  const { label: roleLabel, select } = roleChoice(words, "role");
  const go = button(words.say("sponsor.compare"), () => busy(words, () => letIn(context, input.value, select.value)));
  return [label, hint, input, roleLabel, select, go];
}

function offeredItem({ words }, offered) {
  return el(
    "li", { class: "door-entry" },
    el("h3", { class: "door-entry__what" }, offered.name),
    el("p", { class: "usa-hint" }, words.say("sponsor.offered", { time: words.shortTime(offered.offered) })),
  );
}

function officerItem(context, officer) {
  const { words } = context;
  const statement = () => build("revoke-officer", { org: desk.org, officer: officer.officer });
  const end = button(words.say("sponsor.end"), () => busy(words, () => propose(context, statement(), [named(words, [officer])])), "usa-button--outline door-small");
  return el(
    "li", { class: "door-entry" },
    el("h3", { class: "door-entry__what" }, officer.name),
    el("p", { class: "usa-hint" }, words.say(`role.${officer.role}`)),
    el("div", { class: "door-actions" }, end),
  );
}

function named(words, officers) {
  const names = officers.map(({ name, role }) => el("li", {}, `${name}, ${words.say(`role.${role}`)}`));
  return el("div", {}, el("h3", {}, words.say("sponsor.these")), el("ul", { class: "usa-list" }, ...names));
}

function roster(context) {
  const officers = desk.officers.map(({ officer }) => officer);
  return propose(context, build("roster", { org: desk.org, officers }), [named(context.words, desk.officers)]);
}

function rosterNote(words) {
  const left = desk.roster_until - Date.now() / 1000;
  const key = left < 0 ? "sponsor.roster-over" : "sponsor.roster-until";
  return alertBox(left < WEEK / 3 ? "warning" : "info", "", words.say(key, { time: words.time(desk.roster_until) }));
}

function show(context) {
  const { words } = context;
  const none = () => el("li", { class: "usa-hint" }, words.say("sponsor.none"));
  const offered = desk.offered.slice(0, SHOWN).map((one) => offeredItem(context, one));
  const officers = desk.officers.map((one) => officerItem(context, one));
  at("letting-in").replaceChildren(...(offered.length ? lettingIn(context) : []));
  at("offered-note").textContent = words.say("sponsor.newest", { shown: offered.length, total: desk.offered.length });
  at("offered").replaceChildren(...(offered.length ? offered : [none()]));
  at("officers").replaceChildren(...(officers.length ? officers : [none()]));
  at("roster-note").replaceChildren(rosterNote(words));
  at("roster").replaceChildren(button(words.say("sponsor.roster"), () => busy(words, () => roster(context))));
  step("desk");
}

start(async (context) => {
  const { facts, words } = context;
  reveal("ask");
  await mountSigning(at("reading"), facts, words, {
    label: words.say("sponsor.open"),
    onSign: async (sign) => {
      desk = await readDesk(facts, "pending-officers", sign);
      at("organisation").textContent = facts.organisations.find((one) => one.org === desk.org)?.name ?? desk.org;
      show(context);
    },
  });
  for (const back of document.querySelectorAll("[data-again]")) back.addEventListener("click", () => location.reload());
});
