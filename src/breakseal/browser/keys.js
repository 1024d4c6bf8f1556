// Public keys as statements carry them (kernel/model/keys.py), and the short code that stands for one.
import { b64, sha256, unb64, utf8 } from "./canonical.js";
import { ProofError, checkEd25519 } from "./tlog.js";

export const SIGNING = { name: "ECDSA", namedCurve: "P-256" };
export const OPENING = { name: "ECDH", namedCurve: "P-256" };
const ECDSA_SHA256 = { name: "ECDSA", hash: "SHA-256" };
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ROUNDS = 100_000;

export async function keyIdOfSpki(spki) {
  return b64(await sha256(spki));
}

// {alg, use, id, spki} of a public CryptoKey (P-256, or Ed25519 for recovery sheets).
export async function publicKeyStruct(cryptoKey, use) {
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", cryptoKey));
  const alg = cryptoKey.algorithm.name === "Ed25519" ? "ed25519" : "p256";
  return { alg, use, id: await keyIdOfSpki(spki), spki: b64(spki) };
}

// A P-256 pair whose private half no script can read.
export function signingPair() {
  return crypto.subtle.generateKey(SIGNING, false, ["sign", "verify"]);
}

export function openingPair() {
  return crypto.subtle.generateKey(OPENING, false, ["deriveBits"]);
}

// Raw r||s over `message`.
export async function signRaw(privateKey, message) {
  const algorithm = privateKey.algorithm.name === "Ed25519" ? "Ed25519" : ECDSA_SHA256;
  return new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, message));
}

// Throws unless the raw signature of a key that signs directly (not a passkey) holds: kernel/model/keys.py.
export async function verifyRaw(key, sig, signed) {
  if (key.use === "passkey") throw new ProofError("this browser cannot check a passkey's signature");
  if (key.id !== (await keyIdOfSpki(unb64(key.spki)))) throw new ProofError("the key's id is not the hash of the key");
  if (key.alg === "ed25519") return checkEd25519("spki", unb64(key.spki), sig, signed);
  const known = await crypto.subtle.importKey("spki", unb64(key.spki), SIGNING, false, ["verify"]);
  if (!(await crypto.subtle.verify(ECDSA_SHA256, known, sig, signed))) throw new ProofError("the signature does not hold");
}

export async function pointOf(publicKey) {
  return new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
}

// Ten characters ("7H2KM-QX94T") that stand for a key: kernel/model/shortcode.py.
export async function shortCode(key) {
  const secret = await crypto.subtle.importKey("raw", unb64(key.spki), "PBKDF2", false, ["deriveBits"]);
  const salt = utf8("breakseal/short-code/v1");
  const derived = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, secret, 56);
  let bits = 0n;
  for (const byte of new Uint8Array(derived)) bits = (bits << 8n) | BigInt(byte);
  bits >>= 6n;
  const text = Array.from({ length: 10 }, (_, at) => ALPHABET[Number((bits >> BigInt(45 - 5 * at)) & 31n)]).join("");
  return `${text.slice(0, 5)}-${text.slice(5)}`;
}
