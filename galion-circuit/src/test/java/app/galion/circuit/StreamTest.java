package app.galion.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.galion.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/* Relaying what a vendor streams: whole, cut at each stage, silent, and left by its reader. */
class StreamTest {

  private static final String HEAD =
      "HTTP/1.1 200 OK\nContent-Type: %s\nTransfer-Encoding: chunked\nConnection: close\n\n";
  private static final String EVENTS = HEAD.formatted("text/event-stream");
  private static final String SOUND = HEAD.formatted("audio/mpeg");
  private static final Duration LONG = Duration.ofSeconds(10);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final VendorCircuit circuit =
      VendorCircuit.builder("stream", VendorProfile.openAiChat()).build();

  private static String said(String text) {
    return "data: {\"choices\":[{\"delta\":{\"content\":\"" + text + "\"}}]}\n\n";
  }

  private HttpRequest post(RawServer server) {
    return HttpRequest.newBuilder(server.uri()).POST(BodyPublishers.ofString("{}")).build();
  }

  private EventStream events(RawServer server) {
    return circuit.callOrThrow(call -> call.events(http, post(server)));
  }

  private InputStream sound(RawServer server) {
    return circuit.callOrThrow(call -> call.stream(http, post(server)));
  }

  private void counted(Outcome outcome) {
    Await.until("the verdict", LONG, () -> circuit.counters().of(outcome).sum() == 1);
  }

  private static String relay(EventStream events) {
    StringBuilder text = new StringBuilder();
    for (ServerEvent event = events.next(); event != null; event = events.next()) {
      text.append(event.text());
    }
    return text.toString();
  }

  @Nested
  class ServerSentEvents {

    @Test
    void areRelayedWhileTheyComeAndCountWhenDone() throws Exception {
      CountDownLatch read = new CountDownLatch(1);
      try (RawServer server =
          new RawServer(
              client -> {
                client.say(EVENTS).chunk(": hello\n\n" + said("one "));
                read.await(20, TimeUnit.SECONDS);
                client.chunk(said("two") + "data: [DONE]\n\n").chunk("");
              })) {
        EventStream events = events(server);
        ServerEvent first = events.next();
        assertThat(first).isNotNull();
        assertThat(first.text()).isEqualTo("one ");
        assertThat(circuit.counters().of(Outcome.OK).sum()).isZero();
        read.countDown();
        assertThat(relay(events)).isEqualTo("two");
        assertThat(events.isComplete()).isTrue();
        counted(Outcome.OK);
        events.close();
        assertThat(circuit.counters().of(Outcome.LOCAL).sum()).isZero();
      }
    }

    @Test
    void splitAnywhereAreTheSame() throws Exception {
      String whole = said("grüße ") + said("€") + "data: [DONE]\n\n";
      byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
      try (RawServer server =
          new RawServer(
              client -> {
                client.say(EVENTS);
                for (byte b : bytes) {
                  client.chunk(new byte[] {b});
                }
                client.chunk("");
              })) {
        assertThat(relay(events(server))).isEqualTo("grüße €");
      }
    }

    @Test
    void cutBeforeTheFirstAreAFailedCall() throws Exception {
      try (RawServer server = new RawServer(client -> client.say(EVENTS).chunk(": wait\n\n"))) {
        VendorException error = catchThrowableOfType(VendorException.class, () -> events(server));
        assertThat(error).isNotInstanceOf(StreamBrokenException.class);
        assertThat(error.outcome()).isEqualTo(Outcome.STREAM_BROKEN);
        counted(Outcome.STREAM_BROKEN);
      }
    }

    @Test
    void cutInTheMiddleSayHowManyCame() throws Exception {
      CountDownLatch read = new CountDownLatch(1);
      try (RawServer server =
          new RawServer(
              client -> {
                client.say(EVENTS).chunk(said("one") + said("two"));
                read.await(20, TimeUnit.SECONDS);
              })) {
        EventStream events = events(server);
        assertThat(events.next()).isNotNull();
        read.countDown();
        StreamBrokenException error =
            catchThrowableOfType(StreamBrokenException.class, () -> relay(events));
        assertThat(error).isNotNull();
        assertThat(error.outcome()).isEqualTo(Outcome.STREAM_BROKEN);
        assertThat(error.delivered()).isEqualTo(2);
        counted(Outcome.STREAM_BROKEN);
        assertThat(circuit.status().failureCount()).isEqualTo(1);
      }
    }

    @Test
    void endedPolitelyWithoutTheirMarkAreBroken() throws Exception {
      try (RawServer server =
          new RawServer(client -> client.say(EVENTS).chunk(said("one")).chunk(""))) {
        EventStream events = events(server);
        StreamBrokenException error =
            catchThrowableOfType(StreamBrokenException.class, () -> relay(events));
        assertThat(error).hasMessageContaining("ended without [DONE]");
      }
    }

    @Test
    void thatFallSilentAreClosed() throws Exception {
      Duration gap = Duration.ofMillis(200);
      try (RawServer server =
          new RawServer(client -> client.say(EVENTS).chunk(said("one")).waitForHangUp())) {
        EventStream events = circuit.callOrThrow(call -> call.gap(gap).events(http, post(server)));
        StreamBrokenException error =
            catchThrowableOfType(StreamBrokenException.class, () -> relay(events));
        assertThat(error).hasMessageContaining("silent for 200 ms");
        assertThat(server.hungUpAt()).isNotZero();
        counted(Outcome.STREAM_BROKEN);
      }
    }

