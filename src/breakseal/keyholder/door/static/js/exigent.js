// /exigent: an investigator says who is in danger and which phone may lead to them. The number stands in no address and on no page
// of another origin; it is sealed to the keyholder here, and compared with what the supervisor enters.
import { b64, utf8 } from "/browser/canonical.js";
import { exigentInfo, sealTo } from "/browser/seal.js";
import { build, freshNonce } from "/browser/statements.js";
import { filled, mount, phoneIn } from "./proposing.js";
import { rooted } from "./reading.js";
import { start } from "./start.js";

const MINUTES = 15; // as long as a statement may live: the supervisor signs within it

async function asked(facts) {
  const number = phoneIn("number");
  const nonce = freshNonce();
  const { ingestKey } = await rooted(facts);
  const sealed = b64(await sealTo(ingestKey, utf8(number), exigentInfo(nonce)));
  return build("exigent", { number: sealed, digits: number.slice(-4), danger: filled("danger") }, { minutes: MINUTES, nonce });
}

start(async (context) => mount(context, context.words.say("exigent.sign"), () => asked(context.facts)));
