/** Lets a loop sleep until it is woken or its patience ends; a wake while it works is not lost. */
export function waiter(): { wake(): void; wait(timeoutMs: number): Promise<void> } {
  let isAwake = false;
  let resolveWait: (() => void) | undefined;
  return {
    wake: () => {
      isAwake = true;
      resolveWait?.();
    },
    wait: async (timeoutMs) => {
      if (!isAwake) {
        const { promise, resolve } = Promise.withResolvers<void>();
        resolveWait = resolve;
        const timer = setTimeout(resolve, timeoutMs);
        await promise;
        clearTimeout(timer);
        resolveWait = undefined;
      }
      isAwake = false;
    },
  };
}
