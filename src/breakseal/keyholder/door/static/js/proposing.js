// A statement that was filled in on a page of the door itself: shown in words, signed, handed in, and then back to who sent.
import { encode } from "/browser/canonical.js";
import { envelope } from "/browser/statements.js";
import { ProblemError, submit } from "./api.js";
import { card } from "./card.js";
import { goBack } from "./order.js";
import { describe } from "./phrases.js";
import { at, step } from "./show.js";
import { mountSigning } from "./signers.js";

export async function propose(statement, context, label) {
  const { facts, words, order } = context;
  const payload = encode(statement);
  at("card").replaceChildren(card(await describe(statement, context), statement, context));
  await mountSigning(at("signing"), facts, words, {
    label,
    onSign: async (sign) => {
      const { handle, leaves } = await submit(envelope(payload, [await sign(payload)]));
      if (!goBack(order, { ok: true, handle, leaves })) step("done");
    },
  });
  step("confirm");
}

// The text of a field, or a problem that names it.
export function filled(id, fits = (text) => text !== "") {
  const text = at(id).value.trim();
  if (!fits(text)) throw new ProblemError("bad-field", document.querySelector(`label[for="${id}"]`).textContent);
  return text;
}
