// The one canonical encoding (RFC 8785 subset of kernel/model/canonical.py), base64url, hashes.
const text = new TextEncoder();
const strictText = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class FormatError extends Error {}

export function utf8(value) {
  return text.encode(value);
}

function quoted(value) {
  if (!value.isWellFormed()) throw new FormatError("a string has half of a surrogate pair");
  return JSON.stringify(value);
}

function members(value) {
  if (Object.getPrototypeOf(value) !== Object.prototype) throw new FormatError("not a plain object");
  const names = Object.keys(value).sort();
  for (const name of names) {
    if (!/^[\x20-\x7e]*$/u.test(name)) throw new FormatError("a member's name is not ASCII");
  }
  return names.map((name) => `${quoted(name)}:${spell(value[name])}`);
}

function spell(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new FormatError("a number is not a safe integer");
    return String(value); // -0 becomes "0"
  }
  if (Array.isArray(value)) return `[${Array.from(value, spell).join(",")}]`;
  if (typeof value === "object") return `{${members(value).join(",")}}`;
  throw new FormatError("a value has no canonical encoding");
}

// Canonical bytes of strings, safe integers, booleans, null, arrays and plain objects.
export function encode(value) {
  return utf8(spell(value));
}

// The value that `bytes` spell canonically; INVARIANT: it encodes to the same bytes again.
export function decode(bytes) {
  let value;
  try {
    value = JSON.parse(strictText.decode(bytes));
  } catch {
    throw new FormatError("not JSON");
  }
  if (!equal(encode(value), bytes)) throw new FormatError("not in the canonical encoding");
  return value;
}

export function equal(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const CHUNK = 0x8000;

function binary(bytes) {
  let out = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    out += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return out;
}

// base64url without padding (RFC 4648 section 5).
export function b64(data) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  return btoa(binary(bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// The bytes of canonical unpadded base64url, of exactly `size` bytes if given.
export function unb64(value, size) {
  if (typeof value !== "string" || !/^[A-Za-z0-9_-]*$/u.test(value) || value.length % 4 === 1) {
    throw new FormatError("not base64url");
  }
  const bytes = Uint8Array.from(atob(value.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  if (b64(bytes) !== value) throw new FormatError("not canonical base64url");
  if (size !== undefined && bytes.length !== size) throw new FormatError(`not ${size} bytes`);
  return bytes;
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function random(size) {
  return crypto.getRandomValues(new Uint8Array(size));
}
