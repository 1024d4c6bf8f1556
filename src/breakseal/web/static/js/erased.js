// Back from the door after an erasure: the useless ciphertexts may go, and the person gets the receipt.
import { readReturn } from "/browser/door-link.js";
import { forget, trail } from "./own.js";
import { at, download, t } from "./page.js";

const KEPT = "breakseal.erased";

function leafTold() {
  const told = readReturn();
  if (told?.ok && told.leaves[0]) sessionStorage.setItem(KEPT, told.leaves[0]);
  return sessionStorage.getItem(KEPT);
}

async function receipt(leaf) {
  const { entries } = await trail();
  const entry = entries.find((one) => one.hash === leaf) ?? entries.at(-1);
  if (!entry.receipt) throw new Error(t("js.erased.proof"));
  download("breakseal-erasure-receipt.json", entry.receipt, "application/json");
}

const leaf = leafTold();
at(leaf ? "done" : "not").hidden = false;
if (leaf) await forget(leaf).catch(() => {});
at("receipt").addEventListener("click", async () => {
  try {
    await receipt(leaf);
    at("state").textContent = t("js.erased.saved");
  } catch (error) {
    at("state").textContent = t("js.wrong", { why: error.message });
  }
});
