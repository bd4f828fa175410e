package app.galion.ratelimit;

/** Lets memory, local limits and health follow what Redis answers. Called on its I/O thread. */
final class Followed implements RedisLimits.Outcomes {

  private final DenyMemory memory;
  private final LocalLimits local;
  private final Fallback fallback;

  Followed(DenyMemory memory, LocalLimits local, Fallback fallback) {
    this.memory = memory;
    this.local = local;
    this.fallback = fallback;
  }

  @Override
  public void admitted(Request request, int times) {
    local.follow(request, times);
  }

  @Override
  public void denied(LimitKey denier, long cost, Decision denied, long askedAt) {
    // a lease may end at any moment
    if (!denier.policy().concurrent()) {
      memory.remember(denier, cost, denied, askedAt);
    }
  }

  @Override
  public void answered() {
    fallback.answered();
  }

  @Override
  public void failed(Throwable cause) {
    fallback.failed(cause);
  }

  @Override
  public void undone(Request request) {
    int[] leases = request.indices(true);
    if (leases.length > 0) {
      local.adjust(request.some(Act.ADJUST, leases, i -> -request.costs[i], i -> 0));
    }
  }

  @Override
  public void done(Request request) {
    for (LimitKey key : request.keys) {
      memory.forget(key);
    }
  }
}
