// The map: MapLibre with its worker, and our own basemap, one small file a state. No tile server is asked, ever.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { counties, states, zips } from "./geo.mjs";

const LIBRARY = ["maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl.css"];
const MOST_TOWNS = 400; // of one state, those with the most ZIP codes first

// The library without its pointers to source maps that are not shipped.
async function library(target, modules) {
  await mkdir(join(target, "maplibre"), { recursive: true });
  for (const name of LIBRARY) {
    const text = await readFile(join(modules, "maplibre-gl/dist", name), "utf8");
    await writeFile(join(target, "maplibre", name), text.replace(/^\/\/# sourceMappingURL=.*$/mu, ""));
  }
}

// State -> [[name, latitude, longitude]], the middle of a town's ZIP codes, the largest town first.
function towns() {
  const found = {};
  for (const [lat, lon, name, state] of Object.values(zips())) {
    const town = ((found[state] ??= {})[name] ??= { lat: 0, lon: 0, count: 0 });
    town.lat += lat;
    town.lon += lon;
    town.count += 1;
  }
  return Object.fromEntries(Object.entries(found).map(([state, named]) => [state, largest(named)]));
}

function largest(named) {
  const rounded = (sum, count) => Number((sum / count).toFixed(4));
  return Object.entries(named)
    .sort(([, a], [, b]) => b.count - a.count)
    .slice(0, MOST_TOWNS)
    .map(([name, { lat, lon, count }]) => [name, rounded(lat, count), rounded(lon, count)]);
}

function bounds({ geometry }) {
  const points = geometry.coordinates.flat(geometry.type === "Polygon" ? 1 : 2);
  const [lons, lats] = [points.map(([lon]) => lon), points.map(([, lat]) => lat)];
  const [west, south] = [lons, lats].map((all) => all.reduce((a, b) => Math.min(a, b)));
  const [east, north] = [lons, lats].map((all) => all.reduce((a, b) => Math.max(a, b)));
  return [west, south, east, north];
}

// `basemap/index.json`: state -> [west, south, east, north]; `basemap/<state>.json`: its counties and towns.
async function basemap(target) {
  const folder = join(target, "basemap");
  await mkdir(folder, { recursive: true });
  const [everywhere, townsOf] = [counties().features, towns()];
  const index = {};
  for (const state of states().features) {
    const name = state.properties.state;
    index[name] = bounds(state);
    const features = everywhere.filter(({ properties }) => properties.state === name);
    const value = { counties: { type: "FeatureCollection", features }, towns: townsOf[name] ?? [] };
    await writeFile(join(folder, `${name}.json`), JSON.stringify(value));
  }
  await writeFile(join(folder, "index.json"), JSON.stringify(index));
}

export async function map(target, modules) {
  await Promise.all([library(target, modules), basemap(target)]);
}
