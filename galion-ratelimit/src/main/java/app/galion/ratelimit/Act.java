package app.galion.ratelimit;

/** What a request asks the counters to do, with the script's number of it. */
enum Act {
  /** Charge all or none. */
  ASK(0),
  /** The same, with leases of concurrency limits. */
  LEASE(1),
  /** Charge now for the moment at which it may start. */
  QUEUE(2),
  /** Charge into debt, give back, end a lease. */
  ADJUST(3),
  /** Take a queued charge back if nothing was charged after it. */
  LEAVE(4),
  /** Leave at most so much free. */
  OBSERVE(5),
  /** Forget what was used. */
  RESET(6),
  /** Let leases go on. */
  RENEW(7);

  final byte code;

  Act(int code) {
    this.code = (byte) code;
  }

  /** Whether the answer is a decision. */
  boolean decides() {
    return compareTo(QUEUE) <= 0;
  }
}
