// /review: what the court's clerk read to a legal reviewer is entered here, and signed. The address says only which paper.
import { build } from "/browser/statements.js";
import { begun, choice, chosen, filled, mount } from "./proposing.js";
import { at, reveal } from "./show.js";
import { start } from "./start.js";

function heard(result) {
  if (result === "denied") return { docket: "", digits: "" };
  return { docket: filled("docket"), digits: filled("digits", (text) => /^\d{4}$/u.test(text)) };
}

start(async (context) => {
  const { words } = context;
  const { order, line } = begun(context.order, "review-order", "docket", "digits");
  at("line").textContent = line;
  at("form").addEventListener("change", () => reveal("heard", choice("result") === "confirmed"));
  mount(context, words.say("review.sign"), () => {
    const result = chosen("result", words.say("review.result"));
    return build("review-order", { order, line, ...heard(result), result });
  });
});
