import { label, total } from '../cart.js';

describe('cart', () => {
  test('sums up', () => {
    expect(total([{ price: 250, count: 2 }])).toBe(500);
  });

  describe('labels', () => {
    test('says free', () => {
      expect(label(0)).toBe('free');
    });

    test('planted failure <euro> & "quotes"', () => {
      expect(label(0)).toBe('0.00 €');
    });

    test.skip('planted skip', () => {});
  });
});
