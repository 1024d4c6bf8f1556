// A year of birth that can be one: four digits, from the field's first year to this one. Anything else is not saved.
import { t } from "./page.js";

const thisYear = () => new Date().getFullYear();

function plausible(input) {
  const typed = input.value.trim();
  return typed === "" || (/^\d{4}$/u.test(typed) && Number(typed) >= Number(input.dataset.yearFrom) && Number(typed) <= thisYear());
}

// Says beside the field what is wrong, or nothing. -> whether the year can be one
function tell(input) {
  const good = plausible(input);
  const said = document.getElementById(`${input.id}-error`);
  said.textContent = good ? "" : t("js.year.bad", { from: input.dataset.yearFrom, to: thisYear() });
  said.hidden = good;
  input.classList.toggle("usa-input--error", !good);
  if (good) input.removeAttribute("aria-invalid");
  else input.setAttribute("aria-invalid", "true");
  return good;
}

const isYear = (element) => "yearFrom" in element.dataset;

// Complains when a field is left, and stops complaining as soon as the year is right.
export function watchYears(root) {
  root.addEventListener("change", ({ target }) => isYear(target) && tell(target));
  root.addEventListener("input", ({ target }) => isYear(target) && plausible(target) && tell(target));
}

export function yearsHold(root) {
  return [...root.querySelectorAll("[data-year-from]")].map(tell).every(Boolean);
}
