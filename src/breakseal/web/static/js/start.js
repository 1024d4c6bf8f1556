// The person's place, from the device if they like. It goes in the form's body and is kept nowhere.
import { at, t } from "./page.js";

const locate = at("locate");
if (navigator.geolocation) locate.hidden = false;

locate.addEventListener("click", () => {
  at("locate-state").textContent = t("js.start.locating");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      at("lat").value = coords.latitude.toFixed(5);
      at("lon").value = coords.longitude.toFixed(5);
      at("zip").required = false;
      at("zip-form").requestSubmit();
    },
    () => {
      at("locate-state").textContent = t("js.start.denied");
    },
    { timeout: 10_000 },
  );
});
