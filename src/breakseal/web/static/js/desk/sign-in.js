// Begins a session at a desk: keys made here, let in at the door with the officer's own key, then a hello to the web tier.
import { readReturn, signAtDoor } from "/browser/door-link.js";
import { fresh } from "/browser/session.js";
import { build, now } from "/browser/statements.js";
import { hello } from "../hello.js";
import { at, data, local, t } from "../page.js";
import { trouble } from "./telling.js";

// The desk that somebody wanted before they were signed in; theirs only if their role has it.
const asked = new URLSearchParams(location.search).get("to") ?? "";

async function toDoor(event) {
  event.preventDefault();
  at("state").textContent = t("desk.busy");
  const key = await fresh();
  const statement = build("session", { key, until: now() + Number(at("hours").value) * 3600, position: "" });
  await signAtDoor({ door: data.door, statement, back: location.origin + local("/desk/sign-in" + (asked ? `?to=${asked}` : "")) });
}

async function backFromDoor() {
  at("sign-in").hidden = true;
  at("state").textContent = t("desk.busy");
  try {
    const { role } = await hello();
    const desks = data.desks[role];
    if (desks) return location.replace(local(desks.includes(asked) ? asked : desks[0]));
    await fetch("/api/goodbye", { method: "POST" });
    trouble(t("desk.no-desk"));
  } catch (error) {
    trouble(t("js.wrong", { why: error.message }));
  }
  at("sign-in").hidden = false;
  at("state").textContent = "";
}

const told = readReturn();
if (told?.ok) backFromDoor();
else if (told) trouble(t("desk.sign-in.refused"));
at("sign-in").addEventListener("submit", (event) => toDoor(event).catch((error) => trouble(t("js.wrong", { why: error.message }))));
