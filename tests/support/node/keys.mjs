// What every foreign client of the tests begins with: its key from a file, and a line of JSON for each step.
import { readFileSync } from "node:fs";

export function say(step, found = {}) {
  console.log(JSON.stringify({ step, ...found }));
}

export async function keyPair(file) {
  const jwk = JSON.parse(readFileSync(file, "utf8"));
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const { d, ...open } = jwk;
  return {
    privateKey: await crypto.subtle.importKey("jwk", { ...open, d }, curve, false, ["sign"]),
    publicKey: await crypto.subtle.importKey("jwk", open, curve, true, ["verify"]),
  };
}
