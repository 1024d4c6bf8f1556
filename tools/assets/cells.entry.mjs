// The functions of h3 that the pages use; the same cells as the courier's own (`courier/location/precision.py`).
export { cellToBoundary, cellToLatLng, latLngToCell } from "h3-js/dist/browser/h3-js.es.js";
