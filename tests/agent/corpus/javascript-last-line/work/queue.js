'use strict';

// Runs tasks one after another, each when the one before it has ended.
class Queue {
  constructor() {
    this.last = Promise.resolve();
  }

  add(task) {
    this.last = this.last.then(task);
    return this.last;
  }
}

module.exports = { Queue };
