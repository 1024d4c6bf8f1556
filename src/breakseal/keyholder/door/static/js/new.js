// /new: a person makes a key of their own and, with it, an empty record; the web page's session is let in at once.
import { encode } from "/browser/canonical.js";
import { build, envelope } from "/browser/statements.js";
import { submit } from "./api.js";
import { goBack } from "./order.js";
import { at, button, reveal, step } from "./show.js";
import { mountMaking } from "./signers.js";
import { start } from "./start.js";

async function enrol({ key, sign }, order) {
  const payload = encode(build("enrol-subject", { key, session: order.session ?? null }));
  return submit(envelope(payload, [await sign(payload)]));
}

start(async ({ words, facts, order }) => {
  if (order.session) at("session-note").textContent = words.say("new.session", { origin: facts.webOrigin });
  reveal("ask");
  mountMaking(at("making"), facts, words, {
    label: words.say("new.make"),
    name: () => words.say("new.key-name"),
    onMade: async (made) => {
      const { handle, leaves } = await enrol(made, order);
      if (!goBack(order, { ok: true, handle, leaves })) step("done");
    },
  });
  if (!order.back) return;
  const refuse = button(words.say("back.without"), () => goBack(order, { ok: false, error: "cancelled" }), "usa-button--unstyled");
  at("refusing").replaceChildren(refuse);
});
