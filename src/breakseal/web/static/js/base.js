// On every page: signing out, and leaving nothing on the screen once a session is over.
import { drop, onEnd } from "/browser/session.js";
import { local, make, t } from "./page.js";

let leaving = false;

for (const button of document.querySelectorAll("[data-sign-out]")) {
  button.addEventListener("click", async () => {
    leaving = true;
    await fetch("/api/goodbye", { method: "POST" }).catch(() => {});
    await drop();
    location.replace(local("/"));
  });
}

onEnd(() => {
  if (leaving) return;
  const main = document.getElementById("main");
  const note = make("p", {}, t("js.ended"));
  const link = make("a", { class: "usa-button", href: local("/sign-in") }, t("js.retry"));
  main.replaceChildren(make("div", { class: "grid-container bs-narrow" }, make("div", { class: "bs-note", role: "alert" }, make("h1", {}, t("js.ended.title")), note, link)));
});
