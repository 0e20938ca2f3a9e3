export const packaged = () => {};
