// "That was not my call": the record opens to nobody else from now on, and oversight gets a case.
import { submit } from "./own.js";
import { at, confirmed, make, t } from "./page.js";

export async function freezeOver(entry, redraw) {
  const agreed = await confirmed(t("js.trail.freeze.title"), t("js.trail.freeze.text"), t("js.trail.freeze.yes"));
  if (!agreed) return;
  try {
    await submit("freeze", { leaf: entry.hash });
    at("trouble").replaceChildren(make("div", { class: "bs-note bs-note--warn" }, make("p", {}, t("js.trail.frozen"))));
    await redraw();
  } catch (error) {
    at("trouble").replaceChildren(make("div", { class: "bs-note bs-note--bad" }, make("p", {}, t("js.wrong", { why: error.message }))));
  }
  window.scrollTo(0, 0);
}
