// Back from the door: the keyholder says whose session key this is, then the person goes on.
import { readReturn } from "/browser/door-link.js";
import { hello } from "./hello.js";
import { at, local, t } from "./page.js";

const NEXT = "breakseal.next";

function failed(why) {
  at("state").hidden = true;
  at("reason").textContent = why;
  at("failed").hidden = false;
}

async function go() {
  const told = readReturn();
  if (told && !told.ok) return failed(t("js.welcome.refused"));
  try {
    const who = await hello();
    const next = sessionStorage.getItem(NEXT) ?? "/home";
    sessionStorage.removeItem(NEXT);
    return location.replace(local(who.kind === "subject" ? next : "/board"));
  } catch (error) {
    return failed(error.message);
  }
}

await go();
