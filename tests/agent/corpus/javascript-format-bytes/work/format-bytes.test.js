'use strict';

const { test } = require('node:test');
const assert = require('node:assert');
const { formatBytes } = require('./format-bytes.js');

test('up to 1023 it is plain bytes', () => {
  assert.strictEqual(formatBytes(0), '0 B');
  assert.strictEqual(formatBytes(1), '1 B');
  assert.strictEqual(formatBytes(1023), '1023 B');
});

test('larger units have one digit after the point', () => {
  assert.strictEqual(formatBytes(1024), '1.0 KiB');
  assert.strictEqual(formatBytes(1536), '1.5 KiB');
  assert.strictEqual(formatBytes(100 * 1024), '100.0 KiB');
  assert.strictEqual(formatBytes(1024 * 1024), '1.0 MiB');
  assert.strictEqual(formatBytes(2.25 * 1024 * 1024 * 1024), '2.3 GiB');
});

test('GiB is the largest unit', () => {
  assert.strictEqual(formatBytes(5000 * 1024 * 1024 * 1024), '5000.0 GiB');
});

test('negative sizes', () => {
  assert.strictEqual(formatBytes(-5), '-5 B');
  assert.strictEqual(formatBytes(-2048), '-2.0 KiB');
});

test('what is not a number is a TypeError', () => {
  assert.throws(() => formatBytes('12'), TypeError);
  assert.throws(() => formatBytes(NaN), TypeError);
  assert.throws(() => formatBytes(), TypeError);
});
