// The one answer on a map, and in the reader's own units and time; the words stand there without this.
import { around, draw, length, near } from "/static/js/map.js";
import { age, at, data, t, when } from "/static/js/page.js";

const { lat, lon, radius } = data;
at("circle").textContent = t("js.try.circle", { radius: length(radius), lat: lat.toFixed(4), lon: lon.toFixed(4) });
at("seen").textContent = t("js.try.seen", { age: age(data.age), time: when(data.at) });
try {
  const base = await around(data);
  at("near").textContent = near(base, data);
  at("map").hidden = false;
  await draw(at("map"), data, base);
} catch {
  at("map").hidden = true;
}
