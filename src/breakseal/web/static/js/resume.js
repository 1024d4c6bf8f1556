// The cookie is gone but the session key may still be good: say hello again and reload, once.
import { current, drop } from "/browser/session.js";
import { hello } from "./hello.js";
import { at, t } from "./page.js";

const ONCE = "breakseal.resumed";

if ((await current()) && sessionStorage.getItem(ONCE) !== location.pathname) {
  at("resume").textContent = t("js.resume.trying");
  sessionStorage.setItem(ONCE, location.pathname);
  try {
    await hello();
    location.reload();
  } catch (error) {
    at("resume").textContent = "";
    if (error.reason === "unknown-key") await drop();
  }
}
