// Starts a shift: keys made here, let in at the door with the officer's own key, then a hello to the web tier.
import { b64 } from "/browser/canonical.js";
import { readReturn, signAtDoor } from "/browser/door-link.js";
import * as session from "/browser/session.js";
import { build, now } from "/browser/statements.js";
import { by, show } from "./dom.js";
import { data, t } from "./words.js";

function say(text) {
  show("busy", false);
  show("problem", true);
  by("problem-text").textContent = text;
}

async function toDoor(event) {
  event.preventDefault();
  const position = by("position").value.trim();
  if (!position) return;
  show("busy", true);
  const key = await session.fresh();
  const until = now() + Number(by("hours").value) * 3600;
  const statement = build("session", { key, until, position });
  await signAtDoor({ door: data.door, statement, back: location.href.split("#")[0] });
}

async function hello() {
  const signed = b64(await session.sign(build("hello", { origin: data.webOrigin })));
  const answer = await fetch("/api/hello", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ signed }),
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.title ?? t("board.sign-in.failed"));
  return body;
}

async function backFromDoor() {
  show("sign-in", false);
  show("busy", true);
  try {
    const who = await hello();
    await session.adopt({ until: who.until, kind: who.kind, handle: who.handle });
    location.replace(`/board${location.search}`);
  } catch (error) {
    show("sign-in", true);
    say(error.message);
  }
}

const told = readReturn();
if (told?.ok) backFromDoor();
else if (told) say(t("board.sign-in.refused"));
by("sign-in").addEventListener("submit", toDoor);
