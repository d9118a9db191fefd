/**
 * Repeats an operation that failed while this computer stalled for a second: its time-out then says nothing about the
 * other side. A failure without a stall stands.
 */
export async function retryAfterHostStall<T>(operation: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    let last = performance.now();
    let longest = 0;
    const sample = (): void => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    };
    const timer = setInterval(sample, 50);
    try {
      return await operation();
    } catch (error) {
      sample();
      if (longest < 1_000 || tries === 3) throw error;
    } finally {
      clearInterval(timer);
    }
  }
}
