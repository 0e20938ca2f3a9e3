'use strict';

// Removes '.', '..' and doubled slashes where that does not change the meaning.
function normalise(path) {
  const absolute = path.startsWith('/');
  const parts = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') {
      continue;
    }
    if (part === '..') {
      parts.pop();
    } else {
      parts.push(part);
    }
  }
  const joined = parts.join('/');
  if (absolute) {
    return '/' + joined;
  }
  return joined || '.';
}

// The last part of a path: basename('/a/b.txt') is 'b.txt'.
function basename(path) {
  const parts = normalise(path).split('/');
  return parts[parts.length - 1];
}

module.exports = { normalise, basename };
