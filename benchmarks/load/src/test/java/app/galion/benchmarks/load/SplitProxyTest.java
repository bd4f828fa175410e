package app.galion.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.benchmarks.load.SplitProxy.Fault;
import app.galion.benchmarks.load.SplitProxy.Kind;
import app.galion.testkit.Await;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SplitProxyTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  private final RedisServer server;
  private final SplitProxy proxy;
  private final RedisClient client;
  private final Set<String> heard = ConcurrentHashMap.newKeySet();
  private final StatefulRedisConnection<String, String> commands;
  private final StatefulRedisPubSubConnection<String, String> subscriber;

  SplitProxyTest(@RealRedis RedisServer server) {
    this.server = server;
    proxy = new SplitProxy(server.port());
    client = RedisClient.create(proxy.uri());
    commands = client.connect();
    subscriber = client.connectPubSub();
  }

  @BeforeEach
  void subscribe() {
    subscriber.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void message(String channel, String message) {
            heard.add(message);
          }
        });
    subscriber.sync().subscribe("split-proxy");
    hears("first");
  }

  @AfterEach
  void close() {
    client.shutdown();
    proxy.close();
  }

  private void hears(String message) {
    Await.until(
        "the subscriber hears " + message,
        LONG,
        () -> {
          server.command("PUBLISH", "split-proxy", message);
          return heard.contains(message);
        });
  }

  @Test
  void losesWhatASubscriberIsToldWhileCommandsPass() {
    proxy.fault(Kind.SUBSCRIBER, Fault.SILENT);

    server.command("PUBLISH", "split-proxy", "lost");
    assertThat(commands.sync().ping()).isEqualTo("PONG");
    proxy.fault(Kind.SUBSCRIBER, Fault.NONE);
    server.command("PUBLISH", "split-proxy", "behind the hole");

    assertThat(commands.sync().ping()).isEqualTo("PONG");
    assertThat(heard).containsExactly("first");
  }

  @Test
  void closesASubscriberUntilItMayComeBack() {
    proxy.fault(Kind.SUBSCRIBER, Fault.CUT);

    Await.until(
        "it is gone",
        LONG,
        () -> Long.valueOf(0).equals(server.command("PUBLISH", "split-proxy", "lost")));
    assertThat(commands.sync().ping()).isEqualTo("PONG");

    proxy.fault(Kind.SUBSCRIBER, Fault.NONE);
    hears("back");
  }

  @Test
  void delaysCommandsInBothDirectionsAndKeepsTheirOrder() throws Exception {
    proxy.fault(Kind.COMMANDS, Fault.SLOW);

    long before = System.nanoTime();
    assertThat(commands.sync().ping()).isEqualTo("PONG");
    assertThat(System.nanoTime() - before)
        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(2 * SplitProxy.DELAY_MILLIS));
    var first = commands.async().echo("first");
    proxy.fault(Kind.COMMANDS, Fault.NONE);
    var second = commands.async().echo("second");

    assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo("second");
    assertThat(first.isDone()).isTrue();
    assertThat(first.get()).isEqualTo("first");
  }
}
