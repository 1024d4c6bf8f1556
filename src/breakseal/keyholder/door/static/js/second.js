// /devices/new: the new device makes its own key and shows the key's code, to be typed into the device that has one.
import { encode } from "/browser/canonical.js";
import { build, envelope } from "/browser/statements.js";
import { ProblemError, leaveOffer } from "./api.js";
import { at, reveal, step } from "./show.js";
import { mountMaking } from "./signers.js";
import { start } from "./start.js";

function label() {
  const text = at("label").value.trim();
  if (text === "" || text.length > 40) throw new ProblemError("name-missing");
  return text;
}

start(async ({ words, facts }) => {
  at("address").textContent = `${facts.origin}/devices`;
  reveal("ask");
  mountMaking(at("making"), facts, words, {
    label: words.say("second.make"),
    name: () => words.say("second.key-name", { label: label() }),
    onMade: async ({ key, sign }) => {
      const payload = encode(build("add-key", { key, label: label() }, { minutes: 15 }));
      at("code").textContent = await leaveOffer(envelope(payload, [await sign(payload)]));
      step("done");
    },
  });
});
