// Until when what is held is kept, and the person's word that it is still right.
import { submit } from "./own.js";
import { button, day, language, t } from "./page.js";

const DAY = 86_400;

const isOver = ({ until }) => until !== 0 && until * 1000 < Date.now();

// How long the policy keeps what is written today, in the page's language.
function span({ written, until }) {
  const days = Math.round((until - written) / DAY);
  const [count, unit] = days % 365 === 0 ? [days / 365, "year"] : [days, "day"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

// Until when one record of the desk is kept, as a sentence.
export function keptUntil(record) {
  if (record.until === 0) return t("js.keep.endless");
  const words = { day: day(record.until) };
  return isOver(record) ? t("js.keep.over", words) : t("js.keep.until", words);
}

export const opensStill = (record) => !isOver(record);

// The button by which the person says that `records` are still right; null if none of them has an end ahead.
// `around` runs what the button does, and shows what fails.
export function keepButton(records, around) {
  const live = records.filter((record) => record.until !== 0 && opensStill(record));
  if (live.length === 0) return null;
  const shortest = live.reduce((one, other) => (one.until - one.written <= other.until - other.written ? one : other));
  const sign = () => submit("keep", { categories: live.map(({ category }) => category) });
  return button(t("js.keep.button", { span: span(shortest) }), around(sign));
}
