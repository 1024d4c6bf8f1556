// What went wrong at a desk, or was done, in words; a reason of the keyholder has a sentence of its own.
import { at, has, make, t } from "../page.js";

const note = (kind, ...texts) => make("div", { class: `bs-note bs-note--${kind}` }, ...texts.map((text) => make("p", {}, text)));

export function quiet() {
  at("trouble").replaceChildren();
  at("done")?.replaceChildren();
}

export function trouble(...texts) {
  at("trouble").replaceChildren(note("bad", ...texts));
  at("trouble").scrollIntoView({ block: "nearest" });
}

export function done(...texts) {
  at("done").replaceChildren(note("good", ...texts));
}

// The sentence for a failure: the reason's own, else what the answer said.
export function why(error) {
  return has(`desk.why.${error.reason}`) ? t("desk.why." + error.reason) : t("js.wrong", { why: error.message });
}
