package app.galion.benchmarks.load;

import app.galion.testkit.FaultProxy;
import java.time.Duration;
import java.util.function.Consumer;

/** What befalls one of the two nodes that read. */
@SuppressWarnings("ImmutableEnumChecker") // functions without state
enum Scenario {
  HEALTHY("Nothing fails", proxy -> {}),
  SUBSCRIBER_CUT(
      "The subscriber connection is closed and cannot come back",
      proxy -> {
        proxy.subscribers().refuse();
        proxy.subscribers().closeConnections();
      }),
  SUBSCRIBER_HALF_OPEN(
      "The subscriber connection is half-open: it stays and says nothing",
      proxy -> proxy.subscribers().dropSilently()),
  COMMANDS_SLOW(
      "Commands take 160 ms longer", proxy -> proxy.commands().delay(Duration.ofMillis(80))),
  ALL_HALF_OPEN("Every connection is half-open", FaultProxy::dropSilently);

  private final String text;
  private final Consumer<FaultProxy> fault;

  Scenario(String text, Consumer<FaultProxy> fault) {
    this.text = text;
    this.fault = fault;
  }

  String text() {
    return text;
  }

  /** Begins it on that node's way to Redis; healing the proxy ends it. */
  void begin(FaultProxy proxy) {
    fault.accept(proxy);
  }
}
