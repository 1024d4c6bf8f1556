// Builds statements, checks what others built, and puts signatures around them.
import { FormatError, b64, concat, decode, encode, random, sha256, unb64, utf8 } from "./canonical.js";
import { COMMON, STATEMENTS } from "./statement-fields.js";

const DOMAIN = utf8("breakseal/statement/v1\n");
const KEY_MEMBERS = ["alg", "id", "spki", "use"];
const USES = ["passkey", "session", "recovery", "service", "demo"];

export function now() {
  return Math.floor(Date.now() / 1000);
}

function sameNames(value, names) {
  const own = Object.keys(value ?? {}).sort();
  return own.length === names.length && own.every((name, at) => name === names[at]);
}

export function isKey(value) {
  return (
    typeof value === "object" && value !== null && sameNames(value, KEY_MEMBERS) &&
    (value.alg === "p256" || value.alg === "ed25519") && USES.includes(value.use) &&
    unb64(value.id, 32) && unb64(value.spki)
  );
}

const isText = (value) => typeof value === "string";
const FITS = {
  text: isText,
  bytes: (value) => Boolean(unb64(value)),
  number: (value) => Number.isSafeInteger(value),
  flag: (value) => typeof value === "boolean",
  texts: (value) => Array.isArray(value) && value.every(isText),
  key: isKey,
  "key?": (value) => value === null || isKey(value),
  keys: (value) =>
    Array.isArray(value) && value.every((one) => sameNames(one, ["key", "name"]) && isText(one.name) && isKey(one.key)),
};

function checkMember(type, name, rule, value) {
  const fits = rule.kind === "word" ? rule.words.includes(value) : FITS[rule.kind](value);
  if (!fits) throw new FormatError(`${type}: ${name} is not what it should be`);
}

// Throws unless `statement` is of a known type, with exactly its members, each of its kind.
export function check(statement) {
  if (typeof statement !== "object" || statement === null || Array.isArray(statement)) {
    throw new FormatError("not a statement");
  }
  if (!Object.hasOwn(STATEMENTS, statement.type)) throw new FormatError("unknown statement");
  const rules = { ...COMMON, ...STATEMENTS[statement.type] };
  if (!sameNames(statement, ["type", "v", ...Object.keys(rules)].sort())) {
    throw new FormatError(`${statement.type}: unknown or missing members`);
  }
  if (statement.v !== 1) throw new FormatError("unknown version");
  for (const [name, rule] of Object.entries(rules)) checkMember(statement.type, name, rule, statement[name]);
  unb64(statement.nonce, 16);
  return statement;
}

// 16 random bytes: a statement's own, made before it where something in it is tied to it.
export function freshNonce() {
  return b64(random(16));
}

// A whole statement of `type`: version, validity, a nonce of 16 bytes, and defaults for what `fields` leaves out.
export function build(type, fields, { minutes = 5, nonce = freshNonce() } = {}) {
  if (!Object.hasOwn(STATEMENTS, type)) throw new FormatError(`unknown statement ${type}`);
  const defaults = Object.entries(STATEMENTS[type]).filter(([, rule]) => "default" in rule);
  const issued = now();
  return check({
    ...Object.fromEntries(defaults.map(([name, rule]) => [name, rule.default])),
    ...fields, v: 1, type, issued, expires: issued + minutes * 60, nonce,
  });
}

// What a key that signs directly signs.
export function message(payload) {
  return concat(DOMAIN, payload);
}

// What a passkey signs: SHA-256 of the message, as the WebAuthn challenge.
export function challenge(payload) {
  return sha256(message(payload));
}

export function signature(key, sig, { auth = "", client = "" } = {}) {
  return { key, sig, auth, client };
}

// The canonical envelope around canonical `payload` bytes.
export function envelope(payload, signatures) {
  return encode({ v: 1, payload: b64(payload), signatures });
}

// {payload, statement, signatures} of envelope bytes; checks form, no signature.
export function readEnvelope(bytes) {
  const value = decode(bytes);
  if (!sameNames(value, ["payload", "signatures", "v"]) || value.v !== 1 || !Array.isArray(value.signatures)) {
    throw new FormatError("not an envelope");
  }
  const payload = unb64(value.payload);
  return { payload, statement: decode(payload), signatures: value.signatures };
}
