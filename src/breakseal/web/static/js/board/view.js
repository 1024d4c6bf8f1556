// The parts of the page around a call: which call is shown, its state, the countdown, notices.
import { by, make, show } from "./dom.js";
import { chooseTab, chosenTab, clearProfile, showProfile, tellAge } from "./profile.js";
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
    else this.#blank(held);
    show("newer", Boolean(held.newer) && !held.news.ended);
    this.state(held, now);
  }

  #blank(held) {
    clearProfile();
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
    if (held.profile) tellAge(held.profile.caller, now);
    if (ended) by("countdown-time").textContent = duration(held.news.until - now);
  }

  strip(calls) {
    const several = calls.held.size > 1;
    show("call-strip", several);
    by("call-strip").replaceChildren(...(several ? [...calls.held.values()] : []).map((held) => {
      const button = make("button", {
        type: "button", class: "bs-strip__call", "aria-pressed": String(held.news.call === calls.shown),
        text: (held.news.ended ? t("board.strip.ended", { call: held.news.call }) : t("board.strip.live", { call: held.news.call })),
      });
      button.addEventListener("click", () => this.choose(held.news.call));
      return button;
    }));
  }
}
