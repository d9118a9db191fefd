/** A way from web servers to a load balancer, deployed on a lab: the one that is measured. */
export interface Chain {
  readonly name: 'coreship' | 'tutorial';
  /** Which of etcd's APIs its registrations go through. */
  readonly api: 'v2' | 'v3';
  /** Brings up two instances of apache and the load balancer, out of whatever is there. */
  deploy(): Promise<void>;
  /** Takes everything away again. */
  destroy(): Promise<void>;
  /** Makes the instances of apache exactly these. */
  scale(instances: readonly string[]): Promise<void>;
  /** Changes the main unit and brings the change to all instances. */
  changeMain(): Promise<void>;
  /** Changes the sidekick and brings the change to all instances that run. */
  changeSidekick(): Promise<void>;
  /**
   * Shell that prints the list which the load balancer serves as one line: addresses in double quotes, whatever else is
   * there. `$pid` is the first process of its container.
   */
  readonly look: string;
  /** Shell that prints what follows etcd in the load balancer's container; run on its machine. */
  readonly watcher: string;
}

/** The instances that every measurement starts from. */
export const instances = ['7777', '8888'] as const;
