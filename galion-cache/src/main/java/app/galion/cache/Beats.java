package app.galion.cache;

import app.galion.cache.Bucket.Beat;
import app.galion.cache.Bucket.Verdict;
import app.galion.redis.BusListener;
import app.galion.redis.Reply;
import app.galion.spi.ComponentId;
import app.galion.spi.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * The proof that this node has applied every write: a round trip on the command connection, dated
 * from its send, once a second and whenever a message shows a gap. Buckets of one master share a
 * heartbeat, which begins with a write, so that a master that must not accept writes gives no proof.
 */
@SuppressWarnings("FutureReturnValueIgnored") // errors are handled in the stages
final class Beats {
  private static final long EVERY_MILLIS = 1000;
  private static final long UNPROVEN_NANOS = Duration.ofDays(365).toNanos();
  private static final int ROWS = 1000;
  private static final System.Logger LOG = System.getLogger(TieredCache.class.getName());

  private final ComponentId id;
  private final Remote remote;
  private final List<Bucket> buckets;
  private final Ticker ticker;
  private final OperationIds ids;
  private final Counters counters;
  private final ScheduledExecutorService timer;
  private final Suspension suspension;
  private final Runnable afterwards;
  private final List<Group> whole;
  private final List<Group> each;

  Beats(
      ComponentId id,
      Remote remote,
      List<Bucket> buckets,
      Ticker ticker,
      OperationIds ids,
      Counters counters,
      ScheduledExecutorService timer,
      Suspension suspension,
      Runnable afterwards) {
    this.id = id;
    this.remote = remote;
    this.buckets = buckets;
    this.suspension = suspension;
    this.ticker = ticker;
    this.ids = ids;
    this.counters = counters;
    this.timer = timer;
    this.afterwards = afterwards;
    whole = List.of(new Group(buckets));
    each = buckets.stream().map(bucket -> new Group(List.of(bucket))).toList();
  }

