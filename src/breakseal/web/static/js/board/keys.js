// Single-key shortcuts, listed in a dialog and switched off there (WCAG 2.2, 2.1.4).
import { by } from "./dom.js";
import { chooseTab } from "./profile.js";

const OFF = "breakseal-board-keys-off";

function typing(event) {
  return event.target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

function toggleDialog() {
  const dialog = by("keys-dialog");
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

function actOn(key, actions) {
  if (key === "0") by("call-heading").focus();
  else if (/^[1-5]$/u.test(key)) chooseTab(Number(key) - 1);
  else if (key === "c") actions.copy();
  else if (key === "u") actions.update();
  else if (key === "n") actions.next();
  else if (key === "?") toggleDialog();
  else return false;
  return true;
}

export function listenKeys(actions) {
  by("keys-on").checked = localStorage.getItem(OFF) === null;
  by("keys-on").addEventListener("change", (event) => {
    if (event.target.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  by("keys-button").addEventListener("click", toggleDialog);
  by("keys-close").addEventListener("click", toggleDialog);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event) || !by("keys-on").checked) return;
    if (by("keys-dialog").open && event.key !== "?") return;
    if (actOn(event.key.toLowerCase(), actions)) event.preventDefault();
  });
}
