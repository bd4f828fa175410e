package app.galion.cache;

import app.galion.spi.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A node's threads in the model test: what they are to run waits until the scheduler picks it. */
final class ModelTimer extends AbstractExecutorService implements ScheduledExecutorService {
  private final Ticker ticker;
  private final List<Task> tasks = new ArrayList<>();
  private boolean shut;

  ModelTimer(Ticker ticker) {
    this.ticker = ticker;
  }

  /** What may run now. */
  synchronized List<Task> due() {
    long now = ticker.read();
    return tasks.stream().filter(task -> task.dueAt - now <= 0).toList();
  }

  /** Nanoseconds until something may run; at most a second. */
  synchronized long untilDue() {
    long now = ticker.read();
    return tasks.stream()
        .mapToLong(task -> Math.max(0, task.dueAt - now))
        .min()
        .orElse(1_000_000_000);
  }

  void run(Task task) {
    take(task);
    task.action.run();
  }

  private synchronized void take(Task task) {
    tasks.remove(task);
    if (task.every > 0) {
      tasks.add(task);
      task.dueAt = ticker.read() + task.every;
    }
  }

  @Override
  public void execute(Runnable action) {
    add(action, 0, 0);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable action, long delay, TimeUnit unit) {
    return add(action, unit.toNanos(delay), 0);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable action, long initial, long delay, TimeUnit unit) {
    return add(action, unit.toNanos(initial), unit.toNanos(delay));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable action, long initial, long period, TimeUnit unit) {
    return scheduleWithFixedDelay(action, initial, period, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> action, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("the cache schedules no callables");
  }

  private synchronized Task add(Runnable action, long delay, long every) {
    Task task = new Task(action, ticker.read() + delay, every);
    if (!shut) {
      tasks.add(task);
    }
    return task;
  }

  @Override
  public synchronized void shutdown() {
    shut = true;
  }

  @Override
  public synchronized List<Runnable> shutdownNow() {
    shut = true;
    tasks.clear();
    return List.of();
  }

  @Override
  public synchronized boolean isShutdown() {
    return shut;
  }

  @Override
  public synchronized boolean isTerminated() {
    return shut;
  }

  @Override
  public synchronized boolean awaitTermination(long timeout, TimeUnit unit) {
    return shut;
  }

  /** Something to run, once or again and again. */
  final class Task implements ScheduledFuture<Object> {
    private final Runnable action;
    private final long every;
    private long dueAt;

    Task(Runnable action, long dueAt, long every) {
      this.action = action;
      this.dueAt = dueAt;
      this.every = every;
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      synchronized (ModelTimer.this) {
        return tasks.remove(this);
      }
    }

    @Override
    public boolean isCancelled() {
      synchronized (ModelTimer.this) {
        return !tasks.contains(this);
      }
    }

    @Override
    public boolean isDone() {
      synchronized (ModelTimer.this) {
        return !tasks.contains(this);
      }
    }

    @Override
    public Object get() {
      throw new UnsupportedOperationException("the cache waits for no timer");
    }

    @Override
    public Object get(long timeout, TimeUnit unit) {
      return get();
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueAt - ticker.read(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }
}
