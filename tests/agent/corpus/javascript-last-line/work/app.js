'use strict';

const { Queue } = require('./queue.js');

const log = (word) => console.log(word);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function main() {
  const queue = new Queue();
  log('begin');
  setTimeout(() => log('timer'), 0);
  queue.add(() => sleep(60)).then(() => log('slept'));
  queue.add(() => log('second'));
  Promise.resolve().then(() => log('promise'));
  await null;
  log('awaited');
}

main().then(() => log('end'));
log('started');
