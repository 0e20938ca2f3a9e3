import { test } from 'node:test';
import assert from 'node:assert';
import { splitLine } from '../src/csv.js';

test('plain fields', () => {
  assert.deepStrictEqual(splitLine('a,b,c'), ['a', 'b', 'c']);
  assert.deepStrictEqual(splitLine('a,,'), ['a', '', '']);
});

test('another separator', () => {
  assert.deepStrictEqual(splitLine('1;2,5;3', ';'), ['1', '2,5', '3']);
});

test('a separator inside quotes', () => {
  assert.deepStrictEqual(splitLine('"Doe, Jane",42'), ['Doe, Jane', '42']);
});

test('a quote inside quotes', () => {
  assert.deepStrictEqual(splitLine('"6"" pipe",3'), ['6" pipe', '3']);
});

test('a quoted word inside quotes', () => {
  assert.deepStrictEqual(splitLine('1,"say ""hi"", please",2'), ['1', 'say "hi", please', '2']);
});
