// /orders: an investigator reads, with their own key, which phone each order of their agency names. Nothing is opened by it.
import { decode, unb64 } from "/browser/canonical.js";
import { ProblemError } from "./api.js";
import { readDesk } from "./reading.js";
import { at, el, reveal, step } from "./show.js";
import { mountSigning } from "./signers.js";
import { start } from "./start.js";

function item({ order: text, looks, ended }, { words, facts }) {
  const order = decode(unb64(text));
  if (!order.number) throw new ProblemError("not-reviewer");
  const court = facts.organisations.find(({ org }) => org === order.court)?.name ?? order.court;
  const rows = [
    ["orders.number", order.number], ["orders.looks", words.say("orders.left", { left: looks, all: order.looks })],
    ["orders.until", words.time(order.until)], ...(ended ? [["orders.ended", words.time(ended)]] : []),
  ];
  return el("li", { class: "door-entry" }, el("h2", { class: "door-entry__what" }, words.say("orders.docket", { docket: order.docket, court })),
    el("dl", { class: "door-facts door-facts--tight" }, ...rows.flatMap(([term, value]) => [el("dt", {}, words.say(term)), el("dd", {}, value)])));
}

start(async (context) => {
  const { words, facts } = context;
  reveal("ask");
  await mountSigning(at("signing"), facts, words, {
    label: words.say("orders.open"),
    onSign: async (sign) => {
      const { orders } = await readDesk(facts, "orders", sign);
      const items = orders.map((one) => item(one, context));
      at("orders").replaceChildren(...(items.length ? items : [el("li", { class: "usa-hint" }, words.say("orders.none"))]));
      step("list");
    },
  });
});
