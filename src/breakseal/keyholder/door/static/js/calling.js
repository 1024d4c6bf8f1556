// /exigent/call: what an agency's control room said when a duty reviewer called it back. The digits are what they read, nobody else.
import { build, check } from "/browser/statements.js";
import { ProblemError } from "./api.js";
import { filled, propose } from "./proposing.js";
import { at, busy, reveal, step } from "./show.js";
import { start } from "./start.js";

// What the page that sent the person here says: the request's name and the agency's number. The rest must be empty.
function drafted({ statement }) {
  if (!statement) throw new ProblemError("nothing-to-sign");
  const { type, exigent, line, digits } = check(statement);
  if (type !== "confirm-exigent" || digits) throw new ProblemError("bad-order");
  return { exigent, line };
}

const heard = (result) => (result === "denied" ? "" : filled("digits", (text) => /^\d{4}$/u.test(text)));

start(async (context) => {
  const { words, order } = context;
  const draft = drafted(order);
  at("line").textContent = draft.line;
  const result = () => new FormData(at("form")).get("result");
  at("form").addEventListener("change", () => reveal("heard", result() === "confirmed"));
  at("form").addEventListener("submit", (event) => {
    event.preventDefault();
    busy(words, async () => {
      if (!result()) throw new ProblemError("bad-field", words.say("calling.result"));
      await propose(build("confirm-exigent", { ...draft, digits: heard(result()), result: result() }), context, words.say("calling.sign"));
    });
  });
  at("again").addEventListener("click", () => step("ask"));
  reveal("ask");
});
