// One's own record: opened, sealed and stored by this browser. The web tier carries what it cannot read.
import { AnswerError, verifyAnswer } from "/browser/answers.js";
import { b64, decode, encode, sha256, unb64, utf8 } from "/browser/canonical.js";
import { INFO, SealError, addressInfo, claimInfo, openRecord, sealRecord, sealTo } from "/browser/seal.js";
import { current, openSealed, recipient, sign } from "/browser/session.js";
import { build, freshNonce } from "/browser/statements.js";
import { joinPages, verifyTrail } from "/browser/trail.js";
import { post, put } from "./api.js";
import { t } from "./page.js";
import { courierPoint, trusted } from "./trust.js";

// The answer in the sealed box, once the keyholder that this browser believes in signed it for `statement`.
async function answerTo(statement, sealed, info, keyholderKey, leaf) {
  try {
    return await verifyAnswer(decode(await openSealed(unb64(sealed), info)), { keyholderKey, statement, leaf });
  } catch (error) {
    throw error instanceof AnswerError ? new Error(t("js.answer.false"), { cause: error }) : error;
  }
}

export async function me() {
  const session = await current();
  if (!session) location.reload();
  return session;
}

async function openOne(opened, key, answer) {
  const texts = [answer.records[key.category], answer.pending[key.category]].filter(Boolean);
  for (const text of texts) {
    const ciphertext = unb64(text);
    if (b64(await sha256(ciphertext)) === key.sha256) return openRecord(key, opened.subject, ciphertext);
  }
  throw new SealError(key.category);
}

// Has one's own categories opened. -> {opened: the keyholder's answer with the data keys, answer: the ciphertexts beside it}
export async function disclosed(categories) {
  const { keyholderKey } = await trusted();
  const request = build("request", { purpose: "self-view", basis: "", categories, recipient: await recipient() });
  const answer = await post("/api/disclose", { request: b64(await sign(request)), basis: "" });
  return { answer, opened: await answerTo(request, answer.sealed, INFO.opened, keyholderKey, answer.leaf) };
}

// Opens one's own categories. -> {fields: {category: value}, versions: {category: n}, broken: [category]}
export async function openOwn(categories) {
  const { opened, answer } = await disclosed(categories);
  const found = { fields: {}, versions: {}, broken: [] };
  for (const key of opened.keys) {
    found.versions[key.category] = key.version;
    try {
      found.fields[key.category] = await openOne(opened, key, answer);
    } catch {
      found.broken.push(key.category);
    }
    if (answer.pending[key.category]) await settle(key.category, key.version);
  }
  return found;
}

function settle(category, version) {
  return post(`/api/records/${category}/settle`, { version });
}

// Seals `value` as `version` of `category` and stores it; under `dataKey`, if given, which is wiped.
export async function save(category, version, value, dataKey) {
  const known = await trusted();
  const { handle } = await me();
  const sealed = await sealRecord({ handle, category, version, value, ingestPoint: known.ingestKey, dataKey });
  const wrap = build("wrap", { set: known.set, share: known.share, category, version, sha256: sealed.sha256, key: sealed.key });
  return put(`/api/records/${category}`, { wrap: b64(await sign(wrap)), ciphertext: b64(sealed.ciphertext) });
}

// After a save whose outcome is not known: asks the keyholder which version is true, and has the rest dropped.
export async function resync(category) {
  const { records } = await desk();
  const version = records.find((one) => one.category === category)?.version ?? 0;
  await settle(category, version);
  return version;
}

// The list `name` that one's role has, sealed to this browser and signed by the keyholder.
export async function readDesk(name) {
  const { keyholderKey } = await trusted();
  const statement = build("read-desk", { desk: name, recipient: await recipient() });
  const { sealed } = await post("/api/desk", { statement: b64(await sign(statement)) });
  return answerTo(statement, sealed, INFO.desk, keyholderKey);
}

// What the keyholder holds of me: {frozen, numbers, records, keys, grants, timing, words, language, ...}
export const desk = () => readDesk("self");

// My list, proved complete in this browser: {trail, entries}. Throws as verifyTrail does, with `.trail` added.
export async function trail() {
  const { keyholderKey, logVkey, logOrigin: origin } = await trusted();
  const statement = build("read-trail", { recipient: await recipient() });
  const signed = b64(await sign(statement));
  const read = await joinPages(async (first) => {
    const { sealed } = await post("/api/trail", { statement: signed, first });
    return decode(await openSealed(unb64(sealed), INFO.trail));
  });
  try {
    return { trail: read, entries: await verifyTrail(read, { keyholderKey, logVkey, origin, statement }) };
  } catch (error) {
    error.trail = read;
    throw error;
  }
}

// Signs a statement that a session key may sign, and has it carried to the keyholder.
export async function submit(type, fields) {
  return post("/api/submit", { statements: [b64(await sign(build(type, fields)))] });
}

// Has the useless ciphertexts dropped. The keyholder refuses what is signed here because the record is erased: that proves it.
export async function forget(leaf) {
  const probe = b64(await sign(build("withdraw-number", { number: "" })));
  return post("/api/forget", { leaf, statement: probe });
}

// Has the first phone that is proved told after calls, in neutral words, unless something was chosen before.
// -> whether that was set now
export async function tellByDefault(number, language) {
  if ((await desk()).timing) return false;
  await tell({ kind: "sms", to: number, timing: "after-call", words: "neutral", language });
  return true;
}

// Claims a phone: its number goes sealed to the courier. -> {claim, state}
export async function claim(number, language) {
  const { key } = await me();
  const sealed = await sealTo(await courierPoint(), utf8(number), claimInfo(key.id));
  const statement = build("claim-number", { key: key.id, number: b64(sealed), channel: "sms" }, { minutes: 15 });
  const { state } = await post("/api/numbers/start", { claim: b64(await sign(statement)), language });
  return { claim: b64(await sha256(encode(statement))), state };
}

export function answerCode(claimed, code) {
  return post("/api/numbers/code", { claim: claimed, code });
}

// Says where, when and in which words one is told; `to` is sealed to the courier, for this very statement.
export async function tell({ kind, to, timing, words, language }) {
  const nonce = freshNonce();
  const address = to ? b64(await sealTo(await courierPoint(), encode({ kind, to }), await addressInfo((await me()).key.id, nonce))) : "";
  const statement = build("channels", { address, timing, words, language }, { nonce });
  return post("/api/submit", { statements: [b64(await sign(statement))] });
}

// The number in the international form, or null if it cannot be one.
export function e164(text) {
  const digits = text.replaceAll(/\D/gu, "");
  if (text.trim().startsWith("+") && digits.length >= 8 && digits.length <= 15) return `+${digits}`;
  if (digits.length === 10) return `+1${digits}`;
  return digits.length === 11 && digits.startsWith("1") ? `+${digits}` : null;
}
