// /receipt: checks a receipt file in this browser; the file is not sent anywhere.
import { verifyReceipt } from "/browser/receipt.js";
import { ProblemError } from "./api.js";
import { entryItem } from "./entries.js";
import { alertBox, at, busy, reveal } from "./show.js";
import { start } from "./start.js";

const MOST = 256 * 1024;

async function check(file, { facts, words }) {
  if (!file || file.size > MOST) throw new ProblemError("no-receipt");
  let told;
  try {
    told = await verifyReceipt(new Uint8Array(await file.arrayBuffer()), facts.logVkey, { origin: facts.logOrigin });
  } catch (error) {
    throw error.reason ? error : new ProblemError("receipt-broken", error.message);
  }
  const text = words.say("receipt.good", { index: told.index, origin: told.origin, size: told.size });
  at("verdict").replaceChildren(alertBox("success", words.say("receipt.good-title"), text));
  at("entry").replaceChildren(entryItem(words, told.body, { day: told.leaf.day }));
}

start(async (context) => {
  reveal("ask");
  at("file").addEventListener("click", () => {
    at("file").value = ""; // so that choosing the same file again checks it again
  });
  at("file").addEventListener("change", () => {
    at("verdict").replaceChildren();
    at("entry").replaceChildren();
    busy(context.words, () => check(at("file").files[0], context));
  });
});
