'use strict';

const UNITS = ['B', 'KiB', 'MiB', 'GiB'];

// A size as people read it, such as "1.5 KiB".
function formatBytes(bytes) {
  if (typeof bytes !== 'number' || Number.isNaN(bytes)) {
    throw new TypeError('a size must be a number');
  }
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

module.exports = { formatBytes };
