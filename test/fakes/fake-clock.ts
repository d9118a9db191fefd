import type { Clock } from '../../src/clock.ts';

/** A clock that only sleeping moves on; `at` does something at a moment. */
export class FakeClock implements Clock {
  private time = 0;
  private readonly plans: { moment: number; action: () => void }[] = [];

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number): Promise<void> {
    this.time += milliseconds;
    for (const plan of this.plans.filter(({ moment }) => moment <= this.time)) {
      this.plans.splice(this.plans.indexOf(plan), 1);
      plan.action();
    }
    return Promise.resolve();
  }

  /** Does something once so many milliseconds have passed. */
  at(moment: number, action: () => void): void {
    this.plans.push({ moment, action });
  }
}
