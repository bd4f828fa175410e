package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StartedTest {

  private static final AtomicReference<VendorSimulator> LAST = new AtomicReference<>();

  @Started private static VendorSimulator ofTheClass;
  @Started private VendorSimulator ofTheTest;

  @Test
  @Order(1)
  void startsOneForTheClassAndOneForTheTest() {
    assertThat(ofTheClass.port()).isPositive().isNotEqualTo(ofTheTest.port());
    LAST.set(ofTheTest);
  }

  @Test
  @Order(2)
  void closesThatOfTheTest() {
    assertThat(ofTheTest).isNotSameAs(LAST.get());
    try (VendorSimulator again = VendorSimulator.start(LAST.get().port())) {
      assertThat(again.port()).isEqualTo(LAST.get().port());
    }
  }

  @Test
  void standsBeforeTheSharedRedis(@Started FaultProxy network) throws Exception {
    try (RespClient client =
        RespClient.connect(
            RedisAddress.of("redis://" + network.address()), Duration.ofSeconds(5))) {
      assertThat(client.call(java.util.List.of("PING"))).isEqualTo("PONG");
    }
  }

  @Test
  void startsAClusterAndSentinels(
      @Started RedisClusterServers cluster, @Started SentinelServers sentinels) {
    assertThat(cluster.nodes()).hasSize(6);
    assertThat(sentinels.primary().command("PING")).isEqualTo("PONG");
  }
}
