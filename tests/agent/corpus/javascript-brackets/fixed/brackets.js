'use strict';

const PAIRS = { ')': '(', ']': '[', '}': '{' };

// Returns the position of the first bracket that has no partner, or -1 if all have one.
function firstUnmatched(text) {
  const open = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '(' || c === '[' || c === '{') {
      open.push({ bracket: c, position: i });
    } else if (c in PAIRS) {
      const last = open.pop();
      if (!last || last.bracket !== PAIRS[c]) {
        return i;
      }
    }
  }
  return open.length > 0 ? open[0].position : -1;
}

function isBalanced(text) {
  return firstUnmatched(text) === -1;
}

module.exports = { firstUnmatched, isBalanced };
