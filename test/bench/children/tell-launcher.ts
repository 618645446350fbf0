/** Tells the launcher the address, and ends when the launcher does or says so. */
export function tellLauncher(address: string): void {
  process.on('disconnect', () => process.exit());
  process.send?.(address);
}
