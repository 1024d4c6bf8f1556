// /exigent/second: a supervisor reads with their own key what an investigator of the agency signed, and answers for it. The number
// is entered once more, unseen. The address says only which request: what names part of a phone stands in none.
import { b64, decode, sha256, unb64, utf8 } from "/browser/canonical.js";
import { exigentInfo, sealTo } from "/browser/seal.js";
import { build, check } from "/browser/statements.js";
import { ProblemError } from "./api.js";
import { begun, filled, mount, phoneIn } from "./proposing.js";
import { readDesk, rooted } from "./reading.js";
import { at, step } from "./show.js";
import { mountSigning } from "./signers.js";
import { start } from "./start.js";

// {request, first, name} of the one that is called so, among what waits: as the keyholder has it, whatever a page said.
async function found(waiting, name) {
  for (const request of waiting) {
    const payload = unb64(decode(unb64(request)).payload);
    if (b64(await sha256(payload)) === name) return { request, first: check(decode(payload)), name };
  }
  throw new ProblemError("exigent-late");
}

// Both entered the number by themselves: where the ends differ already, nothing need be signed to know it.
async function answered({ request, first, name }, facts) {
  const number = phoneIn("number");
  const reason = filled("reason");
  if (number.slice(-4) !== first.digits) throw new ProblemError("exigent-number");
  const { ingestKey } = await rooted(facts);
  return build("second-exigent", { request, number: b64(await sealTo(ingestKey, utf8(number), exigentInfo(name))), reason });
}

start(async (context) => {
  const { words, facts, order } = context;
  const { request: name } = begun(order, "second-exigent", "number", "reason");
  let draft;
  mount(context, words.say("seconding.sign"), () => answered(draft, facts), "enter");
  await mountSigning(at("reading"), facts, words, {
    label: words.say("seconding.open"),
    onSign: async (sign) => {
      draft = await found((await readDesk(facts, "exigent", sign)).waiting, name);
      at("danger").textContent = draft.first.danger;
      at("until").textContent = words.say("seconding.until", { time: words.time(draft.first.expires) });
      step("enter");
    },
  });
});
