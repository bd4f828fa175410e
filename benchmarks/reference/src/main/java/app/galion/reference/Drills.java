package app.galion.reference;

import app.galion.spi.Ticker;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Small experiments on the running nodes, over HTTP as a caller makes them. */
final class Drills {

  private static final int STAMPEDE = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long POLL = Duration.ofMillis(2).toNanos();

  private final Options options;
  private final List<Node> nodes;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicLong callers = new AtomicLong();

  Drills(Options options, List<Node> nodes) {
    this.options = options;
    this.nodes = nodes;
  }

  /** Asks all nodes at once for a user that no cache knows. */
  String stampede() {
    long id = anyUser();
    nodes.get(0).caches.users().invalidate(id);
    long loadsBefore = loads();
    long start = Ticker.system().read();
    List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
    for (int i = 0; i < STAMPEDE; i++) {
      HttpRequest request = user(1 + i % nodes.size(), id).GET().build();
      calls.add(http.sendAsync(request, BodyHandlers.ofString()));
    }
    TreeMap<String, Integer> answers = new TreeMap<>();
    for (CompletableFuture<HttpResponse<String>> call : calls) {
      HttpResponse<String> answer = call.join();
      String from = answer.headers().firstValue("X-Cache").orElse("status " + answer.statusCode());
      answers.merge(from, 1, Integer::sum);
    }
    return STAMPEDE
        + " requests at once for the cold user "
        + id
        + ": "
        + (loads() - loadsBefore)
        + " load(s) from the database, answers by source "
        + answers
        + ", "
        + millisSince(start)
        + " ms in all.";
  }

  private long loads() {
    return nodes.stream().mapToLong(node -> node.caches.users().stats().loads()).sum();
  }

  /** Writes on the first node, and reads on the last until the new value is there. */
  String overwrite() throws IOException, InterruptedException {
    long id = anyUser();
    int reader = nodes.size();
    version(send(user(reader, id).GET().build()));
    String body = "{\"name\":\"Written by the console\"}";
    long written = version(send(user(1, id).PUT(BodyPublishers.ofString(body)).build()));
    long start = Ticker.system().read();
    int asked = 1;
    while (version(send(user(reader, id).GET().build())) < written) {
      if (Ticker.system().read() - start > PATIENCE.toNanos()) {
        return "Node " + name(reader) + " still shows the old user " + id + " after 10 s.";
      }
      asked++;
      LockSupport.parkNanos(this, POLL);
    }
    return "User "
        + id
        + " was written on node "
        + name(1)
        + " as version "
        + written
        + "; node "
        + name(reader)
        + " showed it at request "
        + asked
        + ", "
        + millisSince(start)
        + " ms after the write was answered.";
  }

  private String name(int node) {
    return nodes.get(node - 1).name;
  }

  private static long anyUser() {
    return ThreadLocalRandom.current().nextLong(1, Database.SEEDED_USERS + 1);
  }

  /* Each request is another caller's, so that no limit stands in the way. */
  private HttpRequest.Builder user(int node, long id) {
    String path = options.dialUrl(options.nodePort(node)) + "/api/v1/users/" + id;
    return HttpRequest.newBuilder(URI.create(path))
        .timeout(PATIENCE)
        .header("Authorization", "Bearer demo-console-" + callers.incrementAndGet());
  }

  private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
    return Json.parse(http.send(request, BodyHandlers.ofByteArray()).body());
  }

  private static long version(JsonNode user) {
    return user.path("version").asLong();
  }

  private static long millisSince(long start) {
    return TimeUnit.NANOSECONDS.toMillis(Ticker.system().read() - start);
  }
}
