// On the page of who may look: what one's own phone last told, opened when asked for, as each opening stands in one's list.
import { phoneKey } from "./own-fixes.js";
import { drawLatest } from "./own-latest.js";
import { at, t } from "./page.js";

let known;

at("again").addEventListener("click", async () => {
  at("latest").textContent = t("js.opening");
  try {
    known ??= await phoneKey();
    await drawLatest(known);
  } catch (error) {
    at("latest").textContent = t("js.wrong", { why: error.message });
  }
});
