// Average of the last `size` values. Before `size` values have arrived,
// it is the average of those that have.
export class MovingAverage {
  constructor(size) {
    this.size = size;
    this.values = [];
    this.sum = 0;
  }

  add(value) {
    this.values.push(value);
    this.sum += value;
    if (this.values.length > this.size) {
      this.sum -= this.values.shift();
    }
    return this.average();
  }

  average() {
    if (this.values.length === 0) {
      return 0;
    }
    return this.sum / this.values.length;
  }

  reset() {
    this.values = [];
    this.sum = 0;
  }
}
