package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.cache.Remote.Command;
import app.galion.redis.RedisLink;
import app.galion.redis.RedisUnavailableException;
import app.galion.redis.Reply;
import app.galion.spi.Ticker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules that hold in Redis, each with the shortest sequence of commands that needs it. */
class ScriptTest {
  static RedisServer server;

  final OperationIds ids = new OperationIds(Ticker.system());
  RedisLink link;
  Remote remote;

  @BeforeAll
  static void start() {
    server = RedisServer.startOwn();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void connect() throws Exception {
    server.command("FLUSHALL");
    link = RedisLink.builder("t", server.uri()).suspectAfter(Nodes.PATIENCE).build();
    assertThat(link.awaitAvailable(Nodes.PATIENCE)).isTrue();
    remote = new Remote(link, "c", Duration.ofSeconds(5));
  }

  @AfterEach
  void disconnect() {
    server.command("CONFIG", "SET", "maxmemory", "0");
    link.close();
  }

  @Test
  void refusesAFillAfterAnInvalidation() {
    acquire("token", "");
    run(Command.INV, "k");
    assertThat(fill("token", "")).isEqualTo("X");
  }

  @Test
  void refusesAFillOfALeaseThatIsGoneOrAnothers() {
    assertThat(fill("token", "")).isEqualTo("X");
    acquire("token", "");
    assertThat(fill("other", "")).isEqualTo("X");
    assertThat(fill("token", "")).isEqualTo("F");
    assertThat(visible()).isTrue();
  }

  @Test
  void refusesAFillWhoseLeaseIsOlderThanAClear() {
    acquire("token", "");
    run(Command.CLEAR, "");
    assertThat(fill("token", "")).isEqualTo("X");
  }

  @Test
  void hidesWhatIsOlderThanALostMarker() {
    put("");
    server.command("DEL", key("G"));
    assertThat(visible()).isFalse();
    run(Command.INV, "other");
    assertThat(visible()).isFalse();
    assertThat(acquire("token", "").text(0)).isEqualTo("L");
  }

  @Test
  void hidesWhatIsOlderThanALostHeadThoughNumbersRepeat() {
    run(Command.INV, "other");
    put("");
    server.command("DEL", key("H"));
    run(Command.CLEAR, "");
    assertThat(visible()).isFalse();
    assertThat(acquire("token", "").text(0)).isEqualTo("L");
  }

  @Test
  void hidesTaggedEntriesOfALostTagTable() {
    put("red");
    run(Command.TAG, "blue");
    assertThat(acquire("t1", "").text(0)).isEqualTo("V");
    server.command("DEL", key("T"));
    assertThat(acquire("t2", "").text(0)).isEqualTo("L");
  }

  @Test
  void hidesEntriesOfAnInvalidatedTagOnly() {
    put("red,green");
    run(Command.TAG, "blue");
    assertThat(acquire("t1", "").text(0)).isEqualTo("V");
    run(Command.TAG, "green");
    assertThat(acquire("t2", "").text(0)).isEqualTo("L");
  }

  @Test
  void refusesAFillWhoseTagWasInvalidatedSinceItsLease() {
    acquire("token", "");
    run(Command.TAG, "red");
    assertThat(fill("token", "red")).isEqualTo("X");
  }

  @Test
  void doesNotExecuteAPutThatIsTooLate() {
    assertThat(put("", 1).text(0)).isEqualTo("LATE");
    assertThat(visible()).isFalse();
  }

  @Test
  void keepsTheValueThatIsBeingRefreshed() {
    String id = put("");
    assertThat(acquire("token", id).text(0)).isEqualTo("L");
    assertThat(visible()).isTrue();
    Reply waiter = acquire("other", id);
    assertThat(waiter.text(0)).isEqualTo("W");
    assertThat(waiter.text(1)).isEqualTo("token");
    assertThat(waiter.integer(2)).isBetween(1L, 10_000L);
  }

  @Test
  void invalidatesOnAFullServer() {
    put("");
    server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    server.command("CONFIG", "SET", "maxmemory", "1");
    assertThatThrownBy(() -> put("")).isInstanceOf(RedisUnavailableException.class);
    run(Command.INV, "k");
    run(Command.CLEAR, "");
    run(Command.TAG, "red");
    run(Command.RELEASE, "k", RedisLink.bytes("Error"));
    server.command("DEL", key("H"));
    run(Command.HEAD, "");
    assertThat(visible()).isFalse();
  }

  @Test
  void leavesNothingInAKeysPlaceThatIsInvalidated() {
    put("");
    acquire("token", ids.next());
    run(Command.INV, "k");
    assertThat(server.command("EXISTS", key("E:k"), key("L:k"))).isEqualTo(0L);
  }

  @Test
  void forgetsNoTagWhenWhatCarriesItEnds() {
    put("red");
    run(Command.TAG, "red");
    put("red");
    assertThat(server.command("PTTL", key("G"))).isEqualTo(-1L);
    assertThat(server.command("PTTL", key("T"))).isEqualTo(-1L);
    assertThat((Long) server.command("PTTL", key("E:k"))).isPositive();
  }

  @Test
  void putsUnderAConditionOnly() {
    assertThat(conditional("=nothing").text(0)).isEqualTo("OTHER");
    assertThat(conditional("-").size()).isEqualTo(2);
    assertThat(conditional("-").text(0)).isEqualTo("OTHER");
    String id = put("");
    assertThat(conditional("=" + id).text(0)).isNotEqualTo("OTHER");
    assertThat(conditional("=" + id).text(0)).isEqualTo("OTHER");
  }

  @Test
  void journalsEveryWriteInAnUnbrokenChain() {
    for (int i = 0; i < 5; i++) {
      run(Command.INV, "k");
    }
    Reply rows = RedisLink.join(remote.journal(bucket(), 1, 100));
    assertThat(rows.size()).isEqualTo(7);
    for (int i = 1; i < rows.size(); i++) {
      assertThat(rows.list(i).text(0)).isEqualTo(i + 1 + "-0");
      assertThat(rows.list(i).list(1).text(3)).isEqualTo(rows.list(i - 1).list(1).text(1));
    }
  }

  @Test
  void sharesAFailureWithThoseWhoWaitedForItAndWithNobodyElse() {
    acquire("leader", "");
    assertThat(acquire("waiter", "").text(0)).isEqualTo("W");
    release("leader", "Broken");
    assertThat(fill("leader", "")).isEqualTo("X");
    assertThat(waited("again", "leader").text(0)).isEqualTo("E");
    assertThat(waited("again", "leader").text(1)).isEqualTo("Broken");
    assertThat(waited("other", "an older one").text(0)).isEqualTo("L");
    assertThat(fill("other", "")).isEqualTo("F");
  }

  @Test
  void leavesNoMarkOfAFailureThatNobodyWaitedFor() {
    acquire("leader", "");
    release("leader", "Broken");
    assertThat(waited("again", "leader").text(0)).isEqualTo("L");
  }

  @Test
  void doesNotExtendALeaseWhoseLoadFailed() {
    acquire("leader", "");
    acquire("waiter", "");
    release("leader", "Broken");
    assertThat(extend("leader")).isZero();
    assertThat(acquire("next", "").text(0)).isEqualTo("L");
    assertThat(extend("next")).isEqualTo(1);
  }

  private Reply waited(String token, String waitedFor) {
    return RedisLink.join(
        remote.run(
            Command.ACQUIRE,
            bucket(),
            "k",
            token,
            Remote.number(10_000),
            RedisLink.bytes(""),
            RedisLink.bytes(waitedFor)));
  }

  private void release(String token, String why) {
    RedisLink.join(remote.run(Command.RELEASE, bucket(), "k", token, RedisLink.bytes(why)));
  }

  private long extend(String token) {
    return RedisLink.join(remote.run(Command.EXTEND, bucket(), "k", token, Remote.number(10_000)))
        .integer(0);
  }

  private String put(String tags) {
    String opId = ids.next();
    assertThat(put(opId, tags, Long.MAX_VALUE / 4, "").text(0)).isNotEqualTo("LATE");
    return opId;
  }

  private Reply put(String tags, long executeBy) {
    return put(ids.next(), tags, executeBy, "");
  }

  private Reply conditional(String expected) {
    return put(ids.next(), "", Long.MAX_VALUE / 4, expected);
  }

  private Reply put(String opId, String tags, long executeBy, String expected) {
    return RedisLink.join(
        remote.run(
            Command.PUT,
            bucket(),
            "k",
            opId,
            Remote.number(executeBy),
            Remote.number(60_000),
            RedisLink.bytes(tags),
            RedisLink.bytes("v"),
            RedisLink.bytes(expected)));
  }

  private Reply acquire(String token, String refreshOf) {
    return RedisLink.join(
        remote.run(
            Command.ACQUIRE,
            bucket(),
            "k",
            token,
            Remote.number(10_000),
            RedisLink.bytes(refreshOf)));
  }

  private String fill(String token, String tags) {
    return RedisLink.join(
            remote.run(
                Command.FILL,
                bucket(),
                "k",
                token,
                Remote.number(60_000),
                RedisLink.bytes(tags),
                RedisLink.bytes("v")))
        .text(0);
  }

  private Reply run(Command command, String text, byte[]... more) {
    return RedisLink.join(remote.run(command, bucket(), text, ids.next(), more));
  }

  private boolean visible() {
    Looked looked = RedisLink.join(remote.read(KeyName.of("c", "k")));
    RemoteEntry entry = RemoteEntry.parse(looked.entry());
    return entry != null && entry.under(looked.marker()) == RemoteEntry.Sight.SHOWN;
  }

  private int bucket() {
    return KeyName.of("c", "k").bucket(Remote.BUCKETS);
  }

  private String key(String suffix) {
    return "t:c1:{" + bucket() + "}:c:" + suffix;
  }
}
