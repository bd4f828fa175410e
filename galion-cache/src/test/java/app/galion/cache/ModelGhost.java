package app.galion.cache;

import static java.util.Objects.requireNonNull;

import app.galion.redis.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * What the model test knows besides the system: the rows of the database, what has executed in
 * Redis, what was acknowledged to whom and when. From that follows, after every step, what may be
 * there. A failover takes back what rested on lost writes, except for what must hold in the end.
 */
final class ModelGhost {
  /** A committed row's value. */
  final long[] rows;

  private final int keys;
  /* below what nothing may be visible in Redis */
  private long[] required;
  /* the largest value of a write that returned, in whatever way */
  private final long[] returned;
  private final long[][] returnedOn;
  private final long[][] queuedOn;
  private final long[][] appliedOn;
  private final long[][] servedOn;
  private final boolean[][] keptOn;
  private final List<Ack> acks = new ArrayList<>();
  private final Map<String, long[]> writes = new HashMap<>();

  private record Ack(int key, long value, long at) {}

  ModelGhost(int keys, int nodes) {
    this.keys = keys;
    rows = new long[keys];
    Arrays.fill(rows, 1);
    required = new long[keys];
    returned = new long[keys];
    returnedOn = new long[nodes][keys];
    queuedOn = new long[nodes][keys];
    appliedOn = new long[nodes][keys];
    servedOn = new long[nodes][keys];
    keptOn = new boolean[nodes][keys];
  }

  /** A write's script has run. */
  void executed(ModelNode node, SteppedRemote.Trip trip, List<String> names) {
    long[] values;
    if (trip.op == null) {
      values = new long[keys];
      for (int k = 0; k < keys; k++) {
        boolean there = ModelRedis.bucket(names.get(k)) == trip.bucket;
        if (there && (!trip.word.equals("inv") || trip.text.equals(names.get(k)))) {
          values[k] = queuedOn[node.index][k];
        }
      }
    } else {
      values = trip.op.values.clone();
      for (int k = 0; k < keys; k++) {
        if (ModelRedis.bucket(names.get(k)) != trip.bucket) {
          values[k] = 0;
        }
      }
      raise(trip.op.granted, values);
    }
    raise(required, values);
    writes.put(trip.opId, values);
  }

  /** A node heard of a write. */
  void heard(ModelNode node, byte[] message) {
    if (Write.parse(message) instanceof Write write) {
      raise(appliedOn[node.index], writes.getOrDefault(write.at().id(), new long[keys]));
    }
  }

  /** A write returned to its caller. */
  void returned(ModelOp op, WriteResult result, long now) {
    if (result == WriteResult.APPLIED) {
      acknowledged(op.granted, now);
      raise(returnedOn[op.node], op.granted);
      raise(queuedOn[op.node], op.values); /* repeated if it turns out to be lost */
    } else if (result == WriteResult.QUEUED) {
      raise(returnedOn[op.node], op.values);
      raise(queuedOn[op.node], op.values);
    } else {
      return;
    }
    raise(returned, op.values);
  }

  /** A repeated write was answered. */
  void drained(SteppedRemote.Trip trip, long now) {
    acknowledged(writes.getOrDefault(trip.opId, new long[keys]), now);
  }

  private void acknowledged(long[] values, long now) {
    for (int k = 0; k < keys; k++) {
      if (values[k] > 0) {
        acks.add(new Ack(k, values[k], now));
      }
    }
  }

  void begins(ModelOp get, long now) {
    if (get.key < 0) {
      return;
    }
    keptOn[get.node][get.key] |= get.kind.keeps();
    get.need = acknowledgedBefore(get.key, get.kind.strict() ? now : now - ModelNode.SILENCE);
    get.own = returnedOn[get.node][get.key];
    get.served = servedOn[get.node][get.key];
  }

  private long acknowledgedBefore(int key, long time) {
    return acks.stream()
        .filter(ack -> ack.key == key && ack.at - time < 0)
        .mapToLong(Ack::value)
        .max()
        .orElse(0);
  }

  void answered(ModelOp get, Answer<String> answer) {
    long value = Long.parseLong(requireNonNull(answer.value()));
    require(
        value >= get.need,
        "I1/I2 "
            + get
            + " answered "
            + value
            + " from "
            + answer.tier()
            + ", though "
            + get.need
            + " was applied longer ago than the bound when it began");
    require(
        value >= get.own,
        "I7 "
            + get
            + " answered "
            + value
            + " from "
            + answer.tier()
            + ", though a write of "
            + get.own
            + " had returned on this node");
    if (answer.tier() != Tier.LOADED) {
      require(
          value >= get.served,
          "I3 "
              + get
              + " answered "
              + value
              + " from "
              + answer.tier()
              + ", though this node had served "
              + get.served
              + " from Redis");
    }
    if (answer.tier() == Tier.L2 && !get.crossedFailover) {
      servedOn[get.node][get.key] = Math.max(servedOn[get.node][get.key], value);
    }
  }

