// "If I am missing": one police organisation may then ask once. It is agreed to at the door, with the person's own key.
import { signAtDoor } from "/browser/door-link.js";
import { build, now } from "/browser/statements.js";
import { at, language, local, make } from "./page.js";

const YEAR = 364 * 86_400;
const AGREED = "agreed";

async function agree() {
  const { org, number } = Object.fromEntries(new FormData(at("missing")));
  const back = new URL(local("/where"), location.origin);
  back.searchParams.set(AGREED, "1");
  const statement = build("agree-if-missing", { org, number, until: now() + YEAR, language });
  await signAtDoor({ statement, back: back.href });
}

// Whether the person comes back from here, and not from letting location go on.
export const agreed = () => new URLSearchParams(location.search).has(AGREED);

export function fillMissing({ numbers }, guarded) {
  const form = at("missing");
  if (!form) return; // no police organisation is enrolled here
  at("missing-phone").replaceChildren(...numbers.map(({ id, number }) => make("option", { value: id }, number)));
  form.hidden = numbers.length === 0;
  at("missing-no-phone").hidden = numbers.length > 0;
  form.onsubmit = (event) => {
    event.preventDefault();
    guarded(agree)();
  };
}
