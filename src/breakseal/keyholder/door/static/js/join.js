// /join?org=…: someone who will work at an organisation makes their own key and shows it; this grants nothing yet.
import { encode } from "/browser/canonical.js";
import { shortCode } from "/browser/keys.js";
import { build, envelope } from "/browser/statements.js";
import { ProblemError, submit } from "./api.js";
import { at, reveal, step } from "./show.js";
import { mountMaking } from "./signers.js";
import { start } from "./start.js";

const MOST = 80;

function givenName() {
  const name = at("name").value.trim().replace(/\s+/gu, " ");
  if (name === "" || name.length > MOST) throw new ProblemError("name-missing");
  return name;
}

start(async ({ words, facts }) => {
  const org = new URLSearchParams(location.search).get("org");
  const organisation = facts.organisations.find((one) => one.org === org);
  if (!organisation) throw new ProblemError("no-such-organisation");
  for (const place of document.querySelectorAll("[data-organisation]")) place.textContent = organisation.name;
  reveal("ask");
  mountMaking(at("making"), facts, words, {
    label: words.say("join.make"),
    name: () => words.say("join.key-name", { org: organisation.name, name: givenName() }),
    onMade: async ({ key, sign }) => {
      const payload = encode(build("offer-key", { org, name: givenName(), key }, { minutes: 15 }));
      await submit(envelope(payload, [await sign(payload)]));
      at("code").textContent = await shortCode(key);
      step("done");
    },
  });
});