  /** A compute must be shown what Redis holds when it begins. */
  void sawEnough(ModelOp compute) {
    require(
        compute.answer == 0 || compute.answer >= compute.need,
        "C1 "
            + compute
            + " was shown "
            + compute.answer
            + ", though "
            + compute.need
            + " had been acknowledged when it began");
  }

  /** What is visible in Redis: entry, marker and tag table as Redis returned them. */
  void checkRedis(
      int key, String name, byte @Nullable [] entry, byte @Nullable [] marker, Reply tags) {
    RemoteEntry found = RemoteEntry.parse(entry);
    if (found == null) {
      return;
    }
    boolean shown =
        switch (found.under(marker)) {
          case SHOWN -> true;
          case HIDDEN -> false;
          case ASK_TAGS -> found.sparedBy(tags);
        };
    if (shown) {
      long value = value(found, name, Codec.string());
      require(
          value >= required[key],
          "S1 Redis shows "
              + value
              + " of key "
              + key
              + ", though a write of "
              + required[key]
              + " has executed");
    }
  }

  private static long value(RemoteEntry found, String name, Codec<String> codec) {
    Envelope envelope =
        requireNonNull(
            Envelope.read(
                    found.bytes(),
                    found.at(),
                    codec.schema(),
                    KeyName.of(ModelNode.NAMESPACE, name).hash())
                .envelope());
    try {
      return Long.parseLong(codec.decode(envelope.value()));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  void checkNode(ModelNode node, List<String> names) {
    for (int k = 0; k < keys; k++) {
      Bucket bucket = node.home(names.get(k));
      LocalEntry<String> kept = node.core.local.get(names.get(k));
      require(
          kept == null || keptOn[node.index][k],
          "N5 " + node + " keeps a value of key " + k + ", though no call there left one to keep");
      if (kept == null || !kept.proven(bucket.verifiedAt, 0)) {
        continue;
      }
      long value = Long.parseLong(requireNonNull(kept.value));
      require(
          value >= appliedOn[node.index][k],
          "N1 "
              + node
              + " keeps "
              + value
              + " of key "
              + k
              + ", though it has heard of a write of "
              + appliedOn[node.index][k]);
      long proven = acknowledgedBefore(k, bucket.verifiedAt);
      require(
          value >= proven,
          "N2 "
              + node
              + " keeps "
              + value
              + " of key "
              + k
              + ", though "
              + proven
              + " was acknowledged before its proof");
      require(
          value >= returnedOn[node.index][k],
          "N4 "
              + node
              + " keeps "
              + value
              + " of key "
              + k
              + ", though its own write of "
              + returnedOn[node.index][k]
              + " returned");
    }
  }

  /** In the end, every write that returned is visible everywhere, even what a failover lost. */
  void checkEnd(ModelOp get, long value) {
    require(
        value >= returned[get.key],
        "T2 in the end "
            + get
            + " answers "
            + value
            + ", though a write of "
            + returned[get.key]
            + " had returned");
  }

  long[] snapshot() {
    return required.clone();
  }

  void failedOver(long[] snapshot, List<ModelNode> nodes, List<ModelOp> open) {
    required = snapshot.clone();
    acks.removeIf(ack -> ack.value > snapshot[ack.key]);
    writes.values().forEach(values -> lower(values, snapshot));
    for (ModelNode node : nodes) {
      lower(appliedOn[node.index], snapshot);
      lower(returnedOn[node.index], snapshot);
      Arrays.fill(servedOn[node.index], 0);
    }
    for (ModelOp op : open) {
      failedOver(op, snapshot);
      op.parts.forEach(part -> failedOver(part, snapshot));
    }
  }

  private static void failedOver(ModelOp op, long[] snapshot) {
    lower(op.granted, snapshot);
    op.crossedFailover = true;
    op.served = 0;
    if (op.key >= 0) {
      op.need = Math.min(op.need, snapshot[op.key]);
      op.own = Math.min(op.own, snapshot[op.key]);
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new ModelViolation(otherwise);
    }
  }

  private static void raise(long[] to, long[] by) {
    for (int k = 0; k < to.length; k++) {
      to[k] = Math.max(to[k], by[k]);
    }
  }

  private static void lower(long[] to, long[] by) {
    for (int k = 0; k < to.length; k++) {
      to[k] = Math.min(to[k], by[k]);
    }
  }
}
