// The recovery sheet's code: 24 random characters and 2 that check them (Crockford's letters), and the key it stands for.
import { b64, concat, random, sha256, unb64, utf8 } from "/browser/canonical.js";
import { publicKeyStruct, signRaw } from "/browser/keys.js";
import { message, signature } from "/browser/statements.js";
import { ProblemError } from "./api.js";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 24; // 120 bits
const ROUNDS = 600_000;
const PKCS8 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]; // RFC 8410, then 32 bytes
const READ_AS = { O: "0", I: "1", L: "1", U: "V" };

async function checksum(text) {
  const digest = await sha256(utf8(`breakseal/recovery/check/v1\n${text}`));
  return ALPHABET[digest[0] & 31] + ALPHABET[digest[1] & 31];
}

export async function newCode() {
  const text = Array.from(random(LENGTH), (byte) => ALPHABET[byte & 31]).join("");
  return text + (await checksum(text));
}

// "7H2K-MQX9-4T0AB": two rows of 4 + 4 + 5, easy to copy by hand.
export function rows(code) {
  return [0, 13].map((from) => [code.slice(from, from + 4), code.slice(from + 4, from + 8), code.slice(from + 8, from + 13)].join("-"));
}

// The 26 characters that somebody typed in whatever grouping, or throws.
export async function readCode(typed) {
  const text = typed.toUpperCase().replace(/[\s\-\u2010-\u2015.]/gu, "").replace(/[OILU]/gu, (letter) => READ_AS[letter]);
  if (text.length !== LENGTH + 2 || [...text].some((letter) => !ALPHABET.includes(letter))) {
    throw new ProblemError("code-incomplete");
  }
  if ((await checksum(text.slice(0, LENGTH))) !== text.slice(LENGTH)) throw new ProblemError("code-mistyped");
  return text;
}

async function seedOf(code) {
  const secret = await crypto.subtle.importKey("raw", utf8(code.slice(0, LENGTH)), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: utf8("breakseal/recovery/v1"), iterations: ROUNDS };
  return new Uint8Array(await crypto.subtle.deriveBits(how, secret, 256));
}

async function pairOf(seed) {
  const der = concat(new Uint8Array(PKCS8), seed);
  const readable = await crypto.subtle.importKey("pkcs8", der, "Ed25519", true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", readable);
  const publicKey = await crypto.subtle.importKey("raw", unb64(x), "Ed25519", true, ["verify"]);
  return { publicKey, privateKey: await crypto.subtle.importKey("pkcs8", der, "Ed25519", false, ["sign"]) };
}

// {key, sign} of the Ed25519 key that the code stands for.
export async function keyOfCode(code) {
  const seed = await seedOf(code);
  let pair;
  try {
    pair = await pairOf(seed);
  } catch {
    throw new ProblemError("no-ed25519");
  } finally {
    seed.fill(0);
  }
  const key = await publicKeyStruct(pair.publicKey, "recovery");
  const sign = async (payload) => signature(key.id, b64(await signRaw(pair.privateKey, message(payload))));
  return { key, sign };
}
