// A statement on a card: what it does, until when, how to undo it, and its exact bytes for whoever wants to see them.
import { el } from "./show.js";

function row(term, value) {
  return [el("dt", {}, term), el("dd", {}, value)];
}

function exact(words, statement) {
  const text = el("pre", { class: "door-exact", tabindex: "0", "aria-label": words.say("sign.exact") }, JSON.stringify(statement, null, 2));
  return el("details", { class: "door-details" }, el("summary", {}, words.say("sign.exact")), text);
}

// The card (an element) of what phrases.js said of `statement`.
export function card(said, statement, { words, facts, order }) {
  const asker = order.statement && order.back ? facts.webOrigin : words.say("sign.asked-here");
  const rows = [
    ...row(words.say("sign.asked-by"), asker),
    ...(said.until ? row(words.say("sign.until"), words.time(said.until)) : []),
    ...(said.code ? row(words.say("sign.key-code"), el("span", { class: "door-code-small" }, said.code)) : []),
    ...(said.undo ? row(words.say("sign.undo"), said.undo) : []),
  ];
  return el(
    "article", { class: "door-card" },
    el("h2", { class: "door-card__title" }, said.title),
    el("ul", { class: "usa-list door-does" }, ...said.lines.map((line) => el("li", {}, line))),
    said.warning ? el("p", { class: "door-warning" }, said.warning) : null,
    el("dl", { class: "door-facts" }, ...rows),
    exact(words, statement),
  );
}
