package app.galion.reference;

import app.galion.cache.Entry;
import app.galion.cache.TieredCache;
import app.galion.circuit.VendorCircuit;
import app.galion.spi.GalionException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Chat: limit, cache, circuit, vendor; and what is left to say when the vendor is away. */
final class ChatRoute {

  private final Limits limits;
  private final VendorCircuit circuit;
  private final VendorCache<ChatRequest, String> answers;
  private final ChatStream stream;

  ChatRoute(
      Limits limits,
      VendorCircuit circuit,
      OpenAi openAi,
      TieredCache<ChatRequest, String> answers,
      Pings pings) {
    this.limits = limits;
    this.circuit = circuit;
    this.answers = new VendorCache<>(answers, circuit, openAi::chat);
    this.stream = new ChatStream(circuit, openAi, answers, pings);
  }

  void install(RoutesConfig routes) {
    routes.post("/api/v1/chat", limits.by(limits.chat, this::chat));
  }

  private void chat(Context context) throws Exception {
    Fields fields = Bodies.json(context);
    ChatRequest request = ChatRequest.of(limits.caller(context).subject(), fields);
    if (fields.flag("stream")) {
      stream.answer(context, request);
    } else {
      context.json(answer(context, request));
    }
  }

  private ChatReply answer(Context context, ChatRequest request) {
    try {
      Entry<String> entry = answers.get(request);
      CacheHeaders.put(context, entry);
      String text = Objects.requireNonNull(entry.value(), "answer");
      if (entry.stale()) {
        return ChatReply.stale(text, entry.age(), circuit.status().retryAt());
      }
      return CacheHeaders.isLive(entry)
          ? ChatReply.live(text)
          : ChatReply.cached(text, entry.age());
    } catch (GalionException e) {
      if (!VendorErrorResponses.isOutage(e)) {
        throw e;
      }
      return ChatReply.fallback(retryAt(e, circuit));
    }
  }

  /** When trying again makes sense: what the failure says, else when the circuit tries. */
  static @Nullable Instant retryAt(GalionException error, VendorCircuit circuit) {
    Instant told = ChatReply.retryAt(error);
    return told == null ? circuit.status().retryAt() : told;
  }
}
