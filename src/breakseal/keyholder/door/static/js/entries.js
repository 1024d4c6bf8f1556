// One entry of a trail as a person reads it: when, what, who, which parts, and what a restore or a mark says.
import { el } from "./show.js";

export function resultText(words, body) {
  const [kind, why] = body.result.split(":");
  if (why && words.has(`result.${kind}`)) return words.say(`result.${kind}`, { why });
  return words.has(`result.${body.result}`) ? words.say(`result.${body.result}`) : words.say("result.other", { result: body.result });
}

function who(words, { party }) {
  const role = words.has(`role.${party.role}`) ? words.say(`role.${party.role}`) : party.role;
  if (party.role === "subject") return words.say("trail.you");
  return [party.name, role, party.org_name || party.org].filter(Boolean).join(", ");
}

function parts(words, categories) {
  return words.list(categories.map((one) => (words.has(`category.${one}`) ? words.say(`category.${one}`) : one)));
}

function detail(words, term, value) {
  return value ? [el("dt", {}, words.say(term)), el("dd", {}, value)] : [];
}

function marksText(words, marks) {
  return marks.map((mark) => (words.has(`mark.${mark}`) ? words.say(`mark.${mark}`) : mark)).join(" ");
}

// The list item of `body`; `extra` are further elements, such as buttons.
export function entryItem(words, body, { day = "", extra = [] } = {}) {
  const opened = body.type === "disclose" && body.party.role !== "subject";
  const when = body.at ? words.time(body.at) : words.say("trail.some-time", { day });
  const rows = [
    ...detail(words, "trail.who", who(words, body)),
    ...detail(words, "trail.parts", body.categories.length ? parts(words, body.categories) : ""),
    ...detail(words, "trail.why", body.purpose && words.has(`purpose.${body.purpose}`) ? words.say(`purpose.${body.purpose}`) : ""),
    ...detail(words, "trail.until", opened && body.until ? words.time(body.until) : ""),
    ...detail(words, "trail.reason", body.reason),
    ...detail(words, "trail.marks", marksText(words, body.marks)),
  ];
  return el(
    "li", { class: `door-entry${opened ? " door-entry--opened" : ""}` },
    el("p", { class: "door-entry__when" }, when),
    el("h2", { class: "door-entry__what" }, resultText(words, body)),
    rows.length ? el("dl", { class: "door-facts door-facts--tight" }, ...rows) : null,
    ...extra,
  );
}
