// The card: typed, shown and printed here; nothing is sent or stored.
import { at } from "./page.js";

for (const input of document.querySelectorAll("[data-line]")) {
  input.addEventListener("input", () => {
    const line = document.querySelector(`[data-for="${input.dataset.line}"]`);
    line.hidden = input.value.trim() === "";
    line.querySelector("dd").textContent = input.value;
  });
}
at("print").addEventListener("click", () => window.print());
