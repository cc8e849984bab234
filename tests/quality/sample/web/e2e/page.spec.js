import { expect, test } from '@playwright/test';

test('shows the shop', async ({ page }) => {
  await page.setContent('<h1>Shop</h1>');
  await expect(page.locator('h1')).toHaveText('Shop');
});

test('planted flake', async ({}, info) => {
  expect(info.retry).toBe(1);
});

test.describe('checkout', () => {
  test('planted failure', async () => {
    expect(1 + 1).toBe(3);
  });

  test.skip('planted skip', async () => {});
});
