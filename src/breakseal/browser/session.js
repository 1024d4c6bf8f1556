// The session's keys: a pair that signs and a pair that opens, neither exportable, kept until the session is over.
// Nothing that was opened is stored: plaintext lives in the page's memory only.
import { b64, encode } from "./canonical.js";
import { KeyStore } from "./keystore.js";
import { openingPair, pointOf, publicKeyStruct, signRaw, signingPair } from "./keys.js";
import { openWith } from "./seal.js";
import { check, envelope, message, now, signature } from "./statements.js";

const store = new KeyStore("breakseal-session");
const PENDING = "pending";
const CURRENT = "current";
const LONGEST_TIMER = 2 ** 31 - 1;
const listeners = new Set();
let timer;

export class SessionError extends Error {}

// Makes the two pairs and keeps them as pending, so that they survive the way to the door and back.
// -> the PublicKey (use "session") that the door lets in.
export async function fresh() {
  const [signing, opening] = await Promise.all([signingPair(), openingPair()]);
  const key = await publicKeyStruct(signing.publicKey, "session");
  await store.put(PENDING, { key, signing, opening, until: now() + 3600, kind: "", handle: "" });
  return key;
}

async function live(name) {
  const kept = await store.get(name);
  if (kept && kept.until > now()) return kept;
  if (kept) await store.remove(name);
  return null;
}

function described({ key, until, kind, handle }) {
  return { key, until, kind, handle };
}

// {key, until, kind, handle} of the session, or null if there is none or it is over.
export async function current() {
  const kept = await live(CURRENT);
  if (!kept) return null;
  watch(kept.until);
  return described(kept);
}

// The pending pairs become the session, once the keyholder has said whose they are.
export async function adopt({ until, kind, handle }) {
  const kept = (await live(PENDING)) ?? (await live(CURRENT));
  if (!kept) throw new SessionError("no session key in this browser");
  await store.put(CURRENT, { ...kept, until, kind, handle });
  await store.remove(PENDING);
  watch(until);
  return described({ ...kept, until, kind, handle });
}

// Ends the session in this browser: the keys are gone, and whoever listens clears what is on the page.
export async function drop() {
  clearTimeout(timer);
  await Promise.all([store.remove(CURRENT), store.remove(PENDING)]);
  for (const listener of listeners) listener();
}

// Calls `listener` when the session is dropped or over.
export function onEnd(listener) {
  listeners.add(listener);
}

function watch(until) {
  clearTimeout(timer);
  timer = setTimeout(() => drop(), Math.min(Math.max(0, until - now()) * 1000, LONGEST_TIMER));
}

async function keptFor(type) {
  const pending = type === "hello" ? await live(PENDING) : null;
  const kept = pending ?? (await live(CURRENT));
  if (!kept) throw new SessionError("the session is over");
  return kept;
}

// The canonical envelope (bytes) of `statement`, signed by the session key; a `hello` by the pending one if there is one.
export async function sign(statement) {
  const payload = encode(check(statement));
  const kept = await keptFor(statement.type);
  const raw = await signRaw(kept.signing.privateKey, message(payload));
  return envelope(payload, [signature(kept.key.id, b64(raw))]);
}

// The P-256 point (65 bytes, base64url) to which answers to this session are sealed.
export async function recipient() {
  const kept = await keptFor("");
  return b64(await pointOf(kept.opening.publicKey));
}

// The bytes that were sealed to `recipient()` under `info`.
export async function openSealed(bytes, info) {
  const kept = await keptFor("");
  return openWith(kept.opening, bytes, info);
}
