import type { BenchRow } from './bench-row.ts';

const head = ['', 'Lido', 'bare', 'ratio', 'bar', ''] as const;

/** The rows as a table of text, numbers to the right. */
export function formatTable(rows: readonly BenchRow[]): string {
  const lines = [[...head], ...rows.map(cells)];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (text: string, column: number): string => {
    const width = widths[column] ?? 0;
    return column >= 1 && column <= 3 ? text.padStart(width) : text.padEnd(width);
  };
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

function cells({ name, figure, unit, against, ratio, bar = '', isMet }: BenchRow): string[] {
  const verdict = isMet === undefined ? '' : isMet ? 'met' : 'MISSED';
  return [
    name,
    `${formatNumber(figure)} ${unit}`,
    against === null ? '' : `${formatNumber(against)} ${unit}`,
    ratio === null ? '' : `${ratio.toFixed(2)} x`,
    bar,
    verdict,
  ];
}

/** Three significant digits, and whole numbers from 100 on. */
function formatNumber(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-GB') : String(Number(value.toPrecision(3)));
}
