/** A service while it lives. */
export interface Service {
  /** Stops as on SIGTERM: what was taken is answered. */
  stop(): Promise<void>;
}
