// Passkeys (W3C Web Authentication): the private key stays in the person's device.
import { b64, random, sha256, utf8 } from "/browser/canonical.js";
import { challenge, signature } from "/browser/statements.js";
import { ProblemError } from "./api.js";

const ES256 = -7; // the only kind asked for: every statement is checked with P-256, so no other key could sign one
const TIMEOUT = 120_000;

const REASONS = {
  NotAllowedError: "cancelled", AbortError: "cancelled", SecurityError: "not-here", InvalidStateError: "already-there",
  NotSupportedError: "no-passkeys", ConstraintError: "no-verification",
};

async function asked(promise) {
  if (!window.PublicKeyCredential) throw new ProblemError("no-passkeys");
  try {
    return await promise();
  } catch (error) {
    throw new ProblemError(REASONS[error.name] ?? "passkey-failed", error.message);
  }
}

// Makes a passkey for this door. `name` is what the person's device calls it. -> {key: PublicKey, rawId}
export async function makePasskey(facts, name) {
  const publicKey = {
    rp: { id: facts.rpId, name: "Breakseal" },
    user: { id: random(16), name, displayName: name },
    challenge: random(32), // the key proves itself by its first signature, so this one is not checked
    pubKeyCredParams: [{ type: "public-key", alg: ES256 }],
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    attestation: "none",
    timeout: TIMEOUT,
  };
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  const spki = made.response.getPublicKey?.();
  if (!spki || made.response.getPublicKeyAlgorithm() !== ES256) throw new ProblemError("wrong-key-kind");
  const rawId = new Uint8Array(made.rawId);
  return { key: { alg: "p256", use: "passkey", id: b64(await sha256(rawId)), spki: b64(spki) }, rawId };
}

// One signature over canonical `payload`; the person picks the passkey unless `rawId` names it.
export async function signWithPasskey(facts, payload, rawId = null) {
  const publicKey = {
    rpId: facts.rpId,
    challenge: await challenge(payload),
    allowCredentials: rawId ? [{ type: "public-key", id: rawId }] : [],
    userVerification: "required",
    timeout: TIMEOUT,
  };
  const got = await asked(() => navigator.credentials.get({ publicKey }));
  const { signature: sig, authenticatorData, clientDataJSON } = got.response;
  const id = b64(await sha256(new Uint8Array(got.rawId)));
  return signature(id, b64(sig), { auth: b64(authenticatorData), client: b64(clientDataJSON) });
}

// What the person's device will call the passkey: what for, and the day, so that two can be told apart.
export function passkeyName(text) {
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium" }).format(new Date());
  return new TextDecoder().decode(utf8(`${text} (${day})`).slice(0, 64));
}
