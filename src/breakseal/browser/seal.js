// HPKE to one recipient, and records: AES-256-GCM under a data key of their own (kernel/seal/).
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "/vendor/hpke.js";
import { FormatError, b64, concat, decode, encode, random, sha256, unb64, utf8 } from "./canonical.js";

const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const POINT = 65;
const NONCE = 12;
const BLOCK = 512;

export const INFO = {
  opened: "breakseal/opened/v1", trail: "breakseal/trail/v1", desk: "breakseal/desk/v1",
};

export class SealError extends Error {}

const infoBytes = (info) => (typeof info === "string" ? utf8(info) : info);

// `bytes` sealed to the holder of the P-256 point: encapsulated key || ciphertext. `info` is text, or bytes as below.
export async function sealTo(pointB64, bytes, info) {
  const recipientPublicKey = await suite.kem.deserializePublicKey(unb64(pointB64, POINT));
  const sender = await suite.createSenderContext({ recipientPublicKey, info: infoBytes(info) });
  const sealed = new Uint8Array(await sender.seal(bytes));
  return concat(new Uint8Array(sender.enc), sealed);
}

// The bytes that were sealed to `pair` (ECDH, not exportable) under `info`.
export async function openWith(pair, sealed, info) {
  try {
    const enc = sealed.slice(0, POINT);
    const recipient = await suite.createRecipientContext({ recipientKey: pair, enc, info: infoBytes(info) });
    return new Uint8Array(await recipient.open(sealed.slice(POINT)));
  } catch {
    throw new SealError("not sealed to this key for this purpose");
  }
}

function context(...parts) {
  const pieces = parts.flatMap((part) => {
    const data = utf8(part);
    const size = new Uint8Array(4);
    new DataView(size.buffer).setUint32(0, data.length);
    return [size, data];
  });
  return concat(...pieces);
}

// The associated data that binds a record to its place: record_context of kernel/seal/aead.py.
export function recordContext(handle, category, version) {
  return context("breakseal/record/v1", handle, category, String(version));
}

// The info of a data key: the wrap that carries it, so that it can be handed in for nothing else (wrap_info of answers.py).
export function wrapInfo(handle, category, version, hash) {
  return context("breakseal/wrap/v1", handle, category, String(version), hash);
}

// The info of a claimed number: the id of the key that signs the claim (claim_info of answers.py).
export function claimInfo(key) {
  return context("breakseal/claim/v1", key);
}

// The info of a notice's address: the channels statement that carries it, by its signing key's id and its nonce, hashed
// so that the courier can check it and learns no more from it (address_bound and address_info of answers.py).
export async function addressInfo(key, nonce) {
  return context("breakseal/address/v1", b64(await sha256(context("breakseal/told/v1", key, nonce))));
}

// The info of a fix of one's own phone: the record and the device that told it (fix_info of fixes.py).
export function fixInfo(handle, device) {
  return context("breakseal/fix/v1", handle, device);
}

// The info of the number that an officer asks about under an order, by the order's digest (look_info of orders.py).
export function lookInfo(order) {
  return context("breakseal/look-under/v1", order);
}

// The info of an officer's number in a danger to life: by the nonce of the investigator's statement, or the digest of it
// that the supervisor answers for (exigent_info of exigent.py).
export function exigentInfo(bound) {
  return context("breakseal/exigent/v1", bound);
}

// The info of what a source answered, by the leaf under which it was asked (found_info of location.py).
export function foundInfo(leaf) {
  return context("breakseal/found/v1", leaf);
}

// The info of a device's name, which only its person reads.
export function labelInfo(handle) {
  return context("breakseal/device-label/v1", handle);
}

// The pair that a record's data key makes (RFC 9180 section 7.1.3; seal/fixkeys.py): who has its point can seal, not open.
export function derivedPair(dataKey) {
  return suite.kem.deriveKeyPair(dataKey);
}

export function freshKey() {
  return random(32);
}

function padded(fields) {
  const bare = encode({ fields, pad: "" }).length;
  return encode({ fields, pad: "0".repeat((BLOCK - (bare % BLOCK)) % BLOCK) });
}

function aes(key, use) {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, [use]);
}

// Seals `value` (an object of fields) as `version` of `category`, under a fresh key or `dataKey`, which is wiped.
// -> {ciphertext: bytes, sha256: b64, key: b64 (the data key, sealed to the keyholder's ingest point)}
export async function sealRecord({ handle, category, version, value, ingestPoint, dataKey = freshKey() }) {
  const iv = random(NONCE);
  const additionalData = recordContext(handle, category, version);
  const key = await aes(dataKey, "encrypt");
  const body = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, padded(value));
  const ciphertext = concat(iv, new Uint8Array(body));
  const hash = b64(await sha256(ciphertext));
  const wrapped = await sealTo(ingestPoint, dataKey, wrapInfo(handle, category, version, hash));
  dataKey.fill(0);
  return { ciphertext, sha256: hash, key: b64(wrapped) };
}

// The fields of a sealed record. `openedKey` is {category, version, sha256, key} as the keyholder sent it.
export async function openRecord(openedKey, handle, ciphertext) {
  if (b64(await sha256(ciphertext)) !== openedKey.sha256) {
    throw new SealError("this is not the version that the keyholder vouches for");
  }
  const additionalData = recordContext(handle, openedKey.category, openedKey.version);
  const key = await aes(unb64(openedKey.key, 32), "decrypt");
  let plain;
  try {
    const algorithm = { name: "AES-GCM", iv: ciphertext.slice(0, NONCE), additionalData };
    plain = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, ciphertext.slice(NONCE)));
  } catch {
    throw new SealError("the seal does not open with this key in this place");
  }
  const value = decode(plain);
  if (typeof value?.fields !== "object") throw new FormatError("not a record");
  return value.fields;
}
