// The parts of the page around a call: which call is shown, its state, the countdown, notices.
import { by, make, show } from "./dom.js";
import { chooseTab, chosenTab, clearProfile, showProfile, showWhere, tellAge } from "./profile.js";
import { tabOf } from "./tab.js";
import { clockTime, duration, t } from "./words.js";

export class CallView {
  constructor(layout, { choose }) {
    this.layout = layout;
    this.choose = choose;
    by("tabs").addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) chooseTab([...by("tabs").children].indexOf(tab));
    });
    by("tabs").addEventListener("keydown", (event) => this.#arrows(event));
  }

  #arrows(event) {
    const size = by("tabs").children.length;
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    const at = { Home: 0, End: size - 1 }[event.key] ?? (event.key in steps ? (chosenTab() + steps[event.key] + size) % size : -1);
    if (at < 0) return;
    event.preventDefault();
    chooseTab(at);
  }

  health(up) {
    show("health", !up);
    document.body.classList.toggle("bd-down", !up);
  }

  announce(text) {
    by("announce").textContent = text;
  }

  // Said when the screen reader has finished what it says.
  whisper(text) {
    by("whisper").textContent = text;
  }

  notice(text) {
    by("notice").textContent = text;
    show("notice", Boolean(text));
  }

  waiting() {
    clearProfile();
    show("call", false);
    show("waiting", true);
    document.title = t("board.title");
  }

  // `held` as in calls.js.
  call(held, now) {
    show("waiting", false);
    show("call", true);
    by("call-heading").textContent = t("board.call.title", { call: held.news.call });
    document.title = t("board.call.title", { call: held.news.call });
    if (held.profile) showProfile(held.profile, this.layout, now);
    else this.#blank(held, now);
    show("newer", Boolean(held.newer) && !held.news.ended);
    this.state(held, now);
  }

  #blank(held, now) {
    clearProfile();
    if (held.caller) showWhere({ caller: held.caller, records: {} }, null, now);
    const text = held.state === "refused" ? t("board.refused", { why: held.why }) : t("board.state." + held.state);
    by("first").replaceChildren(make("p", { class: `bd-none bd-none--${held.state}`, text }));
  }

  state(held, now) {
    const { ended, since } = held.news;
    by("call-state").textContent = ended
      ? t("board.call.ended", { time: clockTime(ended) })
      : t("board.call.live", { time: clockTime(since) });
    by("call").classList.toggle("bd-call--ended", Boolean(ended));
    show("countdown", Boolean(ended));
    tellAge(held.profile?.caller ?? held.caller, now);
    if (ended) by("countdown-time").textContent = duration(held.news.until - now);
  }

  strip(calls) {
    const several = calls.held.size > 1;
    show("call-strip", several);
    const focused = document.activeElement?.dataset?.call;
    by("call-strip").replaceChildren(...(several ? calls.inOrder : []).map((held) => {
      const tab = tabOf(held, held.news.call === calls.shown);
      tab.addEventListener("click", () => this.choose(held.news.call));
      return tab;
    }));
    if (focused) [...by("call-strip").children].find((tab) => tab.dataset.call === focused)?.focus();
  }
}
