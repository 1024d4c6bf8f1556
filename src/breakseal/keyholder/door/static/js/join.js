// /join?org=…: someone who will work at an organisation makes their own key and shows it; this grants nothing yet.
// Without an organisation: the first sponsor of one that is not enrolled yet. Their key goes to the overseers as a file.
import { encode } from "/browser/canonical.js";
import { shortCode } from "/browser/keys.js";
import { build, envelope } from "/browser/statements.js";
import { ProblemError, submit } from "./api.js";
import { at, button, reveal, save, step } from "./show.js";
import { mountMaking } from "./signers.js";
import { start } from "./start.js";

const MOST = 80;
const FILE = "breakseal-public-key.json";

function givenName() {
  const name = at("name").value.trim().replace(/\s+/gu, " ");
  if (name === "" || name.length > MOST) throw new ProblemError("name-missing");
  return name;
}

// Shows the key's code, and gives its public half as the file that `breakseal org new --sponsor` takes.
async function show(key, words, prefix) {
  at(`${prefix}code`).textContent = await shortCode(key);
  const download = () => save(encode(key), FILE);
  at(`${prefix}file`).replaceChildren(button(words.say("join.download"), download, "usa-button--outline"));
}

function joining(organisation, { words, facts }) {
  for (const place of document.querySelectorAll("[data-organisation]")) place.textContent = organisation.name;
  reveal("ask");
  mountMaking(at("making"), facts, words, {
    label: words.say("join.make"),
    name: () => words.say("join.key-name", { org: organisation.name, name: givenName() }),
    onMade: async ({ key, sign }) => {
      const payload = encode(build("offer-key", { org: organisation.org, name: givenName(), key }, { minutes: 15 }));
      await submit(envelope(payload, [await sign(payload)]));
      await show(key, words, "");
      step("done");
    },
  });
}

function founding({ words, facts }) {
  reveal("first");
  mountMaking(at("first-making"), facts, words, {
    label: words.say("join.make"),
    name: () => words.say("join.first-key-name"),
    onMade: async ({ key }) => {
      await show(key, words, "first-");
      step("first-done");
    },
  });
}

start((context) => {
  const org = new URLSearchParams(location.search).get("org");
  if (org === null) return founding(context);
  const organisation = context.facts.organisations.find((one) => one.org === org);
  if (!organisation) throw new ProblemError("no-such-organisation");
  return joining(organisation, context);
});
