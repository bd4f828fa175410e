package app.galion.cache;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/*
 * What must still be true when a result comes to be stored: registered before the command is sent,
 * it hears of every write to its key that this node learns of until the reply is there. As the
 * ticket of someone who waits for a lease, it is also what wakes him; a wake-up that overtakes the
 * reply "wait" is thus not lost. Fields change under the bucket's lock.
 */
final class Ticket {

  /** Why a waiter looks again. */
  record Wake(String token, String why) {
    static final Wake LOOK = new Wake("", "");

    boolean failed(String lease) {
      return token.equals(lease) && !why.equals("filled");
    }
  }

  final Bucket bucket;
  final String name;
  final int chain;
  final int cleared;
  final int tagTime;
  final CompletableFuture<Wake> wake = new CompletableFuture<>();

  private @Nullable String mark;
  private boolean many;
  private boolean void_;
  private boolean tagged;

  Ticket(Bucket bucket, String name, int chain, int cleared, int tagTime) {
    this.bucket = bucket;
    this.name = name;
    this.chain = chain;
    this.cleared = cleared;
    this.tagTime = tagTime;
  }

  void touch(String id) {
    if (mark == null) {
      mark = id;
    } else if (!mark.equals(id)) {
      many = true;
    }
  }

  void markTagged() {
    tagged = true;
  }

  void annul() {
    void_ = true;
  }

  /** Whether a result of the given id may be stored. */
  boolean admits(String id) {
    return !void_ && !many && (mark == null || mark.equals(id)) && chain == bucket.chain;
  }

  /** Whether nothing at all has happened since. */
  boolean clean() {
    return !void_ && !tagged && mark == null && chain == bucket.chain;
  }
}
