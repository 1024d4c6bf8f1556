// What the courier makes of a fix (courier/location/precision.py): the middle of its cell of h3 and a circle about the whole cell.
// Here it is worked out in the browser, so that nobody is told the place that somebody tries it with.
import { cellToBoundary, cellToLatLng, latLngToCell } from "/vendor/cells.js";

const RESOLUTIONS = { "yes-or-no": 7, "1km": 7, "10km": 5, region: 3 };
const EARTH = 6_371_007.180918475;
const STEP = 10;
const SPARE = 1;
const MICRO = 1_000_000;
const rad = (degrees) => (degrees * Math.PI) / 180;

// Metres between two points [latitude, longitude], on the sphere of h3.
export function apart([lat1, lon1], [lat2, lon2]) {
  const [a, b] = [rad(lat1), rad(lat2)];
  const chord = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(rad(lon2 - lon1) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.sqrt(Math.min(1, chord)));
}

// {lat, lon (degrees), radius (metres)} as `precision` shows it.
export function coarsen({ lat, lon, radius }, precision) {
  const resolution = RESOLUTIONS[precision];
  if (resolution === undefined) return { lat, lon, radius };
  const cell = latLngToCell(lat, lon, resolution);
  const middle = cellToLatLng(cell);
  const reach = Math.max(...cellToBoundary(cell).map((corner) => apart(middle, corner))) + SPARE;
  const around = Math.max(Math.ceil(reach / STEP), Math.ceil(radius / STEP)) * STEP;
  return { lat: Math.round(middle[0] * MICRO) / MICRO, lon: Math.round(middle[1] * MICRO) / MICRO, radius: around };
}
