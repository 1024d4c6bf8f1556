// Where, when and in which words the person is told; the address is sealed to the courier here.
import { e164, tell } from "./own.js";
import { at, language, t } from "./page.js";

const form = at("channels");

function chosen() {
  return form.elements.kind.value;
}

async function save() {
  const kind = chosen();
  if (!kind) throw new Error(t("js.home.channels-kind"));
  const typed = at("to").value.trim();
  const to = kind === "sms" ? e164(typed) : typed;
  if (kind !== "none" && (!to || (kind === "mail" && !to.includes("@")))) throw new Error(t("js.home.channels-to"));
  const timing = kind === "none" ? "none" : form.elements.timing.value;
  const words = form.elements.words.value;
  await tell({ kind, to: kind === "none" ? "" : to, timing, words, language });
  at("to").value = "";
  channels.show({ timing, words });
}

// The choices as they are; where messages go is sealed, so that one stays open.
function preset({ timing, words }) {
  for (const one of form.elements.kind) one.checked = false;
  form.elements.timing.value = timing;
  form.elements.words.value = words;
  at("channel-more").hidden = true;
}

export const channels = {
  show({ timing, words, late = 0 }) {
    const set = timing && timing !== "none";
    const lines = set ? [t("js.home.channels-when." + timing), t("js.home.channels-words." + words), t("js.home.channels-sealed")] : [t("js.home.channels-none")];
    if (set && late > 0) lines.push(t("js.home.channels-late"));
    at("channels-now").textContent = lines.join(" ");
    if (set) preset({ timing, words });
  },
  // Opens the choices where the address asks for them.
  reveal() {
    if (location.hash !== "#channels-change") return;
    at("channels-change").open = true;
    at("channels-change").scrollIntoView();
    at("channels-change").querySelector("summary").focus();
  },
};

form.addEventListener("change", () => {
  at("channel-more").hidden = ["none", ""].includes(chosen());
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await save();
    at("channels-state").textContent = t("js.home.channels-saved");
  } catch (error) {
    at("channels-state").textContent = t("js.wrong", { why: error.message });
  }
});
