// A client that knows nothing of Breakseal: openid-client as it comes, sends a person to agree and comes back with a code.
// Reads its orders from the environment, the address that the person came back to from its input.
import { createInterface } from "node:readline";
import * as oauth from "openid-client";
import { keyPair, say } from "./keys.mjs";

const { ISSUER, CLIENT_ID, KEY_FILE, CALLBACK, SCOPE } = process.env;

const keys = await keyPair(KEY_FILE);
const config = await oauth.discovery(new URL(ISSUER), CLIENT_ID, undefined, oauth.PrivateKeyJwt(keys.privateKey), {
  execute: [oauth.allowInsecureRequests, oauth.enableNonRepudiationChecks],
});
const DPoP = oauth.getDPoPHandle(config, keys);

async function look(token) {
  const headers = new Headers({ "content-type": "application/json" });
  const url = new URL("/location-retrieval/v0.5/retrieve", ISSUER);
  try {
    return { status: (await oauth.fetchProtectedResource(config, token, url, "POST", "{}", headers, { DPoP })).status };
  } catch (error) {
    return { status: error.status ?? 0 };
  }
}

const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
const expectedState = oauth.randomState();
const expectedNonce = oauth.randomNonce();
const to = await oauth.buildAuthorizationUrlWithPAR(config, {
  redirect_uri: CALLBACK, scope: SCOPE, state: expectedState, nonce: expectedNonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: "S256",
}, { DPoP });
say("pushed", { to: to.href });

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { value: came } = await lines.next();
const tokens = await oauth.authorizationCodeGrant(
  config, new URL(came), { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }, undefined, { DPoP },
);
say("token", { type: tokens.token_type, nonce: expectedNonce, claims: tokens.claims() });
say("location", await look(tokens.access_token));
const again = await oauth.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
say("again", { type: again.token_type });
say("location", await look(again.access_token));

await lines.next();
say("looked", await look(again.access_token));
try {
  await oauth.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
} catch (error) {
  say("refused", { error: error.error });
}
process.stdin.destroy();
