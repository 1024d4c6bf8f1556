// /demo: takes the key of one of the demo's people into this browser. There is nothing here outside a demonstration.
import { ProblemError, demoPeople } from "./api.js";
import { demoKeys, takeDemoKey } from "./demokey.js";
import { goBack } from "./order.js";
import { at, button, busy, el, reveal } from "./show.js";
import { start } from "./start.js";

async function personItem(person, { words, order }, held) {
  const label = `${person.name} (${words.has(`role.${person.role}`) ? words.say(`role.${person.role}`) : person.role})`;
  const here = held.some((one) => one.label === label);
  const note = el("p", { class: "usa-hint", role: "status" }, here ? words.say("demo.here") : "");
  const take = button(words.say("demo.take"), () => busy(words, async () => {
    await takeDemoKey(label, person.pkcs8);
    note.textContent = words.say("demo.here");
    goBack(order, { ok: true });
  }));
  take.setAttribute("aria-label", words.say("demo.take-label", { name: person.name }));
  return el("li", { class: "door-entry" }, el("h2", { class: "door-entry__what" }, label), note, take);
}

start(async (context) => {
  if (!context.facts.demo) throw new ProblemError("demo-key");
  const people = await demoPeople();
  const held = await demoKeys();
  at("people").replaceChildren(...(await Promise.all(people.map((person) => personItem(person, context, held)))));
  reveal("ask");
});
