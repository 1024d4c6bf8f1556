// A circle on a map of our own: MapLibre over county lines and towns of this site. Without WebGL the words remain.
import { has, t } from "./page.js";

const EARTH = 6_371_000;
const WAYS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
const CORNERS = 72;
const SHOWN_TOWNS = 12;
const PADDING = { top: 40, bottom: 40, left: 32, right: 96 }; // a town's name stands to its right
const FAR_TOWN = 8; // times the radius: a town up to there is shown with the circle, so that one sees where it is
const rad = (degrees) => (degrees * Math.PI) / 180;
const deg = (radians) => (radians * 180) / Math.PI;

// Metres between two points, and the way from the first to the second in degrees from north.
function between([lat1, lon1], [lat2, lon2]) {
  const [a, b, east] = [rad(lat1), rad(lat2), rad(lon2 - lon1)];
  const half = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(east / 2) ** 2;
  const way = Math.atan2(Math.sin(east) * Math.cos(b), Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(east));
  return { metres: 2 * EARTH * Math.asin(Math.sqrt(half)), way: (deg(way) + 360) % 360 };
}

// The circle's edge as [longitude, latitude], closed.
function ring({ lat, lon, radius }) {
  const far = radius / EARTH;
  return Array.from({ length: CORNERS + 1 }, (_, at) => {
    const way = (2 * Math.PI * at) / CORNERS;
    const north = Math.asin(Math.sin(rad(lat)) * Math.cos(far) + Math.cos(rad(lat)) * Math.sin(far) * Math.cos(way));
    const east = Math.atan2(Math.sin(way) * Math.sin(far) * Math.cos(rad(lat)), Math.cos(far) - Math.sin(rad(lat)) * Math.sin(north));
    return [lon + deg(east), deg(north)];
  });
}

