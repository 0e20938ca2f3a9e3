'use strict';

const METRES = new Map([
  ['mm', 0.001],
  ['cm', 0.01],
  ['m', 1],
  ['km', 1000],
  ['in', 0.0254],
  ['ft', 0.3048],
  ['mi', 1609.344],
]);

function metresPer(unit) {
  if (!METRES.has(unit)) throw new RangeError(`unknown unit ${unit}`);
  return METRES.get(unit);
}

// Converts a length from one unit to another.
function convert(value, from, to) {
  return (value * metresPer(from)) / metresPer(to);
}

module.exports = { convert };
