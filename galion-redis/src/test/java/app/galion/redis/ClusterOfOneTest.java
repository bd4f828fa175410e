package app.galion.redis;

import static app.galion.redis.RedisLink.bytes;
import static app.galion.redis.RedisLink.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.redis.FaultTest.Recorder;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a link takes an address for, on a cluster of one process. */
class ClusterOfOneTest {

  static final Duration SECOND = Duration.ofSeconds(1);
  static final Duration LONG = Duration.ofSeconds(15);

  @Test
  void findsOutThatItsOnlyAddressIsOneOfAClusters() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (RedisServer server = RedisServer.startCluster();
        RedisLink link = RedisLink.builder("one", server.uri()).suspectAfter(LONG).build()) {
      assertThat(link.awaitAvailable(LONG)).isTrue();
      assertThat(link.topology()).isEqualTo(Topology.CLUSTER);
      link.subscribe("one:news", new Recorder(heard));
      assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("subscribed");
      join(link.command(link.publishCommand(), List.of(bytes("one:news"), bytes("1")), LONG));
      assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("1");
      long epoch = link.epoch();
      server.command("FLUSHALL");
      Await.until("a new epoch", LONG, () -> link.epoch() == epoch + 1);
      server.kill();
      Await.until("gone", LONG, () -> !link.available());
      server.restart();
      Await.until("found again", LONG, link::available);
      Await.until("answered", LONG, () -> answers(link));
      assertThat(link.epoch()).isGreaterThan(epoch + 1);
    }
  }

  private static boolean answers(RedisLink link) {
    try {
      return join(link.command("INCR", List.of(link.key("n")), SECOND)).integer(0) > 0;
    } catch (RedisUnavailableException e) {
      return false;
    }
  }

  @Test
  void worksWhereItMayNotAskAboutTheServer() throws Exception {
    try (RedisServer server = RedisServer.startCluster()) {
      server.command("ACL", "SETUSER", "app", "on", ">pw", "~*", "&*", "+@all", "-info", "-time");
      String uri = "redis://app:pw@127.0.0.1:" + server.port();
      try (RedisLink link = RedisLink.builder("acl", uri + "," + uri).build()) {
        Await.until("answered", LONG, () -> answers(link));
      }
    }
  }

  @Test
  void saysAllThatSeveralAddressesMustNotBe() {
    assertThatThrownBy(() -> RedisLink.builder("a", "redis://h1/1,redis://h2").build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a cluster has database 0 alone");
  }

  @Test
  void saysThatSeveralServersAreNoCluster() {
    try (RedisServer server = RedisServer.startOwn();
        RedisLink link = RedisLink.builder("none", server.uri() + "," + server.uri()).build()) {
      Await.until(
          "told",
          LONG,
          () -> link.health().details().getOrDefault("trouble", "").contains("cluster support"));
      assertThat(FaultTest.failure(link.command("PING", List.of(), SECOND)))
          .hasMessageContaining("does not know the cluster yet");
    }
  }
}
