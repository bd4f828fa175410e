package app.galion.benchmarks.load;

import app.galion.benchmarks.load.SplitProxy.Fault;
import app.galion.benchmarks.load.SplitProxy.Kind;

/** What befalls one of the two nodes that read. */
enum Scenario {
  HEALTHY("Nothing fails", Fault.NONE, Fault.NONE),
  SUBSCRIBER_CUT("The subscriber connection is closed and cannot come back", Fault.NONE, Fault.CUT),
  SUBSCRIBER_HALF_OPEN(
      "The subscriber connection is half-open: it stays and says nothing",
      Fault.NONE,
      Fault.SILENT),
  COMMANDS_SLOW(
      "Commands take " + 2 * SplitProxy.DELAY_MILLIS + " ms longer", Fault.SLOW, Fault.NONE),
  ALL_HALF_OPEN("Every connection is half-open", Fault.SILENT, Fault.SILENT);

  private final String text;
  private final Fault commands;
  private final Fault subscriber;

  Scenario(String text, Fault commands, Fault subscriber) {
    this.text = text;
    this.commands = commands;
    this.subscriber = subscriber;
  }

  String text() {
    return text;
  }

  void begin(SplitProxy proxy) {
    proxy.fault(Kind.COMMANDS, commands);
    proxy.fault(Kind.SUBSCRIBER, subscriber);
  }

  static void end(SplitProxy proxy) {
    proxy.fault(Kind.COMMANDS, Fault.NONE);
    proxy.fault(Kind.SUBSCRIBER, Fault.NONE);
  }
}