  void start() {
    timer.scheduleWithFixedDelay(this::tick, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void tick() {
    if (suspension.noticed()) {
      LOG.log(
          System.Logger.Level.INFO,
          "{0}: this machine was suspended, or its clock set: proofs are dropped, entries are read"
              + " again",
          id);
      dropProofs();
      counters.suspensions.increment();
    }
    groups().forEach(Group::beat);
  }

  private void dropProofs() {
    long unproven = ticker.read() - UNPROVEN_NANOS;
    groups().forEach(group -> group.forget(unproven));
    buckets.forEach(bucket -> bucket.suspect(unproven));
  }

  /* One script covers one hash slot in a cluster, and a link may find out late that it speaks to one. */
  private List<Group> groups() {
    return remote.clustered() ? each : whole;
  }

  private Group groupOf(Bucket bucket) {
    List<Group> groups = groups();
    return groups.get(groups.size() == 1 ? 0 : bucket.index);
  }

  /** Asks for a heartbeat now, because messages left a gap. */
  void hurry(Bucket bucket) {
    groupOf(bucket).hurry();
  }

  /** Whether a bucket's master accepted no heartbeat for so long that it is not to be read. */
  boolean away(Bucket bucket, long now, long silenceLimit) {
    if (!remote.available()) {
      return true;
    }
    Group group = groupOf(bucket);
    return group.missed && now - group.acceptedAt > silenceLimit;
  }

  private final class Group {
    private final List<Bucket> buckets;
    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicBoolean underWay = new AtomicBoolean();
    private volatile long acceptedAt = ticker.read();
    private volatile boolean missed;

    Group(List<Bucket> buckets) {
      this.buckets = buckets;
    }

    /** As if nothing had been accepted for long: the next heartbeat must pass first. */
    void forget(long unproven) {
      acceptedAt = unproven;
      missed = true;
    }

    void hurry() {
      if (asked.compareAndSet(false, true)) {
        timer.execute(this::beat);
      }
    }

    void beat() {
      if (!underWay.compareAndSet(false, true)) {
        return;
      }
      asked.set(false);
      long sentAt = ticker.read();
      List<Beat> beats = buckets.stream().map(bucket -> bucket.beat(sentAt)).toList();
      remote
          .beat(buckets)
          .whenComplete(
              (reply, error) -> {
                underWay.set(false);
                if (reply == null) {
                  missed = true;
                  counters.redisFailures.increment();
                } else {
                  timer.execute(() -> heard(reply, beats, sentAt));
                }
                if (asked.get()) {
                  timer.execute(this::beat);
                }
              });
    }

    private void heard(Reply heads, List<Beat> beats, long sentAt) {
      acceptedAt = sentAt;
      missed = false;
      for (int i = 0; i < buckets.size(); i++) {
        Bucket bucket = buckets.get(i);
        Position head = heads.has(i) ? Position.parse(heads.text(i)) : null;
        if (head == null) {
          makeHead(bucket);
        } else {
          judge(bucket, head, beats.get(i));
        }
      }
      afterwards.run();
    }
  }

  private void makeHead(Bucket bucket) {
    Beat beat = bucket.beat(ticker.read());
    remote
        .run(Remote.Command.HEAD, bucket.index, "", ids.next())
        .whenComplete(
            (reply, error) -> {
              Position head = reply == null ? null : Position.parse(reply.text(0));
              if (head == null) {
                counters.redisFailures.increment();
              } else {
                timer.execute(() -> judge(bucket, head, beat));
              }
            });
  }

  private void judge(Bucket bucket, Position head, Beat beat) {
    Verdict verdict = bucket.heard(head, beat);
    if (verdict == Verdict.RESYNCED) {
      counters.resyncs.increment();
    } else if (verdict == Verdict.BEHIND) {
      replay(bucket, head, beat, bucket.replayFrom(head, beat), new ArrayList<>());
    }
  }

  private void replay(Bucket bucket, Position head, Beat beat, long from, List<Write> rows) {
    remote
        .journal(bucket.index, from, ROWS)
        .whenComplete(
            (reply, error) -> {
              if (reply == null) {
                counters.redisFailures.increment();
              } else {
                timer.execute(() -> replayed(bucket, head, beat, rows, reply));
              }
            });
  }

  private void replayed(Bucket bucket, Position head, Beat beat, List<Write> rows, Reply page) {
    for (int i = 0; i < page.size(); i++) {
      Write row = row(bucket.index, head.epoch(), page.list(i));
      if (row == null) {
        rows.clear();
        break;
      }
      rows.add(row);
    }
    if (page.size() == ROWS && !rows.isEmpty()) {
      replay(bucket, head, beat, rows.get(rows.size() - 1).at().n() + 1, rows);
    } else {
      counters.replays.increment();
      if (bucket.replayed(head, beat, rows) == Verdict.RESYNCED) {
        counters.resyncs.increment();
      }
    }
  }

  /** A row {@code [n-0, [i, id, p, before, k, kind, q, key]]}; null if it is none. */
  private static @Nullable Write row(int bucket, String epoch, Reply row) {
    Reply fields = row.list(1);
    String n = row.text(0);
    if (fields.size() != 8 || !n.endsWith("-0")) {
      return null;
    }
    long number = Long.parseLong(n.substring(0, n.length() - 2));
    return new Write(
        bucket,
        new Position(epoch, number, fields.text(1)),
        fields.text(3),
        Write.Kind.of(fields.text(5)),
        fields.text(7));
  }

  /** Listens; every subscription and every loss asks for proof. */
  final class Listener implements BusListener {
    private final Bucket bucket;
    private final Consumer<byte[]> messages;

    Listener(Bucket bucket, Consumer<byte[]> messages) {
      this.bucket = bucket;
      this.messages = messages;
    }

    @Override
    public void onMessage(byte[] message) {
      messages.accept(message);
    }

    @Override
    public void onSubscribed() {
      groupOf(bucket).hurry();
    }

    @Override
    public void onLost() {
      groupOf(bucket).hurry();
    }
  }
}
