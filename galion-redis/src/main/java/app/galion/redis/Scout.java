package app.galion.redis;

import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * Asks servers, one after the other, how their cluster is laid out, until one answers that finds
 * its cluster sound: first the primaries that are connected, then whatever addresses are known, on
 * connections that live no longer than the question. A cluster that nobody finds sound is taken as
 * the last server described it, since that may be how it fails over.
 */
final class Scout {

  private final LinkCore core;
  private final Deque<Supplier<CompletableFuture<Layout>>> left = new ArrayDeque<>();
  private final CompletableFuture<Layout> found = new CompletableFuture<>();
  private @Nullable Layout unsound;

  private Scout(LinkCore core) {
    this.core = core;
  }

  static CompletableFuture<Layout> ask(
      LinkCore core, Collection<Node> nodes, Collection<RedisURI> addresses) {
    Scout scout = new Scout(core);
    List<Line> lines = new ArrayList<>();
    for (Node node : nodes) {
      Line line = Line.usable(node.line());
      if (line != null) {
        lines.add(line);
      }
    }
    Collections.shuffle(lines);
    lines.forEach(line -> scout.left.add(() -> Layout.ask(line)));
    List<RedisURI> strangers = new ArrayList<>(addresses);
    Collections.shuffle(strangers);
    strangers.forEach(uri -> scout.left.add(() -> scout.visit(uri)));
    scout.next(new IllegalStateException("no address is known"));
    return scout.found;
  }

  private void next(Throwable trouble) {
    Supplier<CompletableFuture<Layout>> source = core.closed() ? null : left.poll();
    if (source == null) {
      if (unsound == null) {
        found.completeExceptionally(trouble);
      } else {
        found.complete(unsound);
      }
      return;
    }
    CompletionStage<?> unused =
        source.get().whenComplete((layout, error) -> core.keeper().run(() -> heard(layout, error)));
  }

  private void heard(@Nullable Layout layout, @Nullable Throwable error) {
    if (layout != null && layout.sound() && !layout.ranges().isEmpty()) {
      found.complete(layout);
      return;
    }
    if (layout != null && !layout.ranges().isEmpty()) {
      unsound = layout;
    }
    next(error == null ? new IllegalStateException("its cluster serves no slot") : error);
  }

  private CompletableFuture<Layout> visit(RedisURI uri) {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opened;
    try {
      opened = core.client().connectAsync(ByteArrayCodec.INSTANCE, uri).toCompletableFuture();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
    return opened.thenCompose(
        connection -> {
          Line line = new Line(new Node(core, uri), core, connection);
          return Layout.ask(line).whenComplete((layout, error) -> line.close());
        });
  }
}
