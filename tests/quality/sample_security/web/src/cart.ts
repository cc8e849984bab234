export function total(prices: number[]): string {
  return prices.reduce((a, b) => a + b, 0);
}

export const first = (names: string[]) => names[0].lenght;

interface Item { name: string; price: number }
const item: Item = { name: "pen", price: "1" , };
missing(item);
