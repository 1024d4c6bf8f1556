// Reads what only the signer may read: the answer is sealed to a key that lives in this page's memory, and signed by the
// keyholder that the root names. Nothing else is shown.
import { verifyAnswer } from "/browser/answers.js";
import { encode } from "/browser/canonical.js";
import { believed, readRoot } from "/browser/roots.js";
import { INFO } from "/browser/seal.js";
import { build, envelope } from "/browser/statements.js";
import { joinPages, verifyTrail } from "/browser/trail.js";
import { ProblemError, freshRecipient, read } from "./api.js";

// {statement, page(first)} of a question that `sign` signs, once for all its pages.
async function ask(type, fields, info, sign) {
  const recipient = await freshRecipient();
  const statement = build(type, { ...fields, recipient: recipient.point });
  const payload = encode(statement);
  const signed = envelope(payload, [await sign(payload)]);
  return { statement, page: (first) => read(signed, recipient, info, first) };
}

// The facts that the root bears out.
export async function rooted(facts) {
  return believed(facts, await readRoot(facts.root));
}

// {trail, entries} of the signer's list, proved whole.
export async function readTrail(facts, sign) {
  const { keyholderKey, logVkey, logOrigin: origin } = await rooted(facts);
  const { page, statement } = await ask("read-trail", {}, INFO.trail, sign);
  const trail = await joinPages(page);
  try {
    return { trail, entries: await verifyTrail(trail, { keyholderKey, logVkey, origin, statement }) };
  } catch (error) {
    if (error.reason) throw error;
    throw new ProblemError("trail-broken", error.message);
  }
}

// The signer's `desk`, once the keyholder's signature held. Throws AnswerError.
export async function readDesk(facts, desk, sign) {
  const { keyholderKey } = await rooted(facts);
  const { page, statement } = await ask("read-desk", { desk }, INFO.desk, sign);
  return verifyAnswer(await page(1), { keyholderKey, statement });
}
