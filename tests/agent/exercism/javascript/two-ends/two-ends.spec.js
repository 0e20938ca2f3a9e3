import assert from 'node:assert';
import { test } from 'node:test';

import { twoEnds } from './two-ends.js';

const xtest = () => {};

test('a word', () => assert.equal(twoEnds('hearth'), 'hh'));

xtest('no word', () => assert.equal(twoEnds(''), ''));
