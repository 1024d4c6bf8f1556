// /exigent/call: what an agency's control room said when a duty reviewer called it back. The digits are what they read, nobody else.
import { build } from "/browser/statements.js";
import { begun, choice, chosen, filled, mount } from "./proposing.js";
import { at, reveal } from "./show.js";
import { start } from "./start.js";

const heard = (result) => (result === "denied" ? "" : filled("digits", (text) => /^\d{4}$/u.test(text)));

start(async (context) => {
  const { words, order } = context;
  const { exigent, line } = begun(order, "confirm-exigent", "digits");
  at("line").textContent = line;
  at("form").addEventListener("change", () => reveal("heard", choice("result") === "confirmed"));
  mount(context, words.say("calling.sign"), () => {
    const result = chosen("result", words.say("calling.result"));
    return build("confirm-exigent", { exigent, line, digits: heard(result), result });
  });
});
