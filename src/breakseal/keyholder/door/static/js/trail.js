// /trail: the person's list, read with their key, proved whole and logged in this browser; receipts to keep.
import { build } from "/browser/statements.js";
import { entryItem, isLook } from "./entries.js";
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
  const why = ["court-order-disclosure", "search-and-rescue"].includes(entry.body.purpose) ? "trail.complain" : isLook(entry.body) ? "trail.not-agreed" : "trail.not-mine";
  const complaint = words.say(why);
  return [
    entry.receipt ? button(words.say("trail.receipt"), () => save(entry.receipt, name), "usa-button--outline door-small") : null,
    theirs ? button(complaint, () => complain(entry.hash), "usa-button--unstyled door-small") : null,
  ].filter(Boolean);
}

function item(words, entry) {
  // What an order had deferred is shown as what it is: its own time and receipt, in the place where the notice stands.
  const told = entry.joined ? { ...entry, ...entry.joined, hash: entry.hash } : entry;
  const notes = [
    entry.inLog ? null : words.say("trail.not-logged"),
    entry.joined ? words.say("trail.told-late", { day: told.leaf.day, told: entry.leaf.day }) : null,
  ].filter(Boolean).map((text) => el("p", { class: "usa-hint" }, text));
  const bar = el("div", { class: "door-actions" }, ...actions(words, told));
  return entryItem(words, told.body, { day: told.leaf.day, hash: told.hash, mine: true, extra: [...notes, bar] });
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
