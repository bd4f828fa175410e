package app.galion.reference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The reference API on free ports, and how a client from outside speaks to it. */
final class RunningReference implements AutoCloseable {

  static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicInteger CALLERS = new AtomicInteger();
  private static final AtomicInteger ADDRESSES = new AtomicInteger();
  private static final Logger GALION_LOG = Logger.getLogger("app.galion");

  static {
    GALION_LOG.setLevel(Level.SEVERE);
  }

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Options options;
  final Reference reference;

  private RunningReference(Options options) {
    this.options = options;
    this.reference = new Reference(options);
  }

  static RunningReference start(String... more) {
    String[] arguments = new String[more.length + 2];
    arguments[0] = "--port";
    arguments[1] = Integer.toString(freeRange());
    System.arraycopy(more, 0, arguments, 2, more.length);
    RunningReference running = new RunningReference(Options.parse(Map.of(), arguments));
    try {
      running.reference.start();
      return running;
    } catch (RuntimeException e) {
      running.close();
      throw e;
    }
  }

  static int freeRange() {
    while (true) {
      /* above the ports of the testkit's servers, below those of outgoing connections */
      int base = ThreadLocalRandom.current().nextInt(32_000, 32_768 - Options.VENDORS_OFFSET);
      if (allFree(base)) {
        return base;
      }
    }
  }

  private static boolean allFree(int base) {
    for (int port = base; port <= base + Options.VENDORS_OFFSET; port++) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }

  /** A caller that no other test is, so that its limits are its own. */
  static String caller() {
    return "caller-" + CALLERS.incrementAndGet();
  }

  /** An address that no other test calls from. */
  static String address() {
    int n = ADDRESSES.incrementAndGet();
    return "203.0." + n / 256 + "." + n % 256;
  }

  String node(int number) {
    return "http://127.0.0.1:" + options.nodePort(number);
  }

  String console() {
    return "http://127.0.0.1:" + options.port;
  }

  String vendors() {
    return "http://127.0.0.1:" + options.vendorsPort();
  }

  int port(int node) {
    return options.nodePort(node);
  }

  /** A request in the making. */
  final class Call {
    private final HttpRequest.Builder builder;

    Call(String method, String url, byte[] body) {
      builder =
          HttpRequest.newBuilder(URI.create(url))
              .timeout(Duration.ofSeconds(30))
              .method(
                  method,
                  body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    }

    Call as(String user) {
      builder.header("Authorization", "Bearer demo-" + user);
      return this;
    }

    Call from(String address) {
      builder.header("X-Forwarded-For", address);
      return this;
    }

    Call header(String name, String value) {
      builder.header(name, value);
      return this;
    }

    Answer send() {
      try {
        return new Answer(client.send(builder.build(), BodyHandlers.ofByteArray()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    CompletableFuture<Answer> sendAsync() {
      return client.sendAsync(builder.build(), BodyHandlers.ofByteArray()).thenApply(Answer::new);
    }

    InputStream stream() {
      try {
        return client.send(builder.build(), BodyHandlers.ofInputStream()).body();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** What came back. */
  record Answer(HttpResponse<byte[]> response) {
    int status() {
      return response.statusCode();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    byte[] body() {
      return response.body();
    }

    String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (IOException e) {
        throw new IllegalStateException("no JSON: " + text(), e);
      }
    }
  }

  Call get(int node, String path) {
    return new Call("GET", node(node) + path, new byte[0]);
  }

  Call delete(int node, String path) {
    return new Call("DELETE", node(node) + path, new byte[0]);
  }

  Call put(int node, String path, String json) {
    return new Call("PUT", node(node) + path, json.getBytes(StandardCharsets.UTF_8));
  }

  Call post(int node, String path, String json) {
    return post(node, path, json.getBytes(StandardCharsets.UTF_8));
  }

  Call post(int node, String path, byte[] body) {
    return new Call("POST", node(node) + path, body);
  }

  Call request(String method, String url) {
    return new Call(method, url, new byte[0]);
  }

  Call chat(int node, String prompt) {
    return post(node, "/api/v1/chat", "{\"prompt\":\"" + prompt + "\"}");
  }

  Call chatStream(int node, String prompt) {
    return post(node, "/api/v1/chat", "{\"prompt\":\"" + prompt + "\",\"stream\":true}");
  }

  Call speech(int node, String text) {
    return post(node, "/api/v1/voice/tts", "{\"text\":\"" + text + "\"}");
  }

  /** Queues faults of a vendor's. */
  void faults(String vendor, String faults) {
    Call call =
        new Call(
            "PUT",
            vendors() + "/_control/" + vendor,
            ("{\"faults\":[" + faults + "]}").getBytes(StandardCharsets.UTF_8));
    int status = call.send().status();
    if (status / 100 != 2) {
      throw new IllegalStateException("the simulator answered " + status);
    }
  }

  void heal(String vendor) {
    request("DELETE", vendors() + "/_control/" + vendor).send();
  }

  /** How often a vendor was called. */
  int calls(String vendor) {
    return request("GET", vendors() + "/_control").send().json().path(vendor).path("calls").asInt();
  }

  String circuit(int node, String name) {
    return get(node, "/api/v1/circuits").send().json().path(name).path("state").asText();
  }

  @Override
  public void close() {
    reference.close();
  }
}
