export function total(lines) {
  let sum = 0;
  for (const line of lines) {
    if (line.count < 1) {
      throw new RangeError('count must be positive');
    }
    sum += line.price * line.count;
  }
  return sum;
}

export function label(cents) {
  // Planted: only one way of three is tested.
  if (cents === 0) return 'free';
  return cents < 100 ? `${cents} ct` : `${(cents / 100).toFixed(2)} €`;
}
