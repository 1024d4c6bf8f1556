// Counties, states and ZIP codes for "does it work where I live?".
import { createRequire } from "node:module";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
const atlas = require("us-atlas/counties-10m.json");
const { codes } = require("zipcodes/lib/codes.js");
const { abbr } = require("zipcodes/lib/states.js");

const ISLANDS = { 60: "AS", 66: "GU", 69: "MP", 72: "PR", 78: "VI" };
const DECIMALS = 4; // about 10 m, finer than the source's own simplification

const postalByName = new Map(Object.entries(abbr).map(([code, name]) => [name.toLowerCase(), code]));
const postalByFips = new Map(
  atlas.objects.states.geometries.map(({ id, properties }) => [
    id,
    ISLANDS[id] ?? postalByName.get(properties.name.toLowerCase()),
  ]),
);

function rounded(value) {
  return Array.isArray(value) ? value.map(rounded) : Number(value.toFixed(DECIMALS));
}

function area({ id, properties, geometry }) {
  const state = postalByFips.get(id.slice(0, 2));
  if (!state) throw new Error(`no postal code for state of area ${id}`);
  return {
    type: "Feature",
    properties: { fips: id, name: properties.name, state },
    geometry: { type: geometry.type, coordinates: rounded(geometry.coordinates) },
  };
}

function collection(name) {
  return { type: "FeatureCollection", features: feature(atlas, atlas.objects[name]).features.map(area) };
}

// GeoJSON (RFC 7946) with properties fips, name (county or state) and state (postal code).
export const counties = () => collection("counties");
export const states = () => collection("states");

// ZIP code -> [latitude, longitude, place, state].
export function zips() {
  const rows = Object.values(codes).filter(({ country }) => country === "US");
  return Object.fromEntries(
    rows.map(({ zip, latitude, longitude, city, state }) => [zip, [latitude, longitude, city, state]]),
  );
}
