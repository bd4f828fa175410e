package app.galion.reference;

import app.galion.cache.Entry;
import app.galion.cache.TieredCache;
import app.galion.circuit.VendorCircuit;
import app.galion.circuit.VendorException;
import app.galion.spi.GalionException;
import app.galion.spi.Stale;
import io.javalin.http.Context;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Chat as a stream: the vendor's deltas as they come, or a cached answer in the same form. */
final class ChatStream {

  private static final System.Logger LOG = System.getLogger(ChatStream.class.getName());

  private final VendorCircuit circuit;
  private final OpenAi openAi;
  private final TieredCache<ChatRequest, String> answers;
  private final Pings pings;

  ChatStream(
      VendorCircuit circuit, OpenAi openAi, TieredCache<ChatRequest, String> answers, Pings pings) {
    this.circuit = circuit;
    this.openAi = openAi;
    this.answers = answers;
    this.pings = pings;
  }

  void answer(Context context, ChatRequest request) {
    Entry<String> cached = answers.peek(request).orElse(null);
    String text = cached == null || cached.stale() ? null : cached.value();
    try (EventWriter events = new EventWriter(context, pings)) {
      if (cached != null && text != null) {
        CacheHeaders.put(context, cached);
        replay(events, request, text);
        return;
      }
      context.header("X-Cache", "MISS");
      context.header("Age", "0");
      relay(context, events, request);
    } catch (EventWriter.CallerGone e) {
      LOG.log(Level.DEBUG, "a caller left its stream", e);
    }
  }

  private void relay(Context context, EventWriter events, ChatRequest request) {
    String text;
    AtomicBoolean delivered = new AtomicBoolean();
    try {
      text =
          circuit.callOrThrow(
              call -> {
                events.whenGone(call::cancel);
                return openAi.stream(
                    call,
                    request,
                    data -> {
                      events.event(data);
                      delivered.set(true);
                    });
              });
    } catch (GalionException e) {
      failed(context, events, request, e, delivered.get());
      return;
    }
    answers.put(request, text);
    events.done();
  }

  private void failed(
      Context context,
      EventWriter events,
      ChatRequest request,
      GalionException error,
      boolean delivered) {
    boolean outage = VendorErrorResponses.isOutage(error);
    if (!outage && !events.begun()) {
      throw error;
    }
    Instant retryAt = ChatRoute.retryAt(error, circuit);
    if (delivered || !outage) {
      events.event(Json.text(Map.of("error", describe(error, retryAt))));
      return;
    }
    Optional<Stale<String>> stale = answers.lastGood(request).toCompletableFuture().join();
    stale.ifPresent(answer -> CacheHeaders.stale(context, answer.age()));
    ChatReply reply =
        stale
            .map(answer -> ChatReply.stale(answer.value(), answer.age(), retryAt))
            .orElseGet(() -> ChatReply.fallback(retryAt));
    events.event(Json.text(reply));
    events.done();
  }

  private static Map<String, @Nullable Object> describe(
      GalionException error, @Nullable Instant retryAt) {
    Map<String, @Nullable Object> described = new LinkedHashMap<>();
    if (error instanceof VendorException made && made.outcome().callersFault()) {
      ApiError fault = VendorErrorResponses.callersFault(made);
      described.put("code", fault.code());
      described.put("message", fault.text());
    } else {
      described.put("code", "stream_interrupted");
      described.put("message", "the assistant stopped before its answer was whole");
    }
    described.put("retry_at", ChatReply.seconds(retryAt));
    return described;
  }

  /** Sends an answer that is known already as the vendor would have sent it. */
  private static void replay(EventWriter events, ChatRequest request, String text) {
    events.event(chunk(request, Map.of("content", text), null));
    events.event(chunk(request, Map.of(), "stop"));
    events.done();
  }

  private static String chunk(
      ChatRequest request, Map<String, String> delta, @Nullable String finishReason) {
    Map<String, @Nullable Object> choice = new LinkedHashMap<>();
    choice.put("index", 0);
    choice.put("delta", delta);
    choice.put("finish_reason", finishReason);
    Map<String, Object> chunk = new LinkedHashMap<>();
    chunk.put("id", "cached");
    chunk.put("object", "chat.completion.chunk");
    chunk.put("model", request.model());
    chunk.put("choices", List.of(choice));
    return Json.text(chunk);
  }
}
