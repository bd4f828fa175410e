package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.cache.SteppedRemote.Trip;
import app.galion.redis.RedisLink;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What was sent before a connection broke may still reach Redis. */
class PutOnABrokenConnectionTest {

  @Test
  void hasFailedOnlyWhenItCanNoLongerExecute() throws Exception {
    FakeTicker ticker = new FakeTicker();
    long start = ticker.read();
    try (RedisServer server = RedisServer.startOwn();
        RedisLink link =
            RedisLink.builder("broken", server.uri()).suspectAfter(Duration.ofMinutes(1)).build()) {
      assertThat(link.awaitAvailable(Nodes.PATIENCE)).isTrue();
      ModelNode node =
          new ModelNode(
              0,
              link,
              ticker,
              () -> 1_000_000_000L + (ticker.read() - start) / 1000,
              null,
              Duration.ofSeconds(3),
              1);
      ModelOp op = new ModelOp(0, ModelOp.Kind.PUT, 0, 0, 1);
      ModelCaller caller = new ModelCaller(op, () -> op.returned(node.cache.put("k", "v")));
      caller.start();
      caller.awaitStill();
      Trip put = node.remote.trips.get(0);
      node.disconnect();
      caller.awaitStill();
      assertThat(caller.finished()).isFalse();

      ticker.advance(ModelNode.REDIS_TIMEOUT.plusMillis(1));
      List.copyOf(node.timer.due()).forEach(node.timer::run);
      caller.awaitStill();
      assertThat(caller.finished()).isTrue();
      assertThat(op.result()).isEqualTo(WriteResult.QUEUED);
      assertThat(put.execute().text(0)).isEqualTo("LATE");
      node.cache.close();
    }
  }
}
