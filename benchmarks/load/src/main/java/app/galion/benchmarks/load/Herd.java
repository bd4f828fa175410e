package app.galion.benchmarks.load;

import app.galion.testkit.RedisServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Eight nodes with 64 threads each want one cold key whose load takes half a second. */
final class Herd {
  static final int NODES = 8;
  static final int THREADS = 64;
  static final long LOAD_MILLIS = 500;

  private static final int WARM_UPS = 2;
  private static final Pattern CALLS = Pattern.compile("cmdstat_(?!info|config)[^:]+:calls=(\\d+)");

  private final RedisServer server;
  private final Pace pace;

  Herd(RedisServer server, Pace pace) {
    this.server = server;
    this.pace = pace;
  }

  List<HerdResult> run() throws InterruptedException {
    List<HerdResult> results = new ArrayList<>();
    for (HerdProduct product : HerdProduct.values()) {
      HerdResult result = run(product);
      System.out.printf(
          "%s: at most %d loads, last caller %.1f ms after the fill (worst %.1f)%n",
          product.label(), result.mostLoads(), result.medianMillis(), result.worstMillis());
      results.add(result);
    }
    return results;
  }

  private HerdResult run(HerdProduct product) throws InterruptedException {
    server.command("FLUSHALL");
    Loads loads = new Loads();
    List<HerdNode> nodes = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    List<Double> last = new ArrayList<>();
    long commands = 0;
    try {
      for (int i = 0; i < NODES; i++) {
        nodes.add(product.open(server.uri(), loads::load));
      }
      for (int i = 0; i < WARM_UPS + pace.herds(); i++) {
        long before = commands();
        loads.reset();
        long end = storm(nodes, "cold:" + i);
        if (i >= WARM_UPS) {
          commands += commands() - before;
          counts.add(loads.count.get());
          last.add((end - loads.firstEnd.get()) / 1e6);
        }
      }
    } finally {
      nodes.forEach(HerdNode::close);
    }
    double callers = (double) NODES * THREADS * pace.herds();
    return new HerdResult(product, counts, last, commands / callers);
  }

  /** Returns when the last caller had its value. */
  private static long storm(List<HerdNode> nodes, String key) throws InterruptedException {
    CountDownLatch ready = new CountDownLatch(NODES * THREADS);
    CountDownLatch go = new CountDownLatch(1);
    AtomicLong last = new AtomicLong(Long.MIN_VALUE);
    List<Runnable> callers = new ArrayList<>();
    for (HerdNode node : nodes) {
      callers.addAll(
          Collections.nCopies(
              THREADS,
              () -> {
                ready.countDown();
                awaitOpen(go);
                String value = node.get(key);
                last.accumulateAndGet(System.nanoTime(), Math::max);
                if (!value.equals(Loads.valueOf(key))) {
                  throw new IllegalStateException("the value of " + key + " is " + value);
                }
              }));
    }
    Threads threads = new Threads(callers);
    ready.await();
    go.countDown();
    threads.join();
    return last.get();
  }

  private static void awaitOpen(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private long commands() {
    Matcher calls = CALLS.matcher(String.valueOf(server.command("INFO", "commandstats")));
    long sum = 0;
    while (calls.find()) {
      sum += Long.parseLong(calls.group(1));
    }
    return sum;
  }

  /** The slow source behind all nodes. */
  private static final class Loads {
    final AtomicInteger count = new AtomicInteger();
    final AtomicLong firstEnd = new AtomicLong();

    void reset() {
      count.set(0);
      firstEnd.set(0);
    }

    static String valueOf(String key) {
      return "value of " + key;
    }

    String load(String key) {
      count.incrementAndGet();
      long end = System.nanoTime() + LOAD_MILLIS * 1_000_000;
      for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      firstEnd.compareAndSet(0, System.nanoTime());
      return valueOf(key);
    }
  }
}
