// Shows an opened profile: first what matters in ten seconds, the rest in tabs. Builds elements, never markup.
import { by, make, show } from "./dom.js";
import { entriesOf, isEmpty, lineOf, node } from "./values.js";
import { age, clockTime, t } from "./words.js";

function valueOf(profile, field) {
  return profile.records[field.category]?.[field.name];
}

function filled(profile, fields) {
  return fields.filter((field) => {
    const value = valueOf(profile, field);
    return !isEmpty(value) && (field.kind !== "items" || entriesOf(field, value).length > 0);
  });
}

// A list that is all of its card needs no label: the card's heading says what it is.
function entry(profile, field, alone) {
  if (alone && field.kind === "items") return make("div", { class: "bd-entry" }, node(field, valueOf(profile, field)));
  return make("div", { class: "bd-entry" },
    make("dt", { text: field.label }), make("dd", {}, node(field, valueOf(profile, field))));
}

function card(profile, group) {
  const fields = filled(profile, group.fields);
  if (!fields.length) return null;
  const heading = make("h2", { text: group.title });
  const alone = fields.length === 1 && fields[0].kind === "items";
  return make("section", { class: `bd-card bd-card--${group.id}` },
    heading, make(alone ? "div" : "dl", {}, ...fields.map((field) => entry(profile, field, alone))));
}

function tab(group, at, chosen) {
  return make("button", {
    type: "button", role: "tab", id: `tab-${group.id}`, class: "bd-tab", "aria-controls": `panel-${group.id}`,
    "aria-selected": String(chosen), tabindex: chosen ? "0" : "-1", text: `${at + 1} ${group.title}`,
  });
}

function panel(profile, group, chosen) {
  const fields = filled(profile, group.fields);
  const body = fields.length
    ? make("dl", {}, ...fields.map((field) => entry(profile, field)))
    : make("p", { class: "bd-quiet", text: t("board.nothing-here") });
  return make("div", {
    role: "tabpanel", id: `panel-${group.id}`, "aria-labelledby": `tab-${group.id}`, tabindex: "0", hidden: !chosen,
  }, body);
}

export function chooseTab(at, focus = true) {
  const tabs = [...by("tabs").children];
  if (!tabs[at]) return;
  tabs.forEach((button, place) => {
    button.setAttribute("aria-selected", String(place === at));
    button.tabIndex = place === at ? 0 : -1;
    by(button.getAttribute("aria-controls")).hidden = place !== at;
  });
  if (focus) tabs[at].focus();
}

export function chosenTab() {
  return [...by("tabs").children].findIndex((button) => button.getAttribute("aria-selected") === "true");
}

// Country code 999 stands for a withheld number (callgate/numbers.py).
function numberOf(caller) {
  return caller?.number && !caller.number.startsWith("+999") ? caller.number : "";
}

function degrees(micro) {
  return (micro / 1_000_000).toFixed(5);
}

function fact(label, value, hint) {
  return make("div", { class: "bd-entry" },
    make("dt", { text: label }), make("dd", {}, value, hint ? make("small", { text: hint }) : null));
}

function location(caller, now) {
  if (!caller.radius) return fact(t("board.where.caller"), make("span", { text: t("board.where.none") }));
  const place = make("span", { class: "bd-text bd-mono", text: `${degrees(caller.lat)}, ${degrees(caller.lon)}` });
  const shown = fact(t("board.where.caller"), place, measured(caller, now));
  shown.id = "where-caller";
  return shown;
}

function measured(caller, now) {
  return t("board.where.radius", { metres: caller.radius, age: age(now - caller.at), time: clockTime(caller.at) });
}

// Keeps the age of the shown location true while time goes on.
export function tellAge(caller, now) {
  const hint = by("where-caller")?.querySelector("small");
  const text = hint && caller?.radius ? measured(caller, now) : "";
  if (text && hint.textContent !== text) hint.textContent = text;
}

function home(profile, address) {
  const fields = address ? filled(profile, address.fields) : [];
  if (!fields.length) return null;
  const text = fields.map((field) => lineOf(field, valueOf(profile, field))).join(", ");
  const entryOf = fact(t("board.where.home"), make("span", { class: "bd-text", text }), t("board.where.home-mark"));
  entryOf.classList.add("bd-home");
  return entryOf;
}

// Where the caller is; `address` is the layout's group of the registered address, or null to leave that out.
export function showWhere(profile, address, now) {
  const caller = profile.caller;
  const shown = numberOf(caller) || t("board.where.withheld");
  const number = caller ? make("span", { class: "bd-text bd-mono", text: shown }) : null;
  by("where").replaceChildren(
    make("h2", { text: t("board.where.title") }),
    make("dl", {}, caller ? location(caller, now) : null, home(profile, address),
      number ? fact(t("board.where.number"), number) : null),
  );
}

// `layout` is {first: [group], tabs: [group], address: group}.
export function showProfile(profile, layout, now) {
  const has = Object.keys(profile.records).length > 0;
  const cards = layout.first.map((group) => card(profile, group)).filter(Boolean);
  const broken = profile.broken.length ? make("p", { class: "bd-notice", text: t("board.broken") }) : null;
  const empty = has && !cards.length ? make("p", { class: "bd-quiet", text: t("board.nothing-first") }) : null;
  by("first").replaceChildren(...[broken, ...cards, empty].filter(Boolean));
  if (!has && !broken) by("first").replaceChildren(make("p", { class: "bd-none", text: t("board.none") }));
  showWhere(profile, layout.address, now);
  by("tabs").replaceChildren(...layout.tabs.map((group, at) => tab(group, at, at === 0)));
  by("panels").replaceChildren(...layout.tabs.map((group, at) => panel(profile, group, at === 0)));
  show("rest", has);
  show("copy", has || numberOf(profile.caller) !== "");
}

export function clearProfile() {
  for (const id of ["first", "where", "tabs", "panels"]) by(id).replaceChildren();
  show("rest", false);
  show("copy", false);
}

// What the copy button puts on the clipboard: what is in the ten-second view and where.
export function textOf(profile, layout) {
  const lines = [];
  for (const group of [...layout.first, layout.address].filter(Boolean)) {
    for (const field of filled(profile, group.fields)) {
      lines.push(`${field.label}: ${lineOf(field, valueOf(profile, field))}`);
    }
  }
  const caller = profile.caller;
  if (numberOf(caller)) lines.push(`${t("board.where.number")}: ${numberOf(caller)}`);
  if (caller?.radius) {
    lines.push(`${t("board.where.caller")}: ${degrees(caller.lat)}, ${degrees(caller.lon)} (± ${caller.radius} m)`);
  }
  return lines.join("\n");
}
