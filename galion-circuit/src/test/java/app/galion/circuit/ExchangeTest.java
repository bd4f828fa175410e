package app.galion.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.galion.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ExchangeTest {

  private static final String OK = "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello";
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final int ROUNDS = 8;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static VendorCircuit circuit(Duration connect, Duration firstByte, Duration gap) {
    VendorProfile profile =
        VendorProfile.openAiChat().toBuilder()
            .connect(connect)
            .firstByte(firstByte)
            .gap(gap)
            .total(Duration.ofSeconds(10))
            .build();
    return VendorCircuit.builder("exchange", profile).build();
  }

  private static VendorCircuit circuit() {
    return circuit(SOON, SOON, SOON);
  }

  private static HttpRequest post(URI uri) {
    return HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString("{}")).build();
  }

  private VendorException failure(VendorCircuit circuit, VendorWork<?> work) {
    VendorException error =
        catchThrowableOfType(VendorException.class, () -> circuit.callOrThrow(work));
    assertThat(error).isNotNull();
    return error;
  }

  private String send(VendorCircuit circuit, RawServer server) {
    return circuit.callOrThrow(
        call -> call.send(http, post(server.uri()), BodyHandlers.ofString()).body());
  }

  @Nested
  class Answers {

    @Test
    void aGoodOneIsReturnedAndCounted() throws IOException {
      try (RawServer server = new RawServer(client -> client.say(OK))) {
        VendorCircuit circuit = circuit();
        assertThat(send(circuit, server)).isEqualTo("hello");
        assertThat(circuit.counters().of(Outcome.OK).sum()).isEqualTo(1);
      }
    }

    @Test
    void anErrorIsClassifiedFromItsBody() throws IOException {
      String body = "{\"error\":{\"message\":\"busy\",\"code\":\"server_is_overloaded\"}}";
      try (RawServer server =
          new RawServer(
              client ->
                  client.say(
                      "HTTP/1.1 503 No\nRetry-After: 7\nContent-Length: "
                          + body.length()
                          + "\n\n"
                          + body))) {
        VendorException error = failure(circuit(), call -> sendTo(call, server));
        assertThat(error.outcome()).isEqualTo(Outcome.OVERLOAD);
        assertThat(error.status()).isEqualTo(503);
        assertThat(error.code()).contains("server_is_overloaded");
        assertThat(error.vendorMessage()).contains("busy");
        assertThat(error.retryAt()).isPresent();
      }
    }

    @Test
    void anErrorWhoseBodyStallsIsClassifiedFromItsStatus() throws IOException {
      try (RawServer server =
          new RawServer(
              client ->
                  client.say("HTTP/1.1 500 No\nContent-Length: 900\n\n{\"er").waitForHangUp())) {
        VendorCircuit circuit = circuit(SOON, SOON, Duration.ofMillis(200));
        assertThat(failure(circuit, call -> sendTo(call, server)).status()).isEqualTo(500);
      }
    }

    @Test
    void anEndlessErrorBodyIsReadNoFurtherThanItsHead() throws IOException {
      String part = "x".repeat(16 * 1024);
      try (RawServer server =
          new RawServer(
              client -> {
                client.say("HTTP/1.1 500 No\nTransfer-Encoding: chunked\n\n");
                while (true) {
                  client.chunk(part);
                }
              })) {
        assertThat(failure(circuit(), call -> sendTo(call, server)).outcome())
            .isEqualTo(Outcome.SERVER);
      }
    }

    @Test
    void aRefusedConnectionIsTransport() throws IOException {
      VendorException error;
      try (Socket bound = new Socket()) { // it does not listen, and nobody else will there
        bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        URI nobody = URI.create("http://127.0.0.1:" + bound.getLocalPort() + "/");
        error = failure(circuit(), call -> call.send(http, post(nobody), BodyHandlers.ofString()));
      }
      assertThat(error.outcome()).isEqualTo(Outcome.TRANSPORT);
    }

    @Test
    void aResetBeforeTheAnswerIsTransport() throws IOException {
      try (RawServer server = new RawServer(RawServer.Conversation::reset)) {
        assertThat(failure(circuit(), call -> sendTo(call, server)).outcome())
            .isEqualTo(Outcome.TRANSPORT);
      }
    }

    @Test
    void aBodyThatIsCutIsBroken() throws IOException {
      try (RawServer server =
          new RawServer(client -> client.say("HTTP/1.1 200 OK\nContent-Length: 50\n\nhel"))) {
        assertThat(failure(circuit(), call -> sendTo(call, server)).outcome())
            .isEqualTo(Outcome.STREAM_BROKEN);
      }
    }

    @Test
    void theWorksOwnErrorPassesAndCountsNeitherWay() throws IOException {
      try (RawServer server = new RawServer(client -> client.say(OK))) {
        VendorCircuit circuit = circuit();
        IllegalStateException own = new IllegalStateException("mine");
        IllegalStateException seen =
            catchThrowableOfType(
                IllegalStateException.class,
                () ->
                    circuit.callOrThrow(
                        call -> {
                          sendTo(call, server);
                          throw own;
                        }));
        assertThat(seen).isSameAs(own);
        assertThat(circuit.counters().of(Outcome.LOCAL).sum()).isEqualTo(1);
      }
    }

    @Test
    void aFailureThatTheWorkHidesStillCounts() throws IOException {
      try (RawServer server =
          new RawServer(client -> client.say("HTTP/1.1 500 No\nContent-Length: 0\n\n"))) {
        VendorCircuit circuit = circuit();
        String hidden =
            circuit.callOrThrow(
                call -> {
                  try {
                    return sendTo(call, server);
                  } catch (VendorException e) {
                    return "hidden";
                  }
                });
        assertThat(hidden).isEqualTo("hidden");
        assertThat(circuit.status().failureCount()).isEqualTo(1);
      }
    }

    @Test
    void aBodyHandedOutEarlyKeepsThePermitUntilItsEnd() throws Exception {
      CompletableFuture<Void> go = new CompletableFuture<>();
      try (RawServer server =
          new RawServer(
              client -> {
                client.say("HTTP/1.1 200 OK\nContent-Length: 5\n\nhe");
                go.get(20, TimeUnit.SECONDS);
                client.say("llo");
              })) {
        VendorCircuit circuit = circuit();
        InputStream body =
            circuit.callOrThrow(
                call -> call.send(http, post(server.uri()), BodyHandlers.ofInputStream()).body());
        assertThat(circuit.counters().of(Outcome.OK).sum()).isZero();
        go.complete(null);
        assertThat(new String(body.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
            .isEqualTo("hello");
        Await.until(
            "the permit to return", SOON, () -> circuit.counters().of(Outcome.OK).sum() == 1);
      }
    }
  }

  private String sendTo(VendorCall call, RawServer server) {
    return call.send(http, post(server.uri()), BodyHandlers.ofString()).body();
  }

  /* Each proves at the server's socket that the connection was closed, and how soon. */
  @Nested
  class ClosesTheExchange {

    private void closedInTime(String answer, Duration limit, Outcome expected, VendorWork2 work)
        throws Exception {
      long best = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS && best > TimeUnit.MILLISECONDS.toNanos(100); round++) {
        CompletableFuture<Long> begun = new CompletableFuture<>();
        try (RawServer server =
            new RawServer(
                client -> {
                  client.say(answer);
                  begun.complete(System.nanoTime());
                  client.waitForHangUp();
                })) {
          VendorCircuit circuit = circuit();
          VendorException error = failure(circuit, call -> work.run(call, server));
          assertThat(error.outcome()).isEqualTo(expected);
          assertThat(circuit.counters().of(expected).sum()).isEqualTo(1);
          best = Math.min(best, server.hungUpAt() - begun.get() - limit.toNanos());
        }
      }
      assertThat(Duration.ofNanos(best)).isLessThanOrEqualTo(Duration.ofMillis(100));
    }

    interface VendorWork2 {
      Object run(VendorCall call, RawServer server) throws Exception;
    }

    @Test
    void whenNoFirstByteComes() throws Exception {
      Duration limit = Duration.ofMillis(300);
      closedInTime(
          "", limit, Outcome.SLOW_START, (call, server) -> sendTo(call.firstByte(limit), server));
    }

    @Test
    void whenTheBodyDoesNotFollowItsHeaders() throws Exception {
      Duration limit = Duration.ofMillis(300);
      closedInTime(
          "HTTP/1.1 200 OK\nContent-Length: 50\n\n",
          limit,
          Outcome.SLOW_START,
          (call, server) -> sendTo(call.firstByte(limit), server));
    }

    @Test
    void whenABodyFallsSilent() throws Exception {
      Duration limit = Duration.ofMillis(300);
      closedInTime(
          "HTTP/1.1 200 OK\nContent-Length: 50\n\nhel",
          limit,
          Outcome.STREAM_BROKEN,
          (call, server) -> sendTo(call.gap(limit), server));
    }

    @Test
    void whenTheTotalIsOver() throws Exception {
      Duration limit = Duration.ofSeconds(2); // it runs before the first byte too
      closedInTime(
          "HTTP/1.1 200 OK\nContent-Length: 50\n\nhel",
          limit,
          Outcome.STREAM_BROKEN,
          (call, server) -> sendTo(call.total(limit), server));
    }

    @Test
    void whenTheCallersDeadlinePasses() throws Exception {
      Duration limit = Duration.ofMillis(300);
      closedInTime(
          "HTTP/1.1 200 OK\nContent-Length: 50\n\nhel",
          limit,
          Outcome.DEADLINE,
          (call, server) -> sendTo(call.deadline(limit), server));
    }

    @Test
    void whenAStreamFallsSilent() throws Exception {
      Duration limit = Duration.ofMillis(300);
      closedInTime(
          "HTTP/1.1 200 OK\nContent-Length: 50\n\nhel",
          limit,
          Outcome.STREAM_BROKEN,
          (call, server) -> call.gap(limit).stream(http, post(server.uri())).readAllBytes());
    }

    private void closedAfter(Consumer<VendorCall> cancel, Consumer<Thread> interrupt)
        throws Exception {
      long best = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS && best > TimeUnit.MILLISECONDS.toNanos(100); round++) {
        CompletableFuture<Void> inBody = new CompletableFuture<>();
        try (RawServer server =
            new RawServer(
                client -> {
                  client.say("HTTP/1.1 200 OK\nContent-Length: 50\n\nhel");
                  inBody.complete(null);
                  client.waitForHangUp();
                })) {
          VendorCircuit circuit = circuit();
          AtomicReference<VendorCall> handed = new AtomicReference<>();
          CompletableFuture<VendorException> failed = new CompletableFuture<>();
          Thread caller =
              new Thread(
                  () ->
                      failed.complete(
                          failure(
                              circuit,
                              call -> {
                                handed.set(call);
                                return sendTo(call, server);
                              })));
          caller.start();
          inBody.get(10, TimeUnit.SECONDS);
          long asked = System.nanoTime();
          cancel.accept(handed.get());
          interrupt.accept(caller);
          assertThat(failed.get(10, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.LOCAL);
          best = Math.min(best, server.hungUpAt() - asked);
          assertThat(circuit.counters().of(Outcome.LOCAL).sum()).isEqualTo(1);
        }
      }
      assertThat(Duration.ofNanos(best)).isLessThanOrEqualTo(Duration.ofMillis(100));
    }

    @Test
    void whenTheCallerCancels() throws Exception {
      closedAfter(VendorCall::cancel, thread -> {});
    }

    @Test
    void whenTheCallerIsInterrupted() throws Exception {
      closedAfter(call -> {}, Thread::interrupt);
    }

    @Test
    void whenAStreamIsClosedEarly() throws Exception {
      long best = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS && best > TimeUnit.MILLISECONDS.toNanos(100); round++) {
        try (RawServer server =
            new RawServer(
                client ->
                    client
                        .say("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n")
                        .chunk("some sound")
                        .waitForHangUp())) {
          VendorCircuit circuit = circuit();
          InputStream body = circuit.callOrThrow(call -> call.stream(http, post(server.uri())));
          assertThat(body.read()).isEqualTo('s');
          long asked = System.nanoTime();
          body.close();
          best = Math.min(best, server.hungUpAt() - asked);
          assertThat(circuit.counters().of(Outcome.LOCAL).sum()).isEqualTo(1);
        }
      }
      assertThat(Duration.ofNanos(best)).isLessThanOrEqualTo(Duration.ofMillis(100));
    }
  }

  @Test
  void aConnectionThatIsNeverMadeIsTransport() throws IOException {
    // a listener whose backlog is full answers no further SYN
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      java.util.List<java.nio.channels.SocketChannel> fillers = new java.util.ArrayList<>();
      try {
        for (int i = 0; i < 8; i++) {
          java.nio.channels.SocketChannel filler = java.nio.channels.SocketChannel.open();
          filler.configureBlocking(false);
          filler.connect(full.getLocalSocketAddress());
          fillers.add(filler);
        }
        URI uri = URI.create("http://127.0.0.1:" + full.getLocalPort() + "/");
        VendorCircuit circuit = circuit(Duration.ofMillis(300), SOON, SOON);
        VendorException error =
            failure(circuit, call -> call.send(http, post(uri), BodyHandlers.ofString()));
        assertThat(error.outcome()).isEqualTo(Outcome.TRANSPORT);
        assertThat(error).hasMessageContaining("no connection within 300 ms");
      } finally {
        for (java.nio.channels.SocketChannel filler : fillers) {
          filler.close();
        }
      }
    }
  }

  @Test
  void anAnswerFasterThanItsCallerIsNotCancelled() {
    VendorCircuit circuit = circuit();
    Grant grant = (Grant) circuit.tryAcquire();
    Limits limits = new Limits(0, SOON.toNanos(), 0, SOON.toNanos(), 0);
    CompletableFuture<String> answer = new CompletableFuture<>();
    Exchange exchange = new Exchange(Exchange.Mode.WHOLE, circuit, grant, limits, false);

    exchange.bodyComplete(false);
    exchange.started(answer);

    assertThat(answer).isNotCancelled();
    assertThat(exchange.verdict()).isEqualTo(Verdict.ok());
  }

  @Test
  void oneExchangeAtATime() throws IOException {
    try (RawServer server =
        new RawServer(
            client ->
                client
                    .say("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n")
                    .chunk("x")
                    .waitForHangUp())) {
      IllegalStateException error =
          catchThrowableOfType(
              IllegalStateException.class,
              () ->
                  circuit()
                      .callOrThrow(
                          call -> {
                            call.stream(http, post(server.uri()));
                            return call.stream(http, post(server.uri()));
                          }));
      assertThat(error).hasMessageContaining("one at a time");
    }
  }
}
