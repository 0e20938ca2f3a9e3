import { test } from 'node:test';
import assert from 'node:assert';
import { Events } from '../src/events.js';

test('listeners get the values', () => {
  const events = new Events();
  const seen = [];
  events.on('move', (x, y) => seen.push([x, y]));
  events.emit('move', 1, 2);
  events.emit('move', 3, 4);
  events.emit('stop', 5, 6);
  assert.deepStrictEqual(seen, [[1, 2], [3, 4]]);
});

test('listeners are called in order', () => {
  const events = new Events();
  const seen = [];
  events.on('a', () => seen.push('first'));
  events.once('a', () => seen.push('second'));
  events.on('a', () => seen.push('third'));
  events.emit('a');
  assert.deepStrictEqual(seen, ['first', 'second', 'third']);
});

test('emit returns the number of listeners', () => {
  const events = new Events();
  assert.strictEqual(events.emit('a'), 0);
  events.on('a', () => {});
  events.once('a', () => {});
  assert.strictEqual(events.emit('a'), 2);
  assert.strictEqual(events.emit('a'), 1);
  assert.strictEqual(events.emit('toString'), 0);
});

test('a listener can be removed', () => {
  const events = new Events();
  let calls = 0;
  const remove = events.on('a', () => { calls += 1; });
  events.emit('a');
  remove();
  remove();
  events.emit('a');
  assert.strictEqual(calls, 1);
});

test('a listener that is there twice is removed once', () => {
  const events = new Events();
  let calls = 0;
  const listener = () => { calls += 1; };
  const remove = events.on('a', listener);
  events.on('a', listener);
  events.emit('a');
  assert.strictEqual(calls, 2);
  remove();
  remove();
  events.emit('a');
  assert.strictEqual(calls, 3);
});

test('once can be taken back', () => {
  const events = new Events();
  const remove = events.once('a', () => assert.fail('it was removed'));
  remove();
  assert.strictEqual(events.emit('a'), 0);
});

test('once is called once, even if its listener emits the event again', () => {
  const events = new Events();
  let calls = 0;
  events.once('a', () => {
    calls += 1;
    events.emit('a');
  });
  events.emit('a');
  assert.strictEqual(calls, 1);
});

test('changes during an emit count from the next one on', () => {
  const events = new Events();
  const seen = [];
  let remove = () => {};
  events.on('a', () => {
    seen.push('first');
    remove();
    events.on('a', () => seen.push('late'));
  });
  remove = events.on('a', () => seen.push('second'));
  assert.strictEqual(events.emit('a'), 2);
  assert.deepStrictEqual(seen, ['first', 'second']);
  assert.strictEqual(events.emit('a'), 2);
  assert.deepStrictEqual(seen, ['first', 'second', 'first', 'late']);
});

test('clear', () => {
  const events = new Events();
  for (const name of ['a', 'b', 'c']) events.on(name, () => {});
  events.clear('a');
  assert.deepStrictEqual(['a', 'b', 'c'].map((name) => events.emit(name)), [0, 1, 1]);
  events.clear();
  assert.deepStrictEqual(['a', 'b', 'c'].map((name) => events.emit(name)), [0, 0, 0]);
});
