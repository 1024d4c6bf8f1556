// A client that knows nothing of Breakseal: openid-client as it comes, told only an issuer, a key and a number.
// Reads its orders from the environment, prints one JSON line for each step.
import { createInterface } from "node:readline";
import * as oauth from "openid-client";
import { keyPair, say } from "./keys.mjs";

const { ISSUER, CLIENT_ID, KEY_FILE, NUMBER, SCOPE } = process.env;

async function post(config, token, path, body, DPoP) {
  const headers = new Headers({ "content-type": "application/json", "x-correlator": "openid-client-1" });
  const url = new URL(path, ISSUER);
  try {
    const answer = await oauth.fetchProtectedResource(config, token, url, "POST", JSON.stringify(body), headers, { DPoP });
    return { status: answer.status, correlator: answer.headers.get("x-correlator"), body: await answer.json() };
  } catch (error) {
    // The library reads the challenge of a 401 itself and throws what it says.
    return { status: error.status ?? 0, code: error.code, scheme: error.cause?.[0]?.scheme };
  }
}

const keys = await keyPair(KEY_FILE);
const config = await oauth.discovery(new URL(ISSUER), CLIENT_ID, undefined, oauth.PrivateKeyJwt(keys.privateKey), {
  execute: [oauth.allowInsecureRequests, oauth.enableNonRepudiationChecks],
});
say("discovered", { grants: config.serverMetadata().grant_types_supported });

const DPoP = oauth.getDPoPHandle(config, keys);
const asked = await oauth.initiateBackchannelAuthentication(config, { scope: SCOPE, login_hint: `tel:${NUMBER}` });
say("asked", { interval: asked.interval, expires: asked.expires_in });

const tokens = await oauth.pollBackchannelAuthenticationGrant(config, asked, undefined, { DPoP });
say("token", { type: tokens.token_type, scope: tokens.scope, claims: tokens.claims() });

say("location", await post(config, tokens.access_token, "/location-retrieval/v0.5/retrieve", { maxAge: 120 }, DPoP));
const state = await oauth.tokenIntrospection(config, tokens.access_token);
say("introspected", { active: state.active });

for await (const line of createInterface({ input: process.stdin })) {
  if (line === "look") {
    say("looked", await post(config, tokens.access_token, "/location-retrieval/v0.5/retrieve", {}, DPoP));
  } else break;
}
process.stdin.destroy();
await oauth.tokenRevocation(config, tokens.access_token);
const machine = await oauth.clientCredentialsGrant(config, { scope: "location-retrieval:read" });
say("machine", { type: machine.token_type });
