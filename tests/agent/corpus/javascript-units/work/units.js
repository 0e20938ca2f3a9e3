'use strict';

// Converts a length from one unit to another.
function convert(value, from, to) {
  let metres;
  if (from === 'mm') {
    metres = value * 0.001;
  } else if (from === 'cm') {
    metres = value * 0.01;
  } else if (from === 'm') {
    metres = value;
  } else if (from === 'km') {
    metres = value * 1000;
  } else if (from === 'in') {
    metres = value * 0.0254;
  } else if (from === 'ft') {
    metres = value * 0.3048;
  } else if (from === 'mi') {
    metres = value * 1609.344;
  } else {
    throw new RangeError(`unknown unit ${from}`);
  }

  if (to === 'mm') {
    return metres / 0.001;
  } else if (to === 'cm') {
    return metres / 0.01;
  } else if (to === 'm') {
    return metres;
  } else if (to === 'km') {
    return metres / 1000;
  } else if (to === 'in') {
    return metres / 0.0254;
  } else if (to === 'ft') {
    return metres / 0.3048;
  } else if (to === 'mi') {
    return metres / 1609.344;
  }
  throw new RangeError(`unknown unit ${to}`);
}

module.exports = { convert };
