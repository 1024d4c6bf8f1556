// /exigent/judge: whether an urgent request was right, and why; or the release of an agency whose request was not.
import { build } from "/browser/statements.js";
import { begun, chosen, filled, mount } from "./proposing.js";
import { reveal } from "./show.js";
import { start } from "./start.js";

start(async (context) => {
  const { words, order } = context;
  const { exigent, result: asked } = begun(order, "review-exigent", "reason");
  const released = asked === "released"; // any other finding is chosen here
  reveal("finding", !released);
  reveal("releasing", released);
  mount(context, words.say("judging.sign"), () => {
    const result = released ? asked : chosen("result", words.say("judging.result"));
    return build("review-exigent", { exigent, result, reason: filled("reason") });
  });
});