    @Test
    void closedByTheirReaderCloseTheExchangeAndCountForNobody() throws Exception {
      try (RawServer server =
          new RawServer(client -> client.say(EVENTS).chunk(said("one")).waitForHangUp())) {
        try (EventStream events = events(server)) {
          assertThat(events.next()).isNotNull();
        }
        assertThat(server.hungUpAt()).isNotZero();
        counted(Outcome.LOCAL);
        assertThat(circuit.status().failureCount()).isZero();
      }
    }

    @Test
    void thatCarryAnErrorAreClassifiedByIt() throws Exception {
      String error = "data: {\"error\":{\"message\":\"m\",\"code\":\"server_is_overloaded\"}}\n\n";
      try (RawServer server =
          new RawServer(client -> client.say(EVENTS).chunk(said("one") + error).waitForHangUp())) {
        EventStream events = events(server);
        StreamBrokenException broken =
            catchThrowableOfType(StreamBrokenException.class, () -> relay(events));
        assertThat(broken).isNotNull();
        assertThat(broken.outcome()).isEqualTo(Outcome.OVERLOAD);
        counted(Outcome.OVERLOAD);
      }
    }

    @Test
    void insteadOfWhichAnErrorDocumentComesAreAFailedCall() throws Exception {
      String body = "{\"error\":{\"message\":\"m\",\"code\":\"insufficient_quota\"}}";
      try (RawServer server =
          new RawServer(client -> client.reply(200, "Content-Type: application/json\n", body))) {
        VendorException error = catchThrowableOfType(VendorException.class, () -> events(server));
        assertThat(error.outcome()).isEqualTo(Outcome.QUOTA);
        counted(Outcome.QUOTA);
      }
    }

    @Test
    void cutByTheFilterCountForNobody() throws Exception {
      String filtered =
          "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n";
      try (RawServer server =
          new RawServer(
              client ->
                  client
                      .say(EVENTS)
                      .chunk(said("one") + filtered + "data: [DONE]\n\n")
                      .chunk(""))) {
        assertThat(relay(events(server))).isEqualTo("one");
        counted(Outcome.POLICY);
      }
    }
  }

  @Nested
  class Bytes {

    @Test
    void areRelayedWholeAndCountWhenTheVendorEndedThem() throws Exception {
      try (RawServer server =
          new RawServer(client -> client.say(SOUND).chunk("do ").chunk("re").chunk(""))) {
        try (InputStream body = sound(server)) {
          assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("do re");
        }
        counted(Outcome.OK);
      }
    }

    @Test
    void cutInTheMiddleSayHowManyCame() throws Exception {
      CountDownLatch read = new CountDownLatch(1);
      try (RawServer server =
          new RawServer(
              client -> {
                client.say(SOUND).chunk("do re");
                read.await(20, TimeUnit.SECONDS);
              })) {
        try (InputStream body = sound(server)) {
          assertThat(body.read()).isEqualTo('d');
          read.countDown();
          StreamBrokenException error =
              catchThrowableOfType(StreamBrokenException.class, body::readAllBytes);
          assertThat(error).isNotNull();
          assertThat(error.delivered()).isEqualTo(5);
          counted(Outcome.STREAM_BROKEN);
        }
      }
    }

    @Test
    void ofWhichThereAreNoneAreAFailedCall() throws Exception {
      try (RawServer server = new RawServer(client -> client.say(SOUND).chunk(""))) {
        VendorException error = catchThrowableOfType(VendorException.class, () -> sound(server));
        assertThat(error).hasMessageContaining("the answer was empty");
        counted(Outcome.STREAM_BROKEN);
      }
    }

    @Test
    void thatNobodyReadsAreNotTheVendorsSilence() throws Exception {
      int size = 16_000_000;
      try (RawServer server =
          new RawServer(client -> client.say(SOUND).chunk(new byte[size]).chunk(""))) {
        Duration gap = Duration.ofSeconds(1);
        InputStream body = circuit.callOrThrow(call -> call.gap(gap).stream(http, post(server)));
        assertThat(body.read()).isZero();
        long start = circuit.ticker().read();
        Await.until(
            "two gaps to pass",
            LONG,
            () -> circuit.ticker().read() - start > gap.multipliedBy(2).toNanos());
        assertThat(body.readAllBytes()).hasSize(size - 1);
        counted(Outcome.OK);
      }
    }
  }

  @Test
  void theFirstByteOfATrialsStreamClosesTheCircuit() throws IOException {
    VendorProfile quick =
        VendorProfile.openAiChat().toBuilder()
            .openFor(Duration.ofMillis(1))
            .consecutiveFailures(1)
            .build();
    VendorCircuit trial = VendorCircuit.builder("trial", quick).build();
    trial.tryAcquire().complete(Verdict.of(Outcome.SERVER, "sick"));
    Await.until(
        "a trial is due", LONG, () -> trial.status().state() == CircuitStatus.State.HALF_OPEN);
    try (RawServer server =
            new RawServer(client -> client.say(SOUND).chunk("sound").waitForHangUp());
        InputStream body = trial.callOrThrow(call -> call.stream(http, post(server)))) {
      assertThat(body.read()).isEqualTo('s');
      assertThat(trial.status().state()).isEqualTo(CircuitStatus.State.CLOSED);
    }
  }
}
