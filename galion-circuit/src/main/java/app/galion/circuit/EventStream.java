package app.galion.circuit;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A vendor's server-sent events, as they come. Whoever reads them relays them; nothing is kept.
 *
 * <pre>{@code
 * try (EventStream events = circuit.callOrThrow(call -> call.events(http, request))) {
 *   for (ServerEvent event = events.next(); event != null; event = events.next()) {
 *     relay(event.data());
 *   }
 * }
 * }</pre>
 *
 * <p>Read by one thread; {@link #close()} by any.
 */
public final class EventStream implements AutoCloseable {

  private final PipeReader reader;
  private final SseParser parser = new SseParser();
  private final ArrayDeque<ServerEvent> ready = new ArrayDeque<>();
  private @Nullable VendorException failure;
  private boolean finishSeen;
  private boolean complete;
  private boolean filtered;

  EventStream(PipeReader reader) {
    this.reader = reader;
  }

  void begin() {
    advance(Long.MAX_VALUE);
    VendorException error = failure;
    if (error != null && ready.isEmpty()) {
      throw error;
    }
  }

  /**
   * Returns the next event; waits for it as long as the call's limits allow. The closing {@code
   * [DONE]} is not an event but the end.
   *
   * @return the event, or null after the end of a whole stream
   * @throws StreamBrokenException if the stream broke, ended too early, went silent or carried an
   *     error, after some event had been returned
   * @throws VendorException if that happened before the first
   */
  public @Nullable ServerEvent next() {
    advance(Long.MAX_VALUE);
    ServerEvent event = ready.poll();
    if (event != null) {
      reader.delivered(1);
      return event;
    }
    VendorException error = failure;
    if (error != null) {
      failure = reader.broken(error.getCause()); // says how much had been delivered by now
      throw failure;
    }
    return null;
  }

  /**
   * Waits until {@link #next()} would answer at once, with an event, the end or an error.
   *
   * @param longest how long to wait at most
   * @return false if nothing happened in that time
   */
  public boolean await(Duration longest) {
    return advance(requireNonNull(longest, "longest").toNanos());
  }

  private boolean advance(long nanos) {
    boolean endless = nanos == Long.MAX_VALUE;
    while (ready.isEmpty() && !complete && failure == null) {
      ByteBuffer bytes = reader.poll(nanos);
      if (bytes == null) {
        if (endless) {
          continue;
        }
        return false;
      }
      if (BodyPipe.isEnd(bytes)) {
        end();
      } else if (!parser.feed(bytes, this::accept)) {
        String what = "a line longer than " + SseParser.MAX_LINE + " bytes";
        failure = reader.fail(Verdict.of(Outcome.STREAM_BROKEN, what));
      }
    }
    return true;
  }

  private void accept(String name, String data) {
    if (complete || failure != null) {
      return;
    }
    if (data.equals("[DONE]")) {
      finish();
      return;
    }
    ChatChunk chunk = ChatChunk.read(name, data);
    if (chunk.error) {
      failure = reader.fail(reader.classifyInStream(ChatChunk.bytes(data)));
      return;
    }
    finishSeen |= chunk.finished;
    filtered |= chunk.filtered;
    ready.add(new ServerEvent(name, data, chunk.text));
  }

  private void end() {
    parser.end(this::accept);
    if (complete || failure != null) {
      return;
    }
    if (finishSeen) {
      finish();
    } else if (reader.verdict() != null) {
      failure = reader.broken(null);
    } else {
      failure = reader.fail(Verdict.of(Outcome.STREAM_BROKEN, "it ended without [DONE]"));
    }
  }

  private void finish() {
    complete = true;
    reader.complete(
        filtered
            ? Verdict.of(Outcome.POLICY, 200, "content_filter", "the answer was cut by the filter")
            : Verdict.ok());
  }

  /**
   * Returns whether the stream has come to its proper end.
   *
   * @return true after {@link #next()} returned null
   */
  public boolean isComplete() {
    return complete && ready.isEmpty();
  }

  /** Closes the exchange if it is not over. What is closed early counts for and against nobody. */
  @Override
  public void close() {
    reader.close();
  }
}
