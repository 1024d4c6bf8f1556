// /sign: shows any statement from its canonical bytes in plain words; the passkey signs exactly these bytes.
import { b64, encode, equal } from "/browser/canonical.js";
import { envelope, now } from "/browser/statements.js";
import { ProblemError, submit } from "./api.js";
import { card } from "./card.js";
import { goBack } from "./order.js";
import { describe } from "./phrases.js";
import { at, button, busy, reveal, step } from "./show.js";
import { mountSigning } from "./signers.js";
import { start } from "./start.js";

// Questions that the page which asked hands in itself, because their answer is sealed to it.
const CARRIED = new Set(["look-under"]);


function checkTime({ issued, expires }) {
  if (expires <= now() || issued > now() + 60) throw new ProblemError("too-late");
}

function finish(done, { order, words }) {
  if (goBack(order, { ok: true, handle: done.handle, leaves: done.leaves })) return;
  at("done-leaves").textContent = done.leaves.length ? done.leaves.join("\n") : words.say("sign.no-leaf");
  step("done");
}

start(async (context) => {
  const { words, facts, order } = context;
  const carried = CARRIED.has(order.statement?.type);
  if (!order.statement || (carried && !order.back)) throw new ProblemError("nothing-to-sign");
  const payload = encode(order.statement);
  at("card").replaceChildren(card(await describe(order.statement, context), order.statement, context));
  checkTime(order.statement);
  reveal("ask");
  await mountSigning(at("signing"), facts, words, {
    onSign: async (sign) => {
      checkTime(order.statement);
      if (!equal(encode(order.statement), payload)) throw new ProblemError("bad-order");
      const whole = envelope(payload, [...order.signatures, await sign(payload)]);
      if (carried) goBack(order, { ok: true, signed: b64(whole) });
      else finish(await submit(whole), context);
    },
  });
  const refuse = () => busy(words, async () => {
    if (!goBack(order, { ok: false, error: "cancelled" })) location.assign("/");
  });
  at("refusing").replaceChildren(button(words.say("sign.refuse"), refuse, "usa-button--unstyled"));
});
