// Keys for the demonstration, on machines without an authenticator: kept in this browser, refused outside a demo.
import { b64, unb64 } from "/browser/canonical.js";
import { KeyStore } from "/browser/keystore.js";
import { SIGNING, publicKeyStruct, signRaw, signingPair } from "/browser/keys.js";
import { message, signature } from "/browser/statements.js";

const store = new KeyStore("breakseal-demo-keys");

// [{label, key, privateKey}] of this browser.
export function demoKeys() {
  return store.all();
}

async function keep(label, key, privateKey) {
  const kept = { label, key, privateKey };
  await store.put(key.id, kept);
  return kept;
}

export async function makeDemoKey(label) {
  const pair = await signingPair();
  return keep(label, await publicKeyStruct(pair.publicKey, "demo"), pair.privateKey);
}

// Takes the key of one of the demo's people: a P-256 private key (PKCS #8, base64url).
export async function takeDemoKey(label, pkcs8) {
  const der = unb64(pkcs8);
  const readable = await crypto.subtle.importKey("pkcs8", der, SIGNING, true, ["sign"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", readable);
  const publicKey = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, SIGNING, true, ["verify"]);
  const privateKey = await crypto.subtle.importKey("pkcs8", der, SIGNING, false, ["sign"]);
  return keep(label, await publicKeyStruct(publicKey, "demo"), privateKey);
}

export async function signWithDemoKey(kept, payload) {
  return signature(kept.key.id, b64(await signRaw(kept.privateKey, message(payload))));
}
