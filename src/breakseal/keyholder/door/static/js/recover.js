// /recover: the code of the recovery sheet lets a person add a new passkey to their record.
import { encode } from "/browser/canonical.js";
import { build, envelope } from "/browser/statements.js";
import { submit } from "./api.js";
import { goBack } from "./order.js";
import { at, busy, reveal, step } from "./show.js";
import { keyOfCode, readCode } from "./sheetcode.js";
import { mountMaking } from "./signers.js";
import { start } from "./start.js";

start(async ({ words, facts, order }) => {
  let recovery = null;
  reveal("ask");
  at("form").addEventListener("submit", (event) => {
    event.preventDefault();
    busy(words, async () => {
      recovery = await keyOfCode(await readCode(at("code").value));
      at("code").value = "";
      step("make");
    });
  });
  mountMaking(at("making"), facts, words, {
    label: words.say("recover.make"),
    name: () => words.say("new.key-name"),
    onMade: async ({ key, sign }) => {
      const payload = encode(build("add-key", { key, label: words.say("recover.label") }, { minutes: 15 }));
      const signatures = [await recovery.sign(payload), await sign(payload)];
      const { handle, leaves } = await submit(envelope(payload, signatures));
      recovery = null;
      if (!goBack(order, { ok: true, handle, leaves })) step("done");
    },
  });
});
