// Makes a session key in this browser and takes the person to the door, to sign up or to sign in.
import { signAtDoor } from "/browser/door-link.js";
import { fresh } from "/browser/session.js";
import { build, now } from "/browser/statements.js";
import { at, local, t } from "./page.js";

const HOUR = 3600;
const NEXT = "breakseal.next";

async function go(flow) {
  const key = await fresh();
  const back = location.origin + local("/welcome");
  if (flow === "new") {
    sessionStorage.setItem(NEXT, "/profile/who");
    return signAtDoor({ flow: "new", session: key, back });
  }
  const wanted = new URLSearchParams(location.search).get("next");
  sessionStorage.setItem(NEXT, wanted?.startsWith("/") && !wanted.startsWith("//") ? wanted : "/home");
  return signAtDoor({ statement: build("session", { key, until: now() + HOUR, position: "" }), back });
}

const button = at("go");
button.addEventListener("click", async () => {
  button.disabled = true;
  at("state").textContent = t("js.signin.preparing");
  try {
    await go(button.dataset.flow);
  } catch (error) {
    at("state").dataset.state = "failed";
    at("state").textContent = globalThis.crypto?.subtle ? t("js.wrong", { why: error.message }) : t("js.signin.no-crypto");
    button.disabled = false;
  }
});
