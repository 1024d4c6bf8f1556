// /sheet: makes the recovery sheet. The code is shown and kept on paper first; only then its key is added.
import { encode } from "/browser/canonical.js";
import { build, envelope } from "/browser/statements.js";
import { ProblemError, submit } from "./api.js";
import { goBack } from "./order.js";
import { at, busy, el, reveal, step } from "./show.js";
import { keyOfCode, newCode, rows } from "./sheetcode.js";
import { mountSigning } from "./signers.js";
import { start } from "./start.js";

function showCode(code, words) {
  at("code").replaceChildren(...rows(code).map((row) => el("span", { class: "door-code__row" }, row)));
  at("made-on").textContent = words.say("sheet.made-on", { day: new Date().toLocaleDateString(document.documentElement.lang) });
}

async function add(code, sign, words) {
  const recovery = await keyOfCode(code);
  const payload = encode(build("add-key", { key: recovery.key, label: words.say("sheet.label") }));
  const signatures = [await sign(payload), await recovery.sign(payload)];
  return submit(envelope(payload, signatures));
}

start(async ({ words, facts, order }) => {
  let code = "";
  reveal("ask");
  at("make").addEventListener("click", () => busy(words, async () => {
    code = await newCode();
    await keyOfCode(code); // says now, not later, that this browser cannot
    showCode(code, words);
    step("keep");
  }));
  at("print").addEventListener("click", () => print());
  at("kept").addEventListener("click", () => step("confirm"));
  await mountSigning(at("signing"), facts, words, {
    label: words.say("sheet.sign"),
    onSign: async (sign) => {
      const typed = at("last").value.toUpperCase().replace(/[^0-9A-Z]/gu, "");
      if (typed !== code.slice(-5)) throw new ProblemError("not-kept");
      const { handle, leaves } = await add(code, sign, words);
      code = "";
      at("code").replaceChildren();
      if (!goBack(order, { ok: true, handle, leaves })) step("done");
    },
  });
});
