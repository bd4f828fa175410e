package app.galion.cache;

import app.galion.redis.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * Reads keys from Redis. A read that comes while another one waits to be written goes out with it, as
 * one MGET: nothing waits longer for it, and the busier the connection, the more share a command. On a
 * cluster those of one bucket share, for their keys are in one slot.
 */
final class Reads {
  /**
   * Keys in a command, so that neither a reply nor what the server does at once grows without
   * bound.
   */
  private static final int MOST = 128;

  private final Remote remote;
  final AtomicReferenceArray<@Nullable Gathering> latest =
      new AtomicReferenceArray<>(Remote.BUCKETS);

  Reads(Remote remote) {
    this.remote = remote;
  }

  CompletableFuture<Looked> read(KeyName name) {
    int slot = slot(name);
    Gathering sent = latest.get(slot);
    CompletableFuture<Looked> joined = sent == null ? null : sent.join(name);
    if (joined != null) {
      return joined;
    }
    Gathering own = new Gathering(name);
    latest.set(own.slot, own); // of two at once, one stays alone, which does no harm
    own.answerWith(own::send);
    return own.first.end;
  }

  /** Reads that share a command have the same number. */
  int slot(KeyName name) {
    return remote.clustered() ? name.bucket(Remote.BUCKETS) : 0;
  }

  static final class Read {
    final KeyName name;
    final CompletableFuture<Looked> end;
    @Nullable Read next;

    Read(KeyName name, CompletableFuture<Looked> end) {
      this.name = name;
      this.end = end;
    }

    int bucket() {
      return name.bucket(Remote.BUCKETS);
    }
  }

  /** The reads of one command, which more may join until it is written. */
  final class Gathering implements Supplier<List<byte[]>>, BiConsumer<Reply, Throwable> {
    final Read first;
    private final int slot;
    private Read last;
    private int size = 1;
    private boolean written;

    /** A bit for each bucket that a key is in: their markers follow the entries in this order. */
    private long buckets;

    Gathering(KeyName name) {
      first = new Read(name, remote.promise());
      last = first;
      slot = slot(name);
    }

    /** Null if it takes no more. */
    synchronized @Nullable CompletableFuture<Looked> join(KeyName name) {
      if (written || size == MOST) {
        return null;
      }
      Read read = new Read(name, remote.promise());
      last.next = read;
      last = read;
      size++;
      return read.end;
    }

    CompletableFuture<Reply> send() {
      return remote.command("MGET", remote.entry(first.name), this);
    }

    /** However the call ends, even if it cannot begin, each read hears of it. */
    void answerWith(Supplier<CompletableFuture<Reply>> call) {
      CompletableFuture<Reply> sent;
      try {
        sent = call.get();
      } catch (RuntimeException e) {
        sent = CompletableFuture.failedFuture(e);
      }
      CompletionStage<?> unused = sent.whenComplete(this);
    }

    /** The keys, at the moment at which the command is written. */
    @Override
    public synchronized List<byte[]> get() {
      written = true;
      List<byte[]> keys = new ArrayList<>(size + Math.min(size, Remote.BUCKETS));
      for (Read read = first; read != null; read = read.next) {
        keys.add(remote.entry(read.name));
        buckets |= 1L << read.bucket();
      }
      for (long left = buckets; left != 0; left &= left - 1) {
        keys.add(remote.marker(Long.numberOfTrailingZeros(left)));
      }
      return keys;
    }

    @Override
    public void accept(@Nullable Reply reply, @Nullable Throwable error) {
      synchronized (this) {
        written = true; // or failed before it was
      }
      latest.compareAndSet(slot, this, null); // what was read is not kept
      int at = 0;
      for (Read read = first; read != null; read = read.next) {
        if (reply == null) {
          read.end.completeExceptionally(
              error == null ? new IllegalStateException("no reply") : Loads.unwrap(error));
        } else {
          answer(read, reply, at++);
        }
      }
    }

    private void answer(Read read, Reply reply, int at) {
      int marker = size + Long.bitCount(buckets & ((1L << read.bucket()) - 1));
      try {
        read.end.complete(new Looked(reply.bytes(at), reply.bytes(marker)));
      } catch (RuntimeException e) {
        read.end.completeExceptionally(e);
      }
    }
  }
}
