export const twoEnds = (word) => word.slice(0, 1) + word.slice(-1);
