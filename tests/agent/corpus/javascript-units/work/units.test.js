'use strict';

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { convert } = require('./units.js');

function assertNear(value, expected) {
  assert.ok(Math.abs(value - expected) <= 1e-9 * Math.abs(expected), `${value} is not ${expected}`);
}

test('metric units', () => {
  assertNear(convert(5, 'km', 'm'), 5000);
  assertNear(convert(250, 'cm', 'm'), 2.5);
  assertNear(convert(3, 'cm', 'mm'), 30);
});

test('other units', () => {
  assertNear(convert(1, 'mi', 'km'), 1.609344);
  assertNear(convert(2, 'ft', 'in'), 24);
  assertNear(convert(10, 'mi', 'ft'), 52800);
});

test('the same unit', () => {
  for (const unit of ['mm', 'cm', 'm', 'km', 'in', 'ft', 'mi']) {
    assertNear(convert(7, unit, unit), 7);
  }
});

test('unknown units', () => {
  assert.throws(() => convert(1, 'parsec', 'm'), new RangeError('unknown unit parsec'));
  assert.throws(() => convert(1, 'm', 'yd'), new RangeError('unknown unit yd'));
  assert.throws(() => convert(1, 'm', 'toString'), new RangeError('unknown unit toString'));
  assert.throws(() => convert(1, undefined, 'm'), RangeError);
});

test('a table takes the place of the ifs', () => {
  const source = fs.readFileSync(path.join(__dirname, 'units.js'), 'utf8');
  assert.ok(!/\belse\s+if\b/.test(source), 'there is an else if');
  assert.ok(!/\bswitch\b/.test(source), 'there is a switch');
  assert.ok((source.match(/\bif\b/g) || []).length <= 2, 'there are more than two ifs');
  assert.strictEqual((source.match(/1609\.344/g) || []).length, 1);
});
