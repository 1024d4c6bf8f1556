// The page's words in its language, dates in the person's own time zone, and what went wrong in plain words.
const language = document.documentElement.lang;

export async function loadWords() {
  const answer = await fetch(`/words/${language}.json`);
  return new Words(await answer.json());
}

const CALM = new Set(["cancelled", "too-late"]);

export class Words {
  constructor(texts) {
    this.texts = texts;
  }

  has(key) {
    return Object.hasOwn(this.texts, key);
  }

  // The text of `key` with {names} filled in; throws if there is none, so that nothing is signed under a missing phrase.
  say(key, values = {}) {
    if (!this.has(key)) throw new Error(`no message ${key}`);
    return this.texts[key].replace(/\{(\w+)\}/gu, (_, name) => String(values[name]));
  }

  // "Sunday, November 22, 2026 at 3:10 PM EST": the person's own zone, named.
  time(seconds) {
    const shape = { weekday: "long", year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "2-digit",
      timeZoneName: "short" };
    return new Intl.DateTimeFormat(language, shape).format(new Date(seconds * 1000));
  }

  day(seconds, timeZone = undefined) {
    return new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone }).format(new Date(seconds * 1000));
  }

  shortTime(seconds) {
    const shape = { dateStyle: "medium", timeStyle: "short" };
    return new Intl.DateTimeFormat(language, shape).format(new Date(seconds * 1000));
  }

  list(texts) {
    return new Intl.ListFormat(language, { type: "conjunction" }).format(texts);
  }

  explain(error) {
    const reason = error.reason && this.has(`problem.${error.reason}.text`) ? error.reason : "other";
    const kind = CALM.has(reason) ? "info" : "error";
    const text = this.say(`problem.${reason}.text`, { detail: error.detail ?? error.message });
    return { title: this.say(`problem.${reason}.title`), text, kind };
  }
}
