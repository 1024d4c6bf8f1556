// What a browser believes of the keyholder's public facts: the root that the overseers signed, and what follows from it.
// Mirrors kernel/model/enrolments.py (Root, IngestKey, EnrolCourier) and the threshold rule of keyholder/roots.py.
import { FormatError, unb64 } from "./canonical.js";
import { verifyRaw } from "./keys.js";
import { isKey, message, now, readEnvelope } from "./statements.js";
import { ProofError } from "./tlog.js";

const CLOCK = 300; // seconds by which this machine's clock may be behind

async function countSigned(signed, root, what) {
  const named = new Map(root.oversight.map((key) => [key.id, key]));
  const mine = signed.signatures.filter(({ key }) => named.has(key));
  if (new Set(mine.map(({ key }) => key)).size !== mine.length) throw new FormatError("one key signed twice");
  for (const one of mine) await verifyRaw(named.get(one.key), unb64(one.sig, 64), message(signed.payload));
  if (mine.length < root.threshold) throw new ProofError(`too few overseers of ${what} signed`);
}

function checkForm(root) {
  const lists = Array.isArray(root.oversight) && Array.isArray(root.keyholders);
  const whole = root?.type === "root" && root.v === 1 && lists && Number.isSafeInteger(root.version);
  if (!whole || !root.oversight.every(isKey)) throw new FormatError("not a root statement");
  const keys = new Set(root.oversight.map((key) => key.spki));
  if (keys.size !== root.oversight.length || !(root.threshold >= 2 && root.threshold <= keys.size)) {
    throw new FormatError("a root needs two different overseers at least");
  }
}

// {root, signed} of the envelope (base64url), once the threshold of its own overseers signed it.
export async function readRoot(envelope) {
  const signed = readEnvelope(unb64(envelope));
  checkForm(signed.statement);
  await countSigned(signed, signed.statement, "the new root");
  return { root: signed.statement, signed };
}

// Throws unless `next` (as readRoot gives it) is the version after `old`, signed by the threshold of the old overseers too.
export async function checkFollows(old, next) {
  if (next.root.version !== old.root.version + 1) throw new ProofError("not the next root");
  await countSigned(next.signed, old.root, "the last root");
}

// The keyholder (of the root) whose ingest key the envelope (base64url) names, and that key's point.
export async function readIngest(envelope, root) {
  const { payload, statement, signatures } = readEnvelope(unb64(envelope));
  if (statement?.type !== "ingest-key" || signatures.length !== 1) throw new FormatError("not an ingest key");
  const holder = root.keyholders.find(({ id }) => id === statement.keyholder);
  if (!holder || signatures[0].key !== holder.sign.id) throw new ProofError("the root does not name who signed the ingest key");
  await verifyRaw(holder.sign, unb64(signatures[0].sig, 64), message(payload));
  const time = now();
  if (statement.expires <= time - CLOCK || statement.issued > time + CLOCK) throw new ProofError("the ingest key is not of today");
  unb64(statement.key, 65);
  return { holder, point: statement.key };
}

// The point of the courier whom the envelope (base64url) names, once the threshold of the overseers of `root` signed it.
// What an older root's overseers signed does not count: the next ones sign the courier again (docs/spec/root.md).
export async function readCourier(envelope, root) {
  const signed = readEnvelope(unb64(envelope));
  if (signed.statement?.type !== "enrol-courier" || signed.statement.v !== 1) throw new FormatError("not a courier's enrolment");
  await countSigned(signed, root, "this root for the courier");
  unb64(signed.statement.seal, 65);
  return signed.statement.seal;
}

function logKey({ witnesses }) {
  const line = witnesses.split("\n").map((text) => text.split(/\s+/u)).find(([word]) => word === "log");
  if (!line?.[1]) throw new FormatError("the root names no log");
  return line[1];
}

// The facts with everything that the root and the ingest envelope say taken from these, not from the one who sent them.
// `overseen` is the root statement; whether it names the courier, readCourier tells whoever is about to seal to it.
export async function believed(facts, { root }) {
  const { holder, point } = await readIngest(facts.ingest, root);
  return {
    ...facts, overseen: root, door: root.door.origin, demo: root.demo, ingestKey: point, keyholderKey: holder.sign, logVkey: logKey(root),
    logOrigin: root.origin, set: root.set, share: holder.share,
  };
}
