// Reads what only the signer may read: the answer is sealed to a key that lives in this page's memory.
import { encode } from "/browser/canonical.js";
import { INFO } from "/browser/seal.js";
import { build, envelope } from "/browser/statements.js";
import { freshRecipient, read } from "./api.js";

async function signed(type, fields, sign) {
  const recipient = await freshRecipient();
  const payload = encode(build(type, { ...fields, recipient: recipient.point }));
  return { recipient, statement: envelope(payload, [await sign(payload)]) };
}

export async function readTrail(sign) {
  const { recipient, statement } = await signed("read-trail", {}, sign);
  return read(statement, recipient, INFO.trail);
}

export async function readDesk(desk, sign) {
  const { recipient, statement } = await signed("read-desk", { desk }, sign);
  return read(statement, recipient, INFO.desk);
}
