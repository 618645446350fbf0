/** An amount in a currency's smallest unit as people read it: `45.00 GBP`, with as many decimals as the currency has. */
export function formatMoney(minor: number, currency: string): string {
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  return `${(minor / 10 ** digits).toFixed(digits)} ${currency.toUpperCase()}`;
}
