// /review: what the court's clerk read to a legal reviewer is entered here, and signed. The address says only which paper.
import { build, check } from "/browser/statements.js";
import { ProblemError } from "./api.js";
import { filled, propose } from "./proposing.js";
import { at, busy, reveal, step } from "./show.js";
import { start } from "./start.js";

// What the page that sent the person here says: the paper's name and the court's number. The rest must be empty.
function drafted({ statement }) {
  if (!statement) throw new ProblemError("nothing-to-sign");
  const { type, order, line, docket, digits } = check(statement);
  if (type !== "review-order" || docket || digits) throw new ProblemError("bad-order");
  return { order, line };
}

function heard(result) {
  if (result === "denied") return { docket: "", digits: "" };
  return { docket: filled("docket"), digits: filled("digits", (text) => /^\d{4}$/u.test(text)) };
}

start(async (context) => {
  const { words, order } = context;
  const draft = drafted(order);
  at("line").textContent = draft.line;
  const result = () => new FormData(at("form")).get("result");
  at("form").addEventListener("change", () => reveal("heard", result() === "confirmed"));
  at("form").addEventListener("submit", (event) => {
    event.preventDefault();
    busy(words, async () => {
      if (!result()) throw new ProblemError("bad-field", words.say("review.result"));
      await propose(build("review-order", { ...draft, ...heard(result()), result: result() }), context, words.say("review.sign"));
    });
  });
  at("again").addEventListener("click", () => step("ask"));
  reveal("ask");
});