function boundsOf(edge) {
  const [lons, lats] = [edge.map(([lon]) => lon), edge.map(([, lat]) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

const meet = (a, b) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

async function fetched(name) {
  const answer = await fetch(`/vendor/basemap/${name}.json`);
  if (!answer.ok) throw new Error("no basemap");
  return answer.json();
}

// {counties: [Feature], towns: [[name, latitude, longitude]]} of the states that the circle may touch.
export async function around(circle) {
  const box = boundsOf(ring(circle));
  const index = await fetched("index");
  const names = Object.keys(index).filter((name) => meet(index[name], box));
  const states = await Promise.all(names.map(fetched));
  return { counties: states.flatMap(({ counties }) => counties.features), towns: states.flatMap(({ towns }) => towns) };
}

function holds(rings, [lon, lat]) {
  let inside = false;
  for (const points of rings) {
    for (let at = 0, last = points.length - 1; at < points.length; last = at, at += 1) {
      const [[x1, y1], [x2, y2]] = [points[at], points[last]];
      if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
    }
  }
  return inside;
}

function countyOf(counties, { lat, lon }) {
  const found = counties.find(({ geometry }) =>
    (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).some((rings) => holds(rings, [lon, lat])));
  return found ? t("map.county", { county: found.properties.name, state: found.properties.state }) : "";
}

const digits = (value) => (value < 1 ? { maximumSignificantDigits: 1 } : { maximumFractionDigits: value < 10 ? 1 : 0 });

export function length(metres) {
  const number = (value) => new Intl.NumberFormat(document.documentElement.lang, digits(value)).format(value);
  if (metres < 995) return t("map.short", { metres: number(metres), feet: number(metres / 0.3048) });
  return t("map.length", { km: number(metres / 1000), miles: number(metres / 1609.344) });
}

// Which source gave a fix, in words.
export function sourceOf(source) {
  return has(`map.source.${source}`) ? t("map.source." + source) : t("map.source.unsaid");
}

// Where the circle's middle is, in words: how far and which way from the nearest town, and in which county.
export function near({ counties, towns }, circle) {
  const here = [circle.lat, circle.lon];
  const county = countyOf(counties, circle);
  const [first] = byDistance(towns, circle);
  if (!first) return county;
  const closest = { name: first[0], ...between(first.slice(1), here) };
  if (closest.metres < 1000) return t("map.in-town", { town: closest.name, county });
  const way = t("map.way." + WAYS[Math.round(closest.way / 45) % 8]);
  return t("map.near-town", { far: length(closest.metres), way, town: closest.name, county });
}

function style(counties, edge) {
  const shape = (geometry) => ({ type: "geojson", data: { type: "Feature", properties: {}, geometry } });
  return {
    version: 8,
    sources: {
      counties: { type: "geojson", data: { type: "FeatureCollection", features: counties } },
      circle: shape({ type: "Polygon", coordinates: [edge] }),
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": "#cfdfe8" } },
      { id: "land", type: "fill", source: "counties", paint: { "fill-color": "#eef2e8" } },
      { id: "lines", type: "line", source: "counties", paint: { "line-color": "#7c8a72", "line-width": 1.2 } },
      { id: "inside", type: "fill", source: "circle", paint: { "fill-color": "#005ea2", "fill-opacity": 0.22 } },
      { id: "edge", type: "line", source: "circle", paint: { "line-color": "#00468a", "line-width": 3 } },
    ],
  };
}

function locale(title) {
  return {
    "Map.Title": title, "NavigationControl.ZoomIn": t("map.zoom-in"), "NavigationControl.ZoomOut": t("map.zoom-out"),
    "Marker.Title": t("map.marker"),
  };
}

function name(library, map, [town, lat, lon]) {
  const element = document.createElement("span");
  element.className = "map__town";
  element.setAttribute("aria-hidden", "true");
  element.textContent = town;
  new library.Marker({ element, anchor: "left" }).setLngLat([lon, lat]).addTo(map);
}

// The part of the world to show: the circle, and the two towns nearest to it if they are not far.
function view(edge, circle, towns) {
  const reach = Math.max(FAR_TOWN * circle.radius, 10_000);
  const close = towns.slice(0, 2).filter((town) => between(town.slice(1), [circle.lat, circle.lon]).metres < reach);
  const [west, south, east, north] = boundsOf([...edge, ...close.map(([, lat, lon]) => [lon, lat])]);
  return [[west, south], [east, north]];
}

function byDistance(towns, { lat, lon }) {
  return [...towns].sort((a, b) => between(a.slice(1), [lat, lon]).metres - between(b.slice(1), [lat, lon]).metres);
}

// The place itself, for its own person: a dot, which says nothing that the words do not.
function dot(library, map, { lat, lon }) {
  const element = document.createElement("span");
  element.className = "map__dot";
  element.setAttribute("aria-hidden", "true");
  new library.Marker({ element }).setLngLat([lon, lat]).addTo(map);
}

// Draws `circle` into the empty `box`; `point` is shown in it, and `pick` is told where somebody clicks.
// -> a function that takes the map away again
export async function draw(box, circle, base, { point = null, pick = null, title = t("map.title") } = {}) {
  const edge = ring(circle);
  const towns = byDistance(base.towns, circle).slice(0, SHOWN_TOWNS);
  try {
    const library = await import("/vendor/maplibre/maplibre-gl.mjs");
    const map = new library.Map({
      container: box, style: style(base.counties, edge), bounds: view(edge, circle, towns), locale: locale(title),
      fitBoundsOptions: { padding: PADDING, maxZoom: 13 }, attributionControl: false, dragRotate: false, pitchWithRotate: false,
      maxZoom: 14, fadeDuration: 0,
    });
    map.addControl(new library.NavigationControl({ showCompass: false }));
    map.addControl(new library.ScaleControl({ unit: document.documentElement.lang === "en" ? "imperial" : "metric" }));
    for (const town of towns) name(library, map, town);
    if (point) dot(library, map, point);
    if (pick) map.on("click", ({ lngLat }) => pick({ lat: lngLat.lat, lon: lngLat.lng }));
    map.once("idle", () => box.setAttribute("data-drawn", ""));
    return () => map.remove();
  } catch {
    const words = document.createElement("p");
    words.className = "map__none";
    words.textContent = t("map.none");
    box.replaceChildren(words);
    return () => box.replaceChildren();
  }
}
