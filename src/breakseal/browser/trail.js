// Proves in the browser that a person's list is whole: mirrors verify_trail of kernel/model/body.py, and checks the log.
import { checkAttested } from "./answers.js";
import { b64, concat, equal, sha256, unb64, utf8 } from "./canonical.js";
import { openCommitment, readLeaf, receiptOf } from "./receipt.js";
import { ProofError, verifyProof } from "./tlog.js";

const HEAD_DOMAIN = utf8("breakseal/head/v1\n");
const NO_LINK = b64(new Uint8Array(32));

export class TrailError extends Error {
  constructor(message, entry = 0, cause = undefined) {
    super(entry ? `entry ${entry}: ${message}` : message, { cause });
    this.entry = entry;
  }
}

async function tagger(keyB64) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", unb64(keyB64, 32), algorithm, false, ["sign"]);
  return async (n) => {
    const number = new Uint8Array(8);
    new DataView(number.buffer).setBigUint64(0, BigInt(n));
    return new Uint8Array(await crypto.subtle.sign("HMAC", key, concat(utf8("tag"), number)));
  };
}

const NOBODY = { key: "", name: "", org: "", org_name: "", role: "" };

// What is known of an entry whose body a restore lost: that it happened, its type and its day.
function lostBody(leaf, n, link) {
  return { type: leaf.type, n, link, at: 0, party: NOBODY, categories: [], marks: [], result: "lost", until: 0, reason: "",
    purpose: leaf.purpose, call: "", signed: "" };
}

async function openEntry(entry, leafBytes, n, link) {
  if (!entry.body) {
    const leaf = readLeaf(leafBytes);
    return { leaf, body: lostBody(leaf, n, link) };
  }
  return openCommitment(leafBytes, unb64(entry.body), unb64(entry.salt));
}

// The entry that a notice joins to the list, because an order had deferred it: opened, and in the log since its own day.
async function checkJoined({ type, joined }, log) {
  if (!joined) return null;
  const leafBytes = unb64(joined.leaf);
  const opened = await openCommitment(leafBytes, unb64(joined.body), unb64(joined.salt));
  if (type !== "notice" || opened.leaf.notice !== "deferred") throw new ProofError("it joins what nobody deferred");
  await verifyProof(joined.proof, leafBytes, log);
  return { ...opened, receipt: receiptOf(joined), hash: b64(await sha256(leafBytes)) };
}

async function checkEntry(entry, n, link, tag, log) {
  const leafBytes = unb64(entry.leaf);
  const { leaf, body } = await openEntry(entry, leafBytes, n, link);
  if (!equal(unb64(leaf.tag), await tag(n))) throw new ProofError("it belongs to another list");
  if (body.n !== n || body.link !== link) throw new ProofError("it does not follow the one before");
  if (entry.proof) await verifyProof(entry.proof, leafBytes, log);
  const receipt = entry.proof && entry.body ? receiptOf(entry) : null;
  const hash = b64(await sha256(leafBytes));
  const joined = await checkJoined(body, log);
  return { n, body, leaf, receipt, inLog: Boolean(entry.proof), lost: !entry.body, hash, joined };
}

// The whole list, page by page; `ask(first)` fetches (decoded) the page that begins at that entry. All entries stand under
// the head of the last page, whatever the earlier ones said: `verifyTrail` proves them.
export async function joinPages(ask) {
  const entries = [];
  for (;;) {
    const page = await ask(entries.length + 1);
    entries.push(...page.entries);
    if (page.entries.length === 0 || entries.length >= page.head.n) return { ...page, entries };
  }
}

// Checks that `trail` is complete up to its signed head, that the head answers `statement` (the read-trail that was signed
// and sent), and that every entry is in the log.
// -> [{n, body, leaf, hash, receipt (bytes), inLog, lost, joined}], oldest first. `inLog` is false for an entry without a
// proof as yet, `lost` true where a restore lost the body; both have no receipt. `joined` is {body, leaf, hash, receipt} of
// the entry that a notice joins to the list on the day until which an order deferred it, else null.
// Throws TrailError with `.entry` (0: the head), or NoEd25519 where the browser cannot check.
export async function verifyTrail(trail, { keyholderKey, logVkey, origin, statement }) {
  try {
    await checkAttested(trail.head, HEAD_DOMAIN, { keyholderKey, statement });
  } catch (error) {
    if (error.reason) throw error;
    throw new TrailError(`the head: ${error.message}`, 0, error);
  }
  const tag = await tagger(trail.key);
  if (trail.head.trail !== b64(await tag(0)) || trail.entries.length !== trail.head.n) {
    throw new TrailError("the list is not the one that the head speaks of");
  }
  let link = NO_LINK;
  const checked = [];
  for (const [at, entry] of trail.entries.entries()) {
    try {
      checked.push(await checkEntry(entry, at + 1, link, tag, { logVkey, origin }));
    } catch (error) {
      if (error.reason) throw error;
      throw new TrailError(error.message, at + 1, error);
    }
    link = checked[at].hash;
  }
  if (link !== trail.head.link) throw new TrailError("the last entry is not the one that the head names");
  if (trail.head.deferred !== checked.filter((one) => one.joined).length) {
    throw new TrailError("the head counts other deferred entries than the list has");
  }
  return checked;
}
