import { describe, it } from 'node:test';
import assert from 'node:assert';
import { MovingAverage } from './moving-average.mjs';

describe('MovingAverage', () => {
  it('is zero without values', () => {
    assert.strictEqual(new MovingAverage(3).average(), 0);
  });

  it('averages a full window', () => {
    const m = new MovingAverage(2);
    m.add(4);
    assert.strictEqual(m.add(8), 6);
  });

  it('averages what there is while the window fills', () => {
    const m = new MovingAverage(4);
    assert.strictEqual(m.add(10), 10);
    assert.strictEqual(m.add(20), 15);
  });

  it('forgets values that left the window', () => {
    const m = new MovingAverage(2);
    m.add(100);
    m.add(2);
    assert.strictEqual(m.add(4), 3);
    assert.strictEqual(m.add(6), 5);
  });

  it('starts again after reset', () => {
    const m = new MovingAverage(1);
    m.add(5);
    m.reset();
    assert.strictEqual(m.add(7), 7);
  });
});
