// Ends the shift in this browser: the cookie, the session's keys, and whatever was opened.
import * as session from "/browser/session.js";

export async function signOut(next) {
  try {
    await fetch("/api/goodbye", { method: "POST" });
  } catch {
    // The web does not answer; the keys go all the same, and without them the cookie opens nothing.
  }
  await session.drop();
  location.replace(next + location.search);
}
