package app.galion.ratelimit;

import app.galion.spi.ComponentId;
import app.galion.spi.GalionException;
import app.galion.spi.Ticker;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/*
 * Limits in a store that Bucket4j speaks to. Its calls block, some without a bound, so a few threads
 * of the limiter's own make them: a store that hangs holds these up, never a caller beyond its deadline.
 */
final class StoreLimits implements Remote {

  private static final int MOST_WAITING = 1_024;
  private static final long IDLE_SECONDS = 60;
  private static final long CLOSED_IDLE_MILLIS = 100;

  private final ComponentId id;
  private final StoreBuckets buckets;
  private final Ticker ticker;
  private final RedisLimits.Outcomes outcomes;
  private final Counters counters;
  private final ThreadPoolExecutor threads;

  StoreLimits(
      ComponentId id,
      ProxyManager<String> manager,
      Ticker ticker,
      RedisLimits.Outcomes outcomes,
      Counters counters,
      int most) {
    this.id = id;
    this.buckets = new StoreBuckets(manager, id.name() + ":r1:", ticker);
    this.ticker = ticker;
    this.outcomes = outcomes;
    this.counters = counters;
    this.threads =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            work -> {
              Thread thread = new Thread(work, "galion-ratelimit-" + id.name() + "-store");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public Question ask(Request request) {
    for (LimitKey key : request.keys) {
      requireOffered(key.policy());
    }
    StoreQuestion question = new StoreQuestion(request);
    RejectedExecutionException full = run(() -> answer(question));
    if (full != null) {
      question.completeExceptionally(full);
    }
    return question;
  }

  @Override
  public void requireLine(Request request) {
    throw new IllegalArgumentException(
        id + " keeps its counters in a Bucket4j store, which has no line to wait in; use redis(…)");
  }

  void requireOffered(RatePolicy policy) {
    if (!StoreBuckets.offers(policy)) {
      throw new IllegalArgumentException(
          id
              + " keeps its counters in a Bucket4j store, which cannot count "
              + policy
              + ": it has tokenBucket and smooth only, of at most one token a nanosecond; use"
              + " redis(…)");
    }
  }

  private void answer(StoreQuestion question) {
    if (!question.take()) {
      return;
    }
    long askedAt = ticker.read();
    counters.calls.increment();
    counters.asked.increment();
    Decision decision;
    try {
      decision = buckets.decide(question.request);
    } catch (Throwable e) { // the caller waits for whatever comes
      outcomes.failed(e);
      question.completeExceptionally(e);
      return;
    }
    outcomes.answered();
    LimitKey denier = decision.standing().denierKey();
    if (decision.allowed()) {
      outcomes.admitted(question.request, 1);
    } else if (denier != null) {
      outcomes.denied(denier, question.request.costOf(denier), decision, askedAt);
    }
    if (!question.complete(decision)) {
      counters.late.increment();
    }
  }

  @Override
  public void tell(Request request) {
    RejectedExecutionException unused =
        run(
            () -> {
              try {
                buckets.adjust(request);
                outcomes.done(request);
              } catch (RuntimeException e) {
                outcomes.failed(e);
              }
            });
  }

  private @Nullable RejectedExecutionException run(Runnable work) {
    try {
      threads.execute(work);
      return null;
    } catch (RejectedExecutionException e) {
      outcomes.failed(new OverloadedException(id));
      return e;
    }
  }

  /** Lets the threads end soon after what is under way and what is settled later. */
  void close() {
    threads.setKeepAliveTime(CLOSED_IDLE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static final class OverloadedException extends GalionException {
    private static final long serialVersionUID = 1L;

    OverloadedException(ComponentId id) {
      super(
          id,
          id
              + " has "
              + MOST_WAITING
              + " requests waiting for its store; the failure policy decides",
          null,
          false);
    }
  }
}
