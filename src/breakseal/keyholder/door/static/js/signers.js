// The buttons with which a person signs or makes a key: a passkey first; in the demonstration also a demo key.
import { button, busy, demoTag, el } from "./show.js";
import { demoKeys, makeDemoKey, signWithDemoKey } from "./demokey.js";
import { makePasskey, passkeyName, signWithPasskey } from "./passkey.js";

function demoBox(words, ...inside) {
  const legend = el("legend", { class: "usa-legend" }, words.say("demo.legend"), " ", demoTag(words));
  return el("fieldset", { class: "usa-fieldset door-demo" }, legend, ...inside);
}

function demoChoice(words, kept) {
  const choices = kept.map((each) => el("option", { value: each.key.id }, each.label));
  const label = el("label", { class: "usa-label", for: "demo-key" }, words.say("demo.choose"));
  const select = el("select", { class: "usa-select", id: "demo-key", name: "demo-key" }, ...choices);
  return { label, select };
}

// Puts the signing buttons into `place`. `onSign(sign)` gets a function from canonical bytes to one signature.
export async function mountSigning(place, facts, words, { label, onSign }) {
  const run = (sign) => busy(words, () => onSign(sign));
  const own = button(label ?? words.say("sign.with-passkey"), () => run((payload) => signWithPasskey(facts, payload)), "door-main");
  place.replaceChildren(own);
  const kept = facts.demo ? await demoKeys() : [];
  if (kept.length === 0) return;
  const { label: name, select } = demoChoice(words, kept);
  const chosen = () => kept.find((each) => each.key.id === select.value);
  const demo = button(words.say("demo.sign"), () => run((payload) => signWithDemoKey(chosen(), payload)), "usa-button--outline");
  place.append(demoBox(words, name, select, demo));
}

// Puts the buttons that make a new key into `place`. `onMade({key, sign})`: the key, and how it signs.
// A key once made is kept in the page's memory, so that a cancelled signature does not make another.
export function mountMaking(place, facts, words, { label, name, onMade }) {
  let made = null;
  const withPasskey = async () => {
    made ??= await makePasskey(facts, passkeyName(name()));
    await onMade({ key: made.key, sign: (payload) => signWithPasskey(facts, payload, made.rawId) });
  };
  place.replaceChildren(button(label, () => busy(words, withPasskey), "door-main"));
  if (!facts.demo) return;
  let demo = null;
  const withDemoKey = async () => {
    demo ??= await makeDemoKey(name());
    await onMade({ key: demo.key, sign: (payload) => signWithDemoKey(demo, payload) });
  };
  const make = button(words.say("demo.make"), () => busy(words, withDemoKey), "usa-button--outline");
  place.append(demoBox(words, el("p", { class: "usa-hint" }, words.say("demo.make-hint")), make));
}
