// One entry of a trail as a person reads it: when, what, who, which parts, and what a restore or a mark says.
import { el } from "./show.js";

// A look at where a phone is, under a consent.
export const isLook = ({ type, purpose }) => type === "disclose" && purpose === "location-consented";

export function resultText(words, body) {
  const [kind, why] = body.result.split(":");
  if (why && words.has(`result.${kind}`)) return words.say(`result.${kind}`, { why });
  return words.has(`result.${body.result}`) ? words.say(`result.${body.result}`) : words.say("result.other", { result: body.result });
}

function who(words, { party }) {
  if (party.role === "subject") return words.say("trail.subject");
  const role = words.has(`role.${party.role}`) ? words.say(`role.${party.role}`) : party.role;
  return [party.name, role, party.org_name || party.org].filter(Boolean).join(", ");
}

function parts(words, categories) {
  return words.list(categories.map((one) => (words.has(`category.${one}`) ? words.say(`category.${one}`) : one)));
}

function detail(words, term, value) {
  return value ? [el("dt", {}, words.say(term)), el("dd", {}, value)] : [];
}

// Words of the log in the page's language; a word that has no phrase as it is.
const known = (words, key, word) => (words.has(key) ? words.say(key) : word);

function marksText(words, marks) {
  return marks.map((mark) => known(words, `mark.${mark}`, mark)).join(" ");
}

// What the `until` of an entry means: an end of a view, ahead or past; or the day after which no backup helps.
function ends(words, { type, until, party }) {
  if (!until) return [];
  if (type === "erase") return detail(words, "trail.gone-for-good", words.day(until, "UTC"));
  if (type !== "disclose" || party.role === "subject") return [];
  return detail(words, until * 1000 > Date.now() ? "trail.until-latest" : "trail.until-ended", words.time(until));
}

// What only somebody who checks by other means needs.
function experts(words, body, hash) {
  const rows = [
    ...detail(words, "trail.leaf", hash),
    ...detail(words, "trail.call", body.call),
    ...detail(words, "trail.rule", (body.policy ?? []).join(", ")),
  ];
  if (rows.length === 0) return null;
  const list = el("dl", { class: "door-facts door-facts--tight door-facts--exact" }, ...rows);
  return el("details", { class: "door-details" }, el("summary", {}, words.say("trail.experts")), list);
}

// The list item of `body`; `extra` are further elements, such as buttons. `hash` is the entry's leaf hash, where known.
// `mine` says that the reader is the person whose list it is.
export function entryItem(words, body, { day = "", hash = "", extra = [], mine = false } = {}) {
  const opened = body.type === "disclose" && body.party.role !== "subject";
  const when = body.at ? words.time(body.at) : words.say("trail.some-time", { day });
  const own = mine && body.party.role === "subject"; // what one did oneself needs no who, what and why
  const rows = own ? [...ends(words, body), ...detail(words, "trail.marks", marksText(words, body.marks))] : [
    ...detail(words, "trail.who", who(words, body)),
    ...detail(words, "trail.parts", body.categories.length ? parts(words, body.categories) : ""),
    ...detail(words, "trail.why", body.purpose && words.has(`purpose.${body.purpose}`) ? words.say(`purpose.${body.purpose}`) : ""),
    ...ends(words, body),
    ...detail(words, "trail.reason", body.reason && known(words, `dpv.${body.reason}`, body.reason)),
    ...detail(words, "trail.precision", body.precision && known(words, `precision.${body.precision}`, "")),
    ...detail(words, "trail.marks", marksText(words, body.marks)),
  ];
  return el(
    "li", { class: `door-entry${opened ? " door-entry--opened" : ""}` },
    el("p", { class: "door-entry__when" }, when),
    el("h2", { class: "door-entry__what" }, own && body.type === "disclose" ? words.say("trail.own-view") : resultText(words, body)),
    rows.length ? el("dl", { class: "door-facts door-facts--tight" }, ...rows) : null,
    ...extra,
    experts(words, body, hash),
  );
}
