// /exigent/judge: whether an urgent request was right, and why; or the release of an agency whose request was not.
import { build, check } from "/browser/statements.js";
import { ProblemError } from "./api.js";
import { filled, propose } from "./proposing.js";
import { at, busy, reveal, step } from "./show.js";
import { start } from "./start.js";

// Which request, and whether it is a release; the reason must be empty, and what is found is chosen here.
function drafted({ statement }) {
  if (!statement) throw new ProblemError("nothing-to-sign");
  const { type, exigent, result, reason } = check(statement);
  if (type !== "review-exigent" || reason) throw new ProblemError("bad-order");
  return { exigent, released: result === "released" };
}

start(async (context) => {
  const { words, order } = context;
  const { exigent, released } = drafted(order);
  reveal("finding", !released);
  reveal("releasing", released);
  const result = () => (released ? "released" : new FormData(at("form")).get("result"));
  at("form").addEventListener("submit", (event) => {
    event.preventDefault();
    busy(words, async () => {
      if (!result()) throw new ProblemError("bad-field", words.say("judging.result"));
      await propose(build("review-exigent", { exigent, result: result(), reason: filled("reason") }), context, words.say("judging.sign"));
    });
  });
  at("again").addEventListener("click", () => step("ask"));
  reveal("ask");
});
