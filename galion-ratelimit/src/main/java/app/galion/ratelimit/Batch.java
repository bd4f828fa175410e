package app.galion.ratelimit;

import app.galion.redis.Reply;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one script call, in the order in which they came. A request that equals the last
 * one of all its keys joins that one's group: nothing between them touches the same counters, so
 * the order among those that do is kept. Used by one thread at a time.
 */
final class Batch {

  private static final int MOST_KEYS = 128;
  private static final int MOST_ASKS = 4_096;
  private static final int MOST_LOOKS = 4_096;

  private final List<Group> groups = new ArrayList<>(4);
  private final List<LimitKey> keys = new ArrayList<>(4);
  private final Map<LimitKey, Place> places = new HashMap<>();
  private int asks;
  private int looks;

  /** When it was sent, by the limiter's ticker. */
  long sentAt;

  private static final class Place {
    final int index;
    Group last;

    Place(int index, Group last) {
      this.index = index;
      this.last = last;
    }
  }

  /** Equal requests, decided together. */
  static final class Group {
    final LimitKey[] keys;
    final long cost;
    final long[] chargedAt;
    final List<Ask> asks = new ArrayList<>(4);

    Group(Ask first) {
      this.keys = first.keys;
      this.cost = first.cost;
      this.chargedAt = first.chargedAt;
    }

    boolean takes(Ask ask) {
      return chargedAt.length == 0
          && !ask.isRefund()
          && cost == ask.cost
          && Arrays.equals(keys, ask.keys);
    }
  }

  /** Takes the answers of a batch. */
  interface Answers {
    /** A group's standing, how many of it were admitted and when one more would be. */
    void answered(Group group, RedisStanding standing, int admitted, long waitMicros);

    /** What the group had been charged was given back. */
    void refunded(Group group);

    /** A key of the group holds another kind of limit. */
    void foreign(Group group);
  }

  /** Whether the request can go with this batch; an empty batch takes every request. */
  boolean fits(Ask ask) {
    // the second bound is on how long the script holds up the server
    if (asks >= MOST_ASKS || looks >= MOST_LOOKS) {
      return false;
    }
    int fresh = 0;
    for (LimitKey key : ask.keys) {
      Place place = places.get(key);
      if (place == null) {
        fresh++;
      } else if (!keys.get(place.index).policy().sameLimits(key.policy())) {
        return false;
      }
    }
    return asks == 0 || keys.size() + fresh <= MOST_KEYS;
  }

  void add(Ask ask) {
    asks++;
    Group joined = joinable(ask);
    if (joined == null) {
      joined = new Group(ask);
      groups.add(joined);
      looks += limits(ask.keys);
      for (LimitKey key : ask.keys) {
        Place place = places.get(key);
        if (place == null) {
          places.put(key, new Place(keys.size(), joined));
          keys.add(key);
        } else {
          place.last = joined;
        }
      }
    }
    joined.asks.add(ask);
  }

  private @Nullable Group joinable(Ask ask) {
    Group last = null;
    for (LimitKey key : ask.keys) {
      Place place = places.get(key);
      if (place == null || (last != null && place.last != last)) {
        return null;
      }
      last = place.last;
    }
    return last != null && last.takes(ask) ? last : null;
  }

  int size() {
    return asks;
  }

  List<byte[]> redisKeys(byte[] prefix) {
    List<byte[]> redisKeys = new ArrayList<>(keys.size());
    for (LimitKey key : keys) {
      redisKeys.add(key.redisKey(prefix));
    }
    return redisKeys;
  }

  /** The script's arguments; {@code now} is 0 for the server's clock. */
  List<byte[]> args(long now) {
    List<byte[]> args = new ArrayList<>(keys.size() + 1);
    args.add(plan(now));
    for (LimitKey key : keys) {
      args.add(key.policy().spec());
    }
    return args;
  }

  private byte[] plan(long now) {
    int length = Double.BYTES;
    for (Group group : groups) {
      length += 16 + group.keys.length * 4 + group.chargedAt.length * Double.BYTES;
    }
    ByteBuffer plan = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    plan.putDouble((double) now);
    for (Group group : groups) {
      plan.putDouble((double) (group.chargedAt.length == 0 ? group.cost : -group.cost));
      plan.putInt(group.asks.size()).putInt(group.keys.length);
      for (LimitKey key : group.keys) {
        Place place = places.get(key);
        plan.putInt(place == null ? 0 : place.index + 1);
      }
      for (long time : group.chargedAt) {
        plan.putDouble((double) time);
      }
    }
    return plan.array();
  }

  void read(Reply reply, Answers answers) {
    long now = reply.integer(0);
    int at = 1;
    for (Group group : groups) {
      int admitted = (int) reply.integer(at);
      long wait = reply.integer(at + 1);
      int denier = (int) reply.integer(at + 2) - 1;
      at += 3;
      if (group.chargedAt.length > 0) {
        answers.refunded(group);
        continue;
      }
      if (admitted < 0) {
        answers.foreign(group);
        continue;
      }
      long[] figures = new long[limits(group.keys) * RedisStanding.FIGURES];
      int next = 0;
      for (LimitKey key : group.keys) {
        long skew = reply.integer(at++);
        boolean bucket = key.policy().kind() == Limit.Kind.TOKEN_BUCKET;
        for (int i = 0; i < key.policy().limits().size(); i++) {
          figures[next] = reply.integer(at++);
          figures[next + 1] = bucket ? 0 : reply.integer(at++);
          figures[next + 2] = skew;
          next += RedisStanding.FIGURES;
        }
      }
      RedisStanding standing = new RedisStanding(group.keys, figures, group.cost, denier, now);
      answers.answered(group, standing, admitted, wait);
    }
  }

  private static int limits(LimitKey[] keys) {
    int limits = 0;
    for (LimitKey key : keys) {
      limits += key.policy().limits().size();
    }
    return limits;
  }

  void fail(Throwable cause) {
    for (Group group : groups) {
      for (Ask ask : group.asks) {
        ask.completeExceptionally(cause);
      }
    }
  }
}
