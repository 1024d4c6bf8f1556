// /trail: the person's list, read with their key, proved whole and logged in this browser; receipts to keep.
import { build } from "/browser/statements.js";
import { entryItem } from "./entries.js";
import { goWithin } from "./order.js";
import { readTrail } from "./reading.js";
import { alertBox, at, button, el, reveal, save, step } from "./show.js";
import { mountSigning } from "./signers.js";
import { start } from "./start.js";

function complain(hash) {
  const statement = build("freeze", { leaf: hash }, { minutes: 15 });
  goWithin("/sign", { statement });
}

function actions(words, entry) {
  const theirs = entry.body.type === "disclose" && entry.body.party.role !== "subject";
  const name = `breakseal-receipt-${entry.n}.json`;
  return [
    entry.receipt ? button(words.say("trail.receipt"), () => save(entry.receipt, name), "usa-button--outline door-small") : null,
    theirs ? button(words.say("trail.not-mine"), () => complain(entry.hash), "usa-button--unstyled door-small") : null,
  ].filter(Boolean);
}

function item(words, entry) {
  const note = entry.inLog ? null : el("p", { class: "usa-hint" }, words.say("trail.not-logged"));
  const bar = el("div", { class: "door-actions" }, ...actions(words, entry));
  return entryItem(words, entry.body, { day: entry.leaf.day, hash: entry.hash, mine: true, extra: note ? [note, bar] : [bar] });
}

function verdict(words, entries, head) {
  const proved = entries.filter((one) => one.inLog && !one.lost).length;
  const whole = words.say("trail.whole", { count: entries.length, proved, time: words.time(head.at) });
  const boxes = [alertBox("success", words.say("trail.whole-title"), whole)];
  const lost = entries.filter((one) => one.lost).length;
  if (lost) boxes.push(alertBox("warning", "", words.say("trail.lost", { count: lost })));
  if (head.deferred) boxes.push(alertBox("warning", "", words.say("trail.deferred", { count: head.deferred })));
  return boxes;
}

start(async ({ words, facts }) => {
  reveal("ask");
  await mountSigning(at("signing"), facts, words, {
    label: words.say("trail.open"),
    onSign: async (sign) => {
      const { trail, entries } = await readTrail(facts, sign);
      at("verdict").replaceChildren(...verdict(words, entries, trail.head));
      at("entries").replaceChildren(...entries.toReversed().map((entry) => item(words, entry)));
      step("list");
    },
  });
});
