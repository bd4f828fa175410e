package app.galion.cache;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/*
 * The first reads of one getAll. They are collected while its keys begin, each behind a ticket of its
 * own, and leave together: in one command, on a cluster in one for each slot. Used by one thread.
 */
final class BulkReads {
  /**
   * Keys in a command, so that neither a reply nor what the server does at once grows without
   * bound.
   */
  private static final int MOST = 128;

  private record Read(KeyName name, CompletableFuture<Looked> end) {}

  private final Remote remote;
  private final Map<Integer, List<Read>> bySlot = new LinkedHashMap<>();

  BulkReads(Remote remote) {
    this.remote = remote;
  }

  /** Answered after {@link #send}. */
  CompletableFuture<Looked> read(KeyName name) {
    Read read = new Read(name, new CompletableFuture<>());
    int slot = remote.clustered() ? name.bucket(Remote.BUCKETS) : 0;
    bySlot.computeIfAbsent(slot, unused -> new ArrayList<>()).add(read);
    return read.end;
  }

  void send() {
    for (List<Read> reads : bySlot.values()) {
      for (int from = 0; from < reads.size(); from += MOST) {
        send(reads.subList(from, Math.min(reads.size(), from + MOST)));
      }
    }
  }

  private void send(List<Read> reads) {
    CompletionStage<?> unused =
        remote
            .read(reads.stream().map(Read::name).toList())
            .whenComplete((looked, error) -> answer(reads, looked, error));
  }

  private static void answer(
      List<Read> reads, @Nullable List<Looked> looked, @Nullable Throwable error) {
    for (int i = 0; i < reads.size(); i++) {
      CompletableFuture<Looked> end = reads.get(i).end;
      if (looked != null) {
        end.complete(looked.get(i));
      } else {
        end.completeExceptionally(
            error == null ? new IllegalStateException("no reply") : Loads.unwrap(error));
      }
    }
  }
}
