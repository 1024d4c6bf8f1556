// Says hello with the session key that this browser has, so that the web tier keeps a cookie for it.
import { b64 } from "/browser/canonical.js";
import { adopt, sign } from "/browser/session.js";
import { build } from "/browser/statements.js";
import { post } from "./api.js";

export async function hello() {
  const signed = b64(await sign(build("hello", { origin: location.origin })));
  const who = await post("/api/hello", { signed });
  await adopt(who);
  return who;
}
