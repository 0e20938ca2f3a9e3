import { formatMoney } from './money.js';
import { loadCoupons } from './coupons.js';

const TAX_RATE = 0.19;
const FREE_SHIPPING_FROM = 5000;
const SHIPPING_COST = 490;

export class Cart {
  constructor(storage) {
    this.storage = storage;
    this.lines = [];
    this.coupon = null;
    this.listeners = new Set();
  }

  add(product, quantity = 1) {
    const existing = this.lines.find((line) => line.product.id === product.id);
    if (existing) {
      existing.quantity += quantity;
    } else {
      this.lines.push({ product, quantity });
    }
    this.save();
    this.notify();
  }

  remove(productId) {
    this.lines = this.lines.filter((line) => line.product.id !== productId);
    this.save();
    this.notify();
  }

  clear() {
    this.lines = [];
    this.coupon = null;
    this.save();
    this.notify();
  }

  async applyCoupon(code) {
    const coupons = await loadCoupons();
    const coupon = coupons.find((entry) => entry.code === code);
    if (!coupon) {
      throw new Error(`Unknown coupon: ${code}`);
    }
    this.coupon = coupon;
    this.notify();
  }

  subtotal() {
    let sum = 0;
    for (const line of this.lines) {
      sum += line.product.price * line.quantity;
    }
    return sum;
  }

  discount() {
    if (!this.coupon) {
      return 0;
    }
    return Math.round(this.subtotal() * this.coupon.percent / 100);
  }

  shipping() {
    if (this.lines.length === 0) {
      return 0;
    }
    return this.subtotal() >= FREE_SHIPPING_FROM ? 0 : SHIPPING_COST;
  }

  total() {
    const net = this.subtotal() - this.discount() + this.shipping();
    return Math.round(net * (1 + TAX_RATE));
  }

  save() {
    this.storage.setItem('cart', JSON.stringify(this.lines));
  }

  restore() {
    const raw = this.storage.getItem('cart');
    if (raw) {
      this.lines = JSON.parse(raw);
    }
  }

  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  notify() {
    for (const listener of this.listeners) {
      listener(this);
    }
  }

  toString() {
    return `${this.lines.length} items, ${formatMoney(this.total())}`;
  }
}
