package app.galion.ratelimit;

import app.galion.redis.Reply;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
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
  private long deadlineNanos;

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
    final Request request;
    final List<Ask> asks = new ArrayList<>(4);

    Group(Request request) {
      this.request = request;
    }
  }

  /** Takes the answers of a batch. */
  interface Answers {
    /** A group's standing, how many of it were admitted and when one more would be. */
    void answered(Group group, RedisStanding standing, int admitted, long waitMicros);

    /** What a group that asks for no decision wanted was done. */
    void done(Group group);

    /** A key of the group holds another kind of limit. */
    void foreign(Group group);

    /** The server's clock is in neither of the calendar windows that it was told. */
    void elsewhen(Group group);
  }

  /** Whether the request can go with this batch; an empty batch takes every request. */
  boolean fits(Ask ask) {
    // the second bound is on how long the script holds up the server
    if (asks >= MOST_ASKS || looks >= MOST_LOOKS) {
      return false;
    }
    int fresh = 0;
    for (LimitKey key : ask.request.keys) {
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
    deadlineNanos = Math.max(deadlineNanos, ask.deadlineNanos);
    Group joined = joinable(ask);
    if (joined == null) {
      joined = new Group(ask.request);
      groups.add(joined);
      looks += ask.request.limits();
      for (LimitKey key : ask.request.keys) {
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
    for (LimitKey key : ask.request.keys) {
      Place place = places.get(key);
      if (place == null || (last != null && place.last != last)) {
        return null;
      }
      last = place.last;
    }
    return last != null && last.request.sameQuestion(ask.request) ? last : null;
  }

  int size() {
    return asks;
  }

  /** The longest of its requests' deadlines. */
  Duration deadline() {
    return Duration.ofNanos(deadlineNanos);
  }

  List<byte[]> redisKeys(byte[] prefix) {
    List<byte[]> redisKeys = new ArrayList<>(keys.size());
    for (LimitKey key : keys) {
      redisKeys.add(key.redisKey(prefix));
    }
    return redisKeys;
  }

  /** Whether the script has to be told where calendar windows begin and end. */
  boolean asksTheCalendar() {
    for (LimitKey key : keys) {
      if (key.policy().kind() == Limit.Kind.CALENDAR) {
        return true;
      }
    }
    return false;
  }

  /** The script's arguments with a clock of a test's own. */
  List<byte[]> args(long now) {
    return args(now, () -> now);
  }

  /**
   * The script's arguments; {@code now} is 0 for the server's clock, of which the other is an
   * estimate.
   */
  List<byte[]> args(long now, LongSupplier serverMicros) {
    List<byte[]> args = new ArrayList<>(keys.size() + 1);
    args.add(plan(now));
    for (LimitKey key : keys) {
      args.add(key.policy().spec(serverMicros));
    }
    return args;
  }

  private byte[] plan(long now) {
    int length = Double.BYTES;
    for (Group group : groups) {
      Request request = group.request;
      length += 9 + request.keys.length * 12 + request.extra.length * Double.BYTES;
    }
    ByteBuffer plan = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    plan.putDouble((double) now);
    for (Group group : groups) {
      Request request = group.request;
      plan.put(request.act.code);
      plan.putInt(group.asks.size()).putInt(request.keys.length);
      int more = 0;
      for (int i = 0; i < request.keys.length; i++) {
        Place place = places.get(request.keys[i]);
        plan.putInt(place == null ? 0 : place.index + 1).putDouble((double) request.costs[i]);
        for (int end = more + request.more(i); more < end; more++) {
          plan.putDouble((double) request.extra[more]);
        }
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
      Request request = group.request;
      if (!request.act.decides()) {
        answers.done(group);
        continue;
      }
      if (admitted == -1) {
        answers.foreign(group);
        continue;
      }
      if (admitted < 0) {
        answers.elsewhen(group);
        continue;
      }
      long[] figures = new long[request.limits() * RedisStanding.FIGURES];
      int next = 0;
      for (LimitKey key : request.keys) {
        long skew = reply.integer(at++);
        boolean pair = request.act == Act.QUEUE || key.policy().kind() != Limit.Kind.TOKEN_BUCKET;
        for (int i = 0; i < key.policy().limits().size(); i++) {
          figures[next] = reply.integer(at++);
          figures[next + 1] = pair ? reply.integer(at++) : 0;
          figures[next + 2] = skew;
          next += RedisStanding.FIGURES;
        }
      }
      answers.answered(group, new RedisStanding(request, figures, denier, now), admitted, wait);
    }
  }

  void fail(Throwable cause) {
    for (Group group : groups) {
      for (Ask ask : group.asks) {
        ask.completeExceptionally(cause);
      }
    }
  }
}
