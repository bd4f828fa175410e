package app.galion.reference;

import app.galion.testkit.Await;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A tab: what a person does in it, and what it complains of. */
final class BrowserPage implements WebSocket.Listener, AutoCloseable {

  private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final StringBuilder part = new StringBuilder();
  private final WebSocket socket;

  BrowserPage(HttpClient http, URI debugger, int width, int height) {
    socket = http.newWebSocketBuilder().buildAsync(debugger, this).join();
    for (String domain : List.of("Runtime", "Log", "Page", "Network")) {
      ask(domain + ".enable", Map.of());
    }
    ask(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
  }

  void visit(String url) {
    ask("Page.navigate", Map.of("url", url));
  }

  /** Errors of scripts, on the console and of requests, as the browser tells them. */
  List<String> complaints() {
    return complaints;
  }

  /** What an expression of the page's language comes to. */
  JsonNode evaluate(String expression) {
    JsonNode answer =
        ask("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + answer.path("exceptionDetails"));
    }
    return answer.at("/result/value");
  }

  /** Waits until an expression holds. */
  void sees(String what, String expression) {
    Await.until(what, Browser.PATIENCE, () -> evaluate(expression).asBoolean());
  }

  /** Presses what a selector finds, with the mouse. */
  void press(String selector) {
    JsonNode at =
        evaluate(
            "(() => { const b = document.querySelector('"
                + selector
                + "'); b.scrollIntoView({block: 'center'}); const r = b.getBoundingClientRect();"
                + " return {x: r.x + r.width / 2, y: r.y + r.height / 2}; })()");
    for (String event : List.of("mousePressed", "mouseReleased")) {
      ask(
          "Input.dispatchMouseEvent",
          Map.of(
              "type",
              event,
              "x",
              at.path("x").asDouble(),
              "y",
              at.path("y").asDouble(),
              "button",
              "left",
              "clickCount",
              1));
    }
  }

  void screenshot(Path file) {
    JsonNode picture = ask("Page.captureScreenshot", Map.of("captureBeyondViewport", true));
    try {
      Files.write(file, Base64.getDecoder().decode(picture.path("data").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode ask(String method, Map<String, ?> parameters) {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    asked.put(id, answer);
    String text =
        RunningReference.JSON
            .valueToTree(Map.of("id", id, "method", method, "params", parameters))
            .toString();
    socket.sendText(text, true).join();
    JsonNode told = answer.orTimeout(Browser.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    if (told.has("error")) {
      throw new IllegalStateException(method + ": " + told.path("error"));
    }
    return told.path("result");
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    part.append(data);
    if (last) {
      try {
        told(RunningReference.JSON.readTree(part.toString()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        part.setLength(0);
      }
    }
    from.request(1);
    return CompletableFuture.completedFuture(null);
  }

  private void told(JsonNode message) {
    CompletableFuture<JsonNode> answer = asked.remove(message.path("id").asInt(-1));
    if (answer != null) {
      answer.complete(message);
      return;
    }
    JsonNode more = message.path("params");
    boolean complains =
        switch (message.path("method").asText()) {
          case "Runtime.exceptionThrown", "Network.loadingFailed" -> true;
          case "Runtime.consoleAPICalled" ->
              List.of("error", "warning", "assert").contains(more.path("type").asText());
          case "Log.entryAdded" ->
              List.of("error", "warning").contains(more.at("/entry/level").asText());
          default -> false;
        };
    if (complains) {
      complaints.add(message.toString());
    }
  }

  @Override
  public void close() {
    socket.abort();
  }
}
