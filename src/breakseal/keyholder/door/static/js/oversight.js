// /oversight: the overseer's and the auditor's desk. Reading it is itself on the record.
import { decode, unb64 } from "/browser/canonical.js";
import { entryItem } from "./entries.js";
import { readDesk } from "./reading.js";
import { at, el, reveal, step } from "./show.js";
import { mountSigning } from "./signers.js";
import { start } from "./start.js";

function none(words) {
  return el("li", { class: "usa-hint" }, words.say("oversight.none"));
}

function bodyItem(words, body, extra, missing = "") {
  if (!body) return el("li", { class: "door-entry" }, words.say(missing === "erased" ? "oversight.erased" : "result.lost"), ...extra);
  return entryItem(words, decode(unb64(body)), { extra });
}

function caseItem(words, one) {
  const opened = el("p", { class: "usa-hint" }, words.say("oversight.opened", { time: words.time(one.opened), id: one.id.slice(0, 8) }));
  return bodyItem(words, one.body, [opened], one.missing);
}

start(async ({ facts, words }) => {
  reveal("ask");
  await mountSigning(at("cases-signing"), facts, words, {
    label: words.say("oversight.open-cases"),
    onSign: async (sign) => {
      const desk = await readDesk(facts, "oversight-cases", sign);
      const items = desk.cases.map((one) => caseItem(words, one));
      at("cases").replaceChildren(...(items.length ? items : [none(words)]));
      step("cases-list");
    },
  });
  await mountSigning(at("trail-signing"), facts, words, {
    label: words.say("oversight.open-trail"),
    onSign: async (sign) => {
      const desk = await readDesk(facts, "organisation-trail", sign);
      const items = desk.entries.map((one) => bodyItem(words, one.body, []));
      at("total").textContent = words.say("oversight.total", { shown: items.length, total: desk.total });
      at("trail").replaceChildren(...(items.length ? items : [none(words)]));
      step("trail-list");
    },
  });
});
